"""Binding and shaping: which column feeds which target, and the rows that come out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts.binding import bind, match
from homeroom.layouts.cells import EDGES, edges, expression
from homeroom.layouts.language import parse
from homeroom.layouts.prefixing import prefixed
from homeroom.layouts.shaping import fingerprint, shape
from homeroom.reading.inspect import inspect
from homeroom.reading.tables import read
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Refused
from homeroom.roster.names import UNMAPPED
from homeroom.roster.names import text as literal
from homeroom.roster.report import Repair
from homeroom.systems import layout_set
from homeroom.workbench.values import DROPPED, Hints, SourceFile
from layoutkit import Desk, desk, signature

USERS = layout_set("oneroster-1.1").layout("oneroster-1.1/users")
ORGS = layout_set("oneroster-1.1").layout("oneroster-1.1/orgs")


@pytest.fixture
def laid(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as desk_:
        yield desk_


def test_a_plain_file_is_taken_as_it_is(laid: Desk) -> None:
    orgs = laid.put(
        "orgs.csv", 'sourcedId,name,type,identifier,parentSourcedId\n 007 ,"Oak, North",school,,\n008,,school,x,007\n'
    )
    feed = laid.feed(ORGS, orgs)
    assert feed.columns == ("sourcedId", "name", "type", "identifier", "parentSourcedId")
    assert laid.rows(feed) == [("007", "Oak, North", "school", None, None), ("008", None, "school", "x", "007")]
    assert (feed.layout, feed.table, feed.mode, feed.key_cell) == ("oneroster-1.1/orgs", "orgs", "continuous", 0)
    assert dict(feed.headers)["name"] == "name"
    assert laid.told() == []


def test_what_did_not_come_is_not_delivered(laid: Desk) -> None:
    feed = laid.feed(ORGS, laid.put("orgs.csv", "name,sourcedId,type\nOak,1,school\n"))
    assert feed.columns == ("sourcedId", "name", "type")
    assert laid.rows(feed) == [("1", "Oak", "school")]
    assert feed.key_cell == 1


def test_passwords_are_never_selected(laid: Desk) -> None:
    content = "sourcedId,orgSourcedIds,role,username,Password,givenName\n1,9,student,ana,hunter2,Ana\n"
    feed = laid.feed(USERS, laid.put("users.csv", content))
    assert "c4" not in feed.select.split(" FROM ")[0]
    assert all("hunter2" not in str(row) for row in laid.workbench.rows(feed.select))
    assert feed.unused == ("Password",)
    assert laid.told() == []
    assert feed.text.repairs == (Repair("secret-column-dropped", 1),)


def test_extension_columns_become_one_json(laid: Desk) -> None:
    content = 'sourcedId,metadata.zeta,name,type,metadata.alpha\n1,"say ""hi""",Oak,school,\n2,,Elm,school,\n3,é,Fir,school,\\1\n'
    feed = laid.feed(ORGS, laid.put("orgs.csv", content))
    assert feed.columns == ("sourcedId", "name", "type", "metadata")
    texts = [row[3] for row in laid.rows(feed)]
    assert texts[1] is None
    assert [json.loads(str(t)) for t in texts if t] == [{"zeta": 'say "hi"'}, {"alpha": "\\1", "zeta": "é"}]
    assert str(texts[2]).index("alpha") < str(texts[2]).index("zeta")


def test_header_words_are_healed_and_told(laid: Desk) -> None:
    header = "SOURCEDID,org_sourced_id,Role,given name,famliyName,usernme,grade,enabledUser,shoeSize"
    feed = laid.feed(USERS, laid.put("users.csv", f"{header}\n1,9,student,Ana,Ruiz,ana,09,true,5\n"))
    found = dict(feed.headers)
    assert found["sourcedId"] == "SOURCEDID"
    assert found["orgSourcedIds"] == "org_sourced_id"
    assert found["familyName"] == "famliyName"
    assert found["username"] == "usernme"
    assert found["grades"] == "grade"
    assert feed.unused == ("shoeSize",)
    assert feed.text.repairs == (
        Repair("header-case", 2),
        Repair("header-alias", 2),
        Repair("header-near-miss", 2),
        Repair("header-spelling", 1),
    )
    assert ("header-near-miss", "usernme") in laid.told()
    assert "The header word usernme was read as username. Please correct it." in laid.sentences()
    assert "Not read: shoeSize (no line of the layout names them)." in laid.sentences()


@pytest.mark.parametrize(
    "header",
    [
        "sourcedId,name,tipe,typo",  # two words near one target
        "sourcedId,nam,type,nme",
        "sourcedId,name,sort",  # too far
        "sourcedId,name,typ (2)",  # the second of a doubled word
    ],
)
def test_a_near_miss_is_never_taken_where_it_might_be_another(laid: Desk, header: str) -> None:
    binding = match(ORGS, laid.put("orgs.csv", header + "\n"))
    assert not any(b.how == "near-miss" for b in binding.bound)


def test_of_doubled_columns_the_first_is_taken(laid: Desk) -> None:
    feed = laid.feed(ORGS, laid.put("orgs.csv", "sourcedId,name,name (2),type\n1,Oak,Elm,school\n"))
    assert laid.rows(feed) == [("1", "Oak", "school")]
    assert feed.unused == ("name (2)",)


def test_powerquery_columns_with_sorting_letters_and_cut_names(laid: Desk) -> None:
    demographics = layout_set("oneroster-1.1").layout("oneroster-1.1/demographics")
    cut = "g_" + "nativeHawaiianOrOtherPacificIslander"[:28]
    feed = laid.feed(demographics, laid.put("demographics.csv", f"a_sourcedId,b_birthDate,{cut}\n1,2010-02-03,true\n"))
    assert feed.columns == ("sourcedId", "birthDate", "nativeHawaiianOrOtherPacificIslander")


def test_a_missing_required_column_refuses_the_file(laid: Desk) -> None:
    with pytest.raises(Refused) as refused:
        bind(USERS, laid.put("users.csv", "userKey,role\n1,student\n"))
    assert refused.value.reason == "header_mismatch"
    assert refused.value.values["column"] == "sourcedId"
    assert refused.value.message == "users.csv lacks the columns sourcedId, orgSourcedIds."
    with pytest.raises(Refused, match="no header line"):
        bind(USERS, laid.put("users2.csv", "1,student\n", header=False))


def test_an_empty_file_is_a_file_without_rows(laid: Desk) -> None:
    feed = laid.feed(USERS, laid.put("users.csv", ""))
    assert feed.columns == ("sourcedId",)
    assert laid.rows(feed) == []


LAYOUT = """\
name = "house/users"
table = "users"
file = "people.csv"
[map]
sourcedId  = { from = "id", padded = 5 }
role       = { from = "kind", values = { T = "teacher", s = "student" }, otherwise = "refuse" }
grades     = { from = "level", recipe = "grade", default = "UG" }
email      = { formula = "lower(coalesce(mail, other_mail))", optional = ["other_mail"] }
phone      = { formula = "regexp_replace(tel, '[^0-9+]', '', 'g')" }
username   = { constant = "O'Neil" }
status     = "state"
[keep]
when = "active = '1'"
"""


def test_values_are_treated_in_order(laid: Desk) -> None:
    content = "id,kind,level,mail,active,state\n7,t,k,Ana@X.org,1,\n123456,S,, ,1,active\n8,Z,3,b@x.org,0,\n9,Z,9x,,1,\n"
    feed = laid.feed(parse(LAYOUT, "x"), laid.put("people.csv", content))
    assert feed.columns == ("sourcedId", "status", "role", "username", "email", "grades")
    assert laid.rows(feed) == [
        ("00007", None, "teacher", "O'Neil", "ana@x.org", "KG"),
        ("123456", "active", "student", "O'Neil", None, "UG"),
        ("00009", None, f"{UNMAPPED}Z", "O'Neil", None, "9x"),
    ]
    assert laid.workbench.value(f"SELECT count(*) FROM ({feed.select})") == 4
    assert feed.key_cell is None
    assert laid.told() == [("formula-column-missing", "tel")]


def test_a_value_map_may_say_that_a_word_is_a_blank(laid: Desk) -> None:
    text = 'name="h/o"\ntable="users"\nfile="u.csv"\n[map]\nsourcedId="id"\nemail={from="e",values={"<delete>"=""},otherwise="keep"}\n'
    feed = laid.feed(parse(text, "x"), laid.put("u.csv", "id,e\n1,<Delete>\n2,a@x.org\n"))
    assert laid.rows(feed) == [("1", None), ("2", "a@x.org")]


def test_words_that_differ_by_case_only_are_kept_apart(laid: Desk) -> None:
    text = 'name="h/o"\ntable="orgs"\nfile="o.csv"\n[map]\nsourcedId="id"\ntype={from="t",values={d="district",D="department"}}\n'
    feed = laid.feed(parse(text, "x"), laid.put("o.csv", "id,t\n1,d\n2,D\n3,x\n"))
    assert laid.rows(feed) == [("1", "district"), ("2", "department"), ("3", f"{UNMAPPED}x")]


def test_a_filter_whose_column_is_missing_refuses_the_file(laid: Desk) -> None:
    with pytest.raises(Refused) as refused:
        bind(parse(LAYOUT, "x"), laid.put("people.csv", "id,kind,mail\n"))
    assert refused.value.values["column"] == "active"


def test_headerless_files_are_read_by_position(laid: Desk) -> None:
    head = 'name="h/c"\ntable="courses"\nfile="x.csv"\n[read]\nheader=false\n'
    text = head + "[map]\nsourcedId={position=2}\ntitle={position=1}\ncourseCode={position=9}\n"
    feed = laid.feed(parse(text, "x"), laid.put("x.csv", "Algebra,A1\nArt,B2\n", header=False))
    assert laid.rows(feed) == [("A1", "Algebra"), ("B2", "Art")]


def test_the_slow_road_brings_numbers(laid: Desk) -> None:
    inspected = laid.put("orgs.csv", "sourcedId,name\n1,Oak\n2,Elm\n")
    feed = shape(laid.workbench, ORGS, bind(ORGS, inspected), laid.numbered(laid.read(inspected)), "delta")
    assert laid.rows(feed, ["_row", "_line", "sourcedId"]) == [(1, 2, "1"), (2, 3, "2")]
    assert feed.mode == "delta"


# --- laws


@settings(deadline=None, max_examples=40)
@given(st.permutations([*catalogue()["users"].header("1.1"), "metadata.x", "shoe", "Userz"]), st.booleans())
def test_the_order_of_columns_plays_no_part(words: list[str], shout: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder)) as laid:
        spelled = [w.upper() if shout and not w.startswith("metadata") else w for w in words]
        one = match(USERS, laid.put("users.csv", ",".join(spelled) + "\n"))
        two = match(USERS, laid.put("users.csv", ",".join(sorted(spelled)) + "\n"))
        assert signature(one) == signature(two)
        assert set(one.unused) == set(two.unused)
        assert fingerprint(one, "continuous") == fingerprint(two, "continuous")


def test_the_fingerprint_changes_with_layout_binding_hints_and_mode_and_with_nothing_else(laid: Desk) -> None:
    header = "sourcedId,name,type\n"
    binding = match(ORGS, laid.put("orgs.csv", header + "1,Oak,school\n"))
    same = match(ORGS, laid.put("other.csv", "type,sourcedId,unused,name\nschool,2, Elm\u00a0,x\n"))
    usual = fingerprint(binding, "continuous")
    assert fingerprint(same, "continuous") == usual
    other_word = match(ORGS, laid.put("orgs.csv", "SourcedId,name,type\n"))
    fewer = match(ORGS, laid.put("orgs.csv", "sourcedId,name\n"))
    hinted = match(replace(ORGS, hints=Hints(delimiter="|")), laid.files[0])
    noted = match(replace(ORGS, text=ORGS.text + "# a note\n"), laid.files[0])
    others = [fingerprint(b, "continuous") for b in (other_word, fewer, hinted, noted)] + [fingerprint(binding, "delta")]
    assert len({usual, *others}) == 6


_CELL = st.text(alphabet=st.sampled_from("ab é’" + EDGES), max_size=6)


@settings(deadline=None, max_examples=60)
@given(st.lists(_CELL, min_size=1, max_size=5))
def test_the_light_expressions_give_what_the_full_one_gives(values: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder)) as laid:
        quoted_cells = ['"' + v + '"' for v in values]
        table = laid.read(laid.put("x.csv", "h\n" + "\n".join(quoted_cells) + "\n"))
        rows = ", ".join(f"({literal(v)})" for v in values)
        light, full = expression(edges(table), "c0"), expression(EDGES, "c0")
        found = laid.workbench.rows(f"SELECT {light}, {full} FROM (VALUES {rows}) t(c0)")
        expected = [v.strip(EDGES) or None for v in values]
        assert found == [(v, v) for v in expected]


@pytest.mark.parametrize(
    ("content", "encoding", "found"),
    [
        ("id\nabc\nd,é’\n", "utf-8", ""),
        ("id\nAna Ruiz\n", "utf-8", " "),
        ("id\nAna\u00a0\n", "utf-8", "\u00a0"),
        ("id\na\tb\n", "utf-8", "\t"),
        ('id\n"a"\n', "utf-8", "\r\n"),
        ("id\nAna\u00a0é\n", "cp1252", "\u00a0"),
        ("id\na\u200b\n", "utf-16", "\u200b"),
        ("id\n" + "x" * ((1 << 20) - 4) + "\u200b\n", "utf-8", "\u200b"),  # cut in two by the chunk's end
    ],
)
def test_a_file_is_looked_at_for_what_its_edges_can_hold(laid: Desk, content: str, encoding: str, found: str) -> None:
    assert edges(laid.read(laid.put("a.csv", content, encoding=encoding))) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'id,name\r\nu1,"a,b"\r\nu2,"c"\r\n', ""),
        (b'id,name\r\nu1,"a\r\nb"\r\nu2,"\r\nc"\r\n', "\r\n"),
        (b'id,name\nu1,"a,b"\nu2,c,d,e\n', "\r\n"),  # read slowly, and written anew
    ],
)
def test_quoted_cells_have_line_breaks_at_their_edges_only_where_the_file_has_any_inside_quotes(
    laid: Desk, content: bytes, found: str
) -> None:
    path = laid.workbench.folder / "users.csv"
    path.write_bytes(content)
    table = read(laid.workbench, inspect(SourceFile(0, "users.csv", path, len(content))))
    assert edges(table) == found
    values = laid.workbench.rows(f"SELECT {expression(edges(table), 'c1')} FROM {table.relation}")
    assert all(v == v.strip() for (v,) in values)


PLAIN = """
name = "t/users"
table = "users"
kind = "continuous"
file = "users.csv"
[map]
sourcedId = "id"
grades = { from = "grade", values = { "9" = "09" }, otherwise = "blank" }
"""


def test_a_prefix_keeps_what_a_feed_counts(laid: Desk) -> None:
    """The numbers of dropped values stand in a column of their own beside those that get a prefix."""
    feed = laid.feed(parse(PLAIN, "x"), laid.put("users.csv", "id,grade\nu1,9\nu2,zz\n"))
    prefixed_ = prefixed(feed, catalogue()["users"], "club-")
    rows = laid.workbench.rows(f'SELECT "sourcedId", grades, {DROPPED} FROM ({prefixed_.select})')
    assert rows == [("club-u1", "09", 0), ("club-u2", None, 1)]
