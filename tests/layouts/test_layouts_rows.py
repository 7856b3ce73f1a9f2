"""Rows from rows and joined files: what the map sees, whatever the order of the files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts.arrangement import arranged
from homeroom.layouts.binding import bind, match
from homeroom.layouts.language import parse
from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import read
from homeroom.layouts.shaping import fingerprint
from homeroom.roster.faults import Refused
from layoutkit import Desk, desk


@pytest.fixture
def laid(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as desk_:
        yield desk_


def layout(sections: str, **mapped: str) -> Layout:
    """A users layout with these sections and a map of target = source (TOML)."""
    lines = "".join(f"{target} = {source}\n" for target, source in mapped.items())
    return parse(f'name = "own/users"\ntable = "users"\nfile = "main.csv"\n{sections}\n[map]\n{lines}', "users.toml")


def records(laid: Desk, feed_of: Layout, content: str) -> list[tuple[object, ...]]:
    """`_row`, `_keep` and the values of every row, sorted."""
    feed = laid.feed(feed_of, laid.put("main.csv", content))
    listed = ", ".join(f'"{c}"' for c in feed.columns)
    return sorted(laid.workbench.rows(f"SELECT _row, _keep, {listed} FROM ({feed.select})"), key=repr)


def test_a_row_for_every_filled_column(laid: Desk) -> None:
    each = layout(
        '[rows]\neach = { teacher = ["Lead", "co_1", "co_2"] }',
        sourcedId='"teacher"',
        identifier='"section"',
        givenName='"teacher.number"',
        familyName='"teacher.column"',
    )
    content = "section,lead,co_2\ns1, t1 ,t2\ns2,,t3\ns3,,\n"
    assert records(laid, each, content) == [
        (1, True, "t1", "1", "Lead", "s1"),
        (1, True, "t2", "3", "co_2", "s1"),
        (2, True, "t3", "3", "co_2", "s2"),
        (3, False, None, None, None, "s3"),
    ]
    assert laid.told() == []


def test_a_row_for_every_item_of_a_list(laid: Desk) -> None:
    each = layout('[rows]\neach = { agent = { split = "ids", by = ";" } }', sourcedId='"agent"', givenName='"agent.number"')
    assert records(laid, each, "id,ids\n1,a; b ;;a\n2,\n") == [
        (1, False, "a", "3"),
        (1, True, "a", "1"),
        (1, True, "b", "2"),
        (2, False, None, None),
    ]
    assert laid.sentences() == [
        "Not read: id (no line of the layout names them).",
        "Records of users that stand in several rows which differ: 1, a for instance.",
    ]


def test_a_row_for_every_numbered_group(laid: Desk) -> None:
    groups = '{ numbers = [1, 2, 3], columns = { id = "C{n}_ID", email = ["C{n}_Mail", "Guardian {n} Email"] } }'
    each = layout(
        f"[rows]\neach = {{ contact = {groups} }}",
        sourcedId="""{ formula = "coalesce(\\"contact.id\\", pupil || '-' || \\"contact.number\\")" }""",
        email='"contact.email"',
    )
    content = "pupil,C1_ID,C1_Mail,C2_ID,guardian2email\np1,g1,,,b@x.org\np2,,,,\n"
    assert records(laid, each, content) == [(1, True, "g1", None), (1, True, "p1-2", "b@x.org"), (2, False, None, None)]


def test_what_must_be_there_for_rows_and_joins(laid: Desk) -> None:
    each = layout('[rows]\neach = { t = ["a", "b"] }', sourcedId='"t"')
    with pytest.raises(Refused, match=r"main.csv lacks the column a\."):
        bind(each, laid.put("main.csv", "x,sourcedId\n"))
    joined = layout('[join.staff]\nfile = "staff.csv"\non = { "boss" = "id" }', sourcedId='"x"', email='"staff.mail"')
    main = laid.put("main.csv", "x,boss\n")
    assert arranged(joined, main, []).waiting == ("staff.csv",)
    with pytest.raises(Refused, match=r"lacks the column id \(of staff.csv\)"):
        bind(joined, main, [laid.put("staff.csv", "number,mail\n")])


def test_a_join_of_a_join_and_names_found_like_any_other(laid: Desk) -> None:
    sections = '[join.staff]\nfile = "staff.csv"\non = { "boss" = "staff_id" }\n[join.room]\nfile = "rooms.csv"\n' + (
        'on = { "staff.room" = "room", "staff.floor" = "floor" }\noptional = true\n'
    )
    both = layout(sections, sourcedId='"x"', email='"staff.Mail"', identifier='"room.name"', phone='"room.phone"')
    laid.put("staff.csv", "STAFF_ID,mail,room,floor\n7, a@x.org ,r1,1\n8,b@x.org,r1,2\n")
    laid.put("rooms.csv", "room,floor,name\nr1,1,Oak\nr1,2,Elm\n")
    assert records(laid, both, "x,boss\n1,7\n2,8\n3,9\n4,\n") == [
        (1, True, "1", "Oak", "a@x.org"),
        (2, True, "2", "Elm", "b@x.org"),
        (3, True, "3", None, None),
        (4, True, "4", None, None),
    ]
    assert laid.told() == [("header-case", "staff.mail")]
    main = laid.files[-1]
    with_rooms = fingerprint(bind(both, main, laid.files), "continuous")
    assert fingerprint(bind(both, main, laid.files[:1]), "continuous") != with_rooms
    assert "phone" not in {b.target for b in match(both, main, laid.files).bound}


def test_formulas_and_filters_see_all_columns(laid: Desk) -> None:
    sections = (
        '[rows]\neach = { t = ["a", "b"] }\n[join.staff]\nfile = "staff.csv"\non = { t = "id" }\nwhen = "kind <> \'x\'"\n'
        "[keep]\nwhen = \"\\\"staff.active\\\" = '1' and n <> '3'\""
    )
    both = layout(sections, sourcedId="""{ formula = "n || t || coalesce(\\"staff.kind\\", '')" }""")
    laid.put("staff.csv", "id,kind,active\nu,k,1\nv,x,1\nw,k,0\n")
    assert [r[2] for r in records(laid, both, "n,a,b\n1,u,v\n2,w,u\n3,u,\n") if r[1]] == ["1uk", "2uk"]


def test_a_filter_of_a_join_may_name_a_column_that_does_not_come(laid: Desk) -> None:
    sections = '[join.term]\nfile = "terms.csv"\non = { term = "id" }\nwhen = "override is null"\n'
    laid.put("terms.csv", "id,name\nF,Fall\n")
    named = layout(sections + 'blank = ["override"]\n', sourcedId='"n"', givenName='"term.name"')
    assert records(laid, named, "n,term\n1,F\n") == [(1, True, "1", "Fall")]
    with pytest.raises(Refused, match=r"lacks the column override \(of terms.csv\)"):
        bind(layout(sections, sourcedId='"n"', givenName='"term.name"'), laid.files[-1], laid.files)
    laid.files.clear()
    laid.put("terms.csv", "id,name,override\nF,Early,x\nF,Fall,\n")
    assert records(laid, named, "n,term\n1,F\n") == [(1, True, "1", "Fall")]


def test_an_optional_join_is_absent_where_this_file_lacks_its_column_or_hangs_on_an_absent_one(laid: Desk) -> None:
    """Where the other file lacks its column, that is a mistake of its header, and nothing is read."""
    sections = (
        '[join.move]\nfile = "moves.csv"\non = { section = "section" }\noptional = true\n'
        '[join.course]\nfile = "courses.csv"\non = { "move.course" = "id" }\noptional = true\n'
        '[join.home]\nfile = "courses.csv"\non = { home = "id" }\noptional = true\n'
    )
    both = layout(
        sections, sourcedId='"section"', givenName='"course.name"', familyName='"home.name"',
        email='{ formula = "coalesce(\\"course.name\\", \'none\')", optional = ["course.name"] }',
    )  # fmt: skip
    laid.put("courses.csv", "id,name\nK,Art\n")
    bound = bind(both, laid.put("main.csv", "section\n1\n"), laid.files)
    assert {b.target for b in bound.bound} == {"sourcedId", "email"}
    laid.put("moves.csv", "section,course\n1,K\n")
    assert records(laid, both, "section,home\n1,K\n2,K\n") == [
        (1, True, "1", "Art", "Art", "Art"),
        (2, True, "2", None, "Art", "none"),
    ]
    laid.files.pop(0)
    laid.put("courses.csv", "ident,name\nK,Art\n")
    with pytest.raises(Refused, match=r"lacks the column id \(of courses.csv\)"):
        bind(both, laid.files[-2], laid.files)


def test_layouts_of_one_set_read_and_require_each_file_by_itself() -> None:
    text = 'name = "own/{0}"\ntable = "{1}"\nfile = "{2}.csv"\n{3}[map]\nsourcedId = "id"\n'
    texts = {
        "a.toml": text.format("a", "users", "all", ""),
        "b.toml": text.format("b", "users", "all", ""),
        "c.toml": text.format("c", "classes", "al*", ""),
        "d.toml": text.format("d", "users", "al*", 'kind = "change_notification"\n'),
        "set.toml": 'required = ["own/b", "classes"]\n',
    }
    found = read(texts, "own")
    assert [w.name for w in found.readers("ALL.csv")] == ["own/c", "own/a", "own/b", "own/d"]
    assert [w.name for w in found.of_kind("change_notification").readers("all.csv")] == ["own/c", "own/d"]
    assert [w.name for w in found.of_kind("continuous").readers("all.csv")] == ["own/c", "own/a", "own/b"]
    assert [found.requires(w) for w in found.layouts] == [True, False, True, False]
    assert found.file_of("own/b") == "all.csv"


def test_a_required_layout_waits_for_what_it_joins() -> None:
    text = 'name = "own/{0}"\ntable = "{1}"\nfile = "{0}.csv"\n[map]\nsourcedId = "id"\n[join.x]\nfile = ["{2}.csv", "{2}*"]\non = {{ a = "b" }}\n'
    texts = {
        "a.toml": text.format("a", "users", "more"),
        "b.toml": text.format("b", "users", "other"),
        "c.toml": text.format("c", "classes", "rooms"),
        "d.toml": text.format("d", "courses", "codes") + "optional = true\n",
        "set.toml": 'required = ["own/a", "users", "classes", "courses"]\n',
    }
    assert read(texts, "own").needed_joins() == {"more.csv": ("more.csv", "more*"), "rooms.csv": ("rooms.csv", "rooms*")}


# --- laws

CELL = st.sampled_from(["", "a", "b", "c", " a ", "10", "9"])


@settings(deadline=None, max_examples=25)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), CELL, CELL), min_size=1, max_size=8),
    pairs=st.lists(st.tuples(st.sampled_from(["1", "2", "4", ""]), CELL, CELL), max_size=8),
    data=st.data(),
)
def test_the_order_of_rows_says_nothing(
    rows: list[tuple[str, str, str]], pairs: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    sections = (
        '[rows]\nonce = true\n[join.one]\nfile = "pairs.csv"\non = { id = "id" }\n'
        '[join.many]\nfile = "pairs.csv"\non = { id = "id" }\ntake = "list"\norder = ["rank"]\nlimit = 2\n'
    )
    both = layout(sections, sourcedId='"id"', givenName='"x"', familyName='"y"', email='"one.value"', phone='"many.value"')
    first = kept(both, rows, pairs)
    assert kept(both, data.draw(st.permutations(rows)), data.draw(st.permutations(pairs))) == first
    assert [r[0] for r in first] == sorted({r[0] for r in rows})
    for key, given_, family, _, listed in first:
        mine = [(x.strip() or None, y.strip() or None) for k, x, y in rows if k == key]
        most = max(sum(c is not None for c in pair) for pair in mine)
        assert (given_, family) in [p for p in mine if sum(c is not None for c in p) == most]
        values = {v.strip() for k, v, _ in pairs if k == key} - {""}
        assert (listed is None) == (not values)
        assert listed is None or (set(listed.split(",")) <= values and len(listed.split(",")) == min(2, len(values)))


def kept(both: Layout, rows: Sequence[tuple[str, ...]], pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The kept rows, by key."""
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder)) as laid:
        laid.put("pairs.csv", "id,value,rank\n" + "".join(",".join(p) + "\n" for p in pairs))
        feed = laid.feed(both, laid.put("main.csv", "id,x,y\n" + "".join(",".join(r) + "\n" for r in rows)))
        total = laid.workbench.value(f"SELECT count(*) FROM ({feed.select})")
        assert total == len(rows)
        return sorted(laid.rows(feed, ["sourcedId", "givenName", "familyName", "email", "phone"]), key=repr)  # type: ignore[arg-type]
