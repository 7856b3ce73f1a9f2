"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

WRONG_USE = 2
NOBODY_READS = 141
"""What a shell tells of a program whose reader went away (128 and the number of SIGPIPE), as in `homeroom roster ... | head`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit status."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit status. Trouble that a person can mend is one sentence on standard error."""
    from homeroom.cli.app import build
    from homeroom.cli.context import note, take_data_option
    from homeroom.roster.faults import Fault, Misuse

    try:
        rest = take_data_option(arguments)
        result = build()(rest, exit_on_error=False, print_error=True)
    except Misuse as fault:
        note(f"homeroom: {fault}")
        return WRONG_USE
    except Fault as fault:
        note(f"homeroom: {fault}")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at its end
        return NOBODY_READS
    except Exception as error:
        if type(error).__module__.startswith("cyclopts"):
            return WRONG_USE
        raise
    return result if isinstance(result, int) else 0
