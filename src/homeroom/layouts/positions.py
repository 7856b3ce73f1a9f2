"""Where a key stands in a TOML text, so that a mistake can be told with its line and column.

`tomllib` gives values without places. Layouts use a small part of TOML (sections, keys at the start of a line, inline
tables), so one look at the lines is enough; a key that is not found gets the place of what encloses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SECTION = re.compile(r"^\s*\[\[?\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<key>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a text's keys: path of the key -> (line, column), both from 1; and the lines, to look inside a value."""

    keys: Mapping[tuple[str, ...], tuple[int, int]]
    lines: tuple[str, ...]

    def find(self, path: Sequence[str]) -> tuple[int, int]:
        """The place of a key, or of the nearest thing around it; (1, 1) where nothing is known."""
        steps = tuple(path)
        for length in range(len(steps), 0, -1):
            if steps[:length] in self.keys:
                line, column = self.keys[steps[:length]]
                for word in steps[length:]:
                    if (inner := self._inside(line, column, word)) is None:
                        break
                    column = inner
                return (line, column)
        return (1, 1)

    def _inside(self, line: int, column: int, word: str) -> int | None:
        """The column of a key of an inline table on that line."""
        found = re.compile(rf"""["']?{re.escape(word)}["']?\s*=""").search(self.lines[line - 1], column)
        return found.start() + 1 if found else None


def places(text: str) -> Places:
    """Find every section and key of a TOML text."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    section: tuple[str, ...] = ()
    fence: str | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if fence:
            fence = None if fence in line else fence
            continue
        if opened := _SECTION.match(line):
            section = _parts(opened["name"])
            found.setdefault(section, (number, line.index("[") + 1))
        elif key := _KEY.match(line):
            path = (*section, *_parts(key["key"]))
            found.setdefault(path, (number, key.start("key") + 1))
            fence = _fence(line[key.end() :])
    return Places(found, tuple(lines))


def _parts(name: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(name))


def _fence(rest: str) -> str | None:
    """The quotes that a value of several lines opened without closing them on its line."""
    for mark in ('"""', "'''"):
        if rest.count(mark) % 2:
            return mark
    return None
