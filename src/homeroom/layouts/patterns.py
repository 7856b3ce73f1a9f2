r"""Which file names a layout reads.

A pattern is compared with the base name without regard to case. `*` and `?` stand for any characters, `{date}` for a date as
exports write it into names (`_2026-08-14`, `-20260814_0130`, `2026.08.14 `), and a pattern that begins with `re:` is a
regular expression for the whole name.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import PurePosixPath

from homeroom.roster.refused_rows import meant

_DATE = r"[-_. ]?(?:19|20)\d{2}[-_.]?\d{2}[-_.]?\d{2}(?:[-_.T ]?\d{2}[-_.:]?\d{2}(?:[-_.:]?\d{2})?)?[-_. ]?"


def base_name(name: str) -> str:
    """The name of a file without the folders before it, whichever way the slashes lean."""
    return PurePosixPath(name.replace("\\", "/")).name


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression for the whole base name. Raises re.error for a wrong `re:` pattern."""
    if pattern.startswith("re:"):
        return re.compile(f"(?:{pattern[3:]})", re.IGNORECASE)
    parts = re.split(r"(\*|\?|\{date\})", pattern)
    spelled = {"*": ".*", "?": ".", "{date}": _DATE}
    return re.compile("".join(spelled.get(p, re.escape(p)) for p in parts), re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=1 << 14)  # every set of layouts is asked of every file, and exports bear the same names night after night
def rank(patterns: tuple[str, ...], name: str) -> int | None:
    """Which of the patterns a file's name bears: 0 for the first, 1 for the second; None for none of them.

    A file of refused rows bears the name of the file that they come from.
    """
    for base in (*meant(name), base_name(name)):
        found = next((i for i, p in enumerate(patterns) if compiled(p).fullmatch(base)), None)
        if found is not None:
            return found
    return None


MISSPELT: dict[str, tuple[str, ...]] = {"courseResources.csv": ("courseResourses.csv",)}
"""Names of the standard's files that its own examples write wrongly."""


def usual_names(file: str) -> tuple[str, ...]:
    """The names under which a standard's file is met: as it is, as `.txt`, and with the day of the export before or after."""
    stem, dot, ending = file.rpartition(".")
    return (file, f"{stem}.txt", f"{stem}{{date}}{dot}{ending}", f"{{date}}{stem}{dot}{ending}", *MISSPELT.get(file, ()))
