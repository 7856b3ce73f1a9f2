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
    found = _ID.fullmatch(single.key)
    asked = KINDS.get((single.table, found[1])) if found else None
    if asked is None or found is None:
        raise Refused("not_refreshable", what=single.table)
    files = []
    queries = {q.key: q for q in extended(errand.settings.get("extension_fields", ()))}
    with told(host(errand)), client(errand) as sis:
        for question in asked:
            rows = list(_rows(sis, queries[question.query], question.argument, found[2]))
            if question.itself and not rows:
                raise Refused("record_gone")
            gone = (
                []
                if question.itself or found[1] == "T"
                else list(_gone(question.query, rows, single.hanging.get("enrollments", ())))
            )
            name = FILES[question.query]
            columns = [*queries[question.query].columns, STATUS]
            sheets.write(errand.folder / name, columns, [*rows, *gone])
            files.append(Incoming(name, errand.folder / name))
    return Fetched(tuple(files), errand.known)


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
