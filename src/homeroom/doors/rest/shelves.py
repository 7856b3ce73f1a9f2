"""The shelves of the districts that are being read: opened on first use, closed when others were used more lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from homeroom.store.shelf import Look, Shelf
from homeroom.store.stores import Stores

OPEN = 200
"""How many districts keep open connections for reading."""


@dataclass(slots=True)
class _Open:
    shelf: Shelf
    looking: int = 0
    retired: bool = False


class Shelves:
    """One shelf per district. Thread safe."""

    def __init__(self, stores: Stores, most: int = OPEN) -> None:
        self._stores = stores
        self._most = most
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._guard = Lock()

    @contextmanager
    def look(self, slug: str) -> Iterator[Look]:
        """Look at a district's newest revision."""
        found = self._taken(slug)
        try:
            with found.shelf.look() as look:
                yield look
        finally:
            self._returned(found)

    def forget(self, slugs: Iterable[str]) -> None:
        """Let go of districts that are not read any more."""
        with self._guard:
            for slug in slugs:
                if (found := self._open.pop(slug, None)) is not None:
                    self._retire(found)

    def close(self) -> None:
        """Close what nobody looks at; the rest is closed when it is put back."""
        with self._guard:
            for each in self._open.values():
                self._retire(each)
            self._open.clear()

    def _taken(self, slug: str) -> _Open:
        with self._guard:
            found = self._open.get(slug)
            if found is None:
                found = self._open[slug] = _Open(Shelf(self._stores.roster(slug).place))
                if len(self._open) > self._most:
                    self._retire(self._open.popitem(last=False)[1])
            else:
                self._open.move_to_end(slug)
            found.looking += 1
            return found

    def _returned(self, found: _Open) -> None:
        with self._guard:
            found.looking -= 1
            if found.retired and not found.looking:
                found.shelf.close()

    def _retire(self, found: _Open) -> None:
        found.retired = True
        if not found.looking:
            found.shelf.close()
