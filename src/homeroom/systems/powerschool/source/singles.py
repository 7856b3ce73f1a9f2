"""One record from PowerSchool now: a student with classes and guardians, an adult with the schools, a class with its people.

Ids say what a record is: a letter and the DCID (`design.md`: layouts). What is no longer there among the rows that hang on a record comes as a
row with the status `tobedeleted`, since a single record's rows are asked for whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from homeroom.deliveries.seal import Incoming
from homeroom.roster.faults import Refused
from homeroom.systems.fetching import Errand, Fetched, Single
from homeroom.systems.powerschool.client import AccessClosed, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.queries import FILES
from homeroom.systems.powerschool.source import guardians, sheets
from homeroom.systems.powerschool.source.asking import Asking, asking
from homeroom.systems.powerschool.source.connecting import connected, host
from homeroom.systems.powerschool.source.told import Asked, Row, Told
from homeroom.systems.powerschool.source.troubles import told
from homeroom.systems.powerschool.source.v1_rows import TAKEN

STATUS = "status"
GONE = "tobedeleted"
_ID = re.compile(r"([STC])(\d+)")
_TEACHING = re.compile(r"C(\d+)@T(\d+)@teacher")

KINDS: Mapping[tuple[str, str], tuple[Asked, ...]] = {
    ("users", "S"): (
        Asked("students", "dcid"),
        Asked("class_student_roster", "student"),
        Asked(guardians.QUERY, "dcid", spare=True),
        Asked("legal_guardians", "dcid", spare=True),
    ),
    ("users", "T"): (Asked("staff", "dcid"), Asked("staff_locations", "dcid")),
    ("classes", "C"): (
        Asked("classes", "dcid"),
        Asked("class_staff_roster", "dcid"),
        Asked("class_student_roster", "section"),
    ),
}
"""Table and letter of an id -> what is asked for, the record itself first."""
WITH_STATUS = ("class_student_roster", "class_staff_roster", guardians.QUERY)
"""The queries whose rows may be told as removed."""


def hangs(table: str) -> Mapping[str, str]:
    """The tables whose rows hang on a record of a table, and the column by which they do."""
    return {"users": {"enrollments": "userSourcedId"}, "classes": {"enrollments": "classSourcedId"}}.get(table, {})


def one(errand: Errand, single: Single) -> Fetched:
    """Bring one record and what hangs on it. Raises Refused: `not_refreshable`, `record_gone`, and what the server may answer."""
    if not single.by_number and kind_of(single) is None:
        raise Refused("not_refreshable", what=single.table)
    found = Found(errand)
    with told(host(errand)), connected(errand) as sis, asking(sis, errand) as road:
        single = _with_id(sis, single) if single.by_number else single
        asked = kind_of(single)
        assert asked is not None
        if not found.look(road, single, asked):
            raise Refused("record_gone")
    return Fetched(found.files(errand), errand.known)


def _with_id(sis: PowerSchool, single: Single) -> Single:
    """The student with that number, by PowerSchool's own id. Raises Refused where there is none, or nobody may ask for numbers."""
    try:
        record = sis.numbered(single.key)
    except (AccessClosed, NotFound, Rejected):
        raise Refused("number_unknown") from None
    dcid = text(record.get("id")) if record is not None else None
    if dcid is None:
        raise Refused("record_gone")
    return replace(single, key=f"S{dcid}", by_number=False)


def kind_of(single: Single) -> tuple[Asked, ...] | None:
    """What is asked for a record; None for one that cannot be asked for by itself."""
    found = _ID.fullmatch(single.key)
    return KINDS.get((single.table, found[1])) if found else None


class Found:
    """Rows of single records on their way into the files of one delivery: a row that two records bring is one row."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._queries = {q.key: q for q in extended(errand.settings.get("extension_fields", ()))}
        self._rows: dict[str, dict[str, Row]] = {}

    def look(self, road: Asking, single: Single, asked: tuple[Asked, ...]) -> bool:
        """Ask for one record and what hangs on it. False, and nothing kept, where the record itself is gone."""
        first = road.rows(asked[0], single)
        if first is None or not first.rows:
            return False
        brought: list[tuple[str, Sequence[Row], list[Row]]] = [(asked[0].query, first.rows, [])]
        for question in asked[1:]:
            if question.spare and (not _comes(first.rows) or self._errand.known.get(guardians.QUERY) == guardians.STATE_CLOSED):
                continue
            if (answer := road.rows(question, single)) is not None:
                brought.append((question.query, answer.rows, list(_gone(question.query, answer, single))))
        for query, rows, gone in brought:
            self.keep(query, rows, gone)
        return True

    def keep(self, query: str, rows: Iterable[Row], gone: Iterable[Row] = ()) -> None:
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
            status = [STATUS] if query in WITH_STATUS else []
            sheets.write(path, [*self._queries[query].columns, *status], rows.values())
            made.append(Incoming(path.name, path))
        return tuple(made)


def _key(query: str, row: Row) -> str:
    """What tells the rows of a query apart: their DCID; who teaches a class has none, and may do so in two roles."""
    return row["dcid"] if query in _NUMBERED else "|".join(f"{c}={row[c]}" for c in sorted(row))


_NUMBERED = ("students", "staff", "classes", "class_student_roster", "courses", "terms", "locations")


def _comes(students: Iterable[Row]) -> bool:
    """Whether a student is one whose contacts count: who left keeps the guardians until the night."""
    return any(row.get("enroll_status") in TAKEN for row in students)


def _gone(query: str, told: Told, single: Single) -> Iterator[Row]:
    """Rows that Homeroom holds and PowerSchool has no longer, as removals by name."""
    held = single.hanging.get("enrollments", ())
    if query == "class_student_roster":
        yield from _gone_seats(told, held)
    elif query == "class_staff_roster":
        yield from _gone_teachers(told, held)
    elif query == guardians.QUERY:
        yield from _gone_contacts(told, single)


def _gone_contacts(told: Told, single: Single) -> Iterator[Row]:
    there = {f"G{r['person_id']}" for r in told.rows}
    for agent in single.itself.get("agentSourcedIds", "").split(","):
        if (found := re.fullmatch(r"G(\d+)", agent.strip())) and found[0] not in there:
            yield {"student_dcid": single.key[1:], "person_id": found[1], STATUS: GONE}


def _gone_seats(told: Told, held: Iterable[Row]) -> Iterator[Row]:
    there = {f"E{r['dcid']}" for r in told.rows} | told.silent
    for row in held:
        if row["sourcedId"] not in there and re.fullmatch(r"E\d+", row["sourcedId"]):
            yield {
                "dcid": row["sourcedId"][1:],
                "section_dcid": row["classSourcedId"][1:],
                "student_dcid": row["userSourcedId"][1:],
                "schoolid": row["schoolSourcedId"],
                STATUS: GONE,
            }


def _gone_teachers(told: Told, held: Iterable[Row]) -> Iterator[Row]:
    taught = {(r["section_dcid"], r["users_dcid"]) for r in told.rows}
    for row in held:
        found = _TEACHING.fullmatch(row["sourcedId"])
        if found and (found[1], found[2]) not in taught:
            yield {
                "section_dcid": found[1],
                "users_dcid": found[2],
                "schoolid": row["schoolSourcedId"],
                "is_lead": "0",
                STATUS: GONE,
            }
