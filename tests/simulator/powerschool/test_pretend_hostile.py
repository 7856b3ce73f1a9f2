"""Nonsense is refused in words: no call, however odd, breaks the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pretend import Caller, pretend

BIG = "9" * 40
DEEP: Any = []
for _ in range(50):
    DEEP = [DEEP]
BODIES: list[Any] = [None, 1, "x", [], {}, [1], {"students": 1}, {"students": {"student": {"_extension_data": 3}}}, DEEP]
STUDENTS = [
    {"name": "flat"},
    {"name": {"first_name": {"deep": 1}}},
    {"id": BIG},
    {"id": "²"},
    {"local_id": BIG},
    {"school_enrollment": {"grade_level": BIG}},
    {"_extension_data": {"_table_extension": ["x"]}},
    {"_extension_data": {"_table_extension": {"name": "u_students_extension", "_field": ["x"]}}},
    {"_extension_data": {"_table_extension": {"name": "u_students_extension"}}},
    {"contact_info": {"email": ["a"]}},
    {"client_uid": {"a": 1}},
]


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(20) as caller:
        yield caller


@pytest.mark.parametrize(
    "q",
    [
        f"id=={BIG}",
        "id==²",
        "id==",
        "==",
        ";;;",
        "id==1;",
        "NAME==[",
        "NAME==*[*",
        "id==()",
        "(",
        '"',
        "a" * 5000,
    ],
)
@pytest.mark.parametrize(
    ("path", "name"), [("/ws/v1/district/student", "name.last_name"), ("/ws/schema/table/students", "last_name")]
)
def test_odd_filters(server: Caller, path: str, name: str, q: str) -> None:
    assert server.call("GET", path, q=q.replace("NAME", name), projection="dcid").status_code in (200, 400)


@pytest.mark.parametrize("number", [BIG, "-1", "0", "²", "1.5", "%00", "'; DROP TABLE Students; --"])
def test_odd_numbers_in_paths(server: Caller, number: str) -> None:
    for path in (
        "/ws/v1/student/",
        "/ws/v1/school/",
        "/ws/contacts/student/",
        "/ws/schema/table/students/",
        "/ws/dataversion/Homeroom/",
    ):
        assert server.call("GET", path + number, projection="dcid").status_code in (200, 400, 404)
    assert server.call("GET", "/ws/v1/district/student", page=number, pagesize=number).status_code in (200, 400)


@pytest.mark.parametrize("record", STUDENTS, ids=range(len(STUDENTS)))
@pytest.mark.parametrize("action", ["INSERT", "UPDATE"])
def test_odd_students(server: Caller, record: dict[str, Any], action: str) -> None:
    dcid = server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0][0]
    answer = server.call(
        "POST", "/ws/v1/student", {"students": {"student": {"client_uid": "1", "action": action, "id": dcid} | record}}
    )
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_odd_bodies(server: Caller, body: Any) -> None:
    calls = [
        ("POST", "/ws/v1/student"),
        ("POST", "/ws/schema/table/u_rosterhub"),
        ("PUT", "/ws/schema/table/u_rosterhub/1"),
        ("POST", "/ws/schema/query/com.pearson.core.terms.year_terms"),
        ("PUT", "/ws/v1/event_subscription"),
        ("POST", "/__simulator/faults"),
        ("POST", "/__simulator/change"),
        ("POST", "/__simulator/plugin"),
        ("PUT", "/__simulator/plugin"),
        ("POST", "/__simulator/export"),
        ("POST", "/__simulator/dataversion"),
        ("POST", "/__simulator/switches"),
    ]
    for method, path in calls:
        answer = server.call(method, path, body)
        assert answer.status_code in (200, 400, 404), (method, path, answer.text)
        server.steer("faults", {"faults": []})


@pytest.mark.parametrize(
    "body",
    [
        {"projection": 7},
        {"$q": 7},
        {"$dataversion": "x", "$dataversion_applicationname": "Homeroom"},
        {"$dataversion": 1, "$dataversion_applicationname": 7},
        {"yearid": {"a": 1}},
        {"yearid": [1]},
        {"yearid": BIG},
        {"yearid": True},
    ],
)
def test_odd_arguments(server: Caller, body: dict[str, Any]) -> None:
    for path in ("", "/count"):
        answer = server.call("POST", f"/ws/schema/query/com.pearson.core.terms.year_terms{path}", body, order="name;up,id;desc")
        assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "path", ["/", "/ws", "/ws/v1", "/ws/v1/nothing", "/oauth", "/ws/schema/table/%2e%2e/x", "//", "/ws/v1/student/1/2/3"]
)
def test_odd_paths(server: Caller, path: str) -> None:
    answer = server.call("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"message": "Resource not found"})
