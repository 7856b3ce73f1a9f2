"""Writing: every rule of a student's fields, per-record results, extension tables, levels and rights."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from pretend import Caller, as_list, pretend

NEW: dict[str, Any] = {
    "client_uid": "n-1",
    "action": "INSERT",
    "name": {"first_name": "Ingrid", "last_name": "Vasquez", "middle_name": "Noor"},
    "school_enrollment": {"grade_level": "8", "entry_date": "2026-09-08", "exit_date": "2027-05-29", "school_number": 103},
}
LONG = "x" * 61


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(60) as caller:
        yield caller


def post(server: Caller, *records: dict[str, Any]) -> list[dict[str, Any]]:
    body = server.post("/ws/v1/student", {"students": {"student": list(records) if len(records) > 1 else records[0]}})
    return as_list(body["results"]["result"])


def changed(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The record with one field set (or taken away: None)."""
    new = copy.deepcopy(record)
    *above, last = path.split("/")
    place = new
    for word in above:
        place = place.setdefault(word, {})
    place[last] = value
    if value is None:
        del place[last]
    return new


def update(server: Caller, path: str, value: Any) -> dict[str, Any]:
    dcid = server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0][0]
    return changed({"client_uid": "u-1", "action": "UPDATE", "id": dcid}, path, value)


def faults(result: dict[str, Any]) -> set[tuple[str, str]]:
    assert result["status"] == "ERROR"
    return {(e["field"].removeprefix("student/"), e["error_code"]) for e in as_list(result["error_message"]["error"])}


@pytest.mark.parametrize(
    "path",
    [
        "name/last_name",
        "name/first_name",
        *(f"school_enrollment/{f}" for f in ("grade_level", "entry_date", "exit_date", "school_number")),
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_an_insert_needs_six_fields(server: Caller, path: str, value: str | None) -> None:
    before = server.sql("SELECT count(*) FROM Students")
    assert faults(post(server, changed(NEW, path, value))[0]) == {(path, "REQUIRED")}
    assert server.sql("SELECT count(*) FROM Students") == before


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("local_id", "12a", "FIELD_VALIDATION_ERROR"),
        ("state_province_id", "x" * 33, "FIELD_VALIDATION_ERROR"),
        ("name/last_name", "x" * 51, "FIELD_VALIDATION_ERROR"),
        ("name/middle_name", "x" * 31, "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/enroll_status_code", "2", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/enroll_status_code", 3, "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/enroll_status", "T", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/enroll_status", "G", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/grade_level", "eight", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/entry_date", "09/08/2026", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/entry_date", "2026-02-30", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/school_number", 54321, "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/entry_code", "Z9", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/exit_code", "x" * 11, "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/district_of_residence", "7", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/track", "G", "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/full_time_equivalency/fteid", 99, "FIELD_VALIDATION_ERROR"),
        ("school_enrollment/full_time_equivalency/fteid", "full", "FIELD_VALIDATION_ERROR"),
        ("demographics/gender", "X", "FIELD_VALIDATION_ERROR"),
        ("demographics/birth_date", "2013", "FIELD_VALIDATION_ERROR"),
        ("demographics/projected_graduation_year", "soon", "FIELD_VALIDATION_ERROR"),
        ("schedule_setup/next_school", "next", "FIELD_VALIDATION_ERROR"),
        ("schedule_setup/home_room", LONG, "FIELD_VALIDATION_ERROR"),
        ("phones/main/number", "5" * 31, "FIELD_VALIDATION_ERROR"),
        ("contact/mother", LONG, "FIELD_VALIDATION_ERROR"),
        ("contact/guardian_fax", "5" * 31, "FIELD_VALIDATION_ERROR"),
    ],
)
def test_a_wrong_value_is_told_with_its_field(server: Caller, path: str, value: Any, code: str) -> None:
    assert faults(post(server, changed(NEW, path, value))[0]) == {(path, code)}


def test_status_is_given_once(server: Caller) -> None:
    both = changed(changed(NEW, "school_enrollment/enroll_status", "A"), "school_enrollment/enroll_status_code", 0)
    assert faults(post(server, both)[0]) == {("school_enrollment/enroll_status", "FIELD_VALIDATION_ERROR")}


@pytest.mark.parametrize(("letter", "code"), [("a", 0), ("I", 1), ("p", -1), ("H", 4)])
def test_a_letter_becomes_its_code(server: Caller, letter: str, code: int) -> None:
    result = post(server, changed(NEW, "school_enrollment/enroll_status", letter))[0]
    assert server.sql("SELECT Enroll_Status FROM Students WHERE DCID = ?", result["success_message"]["id"]) == [(code,)]


@pytest.mark.parametrize("kind", ["physical", "mailing"])
def test_an_address_is_whole_or_absent(server: Caller, kind: str) -> None:
    street = update(server, f"addresses/{kind}/street", "1 Long Road")
    missing = {(f"addresses/{kind}/{p}", "REQUIRED") for p in ("city", "state_province", "postal_code")}
    assert faults(post(server, street)[0]) == missing
    whole = changed(
        changed(changed(street, f"addresses/{kind}/city", "C"), f"addresses/{kind}/state_province", "TX"),
        f"addresses/{kind}/postal_code",
        "01234",
    )
    assert post(server, whole)[0]["status"] == "SUCCESS"
    shown = server.get(f"/ws/v1/student/{whole['id']}", expansions="addresses")["student"]["addresses"][kind]
    assert shown == {"street": "1 Long Road", "city": "C", "state_province": "TX", "postal_code": "01234"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("emergency_contact_name1", "emergency_phone1"),
        ("emergency_contact_name2", "emergency_phone2"),
        ("doctor_name", "doctor_phone"),
    ],
)
def test_a_name_and_its_telephone_come_together(server: Caller, one: str, other: str) -> None:
    for given, lacking in ((one, other), (other, one)):
        assert faults(post(server, update(server, f"contact/{given}", "555"))[0]) == {(f"contact/{lacking}", "REQUIRED")}
    assert post(server, changed(update(server, f"contact/{one}", "A"), f"contact/{other}", "5"))[0]["status"] == "SUCCESS"


def test_an_insert_is_read_back_whole(server: Caller) -> None:
    record = changed(
        changed(changed(NEW, "local_id", "771234"), "contact_info/email", "iv@students.example.org"), "demographics/gender", "F"
    )
    result = post(server, record)[0]
    dcid = result["success_message"]["id"]
    assert result["success_message"]["ref"] == f"{server.world.url}/ws/v1/student/{dcid}"
    found = server.get(f"/ws/v1/student/{dcid}", expansions="school_enrollment,contact_info,demographics")["student"]
    assert found["local_id"] == 771234
    assert found["name"] == NEW["name"]
    assert found["contact_info"] == {"email": "iv@students.example.org"}
    enrolled = found["school_enrollment"]
    assert (enrolled["enroll_status"], enrolled["grade_level"], enrolled["entry_date"]) == ("A", 8, "2026-09-08")
    assert enrolled["full_time_equivalency"] == {"fteid": 1, "name": "Full Time"}, "the school's default where none is given"
    assert server.sql("SELECT DCID <> ID, LastFirst FROM Students WHERE DCID = ?", dcid) == [(1, "Vasquez, Ingrid Noor")]
    again = post(server, record)[0]
    assert faults(again) == {("local_id", "INVALID_LOCAL_ID")}


def test_an_update_leaves_enrollment_alone_and_names_are_never_blank(server: Caller) -> None:
    moved = update(server, "school_enrollment/grade_level", "12")
    before = server.sql("SELECT Grade_Level, SchoolID FROM Students WHERE DCID = ?", moved["id"])
    assert post(server, changed(moved, "name/first_name", "Renamed"))[0]["status"] == "SUCCESS"
    assert server.sql("SELECT Grade_Level, SchoolID FROM Students WHERE DCID = ?", moved["id"]) == before
    assert server.sql("SELECT First_Name FROM Students WHERE DCID = ?", moved["id"]) == [("Renamed",)]
    assert faults(post(server, update(server, "name/last_name", ""))[0]) == {("name/last_name", "REQUIRED")}


def test_each_record_has_its_own_result_and_one_is_an_object(server: Caller) -> None:
    good, bad = update(server, "contact/mother", "M, N"), changed(NEW, "name/last_name", None)
    answer = server.post("/ws/v1/student", {"students": {"student": [bad, good, bad | {"client_uid": "17"}]}})["results"]
    assert [r["status"] for r in answer["result"]] == ["ERROR", "SUCCESS", "ERROR"]
    assert answer["result"][2]["client_uid"] == 17, "a mark of digits comes back as a number"
    assert (answer["insert_count"], answer["update_count"]) == (0, 1)
    assert isinstance(server.post("/ws/v1/student/", {"students": {"student": good}})["results"]["result"], dict)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_uid": ""}, {("client_uid", "REQUIRED")}),
        ({"action": ""}, {("action", "REQUIRED")}),
        ({"action": "DELETE"}, {("action", "FIELD_VALIDATION_ERROR")}),
        ({"action": "UPDATE"}, {("id", "REQUIRED")}),
        ({"action": "UPDATE", "id": 999999999}, {("id", "FIELD_VALIDATION_ERROR")}),
    ],
)
def test_the_envelope_of_a_record_is_checked(server: Caller, change: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert faults(post(server, NEW | change)[0]) == expected


def test_a_mark_is_used_once_in_a_request(server: Caller) -> None:
    good = update(server, "contact/father", "F, G")
    first, second = post(server, good, good)
    assert first["status"] == "SUCCESS"
    assert faults(second) == {("client_uid", "FIELD_VALIDATION_ERROR")}


def test_extensions_are_written_beside_the_record(server: Caller) -> None:
    cells = [{"name": "preferredname", "type": "String", "value": "Joe"}, {"name": "locker", "type": "String", "value": "007"}]
    record = update(
        server, "_extension_data/_table_extension", [{"name": "u_students_extension", "recordFound": False, "_field": cells}]
    )
    assert post(server, record)[0]["status"] == "SUCCESS"
    shown = server.get(f"/ws/v1/student/{record['id']}", extensions="u_students_extension")["student"]["_extension_data"][
        "_table_extension"
    ]
    values = {f["name"]: f["value"] for f in shown["_field"]}
    assert (values["preferredname"], values["locker"]) == ("Joe", "007")
    for name, field in (("u_nothing", "a"), ("u_students_extension", "shoes")):
        wrong = update(server, "_extension_data/_table_extension", {"name": name, "_field": {"name": field, "value": "x"}})
        assert {c for _, c in faults(post(server, wrong)[0])} == {"FIELD_VALIDATION_ERROR"}


@pytest.mark.parametrize("body", [{}, {"students": {}}, {"student": [NEW]}, {"students": {"student": ["x"]}}])
def test_without_the_student_entity_nothing_is_read(server: Caller, body: Any) -> None:
    assert server.call("POST", "/ws/v1/student", body).status_code == 400


def test_reading_rights_are_no_writing_rights(server: Caller) -> None:
    server.world.plugin.v1 = "READ"
    try:
        answer = server.call("POST", "/ws/v1/student", {"students": {"student": NEW}})
        assert answer.status_code == 401
        assert answer.json() == {"errorMessage": {"message": "Plugin is missing required accessLevelV1Api FULL permission"}}
        assert server.call("GET", "/ws/v1/district").status_code == 200
    finally:
        server.world.plugin.v1 = "FULL"


def test_a_row_of_an_own_table_lives_from_insert_to_delete(server: Caller) -> None:
    table = "/ws/schema/table/u_rosterhub"
    made = server.post(table, {"tables": {"U_RosterHub": {"name": "a", "value": "0012"}}})
    number = made["result"][0]["success_message"]["id"]
    assert (made["insert_count"], made["update_count"], made["delete_count"]) == (1, 0, 0)
    row = {"id": number, "name": "u_rosterhub", "tables": {"u_rosterhub": {"id": str(number), "name": "a", "value": "0012"}}}
    assert server.get(f"{table}/{number}", projection="*") == row
    put = server.call("PUT", f"{table}/{number}", {"tables": {"u_rosterhub": {"value": "7"}}}).json()
    assert (put["update_count"], put["result"][0]["action"]) == (1, "UPDATE")
    assert server.get(f"{table}/{number}", projection="value")["tables"]["u_rosterhub"] == {"value": "7"}
    assert server.call("DELETE", f"{table}/{number}").status_code == 204
    assert server.call("GET", f"{table}/{number}", projection="*").status_code == 404
    assert server.call("DELETE", f"{table}/{number}").status_code == 404


def test_a_row_beside_a_student_is_inserted_once_and_then_updated(server: Caller) -> None:
    free = server.sql(
        "SELECT DCID FROM Students WHERE DCID NOT IN (SELECT StudentsDCID FROM U_StudentsUserFields) AND Enroll_Status = 0 LIMIT 1"
    )[0][0]
    path, body = (
        f"/ws/schema/table/u_studentsuserfields/{free}",
        {"tables": {"u_studentsuserfields": {"transcriptaddrcity": "Here"}}},
    )
    early = server.call("PUT", path, body)
    assert (early.status_code, "POST" in early.json()["message"]) == (404, True)
    assert server.post(path, body)["insert_count"] == 1
    late = server.call("POST", path, body)
    assert (late.status_code, "PUT" in late.json()["message"]) == (404, True)
    assert server.call("PUT", path, body).json()["update_count"] == 1
    assert server.call("POST", "/ws/schema/table/u_studentsuserfields/999999999", body).status_code == 404
    assert server.call("POST", "/ws/schema/table/u_studentsuserfields", body).status_code == 400


def test_tables_refuse_what_they_cannot_take(server: Caller) -> None:
    assert server.call("POST", "/ws/schema/table/students", {"tables": {"students": {"last_name": "x"}}}).status_code == 405
    assert server.call("DELETE", "/ws/schema/table/students/1001").status_code == 405
    for body in (
        {},
        {"tables": {"other": {}}},
        {"tables": {"u_rosterhub": {"shoes": "1"}}},
        {"tables": {"u_rosterhub": {"id": "x"}}},
    ):
        assert server.call("POST", "/ws/schema/table/u_rosterhub", body).status_code == 400
    server.world.plugin.fields = {"u_rosterhub.name": "FullAccess", "u_rosterhub.value": "ViewOnly"}
    try:
        no = server.call("POST", "/ws/schema/table/u_rosterhub", {"tables": {"u_rosterhub": {"name": "a", "value": "b"}}})
        assert (no.status_code, [e["field"] for e in no.json()["errors"]]) == (403, ["Value"])
        made = server.post("/ws/schema/table/u_rosterhub", {"tables": {"u_rosterhub": {"name": "a"}}})["result"][0][
            "success_message"
        ]["id"]
        gone = server.call("DELETE", f"/ws/schema/table/u_rosterhub/{made}")
        assert (gone.status_code, {e["field"] for e in gone.json()["errors"]}) == (403, {"ID", "Value", "Status", "WhenModified"})
    finally:
        server.world.plugin.fields = None
