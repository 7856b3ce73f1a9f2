"""What changed between two sets is told in words: targets, sources, rules, files; then as text."""

from __future__ import annotations

from homeroom.layouts.differences import compare

OLD = {
    "set.toml": 'name = "ours"\nrequired = ["users"]\n',
    "users.toml": """name = "ours/users"
table = "users"
file = "people.csv"
[map]
sourcedId = "id"
givenName = "first"
role = { from = "role", values = { T = "teacher" }, otherwise = "keep" }
sms = "cell"
[keep]
when = "active = '1'"
""",
    "orgs.toml": 'name = "ours/orgs"\ntable = "orgs"\nfile = "schools.csv"\n[map]\nsourcedId = "id"\n',
}
NEW = {
    "set.toml": 'name = "ours"\nrequired = ["users", "classes"]\n',
    "users.toml": """name = "ours/users"
table = "users"
file = ["people.csv", "people{date}.csv"]
[map]
sourcedId = "id"
givenName = ["first", "fname"]
role = { from = "role", values = { T = "teacher", S = "student" } }
email = { formula = "lower(mail)", default = "-" }
""",
    "classes.toml": 'name = "ours/classes"\ntable = "classes"\nfile = "classes.csv"\n[map]\nsourcedId = "id"\n',
}


def test_changes_are_told_in_words_and_then_as_text() -> None:
    found = compare(OLD, NEW, ("ours@1", "ours@2"))
    assert found.changes is not None
    assert [(c.layout, c.target, c.sentence) for c in found.changes] == [
        ("", "", "required was users and is users, classes."),
        ("orgs", "", "The layout orgs (orgs) is gone: its files are no longer read."),
        ("classes", "", "The layout classes is new: it reads classes.csv into classes."),
        ("users", "", "files was people.csv and is people.csv, people{date}.csv."),
        ("users", "", "keep was active = '1' and is nothing."),
        ("users", "sms", "sms is no longer filled; it came from the column cell."),
        ("users", "email", "email is new: the formula lower(mail), default -."),
        (
            "users",
            "role",
            "role came from the column role, values T to teacher, otherwise keep; it comes from the column role, "
            "values T to teacher, S to student, otherwise refuse.",
        ),
        ("users", "givenName", "givenName came from the column first; it comes from the column first (also fname)."),
    ]
    assert "--- ours@1/users.toml\n+++ ours@2/users.toml\n" in found.text
    assert '-sms = "cell"\n' in found.text


def test_equal_texts_and_texts_with_mistakes() -> None:
    assert compare(OLD, OLD).same
    broken = compare(OLD, OLD | {"users.toml": "name ="})
    assert (broken.changes, broken.same) == (None, False)
    assert "+name =\n" in broken.text
