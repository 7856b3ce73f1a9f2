"""What holds for any rows: counts add up, order does not matter, a bad row harms nobody who does not name it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.night import Night
from checks.test_checks_references import CLASSES, COURSES, ORGS, SESSIONS

USERS = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,agentSourcedIds\n"
ENROLLMENTS = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"

people = st.tuples(
    st.sampled_from(["u1", "u2", "u3", "u4", "U1", "", "1.2E+10", "u 5"]),
    st.sampled_from(["true", "TRUE", "maybe"]),
    st.sampled_from(["s1", '"s1,s2"', '"s1,s9"', "s9", ""]),
    st.sampled_from(["student", "Teacher", "wizard"]),
    st.sampled_from(["name", ""]),
    st.sampled_from(["Ann", "=1+1"]),
    st.just("Ash"),
    st.sampled_from(["", "u2", '"u3,u9"', "u1"]),
)
places = st.tuples(
    st.sampled_from(["e1", "e2", "e3", "e4", ""]),
    st.sampled_from(["c1", "c2", "c9"]),
    st.sampled_from(["s1", "s2", "s9"]),
    st.sampled_from(["u1", "u2", "u3", "u9"]),
    st.sampled_from(["student", "teacher", "boss"]),
    st.sampled_from(["true", "", "Yes", "what"]),
    st.sampled_from(["2026-09-01", "2026-02-30", ""]),
    st.sampled_from(["2027-06-01", "2025-01-01", ""]),
)


def files(users: list[tuple[str, ...]], enrollments: list[tuple[str, ...]]) -> dict[str, str]:
    return {
        "orgs": ORGS,
        "academicSessions": SESSIONS,
        "courses": COURSES,
        "classes": CLASSES,
        "users": USERS + "\n".join(",".join(u) for u in users) + "\n",
        "enrollments": ENROLLMENTS + "\n".join(",".join(e) for e in enrollments) + "\n",
    }


def admitted(night: Night) -> dict[str, list[tuple[object, ...]]]:
    return {
        t: sorted(night.bench.rows(f"SELECT * EXCLUDE (_file, _row, _rh) FROM admitted_{t}"), key=repr)
        for t in ("users", "enrollments")
    }


@given(st.lists(people, max_size=7), st.lists(places, max_size=7), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=6)
def test_counts_add_up_and_order_does_not_matter(
    users: list[tuple[str, ...]], places: list[tuple[str, ...]], order: object
) -> None:
    with Night(files(users, places)) as night:
        first = admitted(night)
        for table, rows in (("users", len(users)), ("enrollments", len(places))):
            (tally,) = night.admitted[table].tallies
            assert tally.accepted + tally.refused + tally.ignored == rows
            assert tally.accepted == len(first[table])
        known = {k for (k,) in night.bench.rows("SELECT sourcedId FROM usable_users")}
        assert known == set(night.keys("users"))
        assert set(night.cells("enrollments", "userSourcedId").values()) <= known
    order.shuffle(users)  # type: ignore[attr-defined]
    order.shuffle(places)  # type: ignore[attr-defined]
    with Night(files(users, places)) as night:
        assert admitted(night) == first


@given(people, places)
@settings(deadline=None, max_examples=6)
def test_one_more_row_changes_nothing_for_those_who_do_not_name_it(person: tuple[str, ...], place: tuple[str, ...]) -> None:
    good = [("u1", "true", "s1", "student", "ann", "Ann", "Ash", "u3"), ("u3", "true", "s1", "guardian", "cy", "Cy", "Ash", "")]
    seats = [("e1", "c1", "s1", "u1", "student", "", "2026-09-01", "2027-06-01")]
    other = ("z", *person[1:])
    with Night(files([*good, other], [*seats, ("z", *place[1:])])) as night:
        users, enrollments = night.cells("users", "agentSourcedIds"), night.cells("enrollments", "beginDate")
        assert {k: users[k] for k in ("u1", "u3")} == {"u1": "u3", "u3": None}
        assert enrollments["e1"] == "2026-09-01"


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("orgs", "type", "School"),
        ("orgs", "type", "skool"),
        ("users", "enabledUser", "Yes"),
        ("users", "enabledUser", "perhaps"),
        ("users", "grades", "kg"),
        ("academicSessions", "startDate", "8/15/2026"),
        ("academicSessions", "endDate", "3/4/2026"),
        ("academicSessions", "schoolYear", "2026-27"),
        ("categories", "weight", "012"),
        ("lineItems", "resultValueMax", "1e2"),
        ("resources", "roles", "Teacher"),
        ("users", "userIds", "a:b"),
    ],
)
def test_healed_columns_of_a_single_row_can_be_asked_anything(table: str, column: str, cell: str) -> None:
    """DuckDB rewrites expressions over a column with one value; every comparison that other rooms make must survive that."""
    with Night({table: f"sourcedId,{column}\nx1,{cell}\n"}) as night:
        rows = f"admitted_{table}"
        for condition in (
            f"{column} <> 'x'",
            f"{column} = 'x'",
            f"{column} IS DISTINCT FROM 'x'",
            f"{column} IN ('x', 'y')",
            f"{column} < 'x'",
        ):
            night.bench.rows(f"SELECT count(*) FROM {rows} WHERE {condition}")
        night.bench.rows(f"SELECT count(*) FROM {rows} a JOIN shaped_{table} s USING (sourcedId) WHERE a.{column} <> s.{column}")
        night.bench.rows(f"SELECT {column}, hash({column}), count(*) FROM {rows} WHERE {column} IS NOT NULL GROUP BY ALL")
