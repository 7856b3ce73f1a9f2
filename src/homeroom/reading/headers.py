"""The header doctor: finds the header among title lines, cleans its words, makes them unique, and says what it did.

A header word loses what nobody meant to write: byte order marks, zero width and other invisible characters, blanks and
non-breaking blanks, quotes around it, and the `TABLE.` prefix that PowerSchool's exports put before each word. Nothing is
guessed about what a word means: that is the layouts room's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_PREFIX = re.compile(r"(?:[^\W\d]\w*\.)+(?=[^\W_])")
_METADATA = re.compile(r"(?i)metadata\.")
_BLANKS = re.compile(r"\s+")
_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"))

_DATA = re.compile(
    r"""(?xi)
    [-+]?\d[\d.,]*                                            # a number
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} (?:[T ]\d\d:\d\d.*)?     # a date
    | [^\s@]+@[^\s@]+\.[a-z]{2,}                              # an e-mail address
    | \{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?
    """
)
_WORD = re.compile(
    r"(?i).*(?:^|[\s_.\-])(?:id|ids|name|code|number|num|no|date|title|type|status|role|grade|grades|email|school|course|"
    r"class|section|term|period|year|first|last|student|teacher|key|gpa|credits?|description)$|[a-z]+(?:id|ids|name|code|"
    r"number|date|type|key)"
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Header words after cleaning: `columns` unique; the numbers are positions (from 0) of words that were touched."""

    columns: tuple[str, ...]
    invisible: tuple[int, ...] = ()
    prefixed: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    blank: tuple[int, ...] = ()


def visible(word: str) -> str:
    """The word without invisible characters, blanks around it and quotes around it; blanks inside become single ones.

    >>> visible('\\ufeff "First\\u00a0 Name\\u200b" ')
    'First Name'
    """
    if not (word.isascii() and word.isprintable()):  # which nearly all words are: nothing invisible is in them
        word = "".join(c if not c.isspace() else " " for c in word if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    kept = _BLANKS.sub(" ", word).strip()
    for left, right in _QUOTES:
        if len(kept) >= 2 and kept.startswith(left) and kept.endswith(right):
            return kept[len(left) : -len(right)].strip()
    return kept


def unprefixed(word: str) -> str:
    """The word without the names of tables before it; `metadata.` belongs to the word.

    >>> unprefixed("USERS.sourcedId"), unprefixed("metadata.gpa"), unprefixed("[13]FirstDay"), unprefixed("No. of days")
    ('sourcedId', 'metadata.gpa', '[13]FirstDay', 'No. of days')
    """
    metadata = _METADATA.search(word)
    stop = metadata.start() if metadata and (metadata.start() == 0 or word[metadata.start() - 1] == ".") else len(word)
    prefix = _PREFIX.match(word[:stop] + "x" if stop < len(word) else word)
    return word[prefix.end() :] if prefix else word


def clean(header: Sequence[str], strip_prefix: bool = True) -> Cleaned:
    """Clean every word of a header and make the words unique.

    A prefix stays where two different words would become one by losing it. The second of two equal words becomes `x (2)`,
    and a blank one `column N` by its place, counted from 1.
    """
    seen = [visible(w) for w in header]
    bare = [unprefixed(w) for w in seen] if strip_prefix else seen
    origins: dict[str, set[str]] = {}
    for b, w in zip(bare, seen, strict=True):
        origins.setdefault(b.casefold(), set()).add(w.casefold())
    words = [b if len(origins[b.casefold()]) == 1 else w for b, w in zip(bare, seen, strict=True)]
    columns: list[str] = []
    taken = {w.casefold() for w in words if w}
    used: set[str] = set()
    doubled, blank = [], []
    for at, word in enumerate(words):
        if not word:
            blank.append(at)
        elif word.casefold() in used:
            doubled.append(at)
        name = word or f"column {at + 1}"
        if word and word.casefold() not in used:
            used.add(word.casefold())
        else:
            name = _free(name, used | taken, numbered=bool(word))
            used.add(name.casefold())
        columns.append(name)
    return Cleaned(
        tuple(columns),
        tuple(i for i, (w, h) in enumerate(zip(seen, header, strict=True)) if w != h),
        tuple(i for i, (w, s) in enumerate(zip(words, seen, strict=True)) if w != s),
        tuple(doubled),
        tuple(blank),
    )


def _free(name: str, taken: set[str], numbered: bool) -> str:
    """A name that no other column has: `x (2)`, `x (3)`, ... `numbered`: the plain name is already gone."""
    number = 2
    candidate = f"{name} ({number})" if numbered else name
    while candidate.casefold() in taken:
        candidate = f"{name} ({number})"
        number += 1
    return candidate


def looks_like_data(cells: Sequence[str], after: Sequence[str] | None) -> bool:
    """Whether a first row is already data. Conservative: only where cells hold what no header word is, and none is a header word.

    `after` is the next row, or None; its cells must be of the same kind in the same places.
    """
    seen = [visible(c) for c in cells]
    data = [i for i, c in enumerate(seen) if _DATA.fullmatch(c)]
    filled = sum(1 for c in seen if c)
    if not data or len(data) * 4 < filled or any(_WORD.fullmatch(c) for c in seen):
        return False
    if after is None:
        return len(data) * 2 >= filled
    return len(after) == len(cells) and all(_DATA.fullmatch(visible(after[i])) or not after[i].strip() for i in data)


def switched_on(cells: Sequence[str], after: Sequence[str] | None, names: Sequence[str]) -> bool:
    """Whether the first row of a file that is said to have no header is a header all the same.

    It is one if half of its cells are words that the layout gives to the positions (`names`). Otherwise half of them, and two at
    least, must be what headers are made of, none what only data is, and the next row must not look the same.
    """
    seen = [w for w in map(visible, cells) if w]
    known = {_bare(name) for name in names}
    if seen and 2 * sum(_bare(w) in known for w in seen) >= len(seen):
        return True
    words = sum(1 for w in seen if _WORD.fullmatch(w))
    if words < 2 or words * 2 < len(seen) or any(_DATA.fullmatch(w) for w in seen):
        return False
    return after is None or not any(_WORD.fullmatch(visible(w)) for w in after)


def named(header: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The words of positions: those that a layout gives. Where a header stands there all the same, its word tells which is which.

    >>> named(["column 1", "column 2", "column 3"], ["code", "title"])
    ('code', 'title', 'column 3')
    >>> named(["TITLE", "Code", "Credits"], ["code", "title"])
    ('title', 'code', 'Credits')
    """
    known = {_bare(name): name for name in names}
    told = [known.get(_bare(word)) for word in header]
    if any(told):
        given = [name or word for name, word in zip(told, header, strict=True)]
    else:
        given = [names[i] if i < len(names) else word for i, word in enumerate(header)]
    return clean(given, strip_prefix=False).columns


def _bare(word: str) -> str:
    """The letters and digits of a word, in one case."""
    return "".join(c for c in visible(word).casefold() if c.isalnum())


def titles(rows: Sequence[Sequence[str]], usual: int) -> int:
    """How many of the first records are blank lines or a human title and not the header: at most 10, often 0.

    `usual` is the number of cells of most records. A title has few cells, and a row of words follows it; where data follows,
    the sparse line is itself the header.
    """
    for at, row in enumerate(rows[:11]):
        cells = [c for c in map(visible, row) if c]
        if cells and not (usual > 1 and _sparse(cells, usual)):
            named = not any(_DATA.fullmatch(c) for c in cells)
            return at if named else _blank(rows)
    return _blank(rows)


def _sparse(cells: Sequence[str], usual: int) -> bool:
    few = len(cells) * 2 <= usual and any(" " in c or _DATA.fullmatch(c) for c in cells)
    return len(cells) == 1 or few


def _blank(rows: Sequence[Sequence[str]]) -> int:
    return next((i for i, row in enumerate(rows[:11]) if any(map(visible, row))), 0)
