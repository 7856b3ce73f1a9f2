"""What every command needs: which data folder, and how to print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.settings import Settings
    from homeroom.sync.house import House

_chosen: list[Path] = []


def take_data_option(arguments: list[str]) -> list[str]:
    """Take `--data DIR` (or `--data=DIR`) out of the arguments and remember it. Raises Misuse when DIR is missing."""
    _chosen.clear()
    rest: list[str] = []
    waiting = False
    for argument in arguments:
        if waiting:
            _chosen.append(Path(argument))
            waiting = False
        elif argument == "--data" and not _chosen:
            waiting = True
        elif argument.startswith("--data=") and not _chosen:
            _chosen.append(Path(argument.removeprefix("--data=")))
        else:
            rest.append(argument)
    if waiting:
        raise Misuse("--data needs a folder: homeroom --data DIR COMMAND.")
    return rest


def settings() -> Settings:
    """The settings of this call: environment, with `--data` on top."""
    from homeroom.settings import read  # not every command asks

    return read(data=_chosen[0] if _chosen else None)


def say(text: str = "") -> None:
    """A line for the person, on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line about what is going on, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def document(value: Any) -> None:
    """One JSON document on standard output, and nothing else there."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table, columns as wide as their content; control characters of a district's data never reach the terminal."""
    lines = [[printable(str("" if c is None else c)) for c in row] for row in rows]
    widths = [max([len(h), *(len(line[i]) for line in lines)]) for i, h in enumerate(headers)]
    say("  ".join(h.ljust(w) for h, w in zip(headers, widths, strict=True)).rstrip())
    say("  ".join("-" * w for w in widths))
    for line in lines:
        say("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())


def remedied(code_name: str, remedy: str) -> str:
    """What to do about a finding or a reason, and the commands that do it: reports speak to people who may have none."""
    from homeroom.roster.codes import code

    command = code(code_name).command
    return f"{remedy} On the command line: {command}." if command else remedy


def printable(text: str) -> str:
    """Text that is harmless in a terminal: control characters are shown as dots."""
    return "".join(c if c.isprintable() else "·" for c in text)


@contextmanager
def opened_house() -> Iterator[House]:
    """The installation of this call, open for the length of a `with` block."""
    from homeroom.sync.house import opened

    with opened(settings()) as house:
        yield house
