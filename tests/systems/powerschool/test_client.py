"""The client against the pretend PowerSchool on a real socket: what it reads is what the district's tables hold, whatever goes wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from homeroom.systems.powerschool.client import (
    AccessClosed,
    BrokenAnswer,
    FieldsRefused,
    NotFound,
    Patience,
    PowerSchool,
    Rejected,
    SignInRefused,
    TooManyRequests,
    Unreachable,
)
from homeroom.systems.powerschool.client.patience import Pace
from pretend import Caller, pretend

HASTY = Patience(attempts=12, first_wait=0.001, longest_wait=0.02, passes=8)
"""Nothing sleeps to pass: waits are short, and the pace has a clock of its own."""


@pytest.fixture(scope="module")
def district() -> Iterator[Caller]:
    with pretend(400) as caller:
        yield caller


@pytest.fixture
def server(district: Caller) -> Iterator[Caller]:
    yield district
    district.steer("faults", {"faults": []})


@pytest.fixture
def sis(server: Caller) -> Iterator[PowerSchool]:
    plugin = server.world.plugin
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=HASTY, pace=unhurried()) as client:
        yield client


def unhurried() -> Pace:
    """A pace that counts what it should have waited instead of waiting."""
    return Pace(sleep=lambda seconds: None)


def fault(server: Caller, *words: str) -> None:
    server.steer("faults", {"faults": list(words)})


def ids(server: Caller, table: str, column: str = "dcid", where: str = "1=1") -> set[str]:
    return {str(row[0]) for row in server.sql(f"SELECT {column} FROM {table} WHERE {where}")}


def test_lists_give_every_record_once(sis: PowerSchool, server: Caller) -> None:
    assert {s["id"] for s in sis.schools()} >= ids(server, "schools", where="school_number NOT IN (0, 999999)")
    students = list(sis.students(expansions=["school_enrollment", "demographics"]))
    assert len(students) == len({s["id"] for s in students}) == len(ids(server, "students"))
    assert {s["id"] for s in students} == ids(server, "students")
    number, status = server.sql("SELECT student_number, enroll_status FROM students ORDER BY dcid LIMIT 1")[0]
    first = next(s for s in students if s["local_id"] == str(number))
    assert first["school_enrollment"]["enroll_status_code"] == str(status)
    school = next(iter(sis.schools()))["id"]
    here = {s["id"] for s in sis.students(school=school)}
    number = server.sql("SELECT school_number FROM schools WHERE dcid = ?", int(school))[0][0]
    assert here == ids(server, "students", where=f"schoolid = {number}")
    for section in list(sis.sections(school))[:3]:
        assert all(e["section_id"] == section["id"] for e in sis.section_enrollments(section["id"]))
    assert list(sis.terms(school))
    assert all("users_dcid" in person for person in sis.staff(school))


def test_every_list_takes_the_expansions_and_extensions_of_its_resource(sis: PowerSchool, server: Caller) -> None:
    ((school,),) = server.sql("SELECT dcid FROM schools WHERE school_number = 103")
    row = {"name": "u_schools_extension", "tables": {"u_schools_extension": {"ignoreforintegration": "1"}}}
    assert server.call("POST", f"/ws/schema/table/u_schools_extension/{school}", row).status_code == 200
    ticked = {r["id"]: r["_extension_data"] for r in sis.schools(extensions=["u_schools_extension"])}
    field = ticked[str(school)]["_table_extension"]
    assert (field["name"], field["_field"][0]["value"]) == ("u_schools_extension", "1")
    assert server.call("DELETE", f"/ws/schema/table/u_schools_extension/{school}").status_code == 204
    section = next(iter(sis.sections(str(school), expansions=["term"])))
    assert section["term"]["id"] == section["term_id"]
    for listed in (
        sis.schools(expansions=["school_boundary"]),
        sis.staff(str(school), expansions=["emails"], extensions=["s_ssf_ncea_x"]),
        sis.courses(str(school), extensions=["s_crs_crdc_x"]),
        sis.sections(str(school), extensions=["s_sec_crdc_x"]),
        sis.terms(str(school), extensions=["s_trm_x"]),
        sis.section_enrollments(section["id"], extensions=["s_cc_x"]),
    ):
        assert next(iter(listed))["id"]
    asked = " ".join(c["query"] for c in server.get("/__simulator/log")["calls"][-40:])
    for word in ("school_boundary", "s_ssf_ncea_x", "s_crs_crdc_x", "s_sec_crdc_x", "s_trm_x", "s_cc_x"):
        assert word in asked


def test_assignments_and_several_contacts_are_read(sis: PowerSchool, server: Caller) -> None:
    ((section,),) = server.sql("SELECT dcid FROM sections WHERE termid = 3600 ORDER BY dcid LIMIT 1")
    listed = sis.assignments(str(section))
    assert listed
    assert listed == [sis.assignment(a["assignmentid"]) for a in listed]
    assert {a["sectionsdcid"] for a in listed} == {str(section)}
    some = [str(row[0]) for row in server.sql("SELECT DISTINCT personid FROM studentcontactassoc ORDER BY 1 LIMIT 3")]
    assert [c["contactId"] for c in sis.contacts_of(some)] == some
    ((student,),) = server.sql("SELECT studentdcid FROM studentcontactassoc ORDER BY 1 LIMIT 1")
    assert set(sis.contact_slots(str(student))) <= {"mother", "father", "guardian", "emergency1", "emergency2", "emergency3"}


def test_rows_of_a_table_come_by_key(sis: PowerSchool, server: Caller) -> None:
    rows = list(sis.rows("cc", ["dcid", "studentid", "sectionid", "dateleft"]))
    assert {r["dcid"] for r in rows} == ids(server, "cc")
    assert len(rows) == sis.row_count("cc")
    some = list(sis.rows("students", ["last_name"], q="enroll_status==0"))
    assert {r["dcid"] for r in some} == ids(server, "students", where="enroll_status = 0")


def test_a_query_comes_whole(sis: PowerSchool, server: Caller) -> None:
    rows = list(sis.query("com.classtag.one_roster_enrollments"))
    assert len(rows) == sis.query_count("com.classtag.one_roster_enrollments") > 0
    with pytest.raises(NotFound):
        list(sis.query("org.nobody.made.this.query"))


STRUCK = [
    ["429:3"], ["500:4"], ["503:3"], ["html:4"], ["emptybody:4"], ["truncate:4"], ["drop:5"], ["maxpage:7"], ["nocount"], ["shift"], ["dupe"],
    ["shift", "nocount"], ["429:7", "500:5", "truncate:9", "dupe"], ["html:6", "emptybody:11", "503:13", "shift", "maxpage:30"],
]  # fmt: skip


@pytest.mark.parametrize("words", STRUCK, ids="+".join)
def test_no_fault_loses_or_doubles_a_record(sis: PowerSchool, server: Caller, words: list[str]) -> None:
    fault(server, *words)
    students = [s["id"] for s in sis.students()]
    assert len(students) == len(set(students))
    assert set(students) == ids(server, "students")
    sections = list(sis.rows("sections", ["dcid", "course_number"]))
    assert {r["dcid"] for r in sections} == ids(server, "sections")
    rows = list(sis.query("com.classtag.one_roster_users"))
    fault(server)
    assert rows == list(sis.query("com.classtag.one_roster_users"))


def test_a_token_that_ends_is_renewed_and_asked_for_once(server: Caller) -> None:
    plugin = server.world.plugin
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=HASTY, pace=unhurried()) as sis:
        fault(server, "expire:5")
        assert {s["id"] for s in sis.students()} == ids(server, "students")


def test_what_a_person_must_mend_is_told_apart(sis: PowerSchool, server: Caller) -> None:
    fault(server, "v1closed")
    with pytest.raises(AccessClosed, match="READ"):
        list(sis.students())
    fault(server)
    world = server.world
    with PowerSchool(world.url, world.plugin.client_id, "wrong", patience=HASTY) as stranger, pytest.raises(SignInRefused):
        _ = stranger.metadata
    world.plugin.fields = {"students.dcid": "ViewOnly", "students.last_name": "ViewOnly"}
    try:
        with pytest.raises(FieldsRefused) as refused:
            list(sis.rows("students", ["last_name", "first_name", "dob"]))
    finally:
        world.plugin.fields = None
    assert {f.name for f in refused.value.fields} == {"students.first_name", "students.dob"}
    with pytest.raises(NotFound):
        sis.one("student", "999999999")
    with pytest.raises(Rejected):
        list(sis.rows("students", ["nosuchcolumn"]))
    fault(server, "down")
    with pytest.raises(Unreachable, match="maintenance"):
        list(sis.students())


def test_a_disabled_plug_in_is_told_and_not_tried_for_ever(sis: PowerSchool, server: Caller) -> None:
    _ = sis.metadata
    list(sis.schools())
    server.world.plugin.enabled = False
    try:
        with pytest.raises(SignInRefused):
            list(sis.students())
    finally:
        server.world.plugin.enabled = True


def test_patience_ends_in_one_clear_error(server: Caller) -> None:
    plugin = server.world.plugin
    brief = Patience(attempts=3, first_wait=0.001, longest_wait=0.002, passes=2)
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=brief, pace=unhurried()) as sis:
        _ = sis.metadata
        for word, expected in (
            ("429:1", TooManyRequests),
            ("503:1", Unreachable),
            ("truncate:1", BrokenAnswer),
            ("emptybody:1", BrokenAnswer),
        ):
            fault(server, word)
            with pytest.raises(expected):
                list(sis.schools())
            fault(server)
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    with (
        PowerSchool(f"http://127.0.0.1:{port}", "a", "b", patience=brief) as nobody,
        pytest.raises(Unreachable, match="nothing listens there"),
    ):
        _ = nobody.metadata


def test_whoever_waits_hears_why_a_call_is_tried_again(server: Caller) -> None:
    plugin, heard = server.world.plugin, list[str]()
    with PowerSchool(
        server.world.url,
        plugin.client_id,
        plugin.client_secret,
        patience=HASTY,
        pace=unhurried(),
        again=lambda trouble: heard.append(str(trouble)),
    ) as sis:
        _ = sis.metadata
        fault(server, "503:2")
        assert list(sis.schools())
    assert heard
    assert all("status 503" in why for why in heard)


def test_threads_share_one_token(server: Caller) -> None:
    plugin = server.world.plugin
    before = len([c for c in server.http.get("/__simulator/log").json()["calls"] if "access_token" in str(c)])
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=HASTY) as sis:
        threads = [threading.Thread(target=lambda: list(sis.schools())) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    after = len([c for c in server.http.get("/__simulator/log").json()["calls"] if "access_token" in str(c)])
    assert after - before == 1


def test_an_address_must_be_one(server: Caller) -> None:
    for url in ("ftp://sis.example.org", "http://sis.example.org", "https://a:b@sis.example.org", "sis.example.org", "https://"):
        with pytest.raises(Rejected):
            PowerSchool(url, "a", "b")
    plugin = server.world.plugin
    with PowerSchool(server.world.url + "/", plugin.client_id, plugin.client_secret) as sis:
        for id in ("../secret", "1/2", "", "..", "a?b"):
            with pytest.raises(Rejected):
                sis.one("student", id)
