"""Contacts through the whole corridor: nights with pairs of students and contacts, and what stands in the roster afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contactkit import HEADER, PAIRS, STUDENTS, agents, guardians, layouts, night
from homeroom.roster.report import ImportReport
from walks.walking import Country, Town, country


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("contacts")) as opened:
        yield opened


@pytest.fixture
def town(land: Country) -> Town:
    return land.town()


def test_pairs_become_guardians_by_the_ready_rules(town: Town, tmp_path: Path) -> None:
    made = town.walk(night(tmp_path / "n", PAIRS), layouts(tmp_path / "l"))
    assert (made.status, made.outcome) == ("done", "success")
    roster = town.roster()
    assert guardians(roster) == {"G1": "parent", "G2": "parent", "G4": "guardian"}
    assert [agents(roster, s) for s in ("S1", "S2", "S3")] == ["G1,G2", "G1,G4", None]
    assert roster["users"]["G1"]["orgSourcedIds"] == "100"
    assert made.contacts is not None
    decided = {r.rule: (r.pairs, r.passed, r.left_out) for r in made.contacts.rules if r.pairs}
    assert decided == {
        "legal-guardian": (1, 1, 0),
        "mother-or-father": (3, 3, 0),
        "restricted": (1, 0, 1),
        "not-guardian": (1, 0, 1),
        "unreachable": (1, 0, 1),
    }
    assert (made.contacts.pairs, made.contacts.passed, made.contacts.left_out, made.contacts.people) == (7, 4, 3, 3)
    file = next(f for f in made.files if f.name == "guardians.csv")
    assert (file.table, file.rows, file.accepted, file.refused, file.ignored) == ("contacts", 7, 4, 0, 3)
    lines = {i.code: i.line for i in made.issues if i.code.startswith("contact-")}
    assert lines == {"contact-not-guardian": 4, "contact-restricted": 7, "contact-unreachable": 8}


def test_the_same_pairs_in_another_order_change_nothing(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", PAIRS), shelf)
    head, *rows = PAIRS.splitlines()
    town.walk(night(tmp_path / "b", "\n".join([head, *reversed(rows), ""])), shelf)
    assert town.revision == 1


def test_without_the_file_nobody_is_removed_and_no_agents_change(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", PAIRS), shelf)
    before = town.roster()
    for number in range(2):
        absent = town.walk(night(tmp_path / f"b{number}", None), shelf)
        assert absent.issue_counts.get("contacts-absent") == 1
        assert (town.roster(), town.revision) == (before, 1)
    changed = STUDENTS.replace("Cleo", "Chloe")
    town.walk(night(tmp_path / "c", None, users=changed), shelf)
    assert (town.revision, guardians(town.roster())) == (2, guardians(before))
    assert agents(town.roster(), "S1") == "G1,G2"


def test_who_is_left_out_tonight_is_a_removal_like_any_other(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", PAIRS), shelf)
    made = town.walk(night(tmp_path / "b", PAIRS.replace("S1,G2,Luis,Ruiz,Dad,", "S1,G2,Luis,Ruiz,Uncle,")), shelf)
    assert made.tables["users"].removed == 1
    assert (town.roster()["users"]["G2"]["status"], agents(town.roster(), "S1")) == ("tobedeleted", "G1")


def test_an_unreadable_row_keeps_everybody(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", PAIRS), shelf)
    before = town.roster()
    broken = PAIRS.replace("S1,G2,Luis,Ruiz,Dad,,,2,,555-201-3344", ",G2,Luis,Ruiz,Dad,,,2,,555-201-3344")
    made = town.walk(night(tmp_path / "b", broken), shelf)
    assert made.issue_counts["contact-incomplete"] == 1
    assert town.roster() == before
    cut = PAIRS.replace("S1,G2,Luis,Ruiz,Dad,,,2,,555-201-3344", "S1,G2")
    town.walk(night(tmp_path / "c", cut), shelf)
    assert town.roster() == before


def test_an_empty_file_where_there_were_contacts_is_a_fault(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", PAIRS), shelf)
    made = town.walk(night(tmp_path / "b", HEADER), shelf)
    assert made.reason is not None
    assert (made.outcome, made.reason.code, town.revision) == ("failed", "suddenly_empty", 1)


def test_a_teacher_who_is_a_mother_is_one_user_with_both_roles(town: Town, tmp_path: Path) -> None:
    pairs = HEADER + "S1,T1,Tara,Stone,mother,,,1,,\nS3,T1,Tara,Stone,mother,,,1,,\n"
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", pairs), shelf)
    roster = town.roster()
    assert roster["users"]["T1"]["role"] == "teacher"
    assert agents(roster, "S1") == "T1"
    held = sorted((r["roleType"], r["role"], r["orgSourcedId"]) for r in roster["roles"].values())
    assert held == [("primary", "teacher", "100"), ("secondary", "parent", "100"), ("secondary", "parent", "200")]
    town.walk(night(tmp_path / "b", None), shelf)
    assert (town.roster(), town.revision) == (roster, 1)


def test_both_stores_know_who_was_made_from_pairs(tmp_path: Path, database_url: str | None) -> None:
    shelf = layouts(tmp_path / "l")
    with country(tmp_path / "house", database_url) as own:
        town = own.town()
        town.walk(night(tmp_path / "a", PAIRS), shelf)
        store = town.house.stores.roster(town.slug)
        assert [store.bearing(source, "users", "contacts") for source in (1, 2)] == [3, 0]
        town.walk(night(tmp_path / "b", None), shelf)
        assert town.revision == 1
        report = town.reports[-1]
        assert ImportReport.from_json(town.reports[0].as_json()).contacts == town.reports[0].contacts
        assert report.contacts is None


NIECE = (
    HEADER
    + """S1,G1,Rosa,Ruiz,Mother,,,1,rosa@home.example,555-201-0001
S2,G1,Rosa,Ruiz,Aunt,true,,1,rosa@home.example,555-201-0001
S3,G7,Rita,Park,Mother,,,1,rosa@home.example,555-201-0001
"""
)
"""A mother of S1 and guardian of S2, at two schools, who shares her address and number with another mother."""


def test_what_is_told_of_one_student_takes_nothing_from_the_other(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    users = STUDENTS.replace("S2,100", "S2,200")
    town.walk(night(tmp_path / "a", NIECE, users=users), shelf)
    before = town.roster()
    assert (before["users"]["G1"]["orgSourcedIds"], before["users"]["G1"]["role"]) == ("100,200", "guardian")
    assert "sharedEmail" in str(before["users"]["G1"]["metadata"])

    def told(name: str, student: str, pairs: str, **others: str) -> ImportReport:
        head, *rows = users.splitlines(True)
        folder = night(tmp_path / name, pairs, users="".join([head, *(r for r in rows if r.startswith(student))]))
        for file in ("classes.csv", "enrollments.csv"):
            (folder / file).unlink()
        for file, text in others.items():
            (folder / f"{file}.csv").write_text(text, encoding="utf-8")
        return town.walk(folder, shelf, kind="change_notification")

    head, first, second, third = NIECE.splitlines(True)
    for name, student, row in (("b", "S1", first), ("c", "S2", second), ("d", "S3", third)):
        report = told(name, student, head + row)
        assert (report.outcome, report.revision_after, town.roster()) == ("success", 1, before), name
    # What changed is taken: another school of the student, and a contact who is none any more.
    moved = "".join(r.replace("S1,100", "S1,300") for r in users.splitlines(True) if r.startswith(("sourcedId", "S1")))
    assert told("e", "S1", head + first, users=moved).outcome == "success"
    assert town.roster()["users"]["G1"]["orgSourcedIds"] == "200,300"
    gone = head.replace("student,", "status,student,") + "tobedeleted," + second
    (Path(shelf) / "guardians.toml").write_text(
        (Path(shelf) / "guardians.toml").read_text(encoding="utf-8") + 'status = "status"\n', encoding="utf-8"
    )
    told("f", "S2", gone)
    assert agents(town.roster(), "S2") is None
    assert agents(town.roster(), "S1") == "G1"


def test_a_notifications_own_layout_leaves_no_mark_of_its_own(town: Town, tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    town.walk(night(tmp_path / "a", NIECE), shelf)
    before = town.roster()
    notified = (
        (Path(shelf) / "guardians.toml")
        .read_text(encoding="utf-8")
        .replace('name = "families/guardians"', 'name = "families/guardians-notified"')
    )
    (Path(shelf) / "guardians.notified.toml").write_text(
        notified.replace("[map]", 'kind = "change_notification"\n[map]'), encoding="utf-8"
    )
    report = town.walk(night(tmp_path / "b", NIECE), shelf, kind="change_notification")
    assert "families/guardians-notified" in {f.layout for f in report.files}
    assert (town.roster(), town.revision) == (before, 1)
