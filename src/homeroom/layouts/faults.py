"""What a layout's writer did wrong: every mistake of a text at once, each with its place and what to do.

Misuse
└── LayoutFaults    a layout, or a set of them, that cannot be used as written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homeroom.roster.faults import Misuse


@dataclass(frozen=True, slots=True)
class LayoutFault:
    """One mistake. `line` and `column` count from 1 in the text called `origin`; 0 where the whole text is meant."""

    origin: str
    line: int
    column: int
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.origin}:{self.line}:{self.column}" if self.line else self.origin
        return f"{place}: {self.message} {self.remedy}"


class LayoutFaults(Misuse):
    """A layout cannot be used as it is written; `faults` lists every mistake in the order of the text."""

    def __init__(self, faults: Sequence[LayoutFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.origin, f.line, f.column)))
        super().__init__("\n".join(str(f) for f in self.faults))
