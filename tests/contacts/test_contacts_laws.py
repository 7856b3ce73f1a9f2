"""What must hold for any contacts whatever: drawn pairs of three students, judged on a workbench without any store."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactkit import PAIRS_LAYOUT, STUDENTS, USERS
from homeroom.layouts.contacts import step
from homeroom.layouts.contacts.rules import ContactRules, ready
from homeroom.layouts.language import parse
from homeroom.roster.report import ContactsReport
from layoutkit import Desk, desk

COLUMNS = ("student", "id", "first", "last", "role", "relationship", "legal", "type", "custody", "order", "email", "mobile")
Row = tuple[str, ...]
LAYOUTS = parse(USERS, "users.toml"), parse(PAIRS_LAYOUT, "guardians.toml")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the step made of some rows: people with their roles, agents by student, and the report."""

    people: frozenset[tuple[object, ...]]
    agents: dict[str, tuple[str, ...]]
    report: ContactsReport


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("laws")) as desk_:
        yield desk_


def judged(laid: Desk, rows: Sequence[Row], rules: ContactRules | None = None, users: str = STUDENTS) -> Judged:
    """Put rows of pairs through the contact step beside the users of the small district."""
    text = "\n".join(",".join(r) for r in (COLUMNS, *rows)) + "\n"
    feeds = [laid.feed(LAYOUTS[0], laid.put("users.csv", users)), laid.feed(LAYOUTS[1], laid.put("guardians.csv", text))]
    background = step.Background((), lambda: 0, lambda table, wanted: "nothing", lambda table, wanted: "nothing")
    settled = step.settle(laid.workbench, rules or ready(), feeds, background)
    assert settled.report is not None
    users_feeds = [f for f in settled.feeds if f.table == "users"]
    agents = laid.rows(users_feeds[0], ("sourcedId", "agentSourcedIds"))
    people = [r for f in users_feeds[1:] for r in laid.rows(f, ("sourcedId", "role", "givenName", "email", "metadata"))]
    return Judged(frozenset(people), {str(s): tuple(str(a).split(",")) if a else () for s, a in agents}, settled.report)


@st.composite
def a_row(draw: st.DrawFn) -> Row:
    number = draw(st.integers(1, 9))
    email = draw(st.sampled_from([f"g{number}@home.example", "", "no address"]))
    return (
        draw(st.sampled_from(["S1", "S2", "S3", "S9"])),
        f"G{number}",
        f"Given{number}",
        "Family",
        draw(st.sampled_from(["", "", "relative"])),
        draw(st.sampled_from(["Mother", "dad", "Uncle", ""])),
        draw(st.sampled_from(["", "true", "0"])),
        draw(st.sampled_from(["", "", "Emergency"])),
        draw(st.sampled_from(["", "", "joint", "NO CONTACT", "who knows"])),
        draw(st.sampled_from(["", "1", "2", "10"])),
        email,
        draw(st.sampled_from(["", f"555-201-33{number:02d}"])),
    )


PASSING = [
    ("S1", f"G{n:02d}", f"Given{n}", "Family", "", "mother", "", "", "", str(n), f"g{n}@home.example", "") for n in range(9)
]


@settings(deadline=None, max_examples=8)
@given(st.lists(a_row(), max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(laid: Desk, rows: list[Row], shuffle: random.Random) -> None:
    again = list(rows)
    shuffle.shuffle(again)
    one, other = judged(laid, rows), judged(laid, again)
    assert (one.people, one.agents) == (other.people, other.agents)


@settings(deadline=None, max_examples=12)
@given(st.lists(a_row(), max_size=14), st.integers(1, 6))
def test_never_too_many_never_a_restricted_one_and_every_row_counted(laid: Desk, rows: list[Row], limit: int) -> None:
    found = judged(laid, [*PASSING, *rows], rules=replace(ready(), limit=limit))
    restricted = {(r[0], r[1]) for r in rows if r[8] == "NO CONTACT"}
    for student, agents in found.agents.items():
        assert len(agents) <= limit
        assert not restricted & {(student, a) for a in agents}
        assert len(set(agents)) == len(agents)
    assert {str(p[0]) for p in found.people} == {a for agents in found.agents.values() for a in agents} - {"T1"}
    report = found.report
    assert report.pairs == len(rows) + len(PASSING) == report.passed + report.left_out + report.refused
    assert all(r.pairs == r.passed + r.left_out for r in report.rules)


@settings(deadline=None, max_examples=8)
@given(st.lists(a_row(), max_size=10), st.sampled_from(["unreachable", "restricted", "uncle", "emergency"]))
def test_a_contact_that_cannot_be_one_changes_nothing(laid: Desk, rows: list[Row], why: str) -> None:
    usable = ("G77", "Nell", "Nobody", "", "mother", "true", "", "", "1", "nell@home.example", "")
    changed = {
        "unreachable": {9: "no address"},
        "restricted": {7: "no rights"},
        "uncle": {4: "uncle", 5: ""},
        "emergency": {6: "Emergency"},
    }
    extra = ("S1", *(changed[why].get(n, cell) for n, cell in enumerate(usable)))
    before, after = judged(laid, rows), judged(laid, [*rows, extra])
    assert (before.people, before.agents) == (after.people, after.agents)
