"""SchoolStatus Connect's two files beside the roster: who becomes a guardian, and attributes in both forms."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.simulator.generate import generate
from walks.walking import Country, country

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,phone,agentSourcedIds,grades\n"
STUDENT = "0071,100,student,Ana,Ruiz,,,,,9\n"
CLASSES = 'sourcedId,title,grades,location,schoolSourcedId,periods\nC1,Algebra,9,B1,100,"1,2"\n'
ENROLLMENTS = "classSourcedId,schoolSourcedId,userSourcedId,role\nC1,100,0071,student\n"


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("schoolstatus")) as opened:
        yield opened


def put(folder: Path, **files: str) -> Path:
    folder.mkdir()
    texts = {"users": USERS + STUDENT, "classes": CLASSES, "enrollments": ENROLLMENTS} | files
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_reachable_contacts_of_the_file_of_pairs_become_guardians(land: Country, tmp_path: Path) -> None:
    town = land.town()
    generate(tmp_path / "in", 30, 7, "schoolstatus:guardians-file", truth=tmp_path / "truth")
    town.walk(tmp_path / "in", "schoolstatus")
    with (tmp_path / "truth" / "expected" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        pairs = [p for p in csv.DictReader(file) if p["reachable"] == "true"]
    agents: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        agents[pair["student"]].add(pair["sourcedId"])
    users = town.roster()["users"]
    assert pairs
    assert {i for i, u in users.items() if u["role"] == "guardian"} == {p["sourcedId"] for p in pairs}
    for student, expected in agents.items():
        assert set(users[student]["agentSourcedIds"].split(",")) == expected
    one = pairs[0]
    assert (users[one["sourcedId"]]["givenName"], users[one["sourcedId"]]["email"] or "") == (one["givenName"], one["email"])


@pytest.mark.parametrize(
    "written",
    ["studentId,House,Bus\n0071,Oak,12\n0072,,\n", "student_id,attribute,value\n0071,House,Oak\n0071,Bus,12\n"],
    ids=["a column for each", "a row for each"],
)
def test_attributes_come_in_both_forms(land: Country, tmp_path: Path, written: str) -> None:
    town = land.town()
    report = town.walk(put(tmp_path / "in", student_attributes=written), "schoolstatus")
    assert report.outcome == "success", report.issues
    held = town.roster()["student_attributes"].values()
    assert sorted((r["userSourcedId"], r["name"], r["value"]) for r in held) == [("0071", "Bus", "12"), ("0071", "House", "Oak")]
    assert sorted(r["sourcedId"] for r in held) == ["0071|Bus", "0071|House"]


def test_a_source_of_one_school_may_leave_the_school_out(land: Country, tmp_path: Path) -> None:
    files = {
        "users": "sourcedId,role,givenName,familyName\n0071,student,Ana,Ruiz\n",
        "classes": "sourcedId,title,grades\nC1,Algebra,9\n",
        "enrollments": "classSourcedId,userSourcedId,role\nC1,0071,student\n",
    }
    report = land.town().walk(put(tmp_path / "in", **files), "schoolstatus")
    assert report.outcome == "success", (report.reason, report.issues)


def test_three_files_alone_are_read_by_the_set_that_makes_the_same_rows_of_them(land: Country, tmp_path: Path) -> None:
    report = land.town().walk(put(tmp_path / "in"), dry_run=True)
    assert {f.layout.split("/")[0] for f in report.files if f.layout} == {"powerschool-dem"}, report.reason


def test_a_guardian_without_an_address_waits_for_one(land: Country, tmp_path: Path) -> None:
    town = land.town()
    rows = "studentId,guardianId,firstName,lastName,email,sms,phone,language\n0071,G1,Eva,Ruiz,,,+1 555 0100,es\n"
    town.walk(put(tmp_path / "in", guardians=rows), "schoolstatus")
    assert town.active()["users"] == 1
    town.walk(put(tmp_path / "next", guardians=rows.replace("Ruiz,,", "Ruiz,eva@example.org,")), "schoolstatus")
    assert town.active()["users"] == 2
    assert json.loads(town.record("users", "G1")["metadata"])["language"] == "es"
