"""Hostile deliveries: what districts send by mistake, by dialect or in malice, and what must become of each."""

from __future__ import annotations

from hostile import archives, encodings_and_ends, headers, rows, sets, values
from hostile.kind import Hostile, base, write

HOSTILE: list[Hostile] = [
    *encodings_and_ends.HOSTILE,
    *headers.HOSTILE,
    *rows.HOSTILE,
    *values.HOSTILE,
    *archives.HOSTILE,
    *sets.HOSTILE,
]
__all__ = ["HOSTILE", "Hostile", "base", "write"]
