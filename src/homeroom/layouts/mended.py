"""Whether a file that was looked at is one of refused rows, and which of its columns Homeroom put there."""

from __future__ import annotations

from homeroom.roster.refused_rows import MARKS, SURPLUS, bears_marks, is_name
from homeroom.workbench.values import Inspected


def is_mended(inspected: Inspected) -> bool:
    """Whether a file is one that Homeroom made of refused rows."""
    return is_name(inspected.file.name) or bears_marks(inspected.columns)


def own_columns(inspected: Inspected) -> tuple[str, ...]:
    """The words of such a file that Homeroom put there; none for any other file."""
    if not is_mended(inspected):
        return ()
    return tuple(word for word in inspected.columns if word.strip().casefold() in (*MARKS, SURPLUS))
