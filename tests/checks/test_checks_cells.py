"""Cells, format by format: what is healed, dropped, refused, and under which code."""

from __future__ import annotations

from checks.night import NOW, Night
from homeroom.checks.rules import Rules

ORGS = """
sourcedId,name,type
s1,North School,school
"""


def users(
    *rows: str, header: str = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades"
) -> dict[str, str]:
    return {"orgs": ORGS, "users": "\n".join((header, *rows))}


def test_a_clean_file_passes_as_it_is() -> None:
    with Night(users("u1,true,s1,student,ann,Ann,Ash,05", "u2,true,s1,teacher,bo,Bo,Birch,")) as night:
        assert night.keys("users") == ["u1", "u2"]
        assert night.issues() == []
        assert night.admitted["users"].tallies[0].accepted == 2
        assert night.admitted["users"].provable


def test_words_in_another_case_are_healed_and_counted() -> None:
    with Night(users("u1,TRUE,s1,Student,ann,Ann,Ash,05", "u2,1, s1 ,TEACHER,bo,Bo,Birch,pk")) as night:
        assert night.cells("users", "role") == {"u1": "student", "u2": "teacher"}
        assert night.cells("users", "enabledUser") == {"u1": "true", "u2": "true"}
        assert night.cells("users", "orgSourcedIds") == {"u1": "s1", "u2": "s1"}
        assert night.cells("users", "grades") == {"u1": "05", "u2": "PK"}
        repairs = {(r.code, r.count) for r in night.admitted["users"].tallies[0].repairs}
        assert repairs == {("boolean-form", 2), ("code-case", 3), ("list-spacing", 1)}


def test_unknown_words_are_refused_unless_the_rules_keep_them() -> None:
    files = users("u1,true,s1,wizard,ann,Ann,Ash,", "u2,true,s1,teacher,bo,Bo,Birch,")
    with Night(files) as night:
        assert night.keys("users") == ["u2"]
        assert night.refused("users") == {"u1": "refused:users:u1"}
        assert night.issues() == [("code-unknown", "u1", "role", "wizard", True)]
    with Night(files, rules=Rules("1.1", NOW, keep_unknown={"userRole11": frozenset({"wizard"})})) as night:
        assert night.keys("users") == ["u1", "u2"]
        assert [i[0] for i in night.issues()] == ["code-open"]
