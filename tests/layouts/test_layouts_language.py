"""Reading a layout: every part of the language, and every mistake at once with its place."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts import patterns, syntax
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.language import parse
from homeroom.layouts.layout import Source
from homeroom.layouts.nearness import distance, near, suggestion, tolerance
from homeroom.layouts.rows import Cells, Groups, Items, Rows
from homeroom.roster.catalogue import catalogue
from homeroom.roster.words import plain

EXAMPLE = """\
name = "example/users"                 # an invented format
table = "users"
kind = "continuous"
file = ["people.csv", "people{date}.csv"]
ignore = ["row_no"]
notes = "From the office."
[read]
delimiter = "pipe"
encoding = "windows-1252"
header = true
strip_prefix = false
[map]
sourcedId   = "person_key"
givenName   = ["first_name", "fname"]
familyName  = { from = "last_name", aliases = ["lname"], recipe = "trim", required = true }
identifier  = { from = "no", padded = 6 }
role        = { from = "role", values = { Teacher = "teacher", Student = "student" }, otherwise = "blank" }
email       = { formula = "lower(coalesce(email, alt_email))", optional = ["alt_email"] }
grades      = { from = "grade_level", recipe = "grade", default = "UG" }
enabledUser = { constant = "true" }
metadata.language = "lang"
"metadata.team" = "team"
[keep]
when = "enroll_status in ('0', '-1')"
[rows]
each = { contact = { numbers = [1, 2], columns = { id = "C{n}_ID", email = ["C{n}_Email", "G{n}_Email"] } } }
once = "agree"
[join.staff]
file = ["staff.csv", "staff{date}.csv"]
on = { "contact.id" = "staff_id", school = "school" }
when = "active = '1'"
optional = true
[join.pairs]
file = "pairs.txt"
read = { header = false, columns = ["student", "guardian", "order"], delimiter = "tab" }
on = { "staff.number" = "student" }
take = "list"
order = ["order"]
limit = 6
"""


def test_the_whole_language() -> None:
    layout = parse(EXAMPLE, "users.toml")
    assert layout.name == "example/users"
    assert layout.files == ("people.csv", "people{date}.csv")
    assert layout.hints.delimiter == "|"
    assert layout.hints.encoding == "cp1252"
    assert layout.hints.header is True
    assert layout.hints.quoted is None
    assert not layout.hints.strip_prefix
    assert layout.keep == "enroll_status in ('0', '-1')"
    assert layout.required == ("sourcedId", "familyName")
    assert layout.source("givenName") == Source(names=("first_name", "fname"))
    assert layout.source("role") == Source(
        names=("role",), values=(("Teacher", "teacher"), ("Student", "student")), otherwise="blank"
    )
    assert layout.source("email") == Source(formula="lower(coalesce(email, alt_email))", optional=("alt_email",))
    assert layout.source("metadata.language") == Source(names=("lang",))
    assert layout.source("metadata.team") == Source(names=("team",))
    assert [t for t, _ in layout.map][:2] == ["sourcedId", "enabledUser"]
    assert layout.text == EXAMPLE
    assert layout.rows == Rows(
        Groups("contact", (1, 2), (("id", ("C{n}_ID",)), ("email", ("C{n}_Email", "G{n}_Email")))), "agree"
    )
    staff, pairs = layout.joins
    assert (staff.name, staff.take, staff.optional, staff.when) == ("staff", "one", True, "active = '1'")
    assert staff.on == (("contact.id", "staff_id"), ("school", "school"))
    assert (pairs.take, pairs.order, pairs.limit, pairs.optional) == ("list", ("order",), 6, False)
    assert (pairs.hints.header, pairs.hints.delimiter, pairs.hints.columns) == (False, "\t", ("student", "guardian", "order"))


@pytest.mark.parametrize(
    ("written", "each"),
    [
        ('{ teacher = ["t", "co_t"] }', Cells("teacher", ("t", "co_t"))),
        ('{ agent = { split = "ids" } }', Items("agent", "ids", ",")),
        ('{ agent = { split = "ids", by = ";" } }', Items("agent", "ids", ";")),
    ],
)
def test_forms_of_each(written: str, each: Cells | Items) -> None:
    text = f'name="x"\ntable="users"\nfile="u.csv"\n[rows]\neach = {written}\n[map]\nsourcedId="i"\n'
    assert parse(text, "x").rows == Rows(each)


def test_the_order_of_lines_does_not_matter() -> None:
    head, body = EXAMPLE.split("[map]\n")
    lines, tail = body.split("[keep]")
    turned = "\n".join(reversed(lines.strip().splitlines()))
    assert parse(f"{head}[map]\n{turned}\n[keep]{tail}", "x").map == parse(EXAMPLE, "x").map


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_table_of_the_standard_is_inherited_and_nothing_is_written_twice(version: str) -> None:
    for table in catalogue().version(version):
        layout = parse(f'name = "x/{table.name}"\ntable = "{table.name}"\ninherit = "oneroster:{version}"\n', "x")
        words = {source.names[0] for _, source in layout.map}
        secrets = {f.name for f in table.fields if f.secret}
        assert words == set(table.header(version)) - secrets
        assert layout.extensions
        assert layout.of is table


BROKEN = """\
name = "example/users"
tabel = "users"
table = "users"
file = "re:users(.csv"
kind = "nightly"
[read]
delimiter = "colon"
encoding = "klingon"
heather = true
header = "yes"
[map]
givenNam = "first"
password = "pw"
email = { formula = "read_text('/etc/passwd')" }
role = { from = "r", values = { T = 1 } }
grades = { from = "g", recipe = "grade:5" }
phone = { from = "p", constant = "x" }
sms = { from = "s", pading = 3 }
identifier = { position = 0 }
metadata.x = { from = "m", otherwise = "keep" }
familyName = 7
[keep]
when = "lower(status)"
[rows]
each = { agent = { split = "", cut = "," } }
once = "never"
[join.staff]
fiel = "staff.csv"
on = ["id"]
take = "all"
limit = 0
when = "read_text('x')"
[join.agent]
file = "re:(x"
on = { id = "id" }
optional = "yes"
order = ["a"]
read = { header = false, columns = ["a", "A"], colour = "red" }
"""


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    with pytest.raises(LayoutFaults) as caught:
        parse(BROKEN, "users.toml")
    told = {(f.line, f.column): (f.message, f.remedy) for f in caught.value.faults}
    assert set(told) == {
        (2, 1), (4, 1), (5, 1), (7, 1), (8, 1), (9, 1), (10, 1), (11, 1), (12, 1), (13, 1), (14, 11), (15, 22), (16, 24),
        (17, 1), (18, 21), (19, 16), (20, 28), (21, 1), (23, 1),
        (25, 20), (25, 32), (26, 1), (27, 1), (28, 1), (29, 1), (30, 1), (31, 1), (32, 1),
        (34, 1), (36, 1), (37, 1), (38, 26), (38, 48),
    }  # fmt: skip
    assert told[2, 1] == ("tabel is not known here.", "Did you mean table?")
    assert told[12, 1][1].startswith("Did you mean givenName?")
    assert "secret" in told[13, 1][0]
    assert "read_text" in told[14, 11][0]
    assert "sourcedId" in told[11, 1][0]
    assert "yes or no" in told[23, 1][0]
    assert str(caught.value).splitlines()[0].startswith("users.toml:2:1: ")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('name = "x"\nname = "y"\n', 2, "stands further up already"),
        ("name = \n", 1, "This is no value"),
        ('name = "x', 1, ""),
        ("", 1, "name must be a text"),
        ('name="x"\ntable="user"\nfile="u.csv"\n[map]\nsourcedId="i"\n', 2, "no roster table user"),
        ('name="x"\ntable="users"\nfile="u.csv"\nmap = 3\n', 4, "map is a section"),
        ('name="x"\ntable="users"\ninherit="oneroster:9"\n', 3, "cannot be inherited"),
        ('name="x"\ntable="users"\n[map]\nsourcedId="i"\n', 1, "which files"),
        ('name="x"\ntable="users"\nfile="u.csv"\n[map]\nsourcedId={}\n', 5, "exactly one"),
        ('name="x"\ntable="users"\nfile="u.csv"\n[map]\nsourcedId=[]\n', 5, "not blank"),
        ('name="x"\ntable="users"\nfile="u.csv"\n[map]\nsourcedId={formula="a", optional=["b"]}\n', 5, "optional"),
        ('name="x"\ntable="users"\nfile="u.csv"\n[map]\nsourcedId="i"\n[keep]\n', 6, "when"),
    ],
)
def test_single_mistakes(text: str, line: int, words: str) -> None:
    with pytest.raises(LayoutFaults) as caught:
        parse(text, "x.toml")
    assert any(f.line == line and words in f.message for f in caught.value.faults), caught.value


NO_TOML = (
    "a = ", "nonsense = [", "x", "[a", "[[a]", "a = 'x", 'a = "x', r'a = "\q"', r'a = "\uD800"', r'a = "\u12"', "a = 2026-13-40", "a = 1\na = 2",
    "[a]\n[a]", "a = {b = 1", "a = {b=1, b=2}", "a b", "= 1", 'a = "x\ny"', "a.b = 1\n[a]\n", "a=[1]\n[[a]]", "a = {", "a = [1, 2", "\x07",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_TOML)
def test_a_text_that_is_no_toml_is_told_in_words_of_whoever_writes_it(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as theirs:
        tomllib.loads(text)
    said = plain(syntax.said(str(theirs.value)))
    assert said != "The text cannot be read from here on.", theirs.value
    assert not re.search("(?i)invalid|illegal|error|expected '", said)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_no_text_however_broken_raises_anything_else(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(EXAMPLE) - 1))
    end = data.draw(st.integers(start, min(len(EXAMPLE), start + 30)))
    junk = data.draw(st.text(alphabet="ab=\"'[]{}.\n#,1 ", max_size=8))
    faults = _faults(EXAMPLE[:start] + junk + EXAMPLE[end:])
    assert all(f.line >= 1 and f.column >= 1 and f.message and f.remedy for f in faults)


def _faults(text: str) -> tuple[LayoutFault, ...]:
    try:
        parse(text, "x.toml")
    except LayoutFaults as caught:
        return caught.faults
    return ()


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("users.csv", 0),
        ("night/USERS.CSV", 0),
        ("C:\\out\\Users.csv", 0),
        ("users.txt", 1),
        ("users_2026-08-14.csv", 2),
        ("users-20260814_0130.csv", 2),
        ("20260814 users.csv", 3),
        ("users (1).csv", None),
        ("userProfiles.csv", None),
        ("users.csv.bak", None),
        ("users_final.csv", None),
    ],
)
def test_file_names(name: str, rank: int | None) -> None:
    assert patterns.rank(patterns.usual_names("users.csv"), name) == rank


def test_patterns() -> None:
    assert patterns.rank(("D_TH_*_??.csv",), "d_th_Students_TX.csv") == 0
    assert patterns.rank(("re:grades_[0-9]+\\.csv",), "Grades_12.csv") == 0
    assert patterns.rank(("a+b.csv",), "aab.csv") is None


def test_nearness() -> None:
    assert distance("sourcedid", "sourceid") == 1
    assert distance("familynmae", "familyname") == 1
    assert distance("abc", "xyz") == 3
    assert near("givenname", "givvenname")
    assert not near("sms", "sis")
    assert not near("givenname", "givenname")
    assert suggestion("userz", ["users", "user"]) is None or suggestion("userz", ["users", "orgs"]) == "users"


@settings(deadline=None)
@given(st.text("abcde", max_size=10), st.text("abcde", max_size=10))
def test_the_short_cut_to_near_changes_no_answer(left: str, right: str) -> None:
    for other in (right, left[1:], left + "z", left[:2] + left[3:4] + left[2:3] + left[4:]):
        assert near(left, other) == (0 < distance(left, other) <= min(tolerance(left), tolerance(other)))


@settings(deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    assert distance(left, right, 9) == distance(right, left, 9)
    assert (distance(left, right, 9) == 0) == (left == right)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("[rows]\neach = { a = 3 }", "a is a list of columns"),
        ("[rows]\neach = { a = [] }", "1 to 64 header words"),
        ('[rows]\neach = { a = ["x"], b = ["y"] }', "each names one thing"),
        ('[rows]\neach = { "a.b" = ["x"] }', "no point"),
        ('[rows]\neach = { a = { split = "x", by = "" } }', "by is the sign"),
        ('[rows]\neach = { a = { numbers = [], columns = { i = "x{n}" } } }', "whole numbers"),
        ('[rows]\neach = { a = { numbers = [1], columns = { i = "x" } } }', "numbered group"),
        ('[rows]\neach = { a = { numbers = [1], columns = { number = "x{n}" } } }', "numbered group"),
        ("[rows]\neach = { a = { numbers = [1], columns = {} } }", "cells of a group"),
        ("rows = 1", "rows is a section"),
        ("join = 1", "join is a section"),
        ("[join]\nstaff = 1", "A join is a section"),
        ('[join."a.b"]\nfile = "x"\non = { a = "b" }', "no point"),
        ('[join.a]\non = { a = "b" }', "which file"),
        ('[join.a]\nfile = "x"', "on says"),
        ('[join.a]\nfile = "x"\non = { a = "b" }\nread = 1', "read is a table"),
        ('[join.a]\nfile = "x"\non = { a = "b" }\norder = [1]\ntake = "list"', "order lists"),
        ('[join.a]\nfile = "x"\non = { a = "b" }\nwhen = "1"', "yes or no"),
        ('[join.a]\nfile = "x"\non = { a = "b" }\nwhen = "c = \'1\'"\nblank = [1]', "blank lists"),
        ('[read]\nshort_rows = "kept"', "short_rows cannot be kept"),
        ('[join.a]\nfile = "x"\non = { a = "b" }\nblank = ["c"]', "columns that when names"),
        ("".join(f'[join.a{n}]\nfile = "x"\non = {{ a = "b" }}\n' for n in range(9)), "at most 8 files"),
        ('[read]\nheader = true\ncolumns = ["a"]', "Take header = true out"),
        ('[keep]\nwhen = "a = 1"\noptional = "a"', "optional is a list"),
        ("[rows]\neach = { a = { but = [] } }", "but lists header words"),
        ('[read]\nheader = false\ncolumns = "a"', "list of words"),
    ],
)
def test_mistakes_of_rows_and_joins(section: str, words: str) -> None:
    text = f'name="x"\ntable="users"\nfile="u.csv"\n{section}\n[map]\nsourcedId="i"\n'
    faults = _faults(text)
    assert any(words in f.message + f.remedy for f in faults), faults
    assert all(f.line >= 4 for f in faults), faults
