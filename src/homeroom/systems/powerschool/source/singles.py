"""One record from PowerSchool now: a student with the classes, an adult with the schools, a class with its people.

Ids say what a record is: a letter and the DCID (`design.md`: layouts). What is no longer there among the rows that hang on a record comes as a
row with the status `tobedeleted`, since a single record's rows are asked for whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from homeroom.deliveries.seal import Incoming
from homeroom.roster.faults import Refused
from homeroom.systems.fetching import Errand, Fetched, Single
from homeroom.systems.powerschool.client import PowerSchool
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.queries import FILES, Query
from homeroom.systems.powerschool.source import sheets
from homeroom.systems.powerschool.source.connecting import client, host
from homeroom.systems.powerschool.source.troubles import told

STATUS = "status"
_ID = re.compile(r"([STC])(\d+)")
_TEACHING = re.compile(r"C(\d+)@T(\d+)@teacher")


@dataclass(frozen=True, slots=True)
class Asked:
    """One query for one record: its argument, and whether the record itself is in it."""

    query: str
    argument: str
    itself: bool = False


KINDS: Mapping[tuple[str, str], tuple[Asked, ...]] = {
    ("users", "S"): (Asked("students", "dcid", True), Asked("class_student_roster", "student")),
    ("users", "T"): (Asked("staff", "dcid", True), Asked("staff_locations", "dcid")),
    ("classes", "C"): (
        Asked("classes", "dcid", True),
        Asked("class_staff_roster", "dcid"),
        Asked("class_student_roster", "section"),
    ),
}
"""Table and letter of an id -> what is asked for."""


def hangs(table: str) -> Mapping[str, str]:
    """The tables whose rows hang on a record of a table, and the column by which they do."""
    return {"users": {"enrollments": "userSourcedId"}, "classes": {"enrollments": "classSourcedId"}}.get(table, {})


def one(errand: Errand, single: Single) -> Fetched:
    """Bring one record and what hangs on it. Raises Refused: `not_refreshable`, `record_gone`, and what the server may answer."""
    asked = kind_of(single)
    if asked is None:
        raise Refused("not_refreshable", what=single.table)
    found = Found(errand)
    with told(host(errand)), client(errand) as sis:
        if not found.look(sis, single, asked):
            raise Refused("record_gone")
    return Fetched(found.files(errand), errand.known)


def kind_of(single: Single) -> tuple[Asked, ...] | None:
    """What is asked for a record; None for one that cannot be asked for by itself."""
    found = _ID.fullmatch(single.key)
    return KINDS.get((single.table, found[1])) if found else None


class Found:
    """Rows of single records on their way into the files of one delivery: a row that two records bring is one row."""

    def __init__(self, errand: Errand) -> None:
        self._queries = {q.key: q for q in extended(errand.settings.get("extension_fields", ()))}
        self._rows: dict[str, dict[str, Mapping[str, str]]] = {}

    def look(self, sis: PowerSchool, single: Single, asked: tuple[Asked, ...]) -> bool:
        """Ask for one record and what hangs on it. False, and nothing kept, where the record itself is gone."""
        adult, dcid = single.key.startswith("T"), single.key[1:]
        held = single.hanging.get("enrollments", ())
        brought = [(q, list(_rows(sis, self._queries[q.query], q.argument, dcid))) for q in asked]
        if any(question.itself and not rows for question, rows in brought):
            return False
        for question, rows in brought:
            gone = [] if question.itself or adult else list(_gone(question.query, rows, held))
            self.keep(question.query, rows, gone)
        return True

    def keep(self, query: str, rows: Iterable[Mapping[str, str]], gone: Iterable[Mapping[str, str]] = ()) -> None:
        """Keep rows of a query, and such as are gone; of two rows for the same the newer one counts, and the one that is there."""
        kept = self._rows.setdefault(query, {})
        for row in rows:
            kept[_key(query, row)] = row
        for row in gone:
            kept.setdefault(_key(query, row), row)

    def files(self, errand: Errand) -> tuple[Incoming, ...]:
        """The files of a delivery; where nothing was found, one with its header alone."""
        made = []
        for query, rows in (self._rows or {"students": {}}).items():
            path = errand.folder / FILES[query]
            sheets.write(path, [*self._queries[query].columns, STATUS], rows.values())
            made.append(Incoming(path.name, path))
        return tuple(made)


def _key(query: str, row: Mapping[str, str]) -> str:
    """What tells the rows of a query apart: their DCID; who teaches a class has none, and may do so in two roles."""
    return row["dcid"] if query != "class_staff_roster" else "|".join(f"{c}={row[c]}" for c in sorted(row))


def _rows(sis: PowerSchool, query: Query, argument: str, dcid: str) -> Iterator[Mapping[str, str]]:
    yield from sis.query(query.name, {argument: dcid})


def _gone(query: str, rows: Iterable[Mapping[str, str]], held: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Rows that Homeroom holds and PowerSchool has no longer, as removals by name."""
    if query == "class_student_roster":
        there = {f"E{r['dcid']}" for r in rows}
        for row in held:
            if row["sourcedId"] not in there and re.fullmatch(r"E\d+", row["sourcedId"]):
                yield {
                    "dcid": row["sourcedId"][1:],
                    "section_dcid": row["classSourcedId"][1:],
                    "student_dcid": row["userSourcedId"][1:],
                    "schoolid": row["schoolSourcedId"],
                    STATUS: "tobedeleted",
                }
        return
    taught = {(r["section_dcid"], r["users_dcid"]) for r in rows}
    for row in held:
        found = _TEACHING.fullmatch(row["sourcedId"])
        if found and (found[1], found[2]) not in taught:
            yield {
                "section_dcid": found[1],
                "users_dcid": found[2],
                "schoolid": row["schoolSourcedId"],
                "is_lead": "0",
                STATUS: "tobedeleted",
            }
