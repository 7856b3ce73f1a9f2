"""The roads of a pull: by queries, by tables, by v1. They bring the same rows, as far as they can carry them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.words import plain
from homeroom.simulator.powerschool import packages
from homeroom.systems.fetching import Errand, Fetched
from homeroom.systems.powerschool import source
from homeroom.systems.powerschool.client import BrokenAnswer, Rejected, Unreachable
from homeroom.systems.powerschool.plugin import extensions
from homeroom.systems.powerschool.plugin.inspection import faults
from homeroom.systems.powerschool.plugin.package import Publisher, package
from homeroom.systems.powerschool.plugin.queries import packs, queries
from homeroom.systems.powerschool.source import guardians, troubles
from homeroom.systems.powerschool.source.by_tables import KEYS, key_of
from homeroom.systems.powerschool.source.connecting import client
from homeroom.systems.powerschool.source.here import columns_of
from homeroom.systems.reach import Reach
from pretend import Caller, pretend

HERE = Reach(names=frozenset({"127.0.0.1"}))
"""The pretend server stands on this machine, and no operator has to be asked."""
OWN = ["students.u_students_extension.preferredname", "schools.u_schools_extension.ignoreforintegration"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(12) as caller:
        caller.world.install(packages.read(package(Publisher(), packs()[1:], own=OWN)))
        # Signs that break carelessly written CSV, and nothing of them may be lost on either road.
        odd = caller.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid")[0][0]
        caller.steer(
            "change",
            {
                "do": "edit",
                "table": "students",
                "key": odd,
                "set": {"First_Name": 'Zo"e, \n\u00e9', "State_StudentNumber": "007"},
            },
        )
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    plugin, installed = shared.world.plugin, shared.world.installed
    fields = plugin.fields
    yield shared
    plugin.fields, plugin.closed, shared.world.installed = fields, (), installed
    shared.steer("faults", {"faults": []})


def errand(server: Caller, folder: Path, known: dict[str, Any] | None = None, **settings: Any) -> Errand:
    plugin = server.world.plugin
    folder.mkdir(parents=True)
    today = datetime.fromisoformat(f"{server.world.today}T02:00").replace(tzinfo=ZoneInfo(server.world.zone))
    given = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.3} | settings
    return Errand(given, {"client_secret": plugin.client_secret}, known or {}, folder, today, 0.0, lambda step: None, reach=HERE)


def rows(fetched: Fetched) -> dict[str, list[dict[str, str]]]:
    found = {}
    for file in fetched.files:
        with file.path.open(encoding="utf-8", newline="") as stream:
            found[file.name] = list(csv.DictReader(stream))
    return found


def test_tables_give_file_by_file_what_the_queries_give(server: Caller, tmp_path: Path) -> None:
    by_queries = source.fetch(errand(server, tmp_path / "q", extension_fields=OWN))
    server.world.installed, server.world.plugin.fields = {}, None
    by_tables = source.fetch(errand(server, tmp_path / "t", extension_fields=OWN))
    assert (by_queries.known["way"], by_tables.known["way"]) == ("queries", "tables")
    theirs, ours = rows(by_queries), rows(by_tables)
    assert sorted(theirs) == sorted(ours)
    assert len(theirs) == len(queries())
    for name, expected in theirs.items():
        assert expected, name
        assert ours[name] == expected, name
    assert any(r["first_name"] == 'Zo"e, \n\u00e9' and r["state_studentnumber"] == "007" for r in ours["general-ed-students.csv"])
    assert any(r["preferredname"] for r in ours["general-ed-students.csv"])
    assert {"0", "1"} >= {r["ignoreforintegration"] for r in ours["locations.csv"]} - {""} >= {"1"}
    assert not (tmp_path / "t" / "tables").exists()
    assert not (tmp_path / "t" / "bench").exists()


def test_what_tables_lack_is_told_at_once_as_lines_of_an_access_request(server: Caller, tmp_path: Path) -> None:
    server.world.installed = {}
    touched = {f"{t}.{c}" for t, columns in columns_of(queries().values()).items() for c in (*columns, key_of(t, {}))}
    server.world.plugin.fields = dict.fromkeys(touched - {"users.title", "sectionteacher.id", "students.dob"}, "ViewOnly")
    for number in (1, 2):
        with pytest.raises(Refused, match="may not read") as refused:
            source.fetch(errand(server, tmp_path / f"{number}", way="tables"))
        assert refused.value.reason == "fields_missing"
        for line in ('"USERS" field="TITLE"', '"SECTIONTEACHER" field="ID"', '"STUDENTS" field="DOB"'):
            assert line in refused.value.message
    seen = source.look(errand(server, tmp_path / "look", way="tables"))
    assert seen["way"] == "tables"
    assert len(seen["missing_fields"]) == 3
    server.world.plugin.fields = dict.fromkeys(touched, "ViewOnly")
    seen = source.look(errand(server, tmp_path / "again"))
    assert (seen["way"], seen["missing_fields"]) == ("tables", [])


def test_a_table_that_is_closed_says_what_to_do() -> None:
    told = troubles.reason(Rejected("no", path="/ws/schema/table/teachers", status=405), "sis.example")
    assert told.reason == "table_closed"
    assert "teachers" in told.message
    assert set(KEYS) <= set(columns_of(queries().values()))


CLOSED = [
    ("queries", "/ws/schema/query/", "query_closed", "roster.districts", "go by tables: its setting `way`"),
    ("tables", "/ws/schema/table/", "table_closed", "the table terms", "go by v1: its setting `way`"),
    ("v1", "/ws/v1/district/school", "access_closed", "/ws/v1/district/school", "access level of the v1 API"),
    ("v1", "/ws/v1/section", "access_closed", "/ws/v1/section", "access level of the v1 API"),
]


@pytest.mark.parametrize(("way", "path", "reason", "said", "to_do"), CLOSED, ids=[f"{c[0]} {c[1]}" for c in CLOSED])
def test_what_is_closed_ends_in_one_sentence_that_says_what_to_do(
    server: Caller, tmp_path: Path, way: str, path: str, reason: str, said: str, to_do: str
) -> None:
    server.world.plugin.fields = None
    server.steer("plugin", {"closed": [path]})
    with pytest.raises(Refused) as refused:
        source.fetch(errand(server, tmp_path / "1", way=way))
    assert refused.value.reason == reason
    assert said in f"{refused.value.message} {refused.value.detail}"
    assert to_do in refused.value.remedy


def test_a_road_that_is_closed_gives_way_to_the_next_and_what_is_closed_is_told_before(server: Caller, tmp_path: Path) -> None:
    server.world.plugin.fields = None
    server.steer("plugin", {"closed": ["/ws/schema/query/"]})
    assert source.fetch(errand(server, tmp_path / "1")).known["way"] == "tables"
    server.steer("plugin", {"closed": ["/ws/schema/"]})
    assert source.fetch(errand(server, tmp_path / "2")).known["way"] == "v1"
    server.steer("plugin", {"closed": ["/ws/schema/query/", "/ws/v1/district", "/ws/dataversion"]})
    seen = source.look(errand(server, tmp_path / "l", changes_application="Homeroom"))
    assert (seen["v1"], seen["way"], seen["data_versions"]) == ("closed", "tables", "closed")
    assert [s for s in seen["to_do"] if "access level of the v1 API" in plain(s)]
    assert [s for s in seen["to_do"] if "changes_application" in plain(s)]


def test_events_and_data_versions_that_are_closed_say_what_to_do(server: Caller, tmp_path: Path) -> None:
    server.steer("plugin", {"closed": ["/ws/v1/event_subscription", "/ws/dataversion"]})
    asked = errand(server, tmp_path / "1")
    with pytest.raises(Refused) as refused:
        source.NOTIFIED.subscribe(asked, "pinewood", "https://roster.example/notices/x")
    assert refused.value.reason == "events_closed"
    assert "Global Event Services" in refused.value.remedy
    assert source.NOTIFIED.changes(asked, "Homeroom", 3) is None, "then the round reads everything"


def test_v1_carries_the_same_people_classes_and_enrollments(server: Caller, tmp_path: Path) -> None:
    expected = rows(source.fetch(errand(server, tmp_path / "q", extension_fields=OWN)))
    server.world.installed, server.world.plugin.fields = {}, {}
    fetched = source.fetch(errand(server, tmp_path / "v"))
    assert fetched.known["way"] == "v1"
    ours = rows(fetched)
    for name, columns in {
        "general-ed-students.csv": ("dcid", "student_number", "first_name", "last_name", "schoolid", "grade_level", "enroll_status", "email", "dob"),
        "class-student-roster.csv": ("dcid", "section_dcid", "student_dcid", "schoolid", "dateenrolled", "dateleft"),
        "classes.csv": ("dcid", "schoolid", "course_number", "section_number", "termid"),
        "courses.csv": ("dcid", "course_number", "course_name"),
    }.items():  # fmt: skip
        wanted = sorted(tuple(r[c] for c in columns) for r in expected[name])
        assert wanted, name
        assert sorted(tuple(r[c] for c in columns) for r in ours[name]) == wanted, name
    leads = {(r["section_dcid"], r["users_dcid"]) for r in expected["class-staff-roster.csv"] if r["is_lead"] == "1"}
    assert {(r["section_dcid"], r["users_dcid"]) for r in ours["class-staff-roster.csv"]} == leads
    assert expected["guardians.csv"]
    assert contacts(ours) == contacts(expected)


def contacts(files: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return sorted(files["guardians.csv"], key=lambda r: int(r["studentcontactdetailid"]))


def shut(server: Caller, *tables: str) -> None:
    """Let the plug-in read every field but those of some tables."""
    touched = {f"{t}.{c}" for t, columns in columns_of(queries().values()).items() for c in (*columns, key_of(t, {}))}
    server.world.installed = {}
    server.world.plugin.fields = {f: "ViewOnly" for f in touched if f.partition(".")[0] not in tables}


def test_where_tables_of_contacts_are_closed_the_contacts_themselves_are_asked(server: Caller, tmp_path: Path) -> None:
    expected = rows(source.fetch(errand(server, tmp_path / "q", extension_fields=OWN)))
    shut(server, "person", "studentcontactassoc")
    fetched = source.fetch(errand(server, tmp_path / "t"))
    assert (fetched.known["way"], fetched.known["guardians"]) == ("tables", "come")
    assert contacts(rows(fetched)) == contacts(expected)
    assert plain(source.look(errand(server, tmp_path / "l"))["guardians"]) == "/ws/contacts, with a call for each student"


@pytest.mark.parametrize("way", ["tables", "v1"])
def test_contacts_that_are_closed_are_told_before_and_left_alone(server: Caller, tmp_path: Path, way: str) -> None:
    shut(server, "person", "studentcontactassoc")
    first = source.fetch(errand(server, tmp_path / "1", way=way))
    assert "guardians.csv" in first.known["files"]
    server.steer("faults", {"faults": ["contactsclosed"]})
    seen = source.look(errand(server, tmp_path / "l", way=way))
    assert seen["guardians"] == "closed"
    (told,) = [s for s in map(plain, seen["to_do"]) if s.startswith("Guardians cannot be read and stay as they are")]
    assert '<field table="PERSON" field="ID" access="ViewOnly"/>' in told
    assert "/ws/contacts" in told
    closed = source.fetch(errand(server, tmp_path / "2", dict(first.known), way=way))
    assert "guardians.csv" not in rows(closed)
    assert (closed.known["guardians"], closed.noted) == ("closed", {"guardians": "closed"})
    server.steer("faults", {"faults": []})
    again = source.fetch(errand(server, tmp_path / "4", dict(closed.known), way=way))
    assert contacts(rows(again)) == contacts(rows(first))
    assert again.noted == {"guardians": "come"}


@pytest.mark.parametrize("fault", ["503:1", "truncate:1", "html:1", "emptybody:1", "drop:1"])
def test_a_fault_among_contacts_fails_the_night_and_leaves_nobody_out(server: Caller, tmp_path: Path, fault: str) -> None:
    asked = errand(server, tmp_path / "1")
    students = [str(k) for (k,) in server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid")]

    def struck() -> Iterator[str]:
        """The fault comes once the first half was read."""
        half = len(students) // 2
        yield from students[:half]
        server.steer("faults", {"faults": [fault]})
        yield from students[half:]

    with client(asked) as sis, pytest.raises((Unreachable, BrokenAnswer)):
        guardians.bring(sis, struck(), asked)


def test_contacts_that_close_half_way_give_no_file(server: Caller, tmp_path: Path) -> None:
    asked = errand(server, tmp_path / "1")
    students = [str(k) for (k,) in server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid")]
    with client(asked) as sis:
        assert guardians.bring(sis, students[:2], asked) is not None
        assert guardians.bring(sis, [*students[:2], "999999999"], asked) is None  # a student who is none there
    assert not (asked.folder / "guardians.csv").exists()


FLAGS = {"IsCustodial": 1, "IsEmergency": 0, "LivesWithFlg": 1, "ReceivesMailFlg": 0}


def test_of_contacts_what_counts_today_is_taken(server: Caller, tmp_path: Path) -> None:
    """Entries that ended or have not begun, people who are none any more, second addresses and numbers, a number that nobody dressed up."""
    (student, person, link, entry) = server.sql(
        "SELECT a.studentdcid, a.personid, a.studentcontactassocid, d.studentcontactdetailid FROM studentcontactassoc a "
        "JOIN studentcontactdetail d USING (studentcontactassocid) JOIN students s ON s.dcid = a.studentdcid "
        "WHERE d.isactive = 1 AND s.enroll_status = 0 ORDER BY 3 LIMIT 1"
    )[0]
    today = server.world.today
    for number, (begins, ends, active) in enumerate(
        ((None, today, 1), ("2099-01-01", None, 1), (None, None, 0), (today, "2099-01-01", 1)), start=1
    ):
        set_ = {"StudentContactAssocID": link, "IsActive": active, "StartDate": begins, "EndDate": ends} | FLAGS
        server.steer(
            "change",
            {"do": "add", "table": "studentcontactdetail", "set": {"StudentContactDetailID": 90_000_000 + number} | set_},
        )
    for number, (address, primary, order) in enumerate((("z@x.example", 0, 1), ("first@x.example", 1, 9)), start=1):
        email = {"EmailAddressID": 91_000_000 + number, "EmailAddress": address}
        bond = {"PersonEmailAddressAssocID": 92_000_000 + number, "PersonID": person, "EmailAddressID": 91_000_000 + number}
        server.steer("change", {"do": "add", "table": "emailaddress", "set": email})
        server.steer(
            "change",
            {
                "do": "add",
                "table": "personemailaddressassoc",
                "set": bond | {"IsPrimaryEmailAddress": primary, "EmailAddressPriorityOrder": order},
            },
        )
    for number, (digits, sms, order) in enumerate((("+44 20 7946 0018", 1, 0), ("5125550199", 0, 0)), start=1):
        phone = {"PhoneNumberID": 93_000_000 + number, "PhoneNumber": digits, "IsSMS": sms}
        bond = {"PersonPhoneNumberAssocID": 94_000_000 + number, "PersonID": person, "PhoneNumberID": 93_000_000 + number}
        server.steer("change", {"do": "add", "table": "phonenumber", "set": phone})
        server.steer(
            "change",
            {"do": "add", "table": "personphonenumberassoc", "set": bond | {"IsPreferred": 1, "PhoneNumberPriorityOrder": order}},
        )
    by_queries = rows(source.fetch(errand(server, tmp_path / "q", extension_fields=OWN)))
    server.world.installed, server.world.plugin.fields = {}, {}
    by_v1 = rows(source.fetch(errand(server, tmp_path / "v")))
    mine = [r for r in contacts(by_v1) if (r["student_dcid"], r["person_id"]) == (str(student), str(person))]
    assert [r["studentcontactdetailid"] for r in mine] == [str(entry), "90000004"]
    assert {r["sms"] for r in mine} == {"+44 20 7946 0018"}
    assert {r["phone"] for r in mine} == {"5125550199"}
    assert contacts(by_v1) == contacts(by_queries)


ALONE = (
    *("429:9", "500:9", "503:9", "html:9", "emptybody:9", "truncate:9", "drop:9"),
    *("expire:9", "maxpage:40", "nocount", "slow:0.0001", "shift", "dupe", "v1closed"),
)


@pytest.mark.parametrize("way", ["queries", "tables"])
def test_each_fault_alone_leaves_the_files_of_a_clean_pull(server: Caller, tmp_path: Path, way: str) -> None:
    """Lists of v1 meet each fault alone in `test_client.py`, and all of them in one pull in `test_powerschool_faults.py`."""
    server.world.plugin.fields = None

    def brought(folder: str) -> dict[str, list[dict[str, str]]]:
        return rows(source.fetch(errand(server, tmp_path / folder, way=way, extension_fields=OWN)))

    clean = brought("clean")
    for fault in ALONE:
        server.steer("faults", {"faults": [fault]})
        assert brought(fault) == clean, fault


def test_a_road_that_carries_less_is_never_taken_after_one_that_carries_more(server: Caller, tmp_path: Path) -> None:
    first = source.fetch(errand(server, tmp_path / "1", extension_fields=OWN))
    server.world.installed, server.world.plugin.fields = {}, {}
    for number, way in enumerate(("auto", "v1"), 2):
        with pytest.raises(Refused) as refused:
            source.fetch(errand(server, tmp_path / f"{number}", dict(first.known), way=way))
        assert refused.value.reason == "way_narrower"
    server.world.plugin.fields = None
    wide = source.fetch(errand(server, tmp_path / "4", dict(first.known)))
    assert (wide.noted["before"], wide.noted["way"]) == ("queries", "tables")
    # Where nothing is open the tables' own fault is told.
    server.world.plugin.fields = {}
    server.steer("faults", {"faults": ["v1closed"]})
    with pytest.raises(Refused) as refused:
        source.fetch(errand(server, tmp_path / "5"))
    assert refused.value.reason == "fields_missing"


def test_a_plug_in_from_before_a_field_was_asked_for_is_missing_its_query(server: Caller, tmp_path: Path) -> None:
    # Its rows without the field would look as if every box were empty.
    with pytest.raises(Refused) as refused:
        source.fetch(errand(server, tmp_path / "1", extension_fields=[*OWN, "students.u_students_extension.locker"]))
    assert refused.value.reason == "query_missing"
    made = package(Publisher(), own=OWN)
    assert faults(made) == []
    assert packages.read(made).version != packages.read(package(Publisher())).version
    assert packages.read(made).fields["u_schools_extension.ignoreforintegration"] == "ViewOnly"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("students.preferredname", "must be fields as"),
        ("person.u_x.y", "must be fields of students, schools, users, sections"),
        ("students.u_x.dob", "which the query brings already"),
        ("students.u_x.y; DROP", "must be fields as"),
    ],
)
def test_extension_fields_that_cannot_be_are_told(field: str, said: str) -> None:
    with pytest.raises(Misuse, match=said):
        extensions.read([field])
    with pytest.raises(Misuse, match="one name"):
        extensions.read(["students.u_a.x", "students.u_b.x"])
