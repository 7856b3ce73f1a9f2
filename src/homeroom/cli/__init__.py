"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from homeroom.roster.unhurried import settled, unhurried

WRONG_USE = 2
BROKE = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit status."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments), own=True))


def run(arguments: list[str], *, own: bool = False) -> int:
    """Run one command; returns its exit status. Trouble that a person can mend is one sentence on standard error.

    `own`: the process is there for this command alone, so that what it has loaded stays to its end.
    """
    if arguments in ([], ["--help"], ["-h"]):
        from homeroom.cli.commands import front_page

        sys.stdout.write(front_page() + "\n")
        return 0
    with unhurried():
        from homeroom.cli.app import build
        from homeroom.cli.context import note, take_data_option
        from homeroom.roster.faults import Fault, Misuse
    try:
        with unhurried():
            rest = take_data_option(arguments)
            commands = build(rest)
        if own:
            settled()
        result = commands(rest, exit_on_error=False, print_error=True)
    except Misuse as fault:
        note(f"homeroom: {fault}" + (f" On the command line: {fault.command}" if fault.command else ""))
        return WRONG_USE
    except Fault as fault:
        note(f"homeroom: {fault}")
        return BROKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough; Python must not stumble over it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKE
    except OSError as trouble:
        note(f"homeroom: {trouble.strerror or 'input or output failed'}" + (f": {trouble.filename}" if trouble.filename else ""))
        return BROKE
    except Exception as error:  # noqa: BLE001
        if type(error).__module__.startswith("cyclopts"):
            return WRONG_USE
        note(told(error))
        return BROKE
    return result if isinstance(result, int) else 0


def told(bug: BaseException) -> str:
    """A bug as it may be shown and sent to others: where and of which kind. Its text may hold a child's data (law 10)."""
    import traceback  # a tenth of a command's start, for those that fail

    frames = "".join(traceback.format_tb(bug.__traceback__))
    deeper = bug.__cause__ or (None if bug.__suppress_context__ else bug.__context__)
    before = f"{told(deeper)}\nand then\n" if deeper is not None else ""
    return (
        f"{before}Traceback (most recent call last):\n{frames}{type(bug).__qualname__}: (the text is left out, it may hold data)"
    )
