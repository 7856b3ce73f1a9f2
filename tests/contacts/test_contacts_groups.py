"""Contacts in numbered groups on the student's own row: one file gives students and pairs."""

from __future__ import annotations

from pathlib import Path

from contactkit import agents, guardians, layouts, night
from walks.walking import country

GROUPS = """
name = "families/guardians"
table = "contacts"
file = "users.csv"
[rows]
each = { contact = { numbers = [1, 2, 3, 4, 5, 6], columns = { first = "Contact{n}_First", last = "Contact{n}_Last", relationship = "Contact{n}_Rel", email = "Contact{n}_Email" } } }
[map]
student = "sourcedId"
givenName = "contact.first"
familyName = "contact.last"
relationship = "contact.relationship"
email = "contact.email"
priority = "contact.number"
"""
HEADER = "sourcedId,orgSourcedIds,role,givenName,familyName,email," + ",".join(
    f"Contact{n}_First,Contact{n}_Last,Contact{n}_Rel,Contact{n}_Email" for n in range(1, 7)
)
BLANK = "," * 15


def users(*, ben: str = "Ben", mail: str = "rosa@home.example") -> str:
    rows = [
        HEADER,
        f"T1,100,teacher,Tara,Stone,stone@oak.example,{BLANK}{',' * 8}",
        f"S1,100,student,Ana,Ruiz,,Rosa,Ruiz,Mother,{mail},Luis,Ruiz,Father,luis@home.example{BLANK},",
        f"S2,100,student,{ben},Ruiz,,Rosa,Ruiz,Mother,{mail}{BLANK},,,,,",
        f"S3,200,student,Cleo,Park,,Una,Park,Aunt,una@home.example{BLANK},,,,,",
    ]
    return "\n".join(rows) + "\n"


def test_groups_of_the_students_file_become_guardians(tmp_path: Path) -> None:
    shelf = layouts(tmp_path / "l")
    (Path(shelf) / "guardians.toml").write_text(GROUPS, encoding="utf-8")
    with country(tmp_path / "house") as land:
        town = land.town()
        made = town.walk(night(tmp_path / "a", None, users=users()), shelf)
        assert made.outcome == "success"
        files = {(f.name, f.table): (f.rows, f.accepted, f.refused, f.ignored) for f in made.files}
        assert files["users.csv", "users"] == (4, 4, 0, 0)
        before = town.roster()
        assert sorted(str(r) for r in guardians(before).values()) == ["parent", "parent", "parent"]
        rosa, luis = str(agents(before, "S1")).split(",")
        assert (before["users"][rosa]["givenName"], before["users"][luis]["givenName"]) == ("Rosa", "Luis")
        assert agents(before, "S2") != rosa  # without ids, nobody says that it is the same Rosa
        assert agents(before, "S3") is None
        assert before["users"][rosa]["grades"] is None
        second = town.walk(night(tmp_path / "b", None, users=users(ben="Benjamin", mail="ruiz@home.example")), shelf)
        assert (second.tables["users"].updated, second.tables["users"].removed) == (3, 0)
        after = town.roster()
        assert (after["users"]["S2"]["givenName"], after["users"][rosa]["email"]) == ("Benjamin", "ruiz@home.example")
        assert agents(after, "S1") == f"{rosa},{luis}"
