"""Guardians that users.csv itself brings: taken as sent, judged by the rules, replaced by pairs, or left to people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contactkit import HEADER, STUDENTS, agents, guardians, layouts, night
from walks.walking import Country, Town, country

USERS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds
T1,100,teacher,Tara,Stone,stone@oak.example,,
S1,100,student,Ana,Ruiz,,,"P1,P2,P3"
S2,100,student,Ben,Ruiz,,,P1
S3,200,student,Cleo,Park,,,
P1,100,parent,Rosa,Ruiz,rosa@home.example,,
P2,100,guardian,Luis,Ruiz,no address,,
P3,100,relative,Olga,Ruiz,,555-201-3344,
"""


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("users")) as opened:
        yield opened


@pytest.fixture
def town(land: Country) -> Town:
    return land.town()


def test_as_sent_they_stay_and_pairs_come_behind_them(town: Town, tmp_path: Path) -> None:
    pairs = HEADER + "S1,G1,Ida,Ruiz,mother,,,1,ida@home.example,\nS1,P3,Olga,Ruiz,,,restricted,2,,\n"
    town.walk(night(tmp_path / "a", pairs, users=USERS), layouts(tmp_path / "l"))
    assert agents(town.roster(), "S1") == "P1,P2,G1"
    assert set(guardians(town.roster())) == {"P1", "P2", "P3", "G1"}


def test_by_rules_they_need_a_contact_point_and_a_role_that_is_taken(town: Town, tmp_path: Path) -> None:
    rules = 'users_file = "by-rules"\nroles = ["parent", "guardian"]\nlimit = 1\n'
    made = town.walk(night(tmp_path / "a", None, users=USERS), layouts(tmp_path / "l", rules))
    assert agents(town.roster(), "S1") == "P1"
    assert guardians(town.roster()) == {"P1": "parent"}
    users = next(f for f in made.files if f.name == "users.csv")
    assert (users.rows, users.accepted, users.ignored) == (7, 5, 2)
    assert {c: n for c, n in made.issue_counts.items() if c.startswith("contact")} == {
        "contact-role": 1,
        "contact-unreachable": 1,
    }
    # The finding names who is left out, and not the student in whose row the id stands.
    assert {i.key for i in made.issues if i.code == "contact-role"} == {"P3"}


def test_a_separate_file_takes_their_place(town: Town, tmp_path: Path) -> None:
    rules = 'guardians = "separate-file"\n'
    pairs = HEADER + "S1,P1,Rosa,Ruiz,mother,,,1,rosa@home.example,\n"
    shelf = layouts(tmp_path / "l", rules)
    town.walk(night(tmp_path / "a", pairs, users=USERS), shelf)
    before = town.roster()
    assert (agents(before, "S1"), agents(before, "S2"), guardians(before)) == ("P1", None, {"P1": "parent"})
    town.walk(night(tmp_path / "b", None, users=USERS), shelf)
    assert town.roster() == before


def test_not_managed_nothing_about_guardians_changes(town: Town, tmp_path: Path) -> None:
    town.walk(night(tmp_path / "a", None, users=USERS), layouts(tmp_path / "l"))
    before = town.roster()
    shelf = layouts(tmp_path / "m", 'guardians = "not-managed"\n')
    made = town.walk(night(tmp_path / "b", HEADER, users=STUDENTS.replace("Cleo", "Chloe")), shelf)
    assert made.issue_counts.get("guardians-not-managed") == 1
    assert (made.tables["users"].removed, made.tables["users"].updated) == (0, 1)
    assert (guardians(town.roster()), agents(town.roster(), "S1")) == (guardians(before), "P1,P2,P3")
