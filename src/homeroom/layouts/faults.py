"""What a layout's writer did wrong: every mistake of a text at once, each with its place and what to do.

Misuse
└── LayoutFaults    a layout, or a set of them, that cannot be used as written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, in_a_row, plain


@dataclass(frozen=True, slots=True)
class LayoutFault:
    """One mistake: what is wrong, and what to do. `line` and `column` count from 1 in the text called `origin`; 0 where the whole text
    is meant."""

    origin: str
    line: int
    column: int
    wrong: Said
    todo: Said

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return plain(self.wrong)

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return plain(self.todo)

    def __str__(self) -> str:
        return plain(_placed(self))


class Complain(Protocol):
    """Notes a mistake at a key, and goes on."""

    def __call__(self, *path: str, message: Said, remedy: Said) -> None:
        """What is wrong there, and what to do."""


class LayoutFaults(Misuse):
    """A layout cannot be used as it is written; `faults` lists every mistake in the order of the text."""

    def __init__(self, faults: Sequence[LayoutFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.origin, f.line, f.column)))
        super().__init__("{faults}", faults=in_a_row((_placed(f) for f in self.faults), "\n"))


def _placed(fault: LayoutFault) -> Said:
    place = f"{fault.origin}:{fault.line}:{fault.column}" if fault.line else fault.origin
    return Said("{place}: {wrong} {todo}", {"place": place, "wrong": fault.wrong, "todo": fault.todo})
