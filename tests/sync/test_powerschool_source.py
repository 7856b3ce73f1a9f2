"""A district connected by PowerSchool's API, from preflight to roster, and every fault of the server on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from connected import NOW, active, added, pull, source_of
from e2e.files import district
from homeroom.roster.faults import Misuse, Refused
from homeroom.simulator.powerschool import packages
from homeroom.sync import pulling, reading_back, sources, taking_over
from homeroom.sync.house import opened
from homeroom.sync.refresh import refresh
from homeroom.systems.powerschool.plugin.package import Publisher, package
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood, settings

OWN = ["schools.u_schools_extension.ignoreforintegration"]
"""The field by which a school steps out."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(60) as caller:
        caller.world.install(packages.read(package(Publisher(), ("legal-guardian",))))
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.steer("faults", {"faults": []})


@pytest.fixture(scope="module")
def pulled(shared: Caller, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """The district after its first pull; its tests leave PowerSchool and source as they found them, and the roster at any revision."""
    folder = tmp_path_factory.mktemp("pulled")
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        added(pinewood, shared)
        pull(pinewood)
        yield pinewood


def test_the_roster_is_what_powerschool_holds(pinewoods: Pinewood, server: Caller) -> None:
    added(pinewoods, server)
    report = pull(pinewoods)
    assert report.outcome in ("success", "success_with_row_issues"), report.reason
    assert report.layouts is not None
    assert report.layouts.set == "powerschool-api"
    assert not [f for f in report.files if f.refused], report.issue_counts
    # A term's last day is in it, and a seat ends on the day after its last one.
    assert "outside-term" not in report.issue_counts
    # Homeroom asked for these columns itself: what no layout takes of them is nothing that the district could leave out.
    assert "column-unused" not in report.issue_counts
    (year,) = [r for k, r in pinewoods.records("academicSessions").items() if k == "103-3600"]
    ((last,),) = server.sql("SELECT lastday FROM terms WHERE id = 3600 AND schoolid = 103")
    assert year["endDate"] == str(date.fromisoformat(last) + timedelta(days=1))
    counts = active(pinewoods)
    one = server.sql
    assert counts["orgs"] == one("SELECT count(*) FROM schools WHERE school_number NOT IN (0, 999999)")[0][0] + 1
    assert counts["classes"] == one("SELECT count(*) FROM sections WHERE termid BETWEEN 3600 AND 3699")[0][0]
    assert counts["demographics"] == one("SELECT count(*) FROM students WHERE enroll_status IN (0, -1)")[0][0]
    ((dcid, begun, ended),) = one("SELECT dcid, entrydate, exitdate FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")
    assert json.loads(pinewoods.records("users")[f"S{dcid}"]["metadata"]) == {"entryDate": begun, "exitDate": ended}
    ((number, high),) = one("SELECT school_number, high_grade FROM schools WHERE low_grade = 0 AND high_grade > 0 LIMIT 1")
    told = json.loads(pinewoods.records("orgs")[str(number)]["metadata"])
    assert (told["lowGrade"], told["highGrade"]) == ("KG", f"{high:02d}")
    again = pull(pinewoods)
    assert (again.revision_after, {t: r for t, r in again.tables.items() if r.added or r.updated or r.removed}) == (1, {})


def test_mixed_faults_end_in_the_same_roster_as_a_clean_pull(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    server.steer(
        "faults", {"faults": ["429:13", "500:17", "503:19", "html:23", "emptybody:29", "truncate:31", "drop:37", "expire:7"]}
    )
    struck = pull(pinewood)
    assert struck.outcome != "failed", struck.reason
    server.steer("faults", {"faults": []})
    clean = pull(pinewood)
    assert clean.revision_after == 1
    assert not [t for t in clean.tables.values() if t.added or t.updated or t.removed]


@pytest.fixture(scope="module")
def ticked() -> Iterator[Caller]:
    """A server whose plug-in brings the district's own field of schools."""
    with pretend(300) as caller:
        caller.world.install(packages.read(package(Publisher(), own=OWN)))
        yield caller


def out_of(server: Caller) -> set[str]:
    ticked = server.sql(
        "SELECT s.school_number FROM schools s JOIN u_schools_extension x ON x.schoolsdcid = s.dcid WHERE x.ignoreforintegration = 1"
    )
    return {str(number) for (number,) in ticked}


def test_a_school_that_is_ticked_in_powerschool_steps_out_and_students_go_by_their_number(
    pinewoods: Pinewood, ticked: Caller
) -> None:
    added(pinewoods, ticked, student_id="student_number", extension_fields=OWN)
    report = pull(pinewoods)
    out = out_of(ticked)
    assert out
    assert {(s.school, s.by, s.rule) for s in report.skipped} == {(school, "column", "IgnoreForIntegration") for school in out}
    assert not out & {str(r["sourcedId"]) for r in reading_back.rows(pinewoods.house, SLUG, "orgs", None)}
    students = {str(r["sourcedId"]) for r in reading_back.rows(pinewoods.house, SLUG, "users", "role = 'student'")}
    wanted = ticked.sql("SELECT student_number, schoolid FROM students WHERE enroll_status IN (0, -1)")
    assert students == {str(number) for number, school in wanted if str(school) not in out}
    enrolled = reading_back.rows(pinewoods.house, SLUG, "enrollments", "role = 'student'")
    assert {str(r["userSourcedId"]) for r in enrolled} <= students
    # A clerk takes one tick away: the school steps in, and its people come.
    ((dcid, number),) = ticked.sql(
        "SELECT s.dcid, s.school_number FROM schools s JOIN u_schools_extension x ON x.schoolsdcid = s.dcid "
        "WHERE x.ignoreforintegration = 1 ORDER BY 1 LIMIT 1"
    )
    ticked.steer("change", {"do": "edit", "table": "u_schools_extension", "key": dcid, "set": {"IgnoreForIntegration": 0}})
    again = pull(pinewoods)
    assert {s.school for s in again.skipped} == out - {str(number)}
    assert again.tables["orgs"].added == 1
    ticked.steer("change", {"do": "edit", "table": "u_schools_extension", "key": dcid, "set": {"IgnoreForIntegration": 1}})


FAULTS = [
    ("503:1", "connection"), ("500:1", "connection"), ("429:1", "connection"), ("html:1", "connection"), ("down", "connection"), ("drop:1", "connection"),
    ("truncate:1", "answer_broken"), ("emptybody:1", "answer_broken"),
]  # fmt: skip


def test_a_source_is_saved_before_all_is_known_and_says_what_it_waits_for(pinewood: Pinewood) -> None:
    settings = {"url": "https://powerschool.example", "client_id": "5b3f6c1e"}
    source = sources.add(pinewood.house, SLUG, "powerschool", settings=settings).source
    waiting = pull(pinewood).reason
    assert waiting is not None
    assert (waiting.code, waiting.message) == ("not_connected_yet", "The source has no client secret yet.")
    with pytest.raises(pulling.NotReached, match="has no client secret yet"):
        pulling.look(pinewood.house, SLUG, source.id, NOW)


def test_a_server_that_fails_for_good_changes_nothing(pulled: Pinewood, server: Caller) -> None:
    source = source_of(pulled)
    before, revision = active(pulled), pulled.revision
    for fault, expected in FAULTS:
        server.steer("faults", {"faults": [fault]})
        report = pull(pulled)
        assert (report.outcome, report.reason.code if report.reason else None) == ("failed", expected), fault
    server.steer("faults", {"faults": []})
    sources.set_secrets(pulled.house, SLUG, source.id, {"client_secret": "wrong"})
    refused = pull(pulled).reason
    assert refused is not None
    assert refused.code == "credentials"
    assert "/oauth" not in refused.message + refused.remedy, "the sentence is for people"
    assert "401" not in refused.message
    assert "(/oauth/access_token, status 401)" in (refused.detail or ""), "what an engineer asks for stands beside it"
    with pytest.raises(pulling.NotReached, match="does not take the client id and secret") as tested:
        pulling.look(pulled.house, SLUG, source.id, NOW)
    assert (str(tested.value).count("/oauth"), tested.value.detail) == (0, refused.detail)
    sources.set_secrets(pulled.house, SLUG, source.id, {"client_secret": server.world.plugin.client_secret})
    plugin = server.world.plugin
    granted, installed = plugin.fields, dict(server.world.installed)
    try:
        assert granted is not None
        plugin.fields = {f: a for f, a in granted.items() if f not in ("students.dob", "person.id")}
        said = str(pull(pulled).reason)
        assert (
            '<field table="STUDENTS" field="DOB" access="ViewOnly"/>' in said
            or '<field table="PERSON" field="ID" access="ViewOnly"/>' in said
        )
        plugin.fields = granted
        server.world.installed = {n: q for n, q in installed.items() if not n.endswith(".students")}
        assert "query_missing" in str(pull(pulled).reason)
        server.world.installed = {n: q for n, q in installed.items() if "legal" not in n}
        assert "query_missing" in str(pull(pulled).reason)  # it answered last time: missing is not empty
        server.world.installed = installed
        plugin.enabled = False
        assert "credentials" in str(pull(pulled).reason)
    finally:
        plugin.enabled, plugin.fields, server.world.installed = True, granted, installed
    assert active(pulled) == before
    assert pulled.revision == revision


def test_preflight_names_what_is_missing_and_what_to_do(pulled: Pinewood, server: Caller) -> None:
    source = source_of(pulled)
    seen = pulling.look(pulled.house, SLUG, source.id, NOW)
    assert (seen["v1"], seen["missing_queries"], seen["missing_fields"], seen["to_do"]) == ("open", [], [], [])
    assert seen["rows"]["students"] > 40
    plugin, installed = server.world.plugin, dict(server.world.installed)
    granted = plugin.fields
    try:
        assert granted is not None
        plugin.fields = {f: a for f, a in granted.items() if f != "students.dob"}
        server.world.installed = {n: q for n, q in installed.items() if not n.endswith(".classes")}
        server.steer("faults", {"faults": ["v1closed"]})
        seen = pulling.look(pulled.house, SLUG, source.id, NOW)
    finally:
        plugin.fields, server.world.installed = granted, installed
    assert seen["v1"] == "closed"
    assert seen["missing_queries"] == ["org.homeroom.connect.roster.classes"]
    assert seen["missing_fields"] == ['<field table="STUDENTS" field="DOB" access="ViewOnly"/>']
    assert len(seen["to_do"]) == 3


def edit(server: Caller, table: str, key: int, **cells: Any) -> None:
    """A clerk's change in PowerSchool."""
    server.steer("change", {"do": "edit", "table": table, "key": key, "set": cells})


def test_one_student_is_refreshed_and_only_what_hangs_on_it_moves(pinewoods: Pinewood, server: Caller) -> None:
    added(pinewoods, server)
    pull(pinewoods)
    house, store = pinewoods.house, pinewoods.house.stores.roster(SLUG)
    (dcid, id, last_name) = server.sql(
        "SELECT dcid, id, last_name FROM students WHERE enroll_status = 0 ORDER BY dcid DESC LIMIT 1"
    )[0]
    (dropped, section) = server.sql(
        "SELECT dcid, sectionid FROM cc WHERE studentid = ? AND sectionid > 0 AND dateleft > '2026-12-01' LIMIT 1", id
    )[0]
    other = server.sql("SELECT dcid, last_name FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")[0]
    try:
        for key in (dcid, other[0]):
            edit(server, "students", key, Last_Name="Renamed")
        edit(server, "cc", dropped, SectionID=-section)
        done = refresh(house, SLUG, "users", f"S{dcid}", who="ada", now=NOW)
        assert done.report.outcome == "success", done.report.reason
        assert [(f.field, f.old, f.new) for f in done.changed] == [("familyName", last_name, "Renamed")]
        assert {t: (r.added, r.updated, r.removed) for t, r in done.also.items()} == {"enrollments": (0, 0, 1)}
        gone = store.record("enrollments", f"E{dropped}")
        assert gone is not None
        assert gone.values["status"] == "tobedeleted"
        untouched = store.record("users", f"S{other[0]}")
        assert untouched is not None
        assert untouched.values["familyName"] == other[1]
        again = refresh(house, SLUG, "users", f"S{dcid}", who="ada", now=NOW)
        assert (again.changed, again.also, again.report.revision_after) == ((), {}, 2)
    finally:
        edit(server, "students", dcid, Last_Name=last_name)
        edit(server, "students", other[0], Last_Name=other[1])
        edit(server, "cc", dropped, SectionID=section)


def test_a_refreshed_student_is_nothing_new_at_night_and_may_leave_and_come_back(pulled: Pinewood, server: Caller) -> None:
    house = pulled.house
    pair = server.sql("SELECT dcid, last_name FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 2")
    (dcid, last_name), other = pair
    pull(pulled)
    try:
        for key in (dcid, other[0]):
            edit(server, "students", key, Last_Name="Renamed")
        assert len(refresh(house, SLUG, "users", f"S{dcid}", who="ada", now=NOW).changed) == 1
        # The next night brings the others' changes and finds nothing new of this one.
        assert pull(pulled).tables["users"].updated == 1
        # Whoever left the district is removed, and comes back as the same record.
        edit(server, "students", dcid, Enroll_Status=2)
        left = refresh(house, SLUG, "users", f"S{dcid}", who="ada", now=NOW)
        assert [(f.field, f.old, f.new) for f in left.changed] == [("status", "active", "tobedeleted")]
        edit(server, "students", dcid, Enroll_Status=0)
        back = refresh(house, SLUG, "users", f"S{dcid}", who="ada", now=NOW)
        assert ("status", "tobedeleted", "active") in [(f.field, f.old, f.new) for f in back.changed]
    finally:
        edit(server, "students", dcid, Last_Name=last_name, Enroll_Status=0)
        edit(server, "students", other[0], Last_Name=other[1])


def test_a_student_who_goes_by_a_number_is_refreshed_by_it_and_so_is_one_who_is_new(pinewood: Pinewood, server: Caller) -> None:
    ((dcid, id, number, name),) = server.sql(
        "SELECT dcid, id, student_number, first_name FROM students WHERE enroll_status = 0 ORDER BY dcid DESC LIMIT 1"
    )
    ((late, late_number),) = server.sql("SELECT dcid, student_number FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1")
    ((dropped, section),) = server.sql(
        "SELECT dcid, sectionid FROM cc WHERE studentid = ? AND sectionid > 0 AND dateleft > '2026-12-01' LIMIT 1", id
    )
    try:
        edit(server, "students", late, Enroll_Status=2)
        added(pinewood, server, student_id="student_number")
        pull(pinewood)
        assert str(late_number) not in pinewood.records("users")
        edit(server, "students", dcid, First_Name="Renamed")
        edit(server, "cc", dropped, SectionID=-section)
        done = refresh(pinewood.house, SLUG, "users", str(number), who="ada", now=NOW)
        assert [(f.field, f.old, f.new) for f in done.changed] == [("givenName", name, "Renamed")]
        assert {t: (r.added, r.updated, r.removed) for t, r in done.also.items()} == {"enrollments": (0, 0, 1)}
        assert pinewood.house.stores.roster(SLUG).record("enrollments", f"E{dropped}").values["status"] == "tobedeleted"
        again = refresh(pinewood.house, SLUG, "users", str(number), who="ada", now=NOW)
        assert (again.changed, again.also) == ((), {})
        room = refresh(pinewood.house, SLUG, "classes", f"C{_section(server, section)}", who="ada", now=NOW)
        assert (room.changed, room.also) == ((), {})
        # Who is not here yet has no other id here: PowerSchool is asked who has the number.
        with pytest.raises(Refused) as refused:
            refresh(pinewood.house, SLUG, "users", "99999999", who="ada", now=NOW)
        assert refused.value.reason == "record_gone"
        edit(server, "students", late, Enroll_Status=0)
        server.steer("faults", {"faults": ["v1closed"]})
        with pytest.raises(Refused) as refused:
            refresh(pinewood.house, SLUG, "users", str(late_number), who="ada", now=NOW)
        assert refused.value.reason == "number_unknown"
        server.steer("faults", {"faults": []})
        came = refresh(pinewood.house, SLUG, "users", str(late_number), who="ada", now=NOW)
        assert ("status", None, "active") in [(f.field, f.old, f.new) for f in came.changed]
        assert f"S{late}" not in pinewood.records("users")
    finally:
        edit(server, "students", late, Enroll_Status=0)
        edit(server, "students", dcid, First_Name=name)
        edit(server, "cc", dropped, SectionID=section)


def _section(server: Caller, id: int) -> int:
    return int(server.sql("SELECT dcid FROM sections WHERE id = ?", id)[0][0])


def test_a_class_that_was_taken_over_is_refreshed_by_the_id_that_the_roster_has(pinewood: Pinewood, server: Caller) -> None:
    ((dcid, number),) = server.sql("SELECT dcid, section_number FROM sections WHERE termid >= 3600 ORDER BY dcid LIMIT 1")
    upload = pinewood.source("upload", layouts="oneroster-1.1")
    pinewood.night(district(), source=upload.id)
    source = added(pinewood, server)
    taking_over.take_over(pinewood.house, SLUG, "classes", [("k1", f"C{dcid}")], source=source.id)
    assert pull(pinewood).outcome != "failed"
    assert f"C{dcid}" not in pinewood.records("classes")
    taught = {k for k, r in pinewood.records("enrollments").items() if r["classSourcedId"] == "k1" and k.startswith("E")}
    edit(server, "sections", dcid, Section_Number="77")
    try:
        done = refresh(pinewood.house, SLUG, "classes", "k1", who="ada", now=NOW)
        (code,) = [f for f in done.changed if f.field == "classCode"]
        assert code.old is not None
        assert (code.old.rpartition(".")[2], code.new) == (number, f"{code.old.rpartition('.')[0]}.77")
        assert done.also == {}
        assert taught == {
            k for k, r in pinewood.records("enrollments").items() if r["classSourcedId"] == "k1" and k.startswith("E")
        }
    finally:
        edit(server, "sections", dcid, Section_Number=number)


def test_a_teacher_and_a_class_are_refreshed_too(pulled: Pinewood, server: Caller) -> None:
    (section, teacher, room_before) = server.sql(
        "SELECT sec.dcid, ss.users_dcid, sec.room FROM sections sec JOIN schoolstaff ss ON ss.id = sec.teacher WHERE sec.termid >= 3600 AND ss.status = 1 LIMIT 1"
    )[0]
    try:
        edit(server, "users", teacher, Email_Addr="new@staff.example.org")
        edit(server, "sections", section, Room="Attic")
        one = refresh(pulled.house, SLUG, "users", f"T{teacher}", who="ada", now=NOW)
        assert ("email", "new@staff.example.org") in [(f.field, f.new) for f in one.changed]
        room = refresh(pulled.house, SLUG, "classes", f"C{section}", who="ada", now=NOW)
        assert [(f.field, f.new) for f in room.changed] == [("location", "Attic")]
        assert room.also == {}
    finally:
        edit(server, "sections", section, Room=room_before)


def test_what_cannot_be_refreshed_says_why_and_changes_nothing(pulled: Pinewood, server: Caller) -> None:
    source = source_of(pulled)
    house, revision = pulled.house, pulled.revision
    for key, said in (("S999999999", "record_gone"), ("X1", "not_refreshable")):
        with pytest.raises(Refused) as refused:
            refresh(house, SLUG, "users", key, who="ada", now=NOW)
        assert refused.value.reason == said
    server.steer("faults", {"faults": ["down"]})
    with pytest.raises(Refused) as refused:
        refresh(house, SLUG, "users", "S1001", who="ada", now=NOW)
    assert refused.value.reason == "connection"
    server.steer("faults", {"faults": []})
    sources.change(house, SLUG, source.id, {"enabled": False})
    try:
        with pytest.raises(Misuse, match="no source that can be asked"):
            refresh(house, SLUG, "users", "S999999999", who="ada", now=NOW)
    finally:
        sources.change(house, SLUG, source.id, {"enabled": True})
    assert pulled.revision == revision


def test_a_school_that_is_ticked_in_powerschool_steps_out_and_in_again(pinewood: Pinewood, server: Caller) -> None:
    plugin, installed = server.world.plugin, server.world.installed
    granted = plugin.fields
    (school, dcid) = server.sql(
        "SELECT s.school_number, s.dcid FROM schools s WHERE s.dcid NOT IN (SELECT schoolsdcid FROM u_schools_extension) "
        "AND EXISTS (SELECT 1 FROM students p WHERE p.schoolid = s.school_number AND p.enroll_status = 0) ORDER BY s.dcid LIMIT 1"
    )[0]
    (student, name) = server.sql(
        "SELECT dcid, last_name FROM students WHERE schoolid = ? AND enroll_status = 0 ORDER BY dcid LIMIT 1", school
    )[0]
    try:
        added(pinewood, server, extension_fields=OWN)
        server.world.install(packages.read(package(Publisher(), ("legal-guardian",), own=OWN)))
        first = pull(pinewood)
        assert first.outcome != "failed", first.reason
        before = active(pinewood)
        box = {"do": "add", "table": "u_schools_extension", "set": {"SchoolsDCID": dcid, "IgnoreForIntegration": 1}}
        server.steer("change", box)
        edit(server, "students", student, Last_Name="Unseen")
        report = pull(pinewood)
        assert report.outcome != "failed", report.reason
        assert str(school) in {s.school for s in report.skipped}
        assert active(pinewood) == before
        assert pinewood.records("users")[f"S{student}"]["familyName"] == name
        server.steer("change", {"do": "drop", "table": "u_schools_extension", "key": dcid})
        assert pull(pinewood).tables["users"].updated == 1
        assert pinewood.records("users")[f"S{student}"]["familyName"] == "Unseen"
    finally:
        edit(server, "students", student, Last_Name=name)
        plugin.fields, server.world.installed = granted, installed


def test_another_road_changes_no_row_and_is_told(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    plugin, installed = server.world.plugin, server.world.installed
    granted = plugin.fields
    pull(pinewood)
    try:
        server.world.installed, plugin.fields = {}, None
        report = pull(pinewood)
        assert report.outcome != "failed", report.reason
        assert not [t for t in report.tables.values() if t.added or t.updated or t.removed]
        assert "source-way-changed" in pinewood.acts()
        plugin.fields = {}
        report = pull(pinewood)
        assert (report.outcome, report.reason.code if report.reason else None) == ("failed", "way_narrower")
        assert pinewood.revision == 1
    finally:
        plugin.fields, server.world.installed = granted, installed
