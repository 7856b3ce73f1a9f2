"""Every published shape of an answer, key by key: `shapes.json` holds what public evidence shows, in types instead of values.

`key?` may be absent, `number|text` is either, `{"one of": [...]}` the forms that one place takes; a list holds the form of each item.
Nothing that is not in the shape may be in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom.simulator.powerschool import packages
from pretend import Caller, pretend

SHAPES: dict[str, Any] = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
QUERIES = """<queries>
  <query name="org.example.proof.shape.sections" coreTable="SECTIONS" flattened="true">
    <columns>
      <column column="SECTIONS.DCID">dcid</column><column column="SECTIONS.ID">id</column>
      <column column="SECTIONS.COURSE_NUMBER">course_number</column><column column="COURSES.COURSE_NAME">course_name</column>
      <column column="SECTIONS.SECTION_NUMBER">section_number</column><column column="SECTIONS.ROOM">room</column>
      <column column="SECTIONS.TEACHER">teacher</column><column column="SECTIONS.EXTERNAL_EXPRESSION">external_expression</column>
    </columns>
    <sql>SELECT s.dcid, s.id, s.course_number, c.course_name, s.section_number,
         CASE WHEN MOD(s.dcid, 2) = 0 THEN s.room END AS room, s.teacher, s.external_expression
         FROM sections s INNER JOIN courses c ON c.course_number = s.course_number ORDER BY s.dcid</sql>
  </query>
  <query name="org.example.proof.shape.students" coreTable="Students">
    <columns>
      <column column="STUDENTS.DCID">STUDENTS.dcid</column><column column="STUDENTS.LASTFIRST">STUDENTS.lastfirst</column>
      <column column="STUDENTS.GRADE_LEVEL">STUDENTS.grade_level</column><column column="GUARDIAN.FIRSTNAME">GUARDIAN.firstname</column>
      <column column="GUARDIAN.LASTNAME">GUARDIAN.lastname</column>
    </columns>
    <sql>SELECT s.dcid, s.lastfirst, s.grade_level, g.firstname, g.lastname FROM students s
         INNER JOIN guardianstudent gs ON gs.studentsdcid = s.dcid INNER JOIN guardian g ON g.guardianid = gs.guardianid
         ORDER BY s.dcid, g.guardianid</sql>
  </query>
</queries>"""
PLUGIN = (
    '<plugin xmlns="http://plugin.powerschool.pearson.com" name="Shapes" version="1"><oauth accessLevelV1Api="FULL"/></plugin>'
)


def differences(shape: Any, value: Any, at: str = "$") -> list[str]:
    """What is not as the shape says."""
    if isinstance(shape, str):
        kind = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "text"}.get(
            type(value), type(value).__name__
        )
        return [] if kind in shape.split("|") else [f"{at}: {kind} instead of {shape}"]
    if isinstance(shape, dict) and set(shape) == {"one of"}:
        tries = [differences(s, value, at) for s in shape["one of"]]
        return [] if [] in tries else tries[0]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [d for n, item in enumerate(value) for d in differences(shape[0], item, f"{at}[{n}]")]
    if not isinstance(value, dict):
        return [f"{at}: {type(value).__name__} instead of an object"]
    names = {k.rstrip("?"): k for k in shape}
    found = [f"{at}.{k}: missing" for k, mark in names.items() if k not in value and not mark.endswith("?")]
    found += [f"{at}.{k}: not in the shape" for k in value if k not in names]
    return found + [d for k, mark in names.items() if k in value for d in differences(shape[mark], value[k], f"{at}.{k}")]


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(600) as caller:
        from homeroom.simulator.powerschool.schema import named

        caller.world.installed = dict(named.read(QUERIES))
        yield caller


def first(server: Caller, sql: str) -> int:
    return int(server.sql(sql + " LIMIT 1")[0][0])


def school(server: Caller) -> int:
    return first(server, "SELECT s.DCID FROM Schools s JOIN Sections x ON x.SchoolID = s.School_Number")


def whole(server: Caller) -> int:
    """A student of two races with both addresses, parents and all else that an expansion shows, but no alert."""
    return first(
        server,
        "SELECT s.DCID FROM Students s WHERE Mailing_Street IS NOT NULL AND Home_Phone IS NOT NULL AND Mother IS NOT NULL AND "
        "Alert_Medical IS NULL AND DistrictOfResidence = '100' AND (SELECT count(*) FROM StudentRace r WHERE r.StudentID = s.ID) = 2",
    )


def token(server: Caller) -> Any:
    answer = server.http.post(
        "/oauth/access_token", data={"grant_type": "client_credentials"}, headers={"Authorization": server.basic()}
    )
    return answer.json()


def closed(server: Caller) -> Any:
    server.world.plugin.v1 = "NONE"
    try:
        return refused(server, 401, "GET", "/ws/v1/district")
    finally:
        server.world.plugin.v1 = "FULL"


def refused(server: Caller, status: int, method: str, path: str, body: Any = None) -> Any:
    answer = server.call(method, path, body)
    assert answer.status_code == status
    return answer.json()


def without_rights(server: Caller, status: int, method: str, path: str, body: Any = None) -> Any:
    server.world.plugin.fields = {}
    try:
        return refused(server, status, method, path, body)
    finally:
        server.world.plugin.fields = None


def post_students(server: Caller) -> Any:
    student = first(server, "SELECT DCID FROM Students WHERE Enroll_Status = 0")
    number = first(server, "SELECT Student_Number FROM Students")
    place = first(server, "SELECT School_Number FROM Schools WHERE School_Number BETWEEN 100 AND 9998")
    enrolled = {
        "enroll_status": "A",
        "grade_level": "8",
        "entry_date": "2026-09-08",
        "exit_date": "2027-06-03",
        "school_number": place,
    }
    new = {
        "client_uid": "hub-1",
        "action": "INSERT",
        "local_id": 550_077,
        "name": {"first_name": "Ingrid", "last_name": "Vasquez"},
        "demographics": {"gender": "F", "birth_date": "2013-11-02"},
        "school_enrollment": enrolled,
    }
    preferred = {
        "name": "u_students_extension",
        "recordFound": False,
        "_field": [{"name": "preferredname", "type": "String", "value": "Des"}],
    }
    changed = {
        "client_uid": "hub-2",
        "action": "UPDATE",
        "id": student,
        "contact_info": {"email": "d@students.example.org"},
        "_extension_data": {"_table_extension": [preferred]},
    }
    wrong = {
        "client_uid": "hub-3",
        "action": "INSERT",
        "local_id": number,
        "name": {"first_name": "Marek", "last_name": "Dunn"},
        "school_enrollment": {"enroll_status": "A", "grade_level": "9", "school_number": "three hundred"},
    }
    answer = server.post("/ws/v1/student", {"students": {"student": [new, changed, wrong]}})
    results = answer["results"]
    assert (results["insert_count"], results["update_count"], results["delete_count"]) == (1, 1, 0)
    assert [r["status"] for r in results["result"]] == ["SUCCESS", "SUCCESS", "ERROR"]
    assert [(e["field"], e["error_code"], e["error_description"]) for e in results["result"][2]["error_message"]["error"]] == [
        ("student/local_id", "INVALID_LOCAL_ID", "Local ID already exists"),
        ("student/school_enrollment/entry_date", "REQUIRED", "No data submitted for required element"),
        ("student/school_enrollment/exit_date", "REQUIRED", "No data submitted for required element"),
        ("student/school_enrollment/school_number", "FIELD_VALIDATION_ERROR", "Value must be an integer"),
    ]
    return answer


def changes(server: Caller) -> Any:
    before = server.world.ledger.version
    with server.world.changing() as note:
        note("students", 1201, "UPDATE")
        note("cc", 90012, "UPDATE")
        note("users", 90, "UPDATE")
    return server.get(f"/ws/dataversion/RosterHub/{before}")


def subscription(server: Caller) -> Any:
    wanted = [{"resource": "/ws/v1/student/*", "event_type": k} for k in ("INSERT", "UPDATE")]
    body = {"event_subscriptions": {"key": "k", "callback_url": "http://127.0.0.1:9/events", "event_subscription": wanted}}
    assert server.call("PUT", "/ws/v1/event_subscription", body).status_code == 201
    try:
        found = server.get("/ws/v1/event_subscription")
        assert found == body
        return found
    finally:
        server.world.subscription = None


EXPANSIONS = "demographics,addresses,alerts,phones,school_enrollment,ethnicity_race,contact,contact_info,initial_enrollment,schedule_setup,fees,lunch"
STAFF = "addresses,emails,phones,school_affiliations"
COLUMNS = "dcid,id,student_number,last_name,first_name,enroll_status,schoolid,grade_level"
ASKED: dict[str, Callable[[Caller], Any]] = {
    "01-oauth-token": token,
    "02-metadata": lambda s: s.get("/ws/v1/metadata"),
    "03-error-v1-access-level-401": closed,
    "04-schools-list": lambda s: s.get("/ws/v1/district/school", q="school_number=gt=99"),
    "05-students-page": lambda s: s.get(f"/ws/v1/school/{school(s)}/student", page=1),
    "06-students-single-match": lambda s: s.get(
        "/ws/v1/district/student",
        q=f"local_id=={first(s, 'SELECT Student_Number FROM Students WHERE Student_Web_ID IS NOT NULL')}",
    ),
    "07-students-empty": lambda s: s.get("/ws/v1/district/student", page=999),
    "08-student-expanded": lambda s: s.get(f"/ws/v1/student/{whole(s)}", expansions=EXPANSIONS),
    "09-student-extensions": lambda s: s.get(
        f"/ws/v1/student/{first(s, 'SELECT StudentsDCID FROM U_Students_Extension WHERE PreferredName IS NOT NULL')}",
        extensions="u_students_extension,studentcorefields,unknown",
    ),
    "10-staff-list": lambda s: s.get(f"/ws/v1/school/{school(s)}/staff", expansions=STAFF),
    "11-sections-list": lambda s: s.get(f"/ws/v1/school/{school(s)}/section"),
    "12-section-enrollments-list": lambda s: s.get(f"/ws/v1/section/{first(s, 'SELECT DCID FROM Sections')}/section_enrollment"),
    "13-terms-list": lambda s: s.get(f"/ws/v1/school/{school(s)}/term"),
    "15-student-post-result-mixed": post_students,
    "16-table-list": lambda s: s.get("/ws/schema/table/students", projection=COLUMNS, q="enroll_status==0"),
    "17-table-write-result": lambda s: s.post(
        "/ws/schema/table/U_ROSTERHUB", {"name": "u_rosterhub", "tables": {"u_rosterhub": {"name": "x"}}}
    ),
    "18-error-table-403": lambda s: without_rights(s, 403, "GET", "/ws/schema/table/log/count?q=schoolid==300"),
    "19-powerquery-flattened": lambda s: s.post("/ws/schema/query/org.example.proof.shape.sections"),
    "20-powerquery-grouped-count": lambda s: s.post("/ws/schema/query/org.example.proof.shape.students", count="true", page=1),
    "21-powerquery-empty": lambda s: s.post("/ws/schema/query/org.example.proof.shape.sections", page=999),
    "22-powerquery-error-403": lambda s: without_rights(
        s, 403, "POST", "/ws/schema/query/org.example.rosterhub.roster.users", {}
    ),
    "23-dataversion-changes": changes,
    "24-event-subscription-put": subscription,
    "25-contacts-student": lambda s: s.get(f"/ws/contacts/student/{first(s, 'SELECT StudentsDCID FROM GuardianStudent')}"),
}


def test_every_shape_is_asked_for() -> None:
    assert set(ASKED) == set(SHAPES)
    assert packages.read(PLUGIN.encode()).v1 == "FULL"


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_an_answer_has_the_published_shape(server: Caller, name: str) -> None:
    found = ASKED[name](server)
    assert differences(SHAPES[name], found) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"@extensions": ""}, []),
        ({"@extensions": 1}, ["$.@extensions: number instead of text"]),
        ({}, ["$.@extensions: missing"]),
        ({"@extensions": "", "record": []}, ["$.record: not in the shape"]),
    ],
)
def test_the_comparison_sees_a_difference(value: Any, told: list[str]) -> None:
    assert differences(SHAPES["21-powerquery-empty"], value) == told
