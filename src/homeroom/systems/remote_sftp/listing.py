"""Which files of a folder on the other side belong to tonight's set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from homeroom.deliveries.incoming import temporary

_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-_.]?\d{2}[-_.]?\d{2}(?:[-_.T]?\d{2}[-_.]?\d{2}(?:[-_.]?\d{2})?)?|\d{2}[-_.]\d{2}[-_.]\d{4})(?!\d)"
)
"""A day in a file's name, with or without a time: 20261130, 2026-11-30, 20261130_0215, 11-30-2026."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A regular file on the other side. `changed` is its modification time in seconds of the epoch, as that server says."""

    name: str
    size: int
    changed: int

    @property
    def state(self) -> list[int]:
        """What must be equal for the file to be the same."""
        return [self.size, self.changed]


def wanted(found: Iterable[Remote], patterns: Sequence[str]) -> tuple[list[Remote], list[str]]:
    """The files that are taken, by name, and the names of older ones that a newer file of the same name but its day replaces.

    Temporary names are not seen: their writer will rename them. `patterns` are shell patterns, compared without case; without
    one every file is taken.
    """
    mine = [f for f in found if not temporary(f.name) and _matches(f.name, patterns)]
    newest: dict[str, Remote] = {}
    for file in sorted(mine, key=lambda f: (f.changed, f.name)):
        newest[_DATE.sub("#", file.name.lower())] = file
    taken = {f.name for f in newest.values()}
    return sorted(newest.values(), key=lambda f: f.name), sorted(f.name for f in mine if f.name not in taken)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name.lower(), p.lower()) for p in patterns)
