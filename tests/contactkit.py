"""A small district's own layouts with pairs of students and contacts, and the files that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SET = """
name = "families"
title = "Three files and pairs of contacts"
version = "1.1"
required = ["users", "classes", "enrollments"]
make = ["schools", "school-year", "courses"]
"""
USERS = """
name = "families/users"
table = "users"
file = "users.csv"
[map]
sourcedId = "sourcedId"
orgSourcedIds = "orgSourcedIds"
role = "role"
givenName = "givenName"
familyName = "familyName"
email = "email"
sms = "sms"
agentSourcedIds = "agentSourcedIds"
enabledUser = { constant = "true" }
username = { formula = "coalesce(email, sourcedId)", optional = ["email"] }
"""
CLASSES = """
name = "families/classes"
table = "classes"
file = "classes.csv"
[map]
sourcedId = "sourcedId"
title = "title"
schoolSourcedId = "schoolSourcedId"
classType = { constant = "scheduled" }
"""
ENROLLMENTS = """
name = "families/enrollments"
table = "enrollments"
file = "enrollments.csv"
[map]
sourcedId = { formula = "userSourcedId || '@' || classSourcedId" }
classSourcedId = "classSourcedId"
schoolSourcedId = "schoolSourcedId"
userSourcedId = "userSourcedId"
role = "role"
"""
PAIRS_LAYOUT = """
name = "families/guardians"
table = "contacts"
file = "guardians.csv"
[map]
student = "student"
sourcedId = "id"
givenName = "first"
familyName = "last"
role = "role"
relationship = "relationship"
legalGuardian = "legal"
type = "type"
custody = "custody"
priority = "order"
email = "email"
sms = "mobile"
language = "language"
"""

HEADER = "student,id,first,last,relationship,legal,custody,order,email,mobile\n"
PAIRS = (
    HEADER
    + """S1,G1,Rosa,Ruiz,Mother,,,1,rosa@home.example,
S1,G2,Luis,Ruiz,Dad,,,2,,555-201-3344
S1,G3,Olga,Ruiz,Grandmother,,,3,olga@home.example,
S2,G1,Rosa,Ruiz,mom,,,1,rosa@home.example,
S2,G4,Marta,Ruiz,Aunt,true,,2,marta@home.example,
S3,G5,Paul,Park,Father,true,no contact,1,paul@home.example,
S3,G6,Pia,Park,Mother,,,2,not an address,
"""
)


def layouts(folder: Path, rules: str | None = None) -> str:
    """Lay the set into a folder; `rules` is its contacts.toml. Returns what `--layouts` takes."""
    folder = folder / "families"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"set": SET, "users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS, "guardians": PAIRS_LAYOUT}
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    if rules is not None:
        (folder / "contacts.toml").write_text(rules, encoding="utf-8")
    return str(folder)


STUDENTS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,sms
T1,100,teacher,Tara,Stone,stone@oak.example,
S1,100,student,Ana,Ruiz,,
S2,100,student,Ben,Ruiz,,
S3,200,student,Cleo,Park,,
"""
FILES = {
    "users.csv": STUDENTS,
    "classes.csv": "sourcedId,title,schoolSourcedId\nC1,Math,100\n",
    "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role\nC1,100,S1,student\nC1,100,T1,teacher\n",
}


def night(folder: Path, guardians: str | None, **others: str) -> Path:
    """Lay one night's files into a folder: the usual three, with other contents where named (`users`), and the pairs."""
    folder.mkdir(parents=True)
    contents: dict[str, str] = {**FILES, **{f"{name}.csv": text for name, text in others.items()}}
    if guardians is not None:
        contents["guardians.csv"] = guardians
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def guardians(roster: Mapping[str, Mapping[str, Mapping[str, object]]]) -> dict[str, object]:
    """The active people in a roster who look after students: id -> role."""
    roles = ("parent", "guardian", "relative")
    return {i: u["role"] for i, u in roster["users"].items() if u["role"] in roles and u["status"] == "active"}


def agents(roster: Mapping[str, Mapping[str, Mapping[str, object]]], student: str) -> object:
    """The agents of a student as stored."""
    return roster["users"][student]["agentSourcedIds"]
