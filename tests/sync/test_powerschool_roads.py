"""A district without Homeroom's plug-in, by each road: the same roster, and one record at a time out of it, under ids with a prefix too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Refused
from homeroom.roster.report import ImportReport
from homeroom.simulator.powerschool import packages
from homeroom.simulator.powerschool.plugin import Access
from homeroom.store.sources import Source
from homeroom.sync import by_hand, imports, noticing, pulling, schedule, sources
from homeroom.sync.house import opened
from homeroom.sync.refresh import Refreshed, refresh
from homeroom.sync.writing_back import write_back
from homeroom.systems.powerschool.plugin.package import Publisher, package
from homeroom.systems.powerschool.plugin.queries import BASE, queries
from homeroom.systems.powerschool.source.by_tables import key_of
from homeroom.systems.powerschool.source.here import columns_of
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood, settings

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
WAYS = {"queries": "", "tables": "sis2-", "v1": "V."}
"""Each road, and the prefix that the source's ids get."""


@dataclass
class Road:
    """One district that is fetched by one road."""

    way: str
    pinewood: Pinewood
    server: Caller
    clock: datetime = NOW

    @property
    def source(self) -> Source:
        (source,) = self.pinewood.house.stores.control.sources.of(SLUG)
        return source

    def id(self, key: Any) -> str:
        return WAYS[self.way] + str(key)

    def pull(self) -> ImportReport:
        house = self.pinewood.house
        return imports.run(house, SLUG, pulling.begin(house, SLUG, None, self.clock), now=self.clock)

    def refresh(self, table: str, key: str) -> Refreshed:
        return refresh(self.pinewood.house, SLUG, table, key, who="ada", now=self.clock)

    def told(self, *paths: str) -> ImportReport:
        """What PowerSchool tells of these records, followed."""
        house, begun = self.pinewood.house, list[int]()
        noticing.hear(house, self.source, " ".join(f"/ws/v1/{p}" for p in paths).encode(), self.clock)
        self.clock += timedelta(minutes=1)
        noticing.call_up(house, self.clock, lambda slug, number: begun.append(number))
        (number,) = begun
        return imports.run(house, SLUG, number, now=self.clock)

    def poll(self) -> ImportReport:
        begun: list[int] = []
        self.clock += timedelta(minutes=45)
        schedule.call_up(self.pinewood.house, self.clock, lambda slug, number: begun.append(number))
        (number,) = begun
        return imports.run(self.pinewood.house, SLUG, number, now=self.clock)

    def cell(self, table: str, key: Any, column: str) -> Any:
        found = self.pinewood.house.stores.roster(SLUG).record(table, self.id(key))
        return found.values[column] if found else None

    def records(self, table: str) -> dict[str, dict[str, Any]]:
        """The active records with the source's own ids."""
        before = WAYS[self.way]

        def sent(value: Any) -> Any:
            return ",".join(i.removeprefix(before) for i in value.split(",")) if isinstance(value, str) else value

        found = {}
        for row in self.pinewood.records(table).values():
            cells = {c: sent(row[c]) if c.endswith(("Id", "Ids")) else row[c] for c in catalogue()[table].columns}
            found[str(cells["sourcedId"])] = cells
        return found

    def edit(self, table: str, key: Any, **cells: Any) -> None:
        self.server.steer("change", {"do": "edit", "table": table, "key": key, "set": cells})


def added(pinewood: Pinewood, server: Caller, **more: Any) -> Source:
    plugin = server.world.plugin
    given = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.3} | more
    secrets = {"client_secret": plugin.client_secret}
    return sources.add(pinewood.house, SLUG, "powerschool", settings=given, secrets=secrets).source


def of_tables() -> dict[str, Access]:
    """The fields that the road by tables needs, without those of the optional packs."""
    touched = columns_of(q for q in queries().values() if q.pack == BASE)
    return {f"{t}.{c}": "ViewOnly" for t, columns in touched.items() for c in (*columns, key_of(t, {}))}


@contextmanager
def served(seed: int = 4) -> Iterator[Caller]:
    """A server that is open by every road."""
    with pretend(12, seed) as caller:
        caller.world.install(packages.read(package(Publisher(), ())))
        caller.world.plugin.fields = of_tables()
        yield caller


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Road]]:
    """The same PowerSchool three times over, each fetched by another road; its tests leave the roster as PowerSchool is."""
    with ExitStack() as stack:
        made = {}
        for way, prefix in WAYS.items():
            folder, server = tmp_path_factory.mktemp(way), stack.enter_context(served())
            house = stack.enter_context(opened(settings(folder / "data")))
            pinewood = Pinewood.founded(house, folder)
            source = added(pinewood, server, way=way, **({"id_prefix": prefix} if prefix else {}))
            house.stores.control.notices.open_door(source.id, "0" * 64, NOW)
            made[way] = Road(way, pinewood, server)
            first = made[way].pull()
            assert first.outcome in ("success", "success_with_row_issues"), first.reason
        yield made


@pytest.fixture
def road(request: pytest.FixtureRequest, roads: Mapping[str, Road]) -> Iterator[Road]:
    one = roads[request.param]
    yield one
    one.server.steer("faults", {"faults": []})


by_all = pytest.mark.parametrize("road", list(WAYS), indirect=True)
without_plug_in = pytest.mark.parametrize("road", ["tables", "v1"], indirect=True)
"""By queries the same is tested with the notices' door."""


def moved(tables: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {t: (r.added, r.updated, r.removed) for t, r in tables.items() if r.added or r.updated or r.removed}


def test_every_road_ends_in_the_same_roster(roads: Mapping[str, Road]) -> None:
    by_queries, by_tables, by_v1 = (roads[w] for w in WAYS)
    for table in ("orgs", "academicSessions", "courses", "classes", "users", "roles", "enrollments", "demographics"):
        expected = by_queries.records(table)
        assert expected or table == "roles"
        assert by_tables.records(table) == expected, table
    # v1 knows neither co-teachers, nor who works in the office alone, nor titles; students and guardians are the same to the last cell.
    for table, kept in (("users", ("student", "parent", "guardian", "relative")), ("enrollments", ("student",))):
        expected = {k: r for k, r in by_queries.records(table).items() if r["role"] in kept}
        assert {k: r for k, r in by_v1.records(table).items() if r["role"] in kept} == expected
    roles = [r["role"] for r in by_v1.records("users").values()]
    assert roles.count("parent") + roles.count("guardian") > 5
    assert by_v1.records("demographics") == by_queries.records("demographics")
    adults, all_ = by_v1.records("users"), by_queries.records("users")
    assert {k: r["orgSourcedIds"] for k, r in adults.items()} == {k: all_[k]["orgSourcedIds"] for k in adults}


@without_plug_in
def test_one_student_is_refreshed_with_classes_and_guardians_and_nobody_else(road: Road) -> None:
    sql = road.server.sql
    student, id, name, person = sql(
        "SELECT s.dcid, s.id, s.last_name, a.personid FROM students s JOIN studentcontactassoc a ON a.studentdcid = s.dcid "
        "JOIN studentcontactdetail d USING (studentcontactassocid) JOIN codeset c ON c.codesetid = d.relationshiptypecodesetid "
        "WHERE s.enroll_status = 0 AND d.isactive = 1 AND c.code IN ('Mother', 'Father') "
        "AND a.personid IN (SELECT personid FROM personemailaddressassoc) ORDER BY s.dcid DESC LIMIT 1"
    )[0]
    seat, section = sql(
        "SELECT dcid, sectionid FROM cc WHERE studentid = ? AND sectionid > 0 AND dateleft > '2026-12-01' LIMIT 1", id
    )[0]
    other, before = sql(
        "SELECT dcid, last_name FROM students WHERE enroll_status = 0 AND dcid <> ? ORDER BY dcid LIMIT 1", student
    )[0]
    for key in (student, other):
        road.edit("students", key, Last_Name="Renamed")
    road.edit("cc", seat, SectionID=-section)
    road.edit("person", person, FirstName="Another")
    done = road.refresh("users", road.id(f"S{student}"))
    assert done.report.outcome == "success", (done.report.reason, done.report.issue_counts)
    assert [(f.field, f.old, f.new) for f in done.changed] == [("familyName", name, "Renamed")]
    assert moved(done.report.tables) == {"users": (0, 2, 0), "enrollments": (0, 0, 1)}
    assert road.cell("users", f"G{person}", "givenName") == "Another"
    assert road.cell("enrollments", f"E{seat}", "status") == "tobedeleted"
    assert road.cell("users", f"S{other}", "familyName") == before
    again = road.refresh("users", road.id(f"S{student}"))
    assert (again.changed, again.also, again.report.revision_after) == ((), {}, done.report.revision_after)
    road.edit("students", other, Last_Name=before)
    road.edit("cc", seat, SectionID=section)
    back = road.told(f"section_enrollment/{seat}")
    assert (moved(back.tables), back.tables["enrollments"].restored) == ({}, 1)


@pytest.mark.parametrize("road", ["v1"], indirect=True)
def test_a_teacher_and_a_class_are_refreshed(road: Road) -> None:
    section, teacher, email = road.server.sql(
        "SELECT sec.dcid, ss.users_dcid, u.email_addr FROM sections sec JOIN schoolstaff ss ON ss.id = sec.teacher "
        "JOIN users u ON u.dcid = ss.users_dcid WHERE sec.termid >= 3600 AND ss.status = 1 ORDER BY 1 LIMIT 1"
    )[0]
    road.edit("users", teacher, Email_Addr="new@staff.example.org")
    road.edit("sections", section, Section_Number="77")
    one = road.refresh("users", road.id(f"T{teacher}"))
    assert [(f.field, f.old, f.new) for f in one.changed if f.field == "email"] == [("email", email, "new@staff.example.org")]
    assert one.also == {}
    two = road.refresh("classes", road.id(f"C{section}"))
    assert {f.field for f in two.changed} == {"title", "classCode"}
    assert two.also == {}


@by_all
def test_what_cannot_be_refreshed_changes_nothing(road: Road) -> None:
    (student,) = road.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    revision = road.pinewood.revision
    for fault, key, expected in (
        ([], "S999999999", "record_gone"),
        (["down"], f"S{student}", "connection"),
        (["truncate:1"], f"S{student}", "answer_broken"),
        (["500:1"], f"S{student}", "connection"),
    ):
        road.server.steer("faults", {"faults": fault})
        with pytest.raises(Refused) as refused:
            road.refresh("users", road.id(key))
        assert refused.value.reason == expected
    assert road.pinewood.revision == revision


@without_plug_in
def test_changes_by_day_are_followed_and_the_night_finds_nothing_new(road: Road) -> None:
    sql, house = road.server.sql, road.pinewood.house
    store = house.stores.roster(SLUG)
    student, section = sql(
        "SELECT s.dcid, se.dcid FROM students s JOIN sections se ON se.schoolid = s.schoolid WHERE s.enroll_status = 0 AND se.termid >= 3600 "
        "AND NOT EXISTS (SELECT 1 FROM cc WHERE cc.studentid = s.id AND abs(cc.sectionid) = se.id) ORDER BY 1, 2 LIMIT 1"
    )[0]
    (adult,) = sql(
        "SELECT users_dcid FROM schoolstaff WHERE status = 1 AND staffstatus = 1 AND schoolid > 0 ORDER BY dcid LIMIT 1"
    )[0]
    (course,) = sql(
        "SELECT c.dcid FROM courses c JOIN sections se ON se.course_number = c.course_number WHERE se.termid >= 3600 ORDER BY 1 LIMIT 1"
    )[0]
    (person,) = sql(
        "SELECT p.id FROM person p JOIN studentcontactassoc a ON a.personid = p.id JOIN studentcontactdetail d "
        "USING (studentcontactassocid) JOIN codeset c ON c.codesetid = d.relationshiptypecodesetid JOIN students s ON s.dcid = a.studentdcid "
        "WHERE s.enroll_status = 0 AND d.isactive = 1 AND c.code = 'Mother' AND p.id IN (SELECT personid FROM personemailaddressassoc) "
        "ORDER BY s.dcid DESC LIMIT 1"
    )[0]
    road.clock = road.clock.replace(hour=9) + timedelta(days=1)
    sources.change(house, SLUG, road.source.id, {"changes_application": "Homeroom", "every_minutes": 30})
    house.stores.control.errands.claim(road.source.id, road.clock)
    version = {"application": "Homeroom", "version": road.server.world.ledger.version, "import": None}
    known = house.stores.control.errands.known(road.source.id)
    house.stores.control.errands.remember(road.source.id, {**known, "changes": version | {"before": version["version"]}})
    road.edit("users", adult, Last_Name="Noticed")
    road.edit("courses", course, Course_Name="Told")
    road.edit("person", person, FirstName="Versioned")
    road.server.steer("change", {"do": "enroll", "student": student, "section": section})
    (seat,) = sql("SELECT max(dcid) FROM cc")[0]
    report = road.poll()
    assert (report.outcome, report.kind) == ("success", "change_notification"), (report.reason, report.issue_counts)
    assert moved(report.tables) == {
        "users": (0, 2, 0),
        "enrollments": (1, 0, 0),
        "courses": (0, 1, 0),
        "classes": (0, report.tables["classes"].updated, 0),
    }
    assert road.cell("users", f"T{adult}", "familyName") == "Noticed"
    assert road.cell("users", f"G{person}", "givenName") == "Versioned"
    assert road.cell("enrollments", f"E{seat}", "userSourcedId") == road.id(f"S{student}")
    count = len(store.imports.last(1000))
    assert road.poll().delivery is None
    assert len(store.imports.last(1000)) == count
    sources.change(house, SLUG, road.source.id, {"changes_application": None, "every_minutes": None})
    road.server.steer("change", {"do": "drop_class", "student": student, "section": section})
    (member,) = sql("SELECT dcid FROM schoolstaff WHERE users_dcid = ? AND status = 1 ORDER BY 1 LIMIT 1", adult)[0]
    road.edit("users", adult, Last_Name="Again")
    report = road.told(f"section_enrollment/{seat}", f"staff/{member}", "student/999999999")
    assert moved(report.tables) == {"users": (0, 1, 0), "enrollments": (0, 0, 1)}
    assert moved(road.pull().tables) == {}


def test_closed_contacts_leave_guardians_alone_in_the_roster(roads: Mapping[str, Road]) -> None:
    road = roads["v1"]
    (student,) = road.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    before = road.records("users")
    road.edit("students", student, Last_Name="Alone")
    road.server.steer("faults", {"faults": ["contactsclosed"]})
    try:
        report = road.pull()
        assert moved(report.tables) == {"users": (0, 1, 0)}, report.reason
        assert report.issue_counts["contacts-absent"] == 1
        road.edit("students", student, Last_Name=before[f"S{student}"]["familyName"])
        assert moved(road.refresh("users", road.id(f"S{student}")).report.tables) == {"users": (0, 1, 0)}
    finally:
        road.server.steer("faults", {"faults": []})
    assert road.records("users") == before
    told = [r for r in road.pinewood.house.stores.control.audit.last(50, SLUG) if r.action == "source-way-changed"]
    assert told[0].detail["guardians"] == "closed"


def test_several_instances_are_told_apart(tmp_path: Path) -> None:
    """Two PowerSchools with the same numbers for other people, and a third that was saved before anybody could connect it."""
    with served() as server, served(seed=5) as west, opened(settings(tmp_path / "data")) as house:
        pinewood = Pinewood.founded(house, tmp_path)
        store = house.stores.roster(SLUG)
        first = added(pinewood, server)
        second = added(pinewood, west, way="tables", id_prefix="west-")
        third = added(pinewood, west, way="v1", id_prefix="east-", url="http://127.0.0.1:9")
        house.stores.control.notices.open_door(second.id, "0" * 64, NOW)

        def pull(source: Source) -> ImportReport:
            return imports.run(house, SLUG, pulling.begin(house, SLUG, source.id, NOW), now=NOW)

        for source in (first, second):
            assert pull(source).outcome in ("success", "success_with_row_issues")
        failed = pull(third)
        assert (failed.outcome, failed.reason.code if failed.reason else None) == ("failed", "connection")
        (dcid, last_name), *_ = west.sql(
            "SELECT dcid, last_name FROM students WHERE enroll_status = 0 AND dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
        )
        mine, theirs = store.record("users", f"S{dcid}"), store.record("users", f"west-S{dcid}")
        assert mine is not None
        assert theirs is not None
        assert (mine.source, theirs.source, theirs.values["familyName"]) == (first.id, second.id, last_name)

        west.steer("change", {"do": "edit", "table": "students", "key": dcid, "set": {"Last_Name": "Westerly"}})
        done = refresh(house, SLUG, "users", f"west-S{dcid}", who="ada", now=NOW)
        assert [(f.field, f.old, f.new) for f in done.changed] == [("familyName", last_name, "Westerly")]
        assert (done.report.source, moved(done.report.tables)) == (second.id, {"users": (0, 1, 0)})
        assert store.record("users", f"S{dcid}") == mine

        west.steer("change", {"do": "edit", "table": "students", "key": dcid, "set": {"Last_Name": "Noticed"}})
        begun: list[int] = []
        noticing.hear(house, second, f"/ws/v1/student/{dcid}".encode(), NOW)
        noticing.call_up(house, NOW + timedelta(minutes=1), lambda slug, number: begun.append(number))
        report = imports.run(house, SLUG, begun[0], now=NOW)
        assert (report.source, moved(report.tables)) == (second.id, {"users": (0, 1, 0)})
        assert store.record("users", f"S{dcid}") == mine

        sources.change(house, SLUG, third.id, {"url": west.world.url})
        connected = pull(third)
        assert connected.outcome in ("success", "success_with_row_issues"), connected.reason
        found = store.record("users", f"east-S{dcid}")
        assert found is not None
        assert (found.source, found.values["familyName"]) == (third.id, "Noticed")
        west.steer(
            "change",
            {
                "do": "new_student",
                "school": int(str(found.values["orgSourcedIds"]).removeprefix("east-")),
                "grade": 3,
                "last_name": "Newly",
            },
        )
        (new,) = west.sql("SELECT max(dcid) FROM students")[0]
        came = refresh(house, SLUG, "users", f"east-S{new}", who="ada", now=NOW)  # whoever nobody holds is the prefix's
        assert ("status", None, "active") in [(f.field, f.old, f.new) for f in came.changed]
        assert came.report.source == third.id

        # What a person says of one is written to that one's PowerSchool, under its own number.
        for key in (f"S{dcid}", f"west-S{dcid}"):
            by_hand.correct(house, SLUG, "users", key, "familyName", key, why=None, who="ada", now=NOW)
        for source, key in ((first, f"S{dcid}"), (second, f"west-S{dcid}")):
            dry = write_back(house, SLUG, None, source=source.id, dry_run=True, who="ada", now=lambda: NOW)
            (sent,) = dry.calls[0].body["students"]["student"]
            assert (sent["id"], sent["name"]) == (str(dcid), {"last_name": key})
        number = theirs.values["identifier"]
        sheet = tmp_path / "students.csv"
        sheet.write_text(f"local_id,phones.main.number\n{number},555-0100\n", encoding="utf-8")
        west.call("DELETE", "/__simulator/log")
        told = write_back(house, SLUG, sheet, source=second.id, dry_run=True, who="ada", now=lambda: NOW)
        assert told.calls[0].body["students"]["student"][0]["id"] == str(dcid)
        assert west.get("/__simulator/log")["calls"] == []  # the roster knows the student with that number
