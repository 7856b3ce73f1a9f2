"""Laws of the small parts of the door: whatever a client sends is understood or refused, never a surprise."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.doors.rest import asking, scopes
from homeroom.doors.rest.endpoints import endpoints
from homeroom.doors.rest.filters import condition, parse
from homeroom.doors.rest.members import members
from homeroom.doors.rest.paths import named
from homeroom.doors.rest.problems import BadFields, BadFilter, BadValue
from homeroom.roster.selection import ALL, Both, Compare, Either, Linked, Not
from homeroom.store.selecting import NEVER, Clause, simplified

names = st.sampled_from(
    ["status", "role", "grades", "terms.sourcedId", "dateLastModified", "userIds.type", "metadata.x", "nothing"]
)
predicates = st.sampled_from(["=", "!=", ">", ">=", "<", "<=", "~", " = ", ""])
values = st.text(max_size=8) | st.sampled_from(["2026-01-01", "0001-01-01T00:00:00+23:00", "true", "a,b", "O'Brien"])
clause = st.builds(lambda f, p, v: f"{f}{p}'{v}'", names, predicates, values)
texts = (
    st.text(max_size=30)
    | clause
    | st.builds(lambda a, b, c: f"{a} {b} {c}", clause, st.sampled_from(["AND", "OR", "and"]), clause)
)


@settings(deadline=None, max_examples=200)
@given(texts, st.sampled_from(["users", "classes", "orgs"]), st.sampled_from(["1.1", "1.2"]))
def test_a_filter_is_understood_or_refused(text: str, table: str, version: str) -> None:
    try:
        found = condition(text, table, version)
    except (BadFilter, BadValue):
        return
    for dialect in ("sqlite", "postgresql"):
        made = Clause(dialect, lambda t: t, lambda t, c: f"{t}_{c}")
        sql = made.write(table, found)
        assert sql.count("?" if dialect == "sqlite" else "%s") == len(made.parameters)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=10))
def test_no_value_reaches_the_text_of_a_query(value: str) -> None:
    made = Clause("sqlite", lambda t: t, lambda t, c: f"{t}_{c}")
    sql = made.write("users", Compare("givenName", "=", value))
    assert sql == 'lower(t0."givenName") = lower(?)'
    assert made.parameters == [value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a='x'", [("a", "=", "x")]),
        ("a='x''y'", [("a", "=", "x'y")]),
        ("a='O'Brien'", [("a", "=", "O'Brien")]),
        ("score>=80", [("score", ">=", "80")]),
        ("a='x AND y' AND b!='z'", [("a", "=", "x AND y"), ("b", "!=", "z")]),
        ("a=''", [("a", "=", "")]),
    ],
)
def test_clauses(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(c.field, c.predicate, c.value) for c in parse(text)[0]] == expected


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadFilter):
        condition("grades~'" + ",".join(str(n) for n in range(101)) + "'", "users", "1.2")


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 5000), st.integers(1, 200), st.integers(0, 6000))
def test_links_lead_round_the_collection(total: int, limit: int, offset: int) -> None:
    what = asking.asked(f"limit={limit}&offset={offset}&sort=name".encode(), "orgs", "1.2")
    links = {p.partition('rel="')[2][:-1]: p for p in asking.links("https://h/orgs", what, total).split(", ")}
    assert ("next" in links) == (offset + limit < total)
    assert ("prev" in links) == (offset > 0)
    assert all("?sort=name&limit=" in link for link in links.values())
    last = int(links["last"].partition("offset=")[2].partition(">")[0])
    assert last % limit == 0
    assert last < max(total, 1) <= last + limit or total == 0


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_query_string_is_read_or_refused(query: bytes) -> None:
    with suppress(BadFilter, BadFields, BadValue):
        assert asking.asked(query, "users", "1.2").limit >= 1


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_path_is_known_or_not(path: str) -> None:
    for root in ("/ims/oneroster/v1p1/", "/d/x/ims/oneroster/rostering/v1p2/", "/"):
        assert named(root + path).version in ("1.1", "1.2")


def test_an_encoded_slash_is_part_of_an_id() -> None:
    found = named("/d/pine/ims/oneroster/rostering/v1p2/classes/a%2Fb/students")
    assert (found.slug, found.prefix, found.version) == ("pine", "/d/pine", "1.2")
    assert found.matched is not None
    assert (found.matched.endpoint.template, found.matched.ids) == ("/classes/{}/students", ("a/b",))
    assert named("/ims/oneroster/v1p1/classes/%00").matched is None
    assert named("/ims/oneroster/v1p1/classes/%ff").matched is None


def test_templates_are_unique_and_their_tables_have_objects() -> None:
    listed = [(e.service, e.template) for e in endpoints()]
    assert len(listed) == len(set(listed))
    for endpoint in endpoints():
        for version in endpoint.versions:
            assert members(endpoint.table, version)


def test_a_question_about_an_empty_table_is_not_asked() -> None:
    student = Compare("role", "=", "student")
    stored = Linked("roles", "userSourcedId", student)
    assert simplified(Either((student, stored)), {"roles"}) == student
    assert simplified(Both((student, stored)), {"roles"}) == NEVER
    assert simplified(Not(stored), {"roles"}) == Not(NEVER)
    assert simplified(Both((ALL, student)), set()) == student
    assert simplified(Either((student, stored)), set()) == Either((student, stored))


def test_scopes_in_every_spelling() -> None:
    url = "http://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly"
    assert scopes.granted([url], []) == ("https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly",)
    assert scopes.granted(["roster.readonly"], [url]) == ("https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",)
    assert scopes.granted(["roster-demographics.readonly"], []) == ()
    assert scopes.granted([], ["changes"]) == ("changes",)
