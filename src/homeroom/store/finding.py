"""Finding records by what people know of them: a name, a number, an e-mail address, an id.

Every word that is asked for must begin a word of the record. Case, accents, hyphens and apostrophes count for nothing, on both engines
alike. No index stands in the store for this: a night would pay for what people do a few times a day. The first search after a revision
reads the names of a table once into one folded text (50,000 people: about 5 MB), and the next ones look through that.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from homeroom.roster.names import quoted
from homeroom.store import history
from homeroom.store.places import Place
from homeroom.store.sqlite_file import SqliteFile

KEPT = 128_000_000
"""Letters that are kept in memory for all districts of a process; those that were asked for longest ago go first."""


@dataclass(frozen=True, slots=True)
class Searched:
    """How a table is searched: `names` by their words, in the order in which records are sorted; `ids` also whole, and then first."""

    names: tuple[str, ...]
    ids: tuple[str, ...]


SEARCHED: Mapping[str, Searched] = {
    "users": Searched(
        names=("familyName", "givenName", "middleName", "preferredGivenName", "preferredFamilyName"),
        ids=("sourcedId", "identifier", "email", "username", "userMasterIdentifier"),
    ),
    "classes": Searched(names=("title",), ids=("sourcedId", "classCode")),
    "orgs": Searched(names=("name",), ids=("sourcedId", "identifier")),
}
"""What can be searched, by table."""

EXACT, WHOLE, BEGUN = 0, 1, 2
"""Ranks: an id is exactly so; all words are whole; words begin so."""
REMOVED = 10
"""What the rank of a removed record is raised by."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found in one table: (rank, row id), the best first, at most as many as were asked for; and how many in all."""

    best: tuple[tuple[int, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Book:
    """The searched words of one table at one revision: a line for each record, where each begins, whose it is, whether it is removed.

    `place` is where it was read: a district of the same name that was made anew is another place.
    """

    place: Place
    revision: int
    text: str
    begins: array[int]
    ids: array[int]
    removed: bytearray

    def hits(self, words: Sequence[str], whole: str) -> Iterator[tuple[int, str, int]]:
        """(rank, line, row id) of every record of which each word begins a word."""
        rarest, others = max(words, key=len), list(words)
        others.remove(rarest)
        place = self.text.find(f" {rarest}")
        while place >= 0:
            at = bisect_right(self.begins, place) - 1
            end = self.begins[at + 1]
            line = self.text[self.begins[at] : end]
            if all(f" {word}" in line for word in others):
                exact = f"\t {whole} \t" in line
                rank = EXACT if exact else WHOLE if all(f" {word} " in line for word in words) else BEGUN
                yield rank + (REMOVED if self.removed[at] else 0), line, self.ids[at]
            place = self.text.find(f" {rarest}", end)


class Finder:
    """Searches the rosters of an installation, and keeps what it read of them while it is of the present revision. Thread safe."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._guard = Lock()
        self._books: OrderedDict[tuple[str, str], _Book] = OrderedDict()

    def search(self, place: Place, slug: str, table: str, term: str, limit: int) -> Hits:
        """Records of which every word of `term` begins a word, the best first. Raises KeyError for a table that is not searched."""
        words = folded(term).split()
        if not words:
            return Hits((), 0)
        found = sorted(self._book(place, slug, table).hits(words, " ".join(words)))
        return Hits(tuple((rank, number) for rank, _, number in found[:limit]), len(found))

    def _book(self, place: Place, slug: str, table: str) -> _Book:
        key, revision = (slug, table), history.present(place)
        with self._guard:
            known = self._books.pop(key, None)
            if known is not None and known.place is place and known.revision == revision:
                self._books[key] = known
                return known
        made = _read(place, table, revision)
        with self._guard:
            self._books[key] = made
            while len(self._books) > 1 and sum(len(b.text) for b in self._books.values()) > self._kept:
                self._books.popitem(last=False)
        return made


def folded(text: str) -> str:
    """Text as it is compared: lower case, no accents, hyphens and commas as blanks, no apostrophes."""
    lower = text.casefold().translate(_FOLDED)
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


_FOLDED = str.maketrans("-–,\t\n\røłđı", "      oldi", "'’ʻ`")


def _read(place: Place, table: str, revision: int) -> _Book:
    """Read the words of a table. A line: the names, a tab, each id between blanks with a tab behind it."""
    how = SEARCHED[table]
    columns = ", ".join(quoted(c) for c in (*how.names, *how.ids))
    names = len(how.names)
    lines, begins, ids, removed, place_of_next = list[str](), array("q"), array("q"), bytearray(), 0
    with place.read() as connection:
        rows = connection.execution_options(stream_results=True, max_row_buffer=5000).exec_driver_sql(
            f"SELECT id, CASE status WHEN 'active' THEN 0 ELSE 1 END, {columns} FROM {place.name(table)}"
        )
        for number, gone, *cells in rows:
            said = " ".join([folded(cell) for cell in cells[:names] if cell])
            told = " \t ".join([folded(cell) for cell in cells[names:] if cell])
            line = f" {said} \t {told} \t"
            lines.append(line)
            begins.append(place_of_next)
            ids.append(number)
            removed.append(gone)
            place_of_next += len(line)
    begins.append(place_of_next)
    return _Book(place, revision, "".join(lines), begins, ids, removed)


def rows(place: Place, table: str, ids: Collection[int], columns: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    """Columns of records by their row ids; an id that nothing has is left out."""
    return {int(row["id"]): row for row in _where(place, table, "id", list(ids), ("id", *columns))}


def named(place: Place, table: str, keys: Collection[str], columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Columns of records by their sourcedIds, with `id`; one that nothing has is left out."""
    found = _where(place, table, "sourcedId", list(keys), ("id", "sourcedId", *columns))
    return {str(row["sourcedId"]): row for row in found}


_AT_ONCE = 500


def _where(place: Place, table: str, column: str, values: Sequence[Any], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    columns = tuple(dict.fromkeys(columns))
    listed, found = ", ".join(quoted(c) for c in columns), list[dict[str, Any]]()
    mark = "?" if isinstance(place, SqliteFile) else "%s"
    with place.glance() as cursor:
        for begin in range(0, len(values), _AT_ONCE):
            some = values[begin : begin + _AT_ONCE]
            places = ", ".join(mark for _ in some)
            cursor.execute(f"SELECT {listed} FROM {place.name(table)} WHERE {quoted(column)} IN ({places})", tuple(some))
            found += [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
