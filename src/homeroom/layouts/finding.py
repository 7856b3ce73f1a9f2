"""How a header word is found for the name that a layout writes: exactly, by case, by its letters, behind a sorting letter or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from homeroom.layouts.nearness import cleaned

How = Literal["exact", "case", "spelling", "alias", "near-miss", "position", "formula", "constant"]

DOUBLED = re.compile(r".* \(\d+\)$", re.DOTALL)
"""Words that the reading room gave to the second of two equal ones."""
Also = Sequence[tuple[str, tuple[str, ...]]]
"""Words of a layout with the other words that some files have instead."""
_LETTERED = re.compile(r"^[a-z]_(?=.)", re.IGNORECASE)
_CUT = 30
"""SQL aliases of PowerQueries are cut at so many characters."""


class Header:
    """A file's header words, looked up in several ways. Doubled words (`x (2)`) are never found: the first `x` is taken.

    `also`: word -> other words for it, which are looked for where the first is not there.
    """

    def __init__(self, columns: Sequence[str], also: Also = ()) -> None:
        self.columns = columns
        self._also = {word.casefold(): others for word, others in also}
        words = [(i, w) for i, w in enumerate(columns) if not DOUBLED.match(w)]
        self.exact = _first((w, i) for i, w in words)
        self.folded = _first((w.casefold(), i) for i, w in words)
        self.cleaned = _first((cleaned(w), i) for i, w in words)
        lettered = [(i, w) for i, w in words if _LETTERED.match(w)]
        if len(lettered) * 2 > len(words):
            for i, w in lettered:
                self.cleaned.setdefault(cleaned(_LETTERED.sub("", w)), i)
        self.cut = [(cleaned(_LETTERED.sub("", w)), i) for i, w in words if len(w) == _CUT]

    def find(self, name: str) -> tuple[How, int] | None:
        """The position of a name's column and how it was recognised."""
        hit = self._direct(name)
        others = () if hit else self._also.get(name.casefold(), ())
        return hit or next((("alias", other[1]) for word in others if (other := self._direct(word))), None)

    def _direct(self, name: str) -> tuple[How, int] | None:
        if name in self.exact:
            return "exact", self.exact[name]
        if name.casefold() in self.folded:
            return "case", self.folded[name.casefold()]
        plain = cleaned(name)
        if plain and plain in self.cleaned:
            return "spelling", self.cleaned[plain]
        cut = [i for word, i in self.cut if plain.startswith(word) and plain != word]
        return ("spelling", cut[0]) if len(cut) == 1 else None

    def position(self, name: str) -> int | None:
        """The position of a name's column alone."""
        hit = self.find(name)
        return hit[1] if hit else None


class Wide:
    """What a map may name: the file's own header, the columns that `[rows]` makes, and those of joined files as `NAME.column`.

    A made column hides a header word of the same name, and so does a join what begins with its name and a point. The columns
    of an absent join are not found.
    """

    def __init__(self, own: Header, made: Mapping[str, int], joins: Mapping[str, tuple[int, Header] | None]) -> None:
        self.own = own
        self._made = {name.casefold(): position for name, position in made.items()}
        self._joins = {name.casefold(): joined for name, joined in joins.items()}

    def find(self, name: str) -> tuple[How, int] | None:
        """The position of a name's column among all, and how it was recognised."""
        if name.casefold() in self._made:
            return "exact", self._made[name.casefold()]
        if (prefix := self.join_of(name)) is None:
            return self.own.find(name)
        joined = self._joins[prefix]
        if joined is None or (hit := joined[1].find(name.partition(".")[2])) is None:
            return None
        return hit[0], joined[0] + hit[1]

    def join_of(self, name: str) -> str | None:
        """The join that a name speaks of, in small letters; None for a column of the file or a made one."""
        prefix, point, _ = name.casefold().partition(".")
        return prefix if point and prefix in self._joins else None


def _first(pairs: Iterator[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word, position in pairs:
        found.setdefault(word, position)
    return found
