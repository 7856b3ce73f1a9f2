"""A made-up district as PowerSchool's tables, with everything that breaks integrations in it.

`batches(district)` is the whole of it, table by table. Numbers are those of the files that `writers.powerschool_autosend` makes of the
same district, so that one district looks the same by file and by API.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.powerschool.database import Batch, Derived
from homeroom.simulator.powerschool.filling import classes, contacts, people, places
from homeroom.simulator.records import District
from homeroom.simulator.register import register


def batches(district: District) -> Iterator[Batch | Derived]:
    """All rows of all tables."""
    book = register(facts.enlarged(district))
    for room in (places, people, classes, contacts):
        yield from room.batches(book)
