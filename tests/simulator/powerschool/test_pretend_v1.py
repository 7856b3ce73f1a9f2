"""`/ws/v1`: token, lists, counts, pages, filters, defaults and quirks, held against the district's own tables."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from homeroom.simulator.powerschool import endpoints
from pretend import Caller, as_list, pretend


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(600) as caller:
        yield caller


@pytest.mark.parametrize("path", ["/oauth/access_token", "/oauth/access_token/"])
def test_a_token_costs_basic_credentials_and_tells_its_seconds_as_text(server: Caller, path: str) -> None:
    answer = server.http.post(path, data={"grant_type": "client_credentials"}, headers={"Authorization": server.basic()})
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert body["token_type"] == "Bearer"
    assert isinstance(body["expires_in"], str)
    assert 2_500_000 < int(body["expires_in"]) <= 2_504_956
    assert body["access_token"] == server.token, "asking again while a token lives gives the same"


@pytest.mark.parametrize(
    ("header", "form", "status", "error"),
    [
        ("wrong-secret", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("wrong-id", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (None, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("Basic ###", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("right", {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ("right", {}, 400, "invalid_request"),
    ],
)
def test_wrong_credentials_give_no_token(
    server: Caller, header: str | None, form: dict[str, str], status: int, error: str
) -> None:
    written = {"right": server.basic(), "wrong-secret": server.basic(secret="no"), "wrong-id": server.basic("no")}
    headers = {"Authorization": written.get(header, header)} if header else {}
    answer = server.http.post("/oauth/access_token", data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_call_without_or_with_an_unknown_token_is_told_by_the_header(server: Caller) -> None:
    bare = server.http.get("/ws/v1/district", headers={"Accept": "application/json"})
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="PowerSchool"')
    wrong = server.http.get("/ws/v1/district", headers={"Authorization": "Bearer 00000000-0000-4000-8000-000000000000"})
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert "The access token has expired" in wrong.headers["www-authenticate"]


def test_time_and_metadata_ask_for_no_token(server: Caller) -> None:
    for path in ("/ws/v1/time", "/ws/v1/metadata"):
        assert server.http.get(path, headers={"Accept": "application/json"}).status_code == 200
    told = datetime.fromisoformat(server.get("/ws/v1/time")["time"])
    # The pretend day lies in October, when Chicago still has its summer time.
    assert (told.date().isoformat(), told.utcoffset()) == (server.world.today, timedelta(hours=-5))


def test_the_two_pseudo_schools_are_in_the_table_and_in_no_list(server: Caller) -> None:
    numbers = [s["school_number"] for s in server.get("/ws/v1/district/school")["schools"]["school"]]
    assert sorted(numbers) == sorted(
        n for (n,) in server.sql("SELECT School_Number FROM Schools WHERE School_Number NOT IN (0, 999999)")
    )
    assert server.get("/ws/v1/district/school/count") == {"resource": {"count": len(numbers)}}
    assert 0 not in numbers
    assert 999999 not in numbers
    assert server.get("/ws/v1/school")["schools"] == server.get("/ws/v1/district/school")["schools"]


def test_pages_together_are_every_student_once_and_the_page_after_is_empty(server: Caller) -> None:
    total = server.get("/ws/v1/district/student/count")["resource"]["count"]
    found = []
    for page in range(1, total // 100 + 2):
        found += as_list(server.get("/ws/v1/district/student", page=page)["students"].get("student"))
    assert sorted(s["id"] for s in found) == [d for (d,) in server.sql("SELECT DCID FROM Students ORDER BY DCID")]
    assert len(found) == total
    beyond = server.get("/ws/v1/district/student", page=total // 100 + 2)
    assert set(beyond["students"]) == {"@expansions", "@extensions"}


def test_a_page_is_never_larger_than_the_maximum(server: Caller) -> None:
    assert len(server.get("/ws/v1/district/student", pagesize=5000)["students"]["student"]) == 100
    assert len(server.get("/ws/v1/district/student", pagesize=7)["students"]["student"]) == 7
    assert server.get("/ws/v1/metadata")["metadata"]["student_max_page_size"] == 100


def test_one_student_is_an_object_and_none_is_no_key(server: Caller) -> None:
    number, dcid = server.sql("SELECT Student_Number, DCID FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0]
    one = server.get("/ws/v1/district/student", q=f"local_id=={number}")["students"]["student"]
    assert one["id"] == dcid
    assert one["local_id"] == number, "a number that is written as a number"
    assert "student" not in server.get("/ws/v1/district/student", q="local_id==1")["students"]


@pytest.mark.parametrize(
    ("q", "where"),
    [
        ("school_enrollment.enroll_status==A", "Enroll_Status = 0"),
        ("school_enrollment.enroll_status==a", "Enroll_Status = 0"),
        ("school_enrollment.enroll_status==(T,G)", "Enroll_Status IN (2, 3)"),
        ("school_enrollment.enroll_status==I", "Enroll_Status NOT IN (0, -1, 2, 3, 4)"),
        ("school_enrollment.enroll_status_code=gt=-2147483648", "1"),
        ("school_enrollment.enroll_status_code=le=0", "Enroll_Status <= 0"),
        ("name.last_name==M*", "Last_Name GLOB 'M*'"),
        ("name.first_name==*a", "First_Name GLOB '*a'"),
        ("school_enrollment.enroll_status==A;name.last_name==B*", "Enroll_Status = 0 AND Last_Name GLOB 'B*'"),
        ("school_enrollment.entry_date=gt=2026-08-17", "EntryDate > '2026-08-17'"),
        ("school_enrollment.entry_date=ge=2026-08-17", "EntryDate >= '2026-08-17'"),
        ("school_enrollment.entry_date=lt=2026-08-17", "EntryDate < '2026-08-17'"),
        ("school_enrollment.grade_level==3", "Grade_Level = 3"),
        ("id=ge=1100;id=lt=1110", "DCID >= 1100 AND DCID < 1110"),
        ("student_username==nobody", "0"),
    ],
)
def test_filters_find_what_sql_finds(server: Caller, q: str, where: str) -> None:
    expected = server.sql(f"SELECT count(*) FROM Students WHERE {where}")[0][0]
    assert server.get("/ws/v1/district/student/count", q=q) == {"resource": {"count": expected}}
    shown = as_list(server.get("/ws/v1/district/student", q=q)["students"].get("student"))
    assert len(shown) == min(expected, 100)


def test_a_filter_counts_encoded_or_raw(server: Caller) -> None:
    path = "/ws/v1/district/student/count?q=school_enrollment.enroll_status%3D%3DA%3Bid%3Dgt%3D0"
    assert server.get(path) == server.get("/ws/v1/district/student/count?q=school_enrollment.enroll_status==A;id=gt=0")


@pytest.mark.parametrize(
    ("q", "message"),
    [
        ("shoe_size==9", "Invalid field shoe_size"),
        ("id==many", "Invalid number 'many' passed for comparison to number field id"),
        (
            "school_enrollment.entry_date==soon",
            "Invalid date 'soon' passed for comparison to date field school_enrollment.entry_date",
        ),
        ("id!=3", "Invalid query expression: id!=3"),
        ("school_enrollment.enroll_status==Z", "Invalid value 'Z' passed for field school_enrollment.enroll_status"),
    ],
)
def test_a_wrong_filter_is_refused_with_its_field(server: Caller, q: str, message: str) -> None:
    answer = server.call("GET", "/ws/v1/district/student", q=q)
    assert (answer.status_code, answer.json()) == (400, {"message": message})


def test_lists_of_a_school_have_defaults_that_a_filter_switches_off(server: Caller) -> None:
    dcid, number = server.sql(
        "SELECT DCID, School_Number FROM Schools WHERE School_Number = (SELECT SchoolID FROM Students WHERE Enroll_Status = 2 LIMIT 1)"
    )[0]

    def counted(what: str, **query: str) -> int:
        return int(server.get(f"/ws/v1/school/{dcid}/{what}/count", **query)["resource"]["count"])

    def sql(statement: str) -> int:
        return int(server.sql(statement, number)[0][0])

    active = sql("SELECT count(*) FROM Students WHERE SchoolID = ? AND Enroll_Status = 0")
    every = sql("SELECT count(*) FROM Students WHERE SchoolID = ?")
    assert active < every
    assert counted("student") == active
    assert counted("student", q="school_enrollment.enroll_status_code=gt=-99") == every
    assert counted("section") == sql("SELECT count(*) FROM Sections WHERE SchoolID = ? AND TermID >= 3600")
    assert (
        counted("section", q="term.start_year==2025")
        == sql("SELECT count(*) FROM Sections WHERE SchoolID = ? AND TermID < 3600")
        > 0
    )
    assert counted("term") == 7
    assert counted("term", q="start_year==2025") == 7
    assert counted("staff") == sql("SELECT count(*) FROM SchoolStaff WHERE SchoolID = ? AND Status = 1")


def test_staff_have_a_record_for_each_school_and_tell_all_their_schools(server: Caller) -> None:
    person = server.sql("SELECT Users_DCID FROM SchoolStaff GROUP BY Users_DCID HAVING count(*) > 1 LIMIT 1")[0][0]
    records = [d for (d,) in server.sql("SELECT DCID FROM SchoolStaff WHERE Users_DCID = ?", person)]
    shown = [server.get(f"/ws/v1/staff/{d}", expansions="school_affiliations")["staff"] for d in records]
    assert [s["id"] for s in shown] == records
    assert {s["users_dcid"] for s in shown} == {person}
    for record in shown:
        assert len(record["school_affiliations"]["school_affiliation"]) == len(records) > 1
    office = server.sql("SELECT DCID FROM SchoolStaff WHERE SchoolID = 0 LIMIT 1")[0][0]
    alone = server.get(f"/ws/v1/staff/{office}", expansions="school_affiliations")["staff"]["school_affiliations"]
    assert alone == {"school_affiliation": {"school_id": 0, "type": 0, "status": 1}}, "one school is an object; the office is 0"


def test_sections_name_records_by_dcid_and_never_by_id(server: Caller) -> None:
    school, number = server.sql(
        "SELECT DCID, School_Number FROM Schools WHERE School_Number = (SELECT min(SchoolID) FROM Sections)"
    )[0]
    found = as_list(server.get(f"/ws/v1/school/{school}/section", expansions="term")["sections"]["section"])
    assert found
    for section in found[:20]:
        row = server.sql(
            "SELECT s.ID, c.DCID, t.DCID, ss.DCID FROM Sections s JOIN Courses c ON c.Course_Number = s.Course_Number "
            "JOIN Terms t ON t.ID = s.TermID AND t.SchoolID = s.SchoolID LEFT JOIN SchoolStaff ss ON ss.ID = s.Teacher WHERE s.DCID = ?",
            section["id"],
        )[0]
        assert section["id"] != row[0]
        assert (section["course_id"], section["term_id"], section.get("staff_id")) == row[1:]
        assert section["school_id"] == school
        assert section["term"]["id"] == section["term_id"]
        assert section["term"]["local_id"] // 100 == 36
    assert server.sql("SELECT count(*) FROM Courses WHERE SchoolID = ?", number) == [(0,)], "courses are the district's"
    assert server.get(f"/ws/v1/school/{school}/course/count")["resource"]["count"] > 0


def test_dropped_seats_are_shown_as_dropped_and_belong_to_their_section(server: Caller) -> None:
    section = server.sql("SELECT abs(SectionID) FROM CC WHERE SectionID < 0 AND DateLeft = DateEnrolled LIMIT 1")[0][0]
    dcid = server.sql("SELECT DCID FROM Sections WHERE ID = ?", section)[0][0]
    seats = server.get(f"/ws/v1/section/{dcid}/section_enrollment")["section_enrollments"]["section_enrollment"]
    assert {s["section_id"] for s in seats} == {dcid}
    gone = [s for s in seats if s["dropped"]]
    assert any(s["entry_date"] == s["exit_date"] for s in gone), "dropped on the day it began"
    assert server.get(f"/ws/v1/section/{dcid}/section_enrollment/count")["resource"]["count"] == len(seats)
    assert [s["student_id"] for s in seats] == sorted(s["student_id"] for s in seats)
    assert (
        server.get(f"/ws/v1/section_enrollment/{gone[0]['id']}")["section_enrollment"]
        == {"@extensions": "s_cc_x,s_cc_edfi_x"} | gone[0]
    )


def test_who_came_back_has_an_old_stay_and_a_dropped_seat(server: Caller) -> None:
    stays = server.sql("SELECT StudentID FROM ReEnrollments WHERE ExitCode = 'W1'")
    assert stays
    for (student,) in stays:
        seats = server.sql(
            "SELECT SectionID, DateEnrolled FROM CC WHERE StudentID = ? AND TermID BETWEEN -3699 AND 3699", student
        )
        assert {s < 0 for s, _ in seats} == {True, False}


@pytest.mark.parametrize("resource", ["student", "staff", "course", "section", "term", "section_enrollment", "school"])
@pytest.mark.parametrize("number", ["999999999", "abc"])
def test_an_unknown_record_is_not_found(server: Caller, resource: str, number: str) -> None:
    assert server.call("GET", f"/ws/v1/{resource}/{number}").status_code == 404


def test_numbers_are_numbers_only_where_nothing_is_lost(server: Caller) -> None:
    plain = server.get(
        "/ws/v1/district/student", q="id=lt=1300", expansions="addresses,schedule_setup,phones,lunch", pagesize=100
    )
    students = plain["students"]["student"]
    zips = {s["addresses"]["physical"]["postal_code"] for s in students if s["addresses"]}
    assert all(isinstance(z, str) and z.startswith("0") for z in zips), "a zero in front keeps it text"
    rooms = {type(s["schedule_setup"]["home_room"]) for s in students if s["schedule_setup"]}
    assert rooms == {int, str}
    assert {type(s["phones"]["main"]["number"]) for s in students if s["phones"]} == {int, str}
    assert {s["lunch"]["balance_2"] for s in students if s["lunch"]} == {"0.00"}


def test_an_expansion_without_data_is_an_empty_text(server: Caller) -> None:
    former = server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 2 LIMIT 1")[0][0]
    found = server.get(f"/ws/v1/student/{former}", expansions="addresses,alerts,phones,fees,contact,nonsense")["student"]
    assert {found[k] for k in ("addresses", "alerts", "phones", "fees", "contact")} == {""}
    assert "nonsense" not in found


def test_without_json_in_accept_the_answer_is_xml(server: Caller) -> None:
    answer = server.http.get(
        "/ws/v1/district/student?pagesize=2", headers={"Authorization": f"Bearer {server.token}", "Accept": "*/*"}
    )
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert root.tag == "students"
    assert root.attrib["expansions"].startswith("demographics, addresses")
    assert [e.findtext("name/last_name") for e in root.findall("student")] == [
        n for (n,) in server.sql("SELECT Last_Name FROM Students ORDER BY DCID LIMIT 2")
    ]


def test_the_district_tells_its_codes(server: Caller) -> None:
    found = server.get("/ws/v1/district", expansions="entry_codes,exit_codes,districts_of_residence")["district"]
    assert found["entry_codes"]["entry_code"][0] == {"code": "E1", "description": "First entry this year"}
    assert {c["code"] for c in found["districts_of_residence"]["district_of_residence"]} == {100, "0205"}


def test_every_resource_that_is_read_answers(server: Caller) -> None:
    """No path of the list is left out: each is called with a record that exists."""
    records = {
        "school": "SELECT DCID FROM Schools WHERE School_Number > 0 LIMIT 1",
        "student": "SELECT StudentDCID FROM StudentContactAssoc LIMIT 1",
        "staff": "SELECT DCID FROM SchoolStaff LIMIT 1",
        "course": "SELECT DCID FROM Courses LIMIT 1",
        "section": "SELECT SectionsDCID FROM AssignmentSection LIMIT 1",
        "term": "SELECT DCID FROM Terms LIMIT 1",
        "section_enrollment": "SELECT DCID FROM CC LIMIT 1",
        "contacts": "SELECT PersonID FROM StudentContactAssoc JOIN PersonEmailAddressAssoc USING (PersonID) LIMIT 1",
        "assignment": "SELECT AssignmentSectionID FROM AssignmentSection LIMIT 1",
    }
    person = server.sql(records["contacts"])[0][0]
    email = server.get(f"/ws/contacts/{person}/emails")[0]["contactEmailId"]
    words = {
        "table": "u_students_extension",
        "area": "Students",
        "application": "Homeroom",
        "version": "0",
        "part": "emails",
        "item": email,
    }
    called = []
    for endpoint in endpoints.every():
        if endpoint.method != "GET" or endpoint.path == "/ws/v1/event_subscription":
            continue
        family = next((part for part in reversed(endpoint.path.split("/{id}")[0].split("/")) if part in records), "student")
        number = (
            server.sql(records[family])[0][0]
            if "/table/" not in endpoint.path
            else server.sql("SELECT StudentsDCID FROM U_Students_Extension")[0][0]
        )
        named = words | {"id": number, "dcid": server.sql(records["student"])[0][0], "name": "com.pearson.core.terms.yearid"}
        answer = server.call("GET", endpoint.path.format(**named), projection="*", contactids=str(person))
        called.append((endpoint.path, answer.status_code))
    assert [c for c in called if c[1] != 200] == []


def test_assignments_can_be_read(server: Caller) -> None:
    section = server.sql("SELECT SectionsDCID FROM AssignmentSection LIMIT 1")[0][0]
    found = server.get(f"/powerschool-ptg-api/v2/section/{section}/assignment")
    assert [a["name"] for a in found] == ["Unit 1 check", "Unit 2 check", "Unit 3 check"]
    assert server.get(f"/powerschool-ptg-api/v2/assignment/{found[0]['assignmentid']}") == found[0]
    for path in ("section/999999999/assignment", "assignment/999999999"):
        assert server.call("GET", f"/powerschool-ptg-api/v2/{path}").status_code == 404
