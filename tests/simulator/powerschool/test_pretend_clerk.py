"""What a clerk does shows in the answers, in data versions, and at a subscriber that is really called."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest

from patience import SECONDS
from pretend import Caller, as_list, pretend


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(200) as caller:
        yield caller


@pytest.fixture
def subscriber() -> Iterator[tuple[str, Queue[Any]]]:
    """A real receiver and what it got."""
    got: Queue[Any] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    listening = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/events", got
    listening.shutdown()
    thread.join()
    listening.server_close()


def student(server: Caller, where: str = "1") -> int:
    return int(server.sql(f"SELECT DCID FROM Students WHERE Enroll_Status = 0 AND {where} ORDER BY DCID LIMIT 1")[0][0])


def seats(server: Caller, dcid: int) -> list[tuple[Any, ...]]:
    return server.sql(
        "SELECT SectionID, DateEnrolled, DateLeft FROM CC WHERE StudentID = (SELECT ID FROM Students WHERE DCID = ?)", dcid
    )


def since(server: Caller, version: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = server.get(f"/ws/dataversion/Homeroom/{version}")["tables"]
    return found


def test_an_edit_shows_and_is_in_the_data_versions(server: Caller) -> None:
    dcid, before = student(server), server.world.ledger.version
    told = server.steer("change", {"do": "edit", "table": "Students", "key": dcid, "set": {"last_name": "Changed"}})
    assert told["changes"] == [{"table": "students", "key": dcid, "verb": "UPDATE"}]
    assert server.get(f"/ws/v1/student/{dcid}")["student"]["name"]["last_name"] == "Changed"
    assert since(server, before) == {"students": [dcid]}
    assert server.get(f"/ws/dataversion/Homeroom/{told['$dataversion']}") == {"$dataversion": told["$dataversion"], "tables": {}}
    for path in ("Nobody/0", "Homeroom/x", "Homeroom/-1"):
        assert server.call("GET", f"/ws/dataversion/{path}").status_code == 400


def test_rows_are_added_and_dropped(server: Caller) -> None:
    made = server.steer(
        "change", {"do": "add", "table": "courses", "set": {"Course_Number": "NEW1", "Course_Name": "New", "SchoolID": 0}}
    )
    key = made["changes"][0]["key"]
    assert server.get(f"/ws/v1/course/{key}")["course"]["course_number"] == "NEW1"
    assert server.steer("change", {"do": "drop", "table": "courses", "key": key})["changes"][0]["verb"] == "DELETE"
    assert server.call("GET", f"/ws/v1/course/{key}").status_code == 404


def test_a_transfer_ends_seats_keeps_the_stay_and_begins_anew(server: Caller) -> None:
    dcid = student(server, "Grade_Level = 3")
    old = server.sql("SELECT SchoolID, EntryDate FROM Students WHERE DCID = ?", dcid)[0]
    other = server.sql("SELECT School_Number FROM Schools WHERE School_Number NOT IN (0, 999999, ?) LIMIT 1", old[0])[0][0]
    server.steer("change", {"do": "transfer", "student": dcid, "school": other})
    shown = server.get(f"/ws/v1/student/{dcid}", expansions="school_enrollment")["student"]["school_enrollment"]
    assert (shown["school_number"], shown["entry_date"], shown["entry_code"]) == (other, server.world.today, "E2")
    stay = server.sql("SELECT SchoolID, EntryDate, ExitDate FROM ReEnrollments ORDER BY DCID DESC LIMIT 1")
    assert stay == [(*old, server.world.today)]
    assert all(s < 0 for s, begun, left in seats(server, dcid) if begun < server.world.today and left >= server.world.today)


def test_who_leaves_and_comes_back_has_both_stays(server: Caller) -> None:
    dcid = student(server, "Grade_Level = 5")
    classes = len([s for s in seats(server, dcid) if s[0] > 0])
    server.steer("change", {"do": "leave", "student": dcid})
    shown = server.get(f"/ws/v1/student/{dcid}", expansions="school_enrollment")["student"]["school_enrollment"]
    assert (shown["enroll_status"], shown["exit_code"], shown["exit_date"]) == ("T", "W1", server.world.today)
    assert not [s for s in seats(server, dcid) if s[0] > 0]
    server.steer("change", {"do": "return", "student": dcid})
    shown = server.get(f"/ws/v1/student/{dcid}", expansions="school_enrollment")["student"]["school_enrollment"]
    assert (shown["enroll_status"], shown["entry_code"]) == ("A", "R1")
    assert len([s for s in seats(server, dcid) if s[0] > 0]) == classes > 0


def test_classes_are_dropped_and_taken(server: Caller) -> None:
    dcid = student(server, "Grade_Level = 1")
    section = server.sql("SELECT DCID FROM Sections WHERE ID = ?", max(seats(server, dcid))[0])[0][0]
    path = f"/ws/v1/section/{section}/section_enrollment"

    def mine() -> list[dict[str, Any]]:
        found = [
            s for page in (1, 2) for s in as_list(server.get(path, page=page)["section_enrollments"].get("section_enrollment"))
        ]
        return [s for s in found if s["student_id"] == dcid]

    server.steer("change", {"do": "drop_class", "student": dcid, "section": section, "same_day": True})
    assert [(s["dropped"], s["entry_date"] == s["exit_date"]) for s in mine()] == [(True, True)]
    server.steer("change", {"do": "enroll", "student": dcid, "section": section})
    assert [s["dropped"] for s in mine()] == [True, False]
    again = server.call(
        "POST", "/__simulator/change", {"do": "drop_class", "student": student(server, "Grade_Level = 12"), "section": section}
    )
    assert (again.status_code, again.json()) == (400, {"message": "This student has no open seat in this section."})


def test_a_new_student_comes_with_a_person_an_address_and_classes(server: Caller) -> None:
    school = server.sql("SELECT SchoolID FROM Students WHERE Grade_Level = 2 AND Enroll_Status = 0 LIMIT 1")[0][0]
    told = server.steer("change", {"do": "new_student", "school": school, "grade": 2, "first_name": "Juno", "last_name": "Late"})
    dcid = next(c["key"] for c in told["changes"] if c["table"] == "students")
    shown = server.get(f"/ws/v1/student/{dcid}", expansions="contact_info,school_enrollment")["student"]
    assert shown["contact_info"]["email"] == f"juno.{dcid}@students.example.org"
    assert shown["school_enrollment"]["grade_level"] == 2
    assert len(seats(server, dcid)) > 3
    roster = server.post("/ws/schema/query/org.example.rosterhub.roster.users", pagesize=0)["record"]
    assert f"S{dcid}" in {r["sourcedid"] for r in roster}


def test_a_contact_changes_wherever_it_is_shown(server: Caller) -> None:
    link, person, dcid = server.sql("SELECT StudentContactAssocID, PersonID, StudentDCID FROM StudentContactAssoc LIMIT 1")[0]
    server.steer(
        "change",
        {"do": "contact", "contact": person, "email": "new@family.example.org", "relationship": "Uncle", "legal_guardian": True},
    )
    found = next(c for c in server.get(f"/ws/contacts/student/{dcid}") if c["contactId"] == person)
    assert found["emails"][0]["address"] == "new@family.example.org"
    details = next(s for s in found["contactStudents"] if s["studentContactId"] == link)["studentDetails"]
    assert [d["relationship"] for d in details if d["active"]] == ["Uncle"]
    assert server.sql("SELECT LegalGuardian FROM StudentContactAssocCoreFields WHERE StudentContactAssocID = ?", link) == [(1,)]
    server.steer("change", {"do": "contact", "contact": person, "email": ""})
    assert server.get(f"/ws/contacts/{person}/emails") == []


def test_contacts_are_read_whole_and_in_parts(server: Caller) -> None:
    person, dcid = server.sql(
        "SELECT PersonID, StudentDCID FROM StudentContactAssoc JOIN PersonPhoneNumberAssoc USING (PersonID) LIMIT 1"
    )[0]
    whole = server.get(f"/ws/contacts/contact/{person}")
    assert whole in server.get(f"/ws/contacts/student/{dcid}")
    assert server.get("/ws/contacts/contacts", contactids=f"{person}") == [whole]
    phones = server.get(f"/ws/contacts/{person}/phones")
    assert phones == whole["phones"]
    assert server.get(f"/ws/contacts/{person}/phones/{phones[0]['contactsPhoneId']}") == phones[0]
    assert server.get(f"/ws/contacts/{person}/demographics")["lastName"] == whole["lastName"]
    assert server.get(f"/ws/contacts/{person}/students") == whole["contactStudents"]
    assert isinstance(server.get(f"/ws/contacts/student/original_contact_types/in_use/{dcid}"), list)
    alone = server.sql("SELECT DCID FROM Students WHERE DCID NOT IN (SELECT StudentDCID FROM StudentContactAssoc) LIMIT 1")[0][0]
    nobody = server.call("GET", f"/ws/contacts/student/{alone}")
    assert (nobody.status_code, nobody.content) == (204, b"")
    for path in ("student/999999999", "contact/999999999", f"{person}/shoes", f"{person}/phones/1"):
        assert server.call("GET", f"/ws/contacts/{path}").status_code == 404


def test_a_teacher_changes_and_is_hired_where_need_be(server: Caller) -> None:
    section, school = server.sql("SELECT DCID, SchoolID FROM Sections WHERE TermID >= 3600 LIMIT 1")[0]
    user = server.sql(
        "SELECT DCID FROM Users WHERE DCID NOT IN (SELECT Users_DCID FROM SchoolStaff WHERE SchoolID = ?) LIMIT 1", school
    )[0][0]
    server.steer("change", {"do": "teacher", "section": section, "teacher": user})
    staff = server.get(f"/ws/v1/section/{section}")["section"]["staff_id"]
    assert server.get(f"/ws/v1/staff/{staff}")["staff"]["users_dcid"] == user


def test_acts_of_one_call_all_happen_or_none(server: Caller) -> None:
    dcid, version = student(server), server.world.ledger.version
    name = server.get(f"/ws/v1/student/{dcid}")["student"]["name"]
    acts = [
        {"do": "edit", "table": "students", "key": dcid, "set": {"Last_Name": "Half"}},
        {"do": "edit", "table": "students", "key": 987654321, "set": {"Last_Name": "Half"}},
    ]
    answer = server.call("POST", "/__simulator/change", acts)
    assert (answer.status_code, answer.json()) == (400, {"message": "There is no row 987654321 in Students."})
    assert server.get(f"/ws/v1/student/{dcid}")["student"]["name"] == name
    assert server.world.ledger.version == version
    for wrong in (
        {"do": "dance"},
        {"do": "edit", "table": "shoes"},
        {"do": "edit", "table": "students", "key": dcid, "set": {"shoes": 1}},
    ):
        assert server.call("POST", "/__simulator/change", wrong).status_code == 400


def test_a_subscriber_is_really_called(server: Caller, subscriber: tuple[str, Queue[Any]]) -> None:
    url, got = subscriber
    wanted = [
        ("student", "UPDATE"),
        ("student", "SCHOOL_ENROLLMENT"),
        ("section_enrollment", "INSERT"),
        ("section_enrollment", "DELETE"),
    ]
    items = [{"resource": f"/ws/v1/{name}/*", "event_type": kind} for name, kind in wanted]
    body = {"event_subscriptions": {"key": "proof", "callback_url": url, "event_subscription": items}}
    path = "/ws/v1/event_subscription"
    assert server.call("GET", path).status_code == 404
    assert server.call("PUT", path, body).status_code == 201
    assert server.call("PUT", path, body).status_code == 204
    dcid = student(server, "Grade_Level = 4")
    server.steer("change", {"do": "edit", "table": "students", "key": dcid, "set": {"First_Name": "Told"}})
    event = got.get(timeout=SECONDS)["events"]
    assert event["key"] == "proof"
    assert {k: event["event"][0][k] for k in ("resource", "event_type", "id")} == {
        "resource": f"/ws/v1/student/{dcid}",
        "event_type": "UPDATE",
        "id": dcid,
    }
    server.steer("change", {"do": "leave", "student": dcid})
    kinds = {(e["resource"].split("/")[3], e["event_type"]) for e in got.get(timeout=SECONDS)["events"]["event"]}
    assert kinds == {("student", "UPDATE"), ("student", "SCHOOL_ENROLLMENT"), ("section_enrollment", "DELETE")}
    mails = {
        "students": {"student": {"client_uid": "1", "action": "UPDATE", "id": dcid, "contact_info": {"email": "t@example.org"}}}
    }
    server.post("/ws/v1/student", mails)
    assert got.get(timeout=SECONDS)["events"]["event"][0]["id"] == dcid
    server.steer("change", {"do": "edit", "table": "courses", "key": 101, "set": {"Course_Name": "Untold"}})
    assert server.call("DELETE", path).status_code == 204
    assert server.call("DELETE", path).status_code == 404
    server.steer("change", {"do": "edit", "table": "students", "key": dcid, "set": {"First_Name": "Silent"}})
    assert got.empty()


def test_a_test_subscription_is_answered_with_a_sample_event(server: Caller, subscriber: tuple[str, Queue[Any]]) -> None:
    url, got = subscriber
    item = {"resource": "/ws/v1/test_subscription", "event_type": "INSERT"}
    body = {"event_subscriptions": {"key": "k", "callback_url": url, "event_subscription": item}}
    assert server.call("PUT", "/ws/v1/event_subscription", body).status_code == 201
    assert got.get(timeout=SECONDS)["events"]["event"][0]["resource"] == "/ws/v1/test_subscription/1"
    assert server.get("/ws/v1/event_subscription") == body, "one subscription is an object"
    assert server.get("/ws/v1/test_subscription") == {"test_subscription": {"id": 1, "content": "Test Subscription"}}
    server.call("DELETE", "/ws/v1/event_subscription")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"event_subscriptions": {"callback_url": "nowhere"}}, 400),
        (
            {
                "event_subscriptions": {
                    "callback_url": "https://x.example",
                    "event_subscription": {"resource": "/ws/v1/shoe/*", "event_type": "INSERT"},
                }
            },
            400,
        ),
        (
            {
                "event_subscriptions": {
                    "callback_url": "https://x.example",
                    "event_subscription": {"resource": "/ws/v1/student/*", "event_type": "LOOK"},
                }
            },
            400,
        ),
    ],
)
def test_wrong_subscriptions_are_refused(server: Caller, body: Any, status: int) -> None:
    assert server.call("PUT", "/ws/v1/event_subscription", body).status_code == status
    plain = server.http.put("/ws/v1/event_subscription", content=b"x", headers={"Authorization": f"Bearer {server.token}"})
    assert plain.status_code == 415


def test_a_query_with_a_data_version_gives_what_changed(server: Caller) -> None:
    name, dcid = "/ws/schema/query/com.pearson.core.student.student_dcid_id_map", student(server, "Grade_Level = 6")
    version = str(server.world.ledger.version)
    delta = {"$dataversion": version, "$dataversion_applicationname": "Homeroom"}
    assert server.post(name, delta) == {"$dataversion": version, "@extensions": ""}
    server.steer("change", {"do": "edit", "table": "students", "key": dcid, "set": {"First_Name": "Delta"}})
    found = server.post(name, delta)
    assert [r["_id"] for r in found["record"]] == [dcid]
    assert int(found["$dataversion"]) > int(version)
    capital = {"$dataVersion": version, "$dataversion_applicationname": "homeroom"}
    assert server.post(name, capital) == found
    assert server.post(name + "/count", delta) == {"count": 1}
    roster = server.post("/ws/schema/query/org.example.rosterhub.roster.users", delta)
    assert [r["sourcedid"] for r in roster["record"]] == [f"S{dcid}"]
    assert server.call("POST", name, delta | {"$dataversion_applicationname": "Nobody"}).status_code == 400


def test_subscriptions_to_data_versions_name_their_tables(server: Caller) -> None:
    assert server.steer("dataversion", {"name": "Small", "tables": ["CC"]})["subscriptions"]["Small"] == ["cc"]
    before = server.world.ledger.version
    server.steer("change", {"do": "leave", "student": student(server, "Grade_Level = 7")})
    assert set(server.get(f"/ws/dataversion/small/{before}")["tables"]) == {"cc"}
    assert "Small" not in server.steer("dataversion", {"name": "Small"})["subscriptions"]


def test_a_school_closes_and_its_students_go_on_elsewhere(server: Caller) -> None:
    here, there = [
        n for (n,) in server.sql("SELECT SchoolID FROM Students WHERE Enroll_Status = 0 GROUP BY 1 ORDER BY count(*) LIMIT 2")
    ]
    moved = server.sql("SELECT count(*) FROM Students WHERE SchoolID = ? AND Enroll_Status = 0", here)[0][0]
    stayed = server.sql("SELECT count(*) FROM Students WHERE SchoolID = ? AND Enroll_Status = 0", there)[0][0]
    server.steer("change", {"do": "close_school", "school": here, "to": there})
    dcid = server.sql("SELECT DCID FROM Schools WHERE School_Number = ?", here)[0][0]
    for what in ("student", "staff"):
        assert server.get(f"/ws/v1/school/{dcid}/{what}/count")["resource"]["count"] == 0
    assert server.sql("SELECT count(*) FROM Students WHERE SchoolID = ? AND Enroll_Status = 0", there) == [(moved + stayed,)]
    shown = server.get(f"/ws/v1/school/{dcid}", extensions="u_schools_extension")["school"]["_extension_data"]["_table_extension"]
    assert shown["_field"] == [{"name": "ignoreforintegration", "type": "Integer", "value": 1}]


def test_a_year_rolls_over() -> None:
    with pretend(200, seed=9) as server:
        grades = dict(server.sql("SELECT DCID, Grade_Level FROM Students WHERE Enroll_Status = 0"))
        server.steer("change", {"do": "rollover"})
        assert server.world.today == "2027-08-17"
        now = dict(
            server.sql(
                "SELECT DCID, Grade_Level FROM Students WHERE DCID IN (SELECT DCID FROM Students WHERE Enroll_Status IN (0, 3))"
            )
        )
        assert all(now[d] == (99 if g == 12 else g + 1) for d, g in grades.items())
        assert {
            s for (s,) in server.sql("SELECT DISTINCT SchoolID FROM Students WHERE Grade_Level = 99 AND Enroll_Status = 3")
        } == {999999}
        school = server.sql("SELECT s.DCID FROM Schools s JOIN Sections x ON x.SchoolID = s.School_Number LIMIT 1")[0][0]
        terms = server.get(f"/ws/v1/school/{school}/term")["terms"]["term"]
        assert {t["start_year"] for t in terms} == {2027}
        assert {t["name"] for t in terms if t["portion"] == 1} == {"2027-2028"}
        sections = server.get(f"/ws/v1/school/{school}/section/count")["resource"]["count"]
        assert sections == server.get(f"/ws/v1/school/{school}/section/count", q="term.start_year==2026")["resource"]["count"]
        classes = server.post("/ws/schema/query/org.example.rosterhub.roster.classes", pagesize=0)["record"]
        assert {c["termsourcedids"].split("-")[1] for c in classes} == {"3700"}
        seats = server.post("/ws/schema/query/org.example.rosterhub.roster.enrollments", pagesize=0)["record"]
        seated = {r["usersourcedid"] for r in seats if r["role"] == "student"}
        active = {f"S{d}" for (d,) in server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0")}
        assert len(seated & active) > 0.8 * len(active)
