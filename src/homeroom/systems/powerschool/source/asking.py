"""How one record is asked for, whichever road the district comes by: the queries' own rows, from the queries, from tables, or from v1.

A record is refreshed by the road that the last whole round took: what another road cannot carry would look as if it were gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from homeroom.systems.fetching import Errand, Single
from homeroom.systems.powerschool.client import PowerSchool
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.queries import Query
from homeroom.systems.powerschool.source.ask_queries import Queries
from homeroom.systems.powerschool.source.ask_tables import Tables
from homeroom.systems.powerschool.source.ask_v1 import V1
from homeroom.systems.powerschool.source.told import Asked, Row, Told
from homeroom.systems.powerschool.source.ways import Way, refuse_less, way_of


class Asking(Protocol):
    """One road, asked for single records. All raise PowerSchoolError; None is what the server does not have, or this road cannot tell."""

    def rows(self, asked: Asked, single: Single) -> Told | None:
        """What a question brings for a record. None where these rows are closed to this plug-in: then they are left alone."""
        ...

    def listed(self, query: str, dcids: Collection[str]) -> Sequence[Row]:
        """The rows of a short query with these DCIDs; of one whose rows have none, at least those of these."""
        ...

    def adult_of(self, staff: str) -> str | None:
        """The person (USERS.DCID) who is meant by a row of SCHOOLSTAFF."""
        ...

    def student_of(self, seat: str, held: str | None) -> str | None:
        """The student who sits in a class enrollment (CC.DCID); `held` is who does as far as the roster knows."""
        ...

    def taught(self, entries: Collection[str]) -> tuple[Collection[str], Sequence[Row]]:
        """What rows of SECTIONTEACHER mean: sections by DCID, or rows of class_staff_roster where nobody can tell them apart."""
        ...

    def related(self, resource: str, keys: Collection[str]) -> Collection[str]:
        """The students around whom something changed that is said of a contact: a person, a link, an entry, an address, a number."""
        ...


@contextmanager
def asking(sis: PowerSchool, errand: Errand) -> Iterator[Asking]:
    """The road by which single records of this source are asked for. Raises Refused `way_narrower`, and PowerSchoolError."""
    asked = {q.key: q for q in extended(errand.settings.get("extension_fields", ()))}
    way = _way(sis, errand, tuple(asked.values()))
    if way == "tables":
        with Tables.opened(sis, errand, asked) as tables:
            yield tables
    else:
        yield V1(sis, errand) if way == "v1" else Queries(sis, errand, asked)


def _way(sis: PowerSchool, errand: Errand, asked: Sequence[Query]) -> Way:
    """The road of the setting, of the last whole round, or that a pull would take now."""
    wanted: Way | Literal["auto"] = errand.settings.get("way", "auto")
    if wanted == "auto":
        before: Way | None = errand.known.get("way", "queries" if errand.known.get("files") else None)
        return before or way_of(sis, errand, asked)[0]
    refuse_less(wanted, errand, "the setting way says so")
    return wanted
