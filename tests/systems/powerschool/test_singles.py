"""One record by each road: by tables what the queries say of it, by v1 as much of that as v1 knows; and what is not there any more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from homeroom.roster.faults import Refused
from homeroom.simulator.powerschool import packages
from homeroom.simulator.powerschool.plugin import Access
from homeroom.systems.fetching import Errand, Single
from homeroom.systems.powerschool import source
from homeroom.systems.powerschool.client import BrokenAnswer, PowerSchool
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.package import Publisher, package
from homeroom.systems.powerschool.plugin.queries import packs, queries
from homeroom.systems.powerschool.source.ask_tables import Tables
from homeroom.systems.powerschool.source.by_tables import key_of
from homeroom.systems.powerschool.source.here import columns_of
from homeroom.systems.powerschool.source.table_plans import PLANS
from homeroom.systems.powerschool.source.told import Asked
from homeroom.systems.reach import Reach
from pretend import Caller, pretend

HERE = Reach(names=frozenset({"127.0.0.1"}))
"""The pretend server stands on this machine, and no operator has to be asked."""
OWN = ["students.u_students_extension.preferredname"]
Files = dict[str, list[dict[str, str]]]
KNOWN_BY_V1 = {
    "general-ed-students.csv": ("dcid", "student_number", "first_name", "last_name", "schoolid", "grade_level", "enroll_status", "email", "dob"),
    "class-student-roster.csv": ("dcid", "section_dcid", "student_dcid", "schoolid", "dateenrolled", "dateleft", "status"),
    "classes.csv": ("dcid", "schoolid", "course_number", "course_name", "section_number", "termid"),
    "staff.csv": ("dcid", "teachernumber", "first_name", "last_name", "email_addr", "teacherloginid"),
    "staff-locations.csv": ("users_dcid", "schoolid", "staffstatus"),
    "guardians.csv": tuple(queries()["guardians"].columns),
}  # fmt: skip
"""The columns of each file that v1 fills as the queries do."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(12) as caller:
        caller.world.install(packages.read(package(Publisher(), packs()[1:], own=OWN)))
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    fields = shared.world.plugin.fields
    shared.world.plugin.fields = None
    yield shared
    shared.world.plugin.fields = fields
    shared.steer("faults", {"faults": []})


class Asker:
    """Asks for single records, each in a folder of its own."""

    def __init__(self, server: Caller, folder: Path) -> None:
        self.server, self.folder, self.count = server, folder, 0

    def errand(self, way: str, **known: Any) -> Errand:
        self.count += 1
        folder, plugin = self.folder / str(self.count), self.server.world.plugin
        folder.mkdir()
        today = datetime.fromisoformat(f"{self.server.world.today}T10:00").replace(tzinfo=ZoneInfo(self.server.world.zone))
        given = {"url": self.server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.3, "extension_fields": OWN}
        secret = {"client_secret": plugin.client_secret}
        return Errand(given, secret, {"way": way} | known, folder, today, 0.0, lambda step: None, reach=HERE)

    def one(self, way: str, single: Single, **known: Any) -> Files:
        found = {}
        for file in source.one(self.errand(way, **known), single).files:
            with file.path.open(encoding="utf-8", newline="") as stream:
                found[file.name] = sorted(csv.DictReader(stream), key=lambda r: sorted(r.items()))
        return found


@pytest.fixture
def asker(server: Caller, tmp_path: Path) -> Asker:
    return Asker(server, tmp_path)


def held(server: Caller, column: str, dcid: int) -> Single:
    """A student or class as Homeroom holds it after a pull, as far as its class enrollments go."""
    seats = server.sql(
        f"SELECT cc.dcid, se.dcid, st.dcid, cc.schoolid FROM cc JOIN students st ON st.id = cc.studentid JOIN sections se ON se.id = cc.sectionid "
        f"WHERE {column} = ? AND cc.dateleft > ? AND cc.dateleft > cc.dateenrolled AND cc.termid >= 3600",
        dcid,
        server.world.today,
    )
    rows = tuple(
        {"sourcedId": f"E{e}", "classSourcedId": f"C{c}", "userSourcedId": f"S{s}", "schoolSourcedId": f"{number}"}
        for e, c, s, number in seats
    )
    table, letter = ("users", "S") if column == "st.dcid" else ("classes", "C")
    return Single(table, f"{letter}{dcid}", {}, {"enrollments": rows})


def granted(but: str) -> dict[str, Access]:
    """Every field of the road by tables, but for those that begin so."""
    touched = columns_of(extended(OWN))
    fields = {f"{t}.{c}" for t, columns in touched.items() for c in (*columns, key_of(t, {"u_students_extension": "students"}))}
    return {f: "ViewOnly" for f in fields if not f.startswith(but)}


def only(files: Files, columns: dict[str, tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    return {name: sorted(tuple(r[c] for c in columns[name]) for r in rows) for name, rows in files.items() if name in columns}


def test_each_students_rows_are_the_same_by_every_road(asker: Asker) -> None:
    students = [k for (k,) in asker.server.sql("SELECT dcid FROM students WHERE enroll_status IN (0, -1) ORDER BY dcid")]
    guardians = 0
    for dcid in students[:8]:
        single = held(asker.server, "st.dcid", dcid)
        expected = asker.one("queries", single)
        assert asker.one("tables", single) == expected
        assert only(asker.one("v1", single), KNOWN_BY_V1) == only(expected, KNOWN_BY_V1)
        guardians += len(expected["guardians.csv"])
    assert guardians > 4


def test_adults_and_classes_are_the_same_by_every_road(asker: Asker) -> None:
    sql = asker.server.sql
    several = sql(
        "SELECT users_dcid FROM schoolstaff WHERE status = 1 AND staffstatus IN (1, 2) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3"
    )
    office = sql(
        "SELECT users_dcid FROM schoolstaff WHERE schoolid = 0 AND users_dcid IN (SELECT users_dcid FROM schoolstaff WHERE schoolid > 0) LIMIT 1"
    )
    for (dcid,) in {*several, *office}:
        single = Single("users", f"T{dcid}")
        expected = asker.one("queries", single)
        assert asker.one("tables", single) == expected
        assert only(asker.one("v1", single), KNOWN_BY_V1) == only(expected, KNOWN_BY_V1)
    shared_course = sql(
        "SELECT se.dcid FROM sections se JOIN sectionteacher st ON st.sectionid = se.id WHERE se.termid >= 3600 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
    )
    for (dcid,) in shared_course:
        single = held(asker.server, "se.dcid", dcid)
        expected = asker.one("queries", single)
        assert asker.one("tables", single) == expected
        ours = asker.one("v1", single)
        assert only(ours, KNOWN_BY_V1) == only(expected, KNOWN_BY_V1)
        leads = [(r["section_dcid"], r["users_dcid"]) for r in expected["class-staff-roster.csv"] if r["is_lead"] == "1"]
        assert [(r["section_dcid"], r["users_dcid"]) for r in ours["class-staff-roster.csv"]] == leads


@pytest.mark.parametrize("way", ["queries", "tables", "v1"])
def test_what_is_not_there_any_more_is_told_by_name(asker: Asker, way: str) -> None:
    student, seat, section = asker.server.sql(
        "SELECT st.dcid, cc.dcid, cc.sectionid FROM cc JOIN students st ON st.id = cc.studentid WHERE st.enroll_status = 0 AND cc.sectionid > 0 "
        "AND cc.dateleft > ? AND cc.termid >= 3600 ORDER BY st.dcid LIMIT 1",
        asker.server.world.today,
    )[0]
    single = held(asker.server, "st.dcid", student)
    single = Single(single.table, single.key, {"agentSourcedIds": "G999999999,C-1-x"}, single.hanging)
    asker.server.steer("change", {"do": "edit", "table": "cc", "key": seat, "set": {"SectionID": -section}})
    try:
        files = asker.one(way, single)
    finally:
        asker.server.steer("change", {"do": "edit", "table": "cc", "key": seat, "set": {"SectionID": section}})
    assert [r["dcid"] for r in files["class-student-roster.csv"] if r["status"] == "tobedeleted"] == [str(seat)]
    assert [r["person_id"] for r in files["guardians.csv"] if r["status"] == "tobedeleted"] == ["999999999"]
    with pytest.raises(Refused) as refused:
        asker.one(way, Single("users", "S999999999"))
    assert refused.value.reason == "record_gone"


def test_a_seat_that_v1_does_not_show_is_left_to_the_night(asker: Asker) -> None:
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    single = held(asker.server, "st.dcid", student)
    unseen = {"sourcedId": "E999999999", "classSourcedId": "C1", "userSourcedId": f"S{student}", "schoolSourcedId": "1"}
    files = asker.one("v1", Single("users", f"S{student}", {}, {"enrollments": (*single.hanging["enrollments"], unseen)}))
    assert not [r for r in files["class-student-roster.csv"] if r["status"]]


def test_whoever_left_has_no_class_and_keeps_the_guardians_until_the_night(asker: Asker) -> None:
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    before = held(asker.server, "st.dcid", student)
    single = Single("users", f"S{student}", {"agentSourcedIds": "G1"}, before.hanging)
    asker.server.steer("change", {"do": "edit", "table": "students", "key": student, "set": {"Enroll_Status": 2}})
    try:
        for way in ("queries", "tables", "v1"):
            files = asker.one(way, single)
            assert [r["enroll_status"] for r in files["general-ed-students.csv"]] == ["2"]
            gone = {f"E{r['dcid']}" for r in files["class-student-roster.csv"] if r["status"] == "tobedeleted"}
            assert gone == {r["sourcedId"] for r in before.hanging["enrollments"]}
            assert "guardians.csv" not in files
    finally:
        asker.server.steer("change", {"do": "edit", "table": "students", "key": student, "set": {"Enroll_Status": 0}})


@pytest.mark.parametrize("way", ["tables", "v1"])
def test_contacts_that_are_closed_say_nothing_of_guardians(asker: Asker, way: str) -> None:
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    asker.server.world.plugin.fields = granted(but="person.")
    single = Single("users", f"S{student}", {"agentSourcedIds": "G1"})
    assert [r["person_id"] for r in asker.one(way, single)["guardians.csv"] if r["status"] == "tobedeleted"] == ["1"]
    asker.server.steer("faults", {"faults": ["contactsclosed"]})
    assert "guardians.csv" not in asker.one(way, single)
    asker.server.steer("faults", {"faults": []})
    assert "guardians.csv" not in asker.one(way, single, guardians="closed")  # as the last round found it


def test_the_mark_of_the_legal_guardian_is_not_done_without(asker: Asker) -> None:
    """Where it came at night, a student without it would lose guardians."""
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    world = asker.server.world
    installed, single = dict(world.installed), Single("users", f"S{student}")
    assert "legal-guardians.csv" in asker.one("queries", single)
    try:
        world.installed = {n: q for n, q in installed.items() if "legal" not in n}
        assert "legal-guardians.csv" not in asker.one("queries", single)
        with pytest.raises(Refused) as refused:
            asker.one("queries", single, files=["legal-guardians.csv"])
        assert refused.value.reason == "query_missing"
        world.plugin.fields = granted(but="studentcontactassoccorefields.legalguardian")
        assert "legal-guardians.csv" not in asker.one("tables", single)
        with pytest.raises(Refused) as refused:
            asker.one("tables", single, files=["legal-guardians.csv"])
        assert refused.value.reason == "fields_missing"
    finally:
        world.installed = installed


@pytest.mark.parametrize("fault", ["503:2", "truncate:2", "html:2", "emptybody:2", "drop:2", "500:2"])
@pytest.mark.parametrize("way", ["tables", "v1"])
def test_no_fault_of_the_server_is_an_answer(asker: Asker, way: str, fault: str) -> None:
    """Every second call fails: either the rows are those of a healthy server, or nothing is brought."""
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    single = held(asker.server, "st.dcid", student)
    healthy = asker.one(way, single)
    asker.server.steer("faults", {"faults": [fault]})
    struck: Files | str | None
    try:
        struck = asker.one(way, single)
    except Refused as refused:
        struck = refused.reason
    assert struck in (healthy, "connection", "answer_broken")


class WithoutLists(httpx2.BaseTransport):
    """A way to the server on which filters with lists of values are not what they are to the pretend server."""

    def __init__(self, answer: str) -> None:
        self.answer, self.inner = answer, httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if "==(" not in str(request.url):
            return self.inner.handle_request(request)
        if self.answer == "refuses":
            return httpx2.Response(400, json={"message": "Invalid value"})
        if self.answer == "finds nothing":
            return httpx2.Response(200, json={"@extensions": ""})
        others = [part for part in request.url.params["q"].split(";") if "==(" not in part]
        request.url = request.url.copy_remove_param("q")
        if others:
            request.url = request.url.copy_set_param("q", ";".join(others))
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize("answer", ["refuses", "finds nothing", "does not heed"])
def test_whether_tables_know_lists_in_filters_takes_no_row_away(asker: Asker, answer: str) -> None:
    """It was never published; of a server that does not, rows are asked for one by one, or it is a broken answer."""
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    expected = [r for r in asker.one("queries", Single("users", f"S{student}"))["class-student-roster.csv"] if not r["status"]]
    errand, plugin = asker.errand("tables"), asker.server.world.plugin
    made = {q.key: q for q in extended(OWN)}
    with (
        PowerSchool(asker.server.world.url, plugin.client_id, plugin.client_secret, transport=WithoutLists(answer)) as sis,
        Tables.opened(sis, errand, made) as tables,
    ):
        question = Asked("class_student_roster", "student")
        if answer == "does not heed":
            with pytest.raises(BrokenAnswer, match="filter"):
                tables.rows(question, Single("users", f"S{student}"))
            return
        told = tables.rows(question, Single("users", f"S{student}"))
    assert told is not None
    assert sorted(r["dcid"] for r in told.rows) == sorted(r["dcid"] for r in expected)


def test_a_plan_reads_the_tables_of_its_query_and_no_other() -> None:
    for (query, _), steps in PLANS.items():
        assert {s.table for s in steps} == set(columns_of([queries()[query]])), query
        for number, step in enumerate(steps):
            for place in step.of:
                table, _, column = place.partition(".")
                assert table in {s.table for s in steps[:number]}, (query, step)
                assert column in columns_of([queries()[query]])[table], (query, step)


def test_the_road_is_that_of_the_last_round_or_of_the_setting(asker: Asker) -> None:
    (student,) = asker.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    single = Single("users", f"S{student}")

    def asked(errand: Errand) -> set[str]:
        asker.server.call("DELETE", "/__simulator/log")
        source.one(errand, single)
        paths = [c["path"] for c in asker.server.get("/__simulator/log")["calls"]]
        return {
            word for word in ("/ws/schema/query/org", "/ws/schema/table/", "/ws/v1/student/") if any(word in p for p in paths)
        }

    for way, expected in (("queries", "/ws/schema/query/org"), ("tables", "/ws/schema/table/"), ("v1", "/ws/v1/student/")):
        assert asked(asker.errand(way)) == {expected}
    unknown = asker.errand("")
    assert asked(Errand(unknown.settings, unknown.secrets, {}, unknown.folder, unknown.now, 0.0, unknown.tell, reach=HERE)) == {
        "/ws/schema/query/org"
    }
    narrower = asker.errand("queries")
    settings = {**narrower.settings, "way": "v1"}
    with pytest.raises(Refused) as refused:
        source.one(
            Errand(settings, narrower.secrets, narrower.known, narrower.folder, narrower.now, 0.0, narrower.tell, reach=HERE),
            single,
        )
    assert refused.value.reason == "way_narrower"
