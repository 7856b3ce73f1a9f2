"""Records that other records name: by what they are called, and with their KEY, so that a page can lead there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from homeroom.desk import record_keys, record_names
from homeroom.desk.record_keys import RecordKeys
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Ref:
    """A record that another names. `key` is None where no such record is in the roster; then the name is the id that was sent."""

    table: str
    key: str | None
    name: str
    sourced_id: str
    number: str | None = None
    what: str | None = None
    removed: bool = False


class Links:
    """Finds the records that ids of one district name. Asks for each id once."""

    def __init__(self, house: House, slug: str) -> None:
        self._house, self._slug = house, slug
        self._store = house.stores.roster(slug)
        self._known: dict[tuple[str, str], Ref] = {}

    @cached_property
    def keys(self) -> RecordKeys:
        """The district's KEYs."""
        return record_keys.of(self._house, self._slug)

    def refs(self, table: str, listed: str | None) -> tuple[Ref, ...]:
        """The records of a table that a cell names, in its order."""
        ids = [each.strip() for each in (listed or "").split(",") if each.strip()]
        self.ask(table, ids)
        return tuple(self._known[table, each] for each in ids)

    def one(self, table: str, sourced_id: str) -> Ref:
        """One record."""
        self.ask(table, [sourced_id])
        return self._known[table, sourced_id]

    def ask(self, table: str, ids: Iterable[str]) -> None:
        """Ask for many records at once, before they are named one by one."""
        wanted = sorted({each for each in ids if (table, each) not in self._known})
        if not wanted:
            return
        rows = self._store.named(table, wanted, (*record_names.columns(table), "status"))
        for each in wanted:
            row = rows.get(each)
            self._known[table, each] = (
                Ref(table, None, each, each)
                if row is None
                else Ref(
                    table,
                    self.keys.make(table, int(row["id"])),
                    record_names.name(table, row),
                    each,
                    record_names.number(table, row),
                    record_names.what(table, row),
                    row["status"] != "active",
                )
            )
