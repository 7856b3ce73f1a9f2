"""Writing students against the pretend server: both sides refuse the same, and a lost answer never writes twice."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

import pytest

from homeroom.systems.powerschool.client import AccessClosed, Patience, PowerSchool, Unreachable
from homeroom.systems.powerschool.client.student_rules import RULES, extension, problems
from homeroom.systems.powerschool.client.student_writes import read_back, send, write
from pretend import Caller, as_list, pretend

ONLY_THE_SERVER = {
    f"school_enrollment.{f}"
    for f in ("school_number", "entry_code", "exit_code", "district_of_residence", "full_time_equivalency.fteid")
} | {"local_id"}
"""Fields whose values must be among those that the server has (or, of a number, must not be)."""
OURS = ("cannot be written", "is not a field", "is before the entry date")
"""What a server would leave aside, or take as it stands, and our rules refuse."""
VALUES: list[Any] = [
    "", " ", None, 7, "7", "-1", "2", "02", " 3", "3.5", "3.", "A", "AB", "a", "T", " M", "F", "2026-09-01", "2026-02-30", "2026-W01-1",
    "20260901", "١٢", "1" * 19, "Zoë", "x" * 51, "9" * 11,
]  # fmt: skip
PATIENCE = Patience(attempts=6, first_wait=0.001, longest_wait=0.01)
numbers = count(700_000_001)


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(60) as caller:
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.steer("faults", {"faults": []})
    shared.steer("plugin", {"v1": "FULL"})


@pytest.fixture
def sis(server: Caller) -> Iterator[PowerSchool]:
    plugin = server.world.plugin
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=PATIENCE) as client:
        yield client


def new(**more: Any) -> dict[str, Any]:
    number = next(numbers)
    enrollment = {"grade_level": "8", "entry_date": "2026-09-08", "exit_date": "2027-05-29", "school_number": "103"}
    base = {"client_uid": f"n-{number}", "action": "INSERT", "local_id": str(number), "school_enrollment": enrollment}
    return base | {"name": {"first_name": "Ingrid", "last_name": "Vasquez"}} | more


def put(record: dict[str, Any], path: str, value: Any) -> None:
    *above, leaf = path.split(".")
    for word in above:
        record = record.setdefault(word, {})
    record[leaf] = value


def dcids(server: Caller) -> list[str]:
    return [str(row[0]) for row in server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID")]


WRITABLE = [p for p in RULES if p != "id"]
seen: Counter[str] = Counter()


def drawn(dice: Random, record: dict[str, Any]) -> dict[str, Any]:
    """A record with up to three fields of any value, and now and then a whole address with a cell that is too long or blank."""
    if dice.random() < 0.4:
        street, postal = "s" * dice.randint(0, 61), "6" * dice.randint(1, 11)
        for part, value in {"street": street, "city": "Elm", "state_province": "KS", "postal_code": postal}.items():
            put(record, f"addresses.{dice.choice(['physical', 'mailing'])}.{part}", value)
    for _ in range(dice.randint(0, 3)):
        put(record, dice.choice(WRITABLE), dice.choice([*VALUES, "x" * dice.randint(1, 62)]))
    return record


@pytest.mark.parametrize("seed", range(20))
def test_both_sides_refuse_the_same(shared: Caller, seed: int) -> None:
    dice, known = Random(seed), dcids(shared)[:30]
    records = [
        drawn(dice, new() if dice.random() < 0.5 else {"client_uid": f"u{id}", "action": "UPDATE", "id": id}) for id in known
    ]
    answer = shared.post("/ws/v1/student", {"students": {"student": copy.deepcopy(records)}})
    for record, result in zip(records, as_list(answer["results"]["result"]), strict=True):
        errors = as_list(result.get("error_message", {}).get("error"))
        theirs = {e["field"].removeprefix("student/").replace("/", ".") for e in errors}
        told = problems(record)
        judged = {p.field for p in told} - {p.field for p in told if p.what.startswith(OURS)}
        unknowable = {
            e["field"].removeprefix("student/").replace("/", ".")
            for e in errors
            if any(word in e["error_description"] for word in ("exist", "not defined"))
        }
        assert unknowable <= ONLY_THE_SERVER
        assert bool(judged) == bool(theirs - unknowable), (record, judged, theirs)
        assert theirs - unknowable <= judged, (record, judged, theirs)
        seen["refused" if judged else "taken"] += 1


def test_the_comparison_saw_records_of_both_kinds() -> None:
    assert min(seen["refused"], seen["taken"]) > 50


def test_what_only_our_rules_refuse_would_have_been_left_aside(server: Caller) -> None:
    """A server takes the record and does not do what it says: that is why it is not sent."""
    before = server.sql("SELECT Grade_Level, Student_Web_ID FROM Students WHERE DCID = ?", int(dcids(server)[0]))
    record = {"client_uid": "u", "action": "UPDATE", "id": dcids(server)[0], "school_enrollment": {"grade_level": "11"}}
    record |= {"student_username": "other", "nickname": "Joe"}
    result = server.post("/ws/v1/student", {"students": {"student": record}})["results"]["result"]
    assert result["status"] == "SUCCESS"
    assert server.sql("SELECT Grade_Level, Student_Web_ID FROM Students WHERE DCID = ?", int(dcids(server)[0])) == before
    assert {p.field for p in problems(record)} == {"school_enrollment.grade_level", "student_username", "nickname"}


def test_results_are_mixed_and_each_names_its_fields(server: Caller, sis: PowerSchool) -> None:
    good, taken = new(), new(local_id=str(server.sql("SELECT max(Student_Number) FROM Students")[0][0]))
    long = new(name={"first_name": "x" * 51, "last_name": "Vasquez"})
    nowhere = new()
    nowhere["school_enrollment"] |= {"school_number": "4"}
    update = {"client_uid": "up", "action": "UPDATE", "id": dcids(server)[1], "contact_info": {"email": "a@example.org"}}
    told = list(write(sis, [good, taken, long, nowhere, update, update]))
    results = {r.client_uid: r for r in told}
    assert results[good["client_uid"]].status == "SUCCESS"
    assert [r.status for r in told if r.client_uid == "up"] == ["INVALID", "SUCCESS"]  # the second of the same name is not sent
    assert [(p.field, p.what) for p in results[taken["client_uid"]].problems] == [("local_id", "INVALID_LOCAL_ID")]
    assert [(p.field, p.what) for p in results[nowhere["client_uid"]].problems] == [
        ("school_enrollment.school_number", "FIELD_VALIDATION_ERROR")
    ]
    assert [p.field for p in results[long["client_uid"]].problems] == ["name.first_name"]
    id = results[good["client_uid"]].id
    assert server.sql("SELECT Student_Number FROM Students WHERE DCID = ?", int(id or 0)) == [(int(good["local_id"]),)]


@pytest.mark.parametrize("fault", ["emptybody:1", "truncate:1", "html:1", "drop:1", "503:1", "500:1"])
def test_a_lost_answer_leaves_the_outcome_open_until_it_is_read_back(server: Caller, sis: PowerSchool, fault: str) -> None:
    """Everything is struck, the reading back too. Then the server is well again, and says what it has."""
    sis.caller.read("GET", "/ws/v1/metadata")  # signed in before the trouble begins
    student = new(_extension_data=extension({"u_students_extension": {"preferredname": "Joe"}}))
    server.steer("faults", {"faults": [fault]})
    (result,) = send(sis, [student])
    server.steer("faults", {"faults": []})
    assert result.status == "UNKNOWN"
    there = server.sql("SELECT DCID FROM Students WHERE Student_Number = ?", int(student["local_id"]))
    written = fault.split(":")[0] in ("emptybody", "truncate", "html")
    assert len(there) == (1 if written else 0)
    found = read_back(sis, student)
    assert (found.status, found.id) == (("SUCCESS", str(there[0][0])) if written else ("UNKNOWN", None))


def test_a_blank_that_was_sent_is_looked_for_as_a_blank(server: Caller, sis: PowerSchool) -> None:
    id = dcids(server)[2]
    clearing = {"client_uid": "c", "action": "UPDATE", "id": id, "name": {"middle_name": ""}, "schedule_setup": {"home_room": ""}}
    (done,) = send(sis, [{**clearing, "name": {"middle_name": "Noor"}}])
    assert done.status == "SUCCESS"
    assert [p.field for p in read_back(sis, clearing).problems] == ["name.middle_name"]
    (done,) = send(sis, [clearing])
    assert (done.status, read_back(sis, clearing).status) == ("SUCCESS", "SUCCESS")


def test_refused_calls_write_nothing_and_say_so(server: Caller, sis: PowerSchool) -> None:
    before = server.sql("SELECT count(*) FROM Students")
    server.steer("plugin", {"v1": "READ"})
    with pytest.raises(AccessClosed, match="FULL"):
        send(sis, [new()])
    server.steer("plugin", {"v1": "FULL"})
    plugin = server.world.plugin
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret, patience=PATIENCE) as fresh:
        server.steer("faults", {"faults": ["503:1"]})
        with pytest.raises(Unreachable):  # not even signed in: there is no doubt
            send(fresh, [new()])
    assert server.sql("SELECT count(*) FROM Students") == before
