"""The KEYs of records as the desk uses them: made for addresses and the audit, and turned back by their own district only."""

from __future__ import annotations

from homeroom.sync.house import House
from homeroom.sync.record_keys import RecordKeys, of

__all__ = ["RecordKeys", "of", "resolve"]


def resolve(house: House, slug: str, table: str, key: str) -> str | None:
    """The sourcedId of the record that a KEY stands for; None where there is none."""
    number = of(house, slug).open(table, key)
    if number is None:
        return None
    found = house.stores.roster(slug).by_id(table, [number], ("sourcedId",))
    return str(found[number]["sourcedId"]) if number in found else None
