"""Pieces of the client by themselves: pages that move while they are read, the pace, tokens, field rules of students."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom.systems.powerschool.client.errors import BrokenAnswer
from homeroom.systems.powerschool.client.listing import Listing
from homeroom.systems.powerschool.client.patience import Pace
from homeroom.systems.powerschool.client.shapes import parse
from homeroom.systems.powerschool.client.student_rules import RULES, extension, problems
from homeroom.systems.powerschool.client.tokens import Tokens


class Moving:
    """A list on a server whose rows come and go between two calls, by a script: call number -> rows taken out, rows put in front."""

    def __init__(self, rows: list[int], script: dict[int, tuple[list[int], list[int]]], counts: bool = True) -> None:
        self.rows, self.script, self.counts, self.calls = list(rows), script, counts, 0

    def _called(self) -> None:
        self.calls += 1
        out, put = self.script.get(self.calls, ([], []))
        self.rows = [*put, *(r for r in self.rows if r not in out)]

    def page(self, number: int, size: int) -> list[dict[str, Any]]:
        self._called()
        return [{"id": str(r)} for r in self.rows[(number - 1) * size : number * size]]

    def count(self) -> int | None:
        self._called()
        return len(self.rows) if self.counts else None

    def read(self, size: int = 7, passes: int = 8, start: int = 1) -> Listing:
        return Listing("/x", self.page, size, self.count, lambda r: r["id"], passes, start)


@given(
    rows=st.lists(st.integers(0, 999), unique=True, max_size=60),
    size=st.integers(1, 12),
    moves=st.dictionaries(st.integers(1, 14), st.tuples(st.lists(st.integers(0, 59), max_size=2), st.integers(0, 2)), max_size=4),
    counts=st.booleans(),
)
def test_whatever_moves_every_record_that_stays_comes_once(
    rows: list[int], size: int, moves: dict[int, tuple[list[int], int]], counts: bool
) -> None:
    """Rows that were there before the first call and after the last one are passed on exactly once, and are not told as gone."""
    fresh = iter(range(1000, 2000))
    script = {n: ([rows[i] for i in out if i < len(rows)], [next(fresh) for _ in range(put)]) for n, (out, put) in moves.items()}
    server = Moving(rows, script, counts)
    listing = server.read(size, passes=12)
    got = [r["id"] for r in listing]
    assert len(got) == len(set(got))
    stayed = {str(r) for r in rows if r in server.rows}
    assert stayed <= set(got)
    assert not stayed & listing.gone


def test_what_went_away_while_it_was_read_is_told() -> None:
    server = Moving(list(range(20)), {4: ([1, 2], [])})
    listing = server.read(5)
    got = {r["id"] for r in listing}
    assert got == {str(n) for n in range(20)}
    assert listing.gone == {"1", "2"}


def test_a_reader_that_was_cut_off_goes_on_at_its_page() -> None:
    server = Moving(list(range(30)), {})
    listing = server.read(10, start=2)
    assert [r["id"] for r in listing][:10] == [str(n) for n in range(10, 20)]
    assert listing.page_reached == 3


def test_pages_that_never_agree_are_an_error() -> None:
    class Restless(Moving):
        def count(self) -> int | None:
            return (super().count() or 0) + self.calls

    with pytest.raises(BrokenAnswer, match="did not agree"):
        list(Restless(list(range(10)), {}).read())


def test_numbers_stay_as_they_were_written() -> None:
    assert parse(b'{"id": 9007199254740993, "fte": 1.50, "zip": "00501"}') == {
        "id": "9007199254740993",
        "fte": "1.50",
        "zip": "00501",
    }


def test_the_pace_slows_down_when_told_and_recovers() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(clock=lambda: now[0], sleep=sleep)
    pace.wait()
    pace.wait()
    assert slept == []
    pace.slower(3.0)
    pace.wait()
    assert slept == [3.0]
    pace.wait()
    assert slept[1:] == [0.05]
    for _ in range(100):
        pace.answered()
    assert pace.distance == 0.0


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    now, given_out = [0.0], []

    def fetch() -> tuple[str, float]:
        given_out.append(f"t{len(given_out)}")
        return given_out[-1], 3600.0

    tokens = Tokens(fetch, clock=lambda: now[0])
    assert [tokens.current(), tokens.current()] == ["t0", "t0"]
    now[0] = 3541.0
    assert tokens.current() == "t1"
    tokens.spent("t0")  # a late thread's complaint about the old one
    assert tokens.current() == "t1"
    tokens.spent("t1")
    assert tokens.current() == "t2"
    assert "t2" not in repr(tokens._token)


NEW = {
    "client_uid": "h-1",
    "action": "INSERT",
    "local_id": "50009",
    "name": {"first_name": "Nadia", "last_name": "Quist"},
    "school_enrollment": {
        "grade_level": "0", "entry_date": "2026-08-12", "exit_date": "2027-06-03", "school_number": "300", "enroll_status": "a",
    },
}  # fmt: skip


def test_a_good_record_has_no_problem() -> None:
    assert problems(NEW) == []
    assert problems({"client_uid": "h-2", "action": "UPDATE", "id": "442", "name": {"first_name": "Aaronia"}}) == []
    assert problems({**NEW, "_extension_data": extension({"u_students_extension": {"preferredname": "Nadi"}})}) == []


def changed(path: str, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {k: dict(v) if isinstance(v, dict) else v for k, v in NEW.items()}
    *way, last = path.split(".")
    inside = made
    for step in way:
        inside = inside.setdefault(step, {})
    inside[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("action", "DELETE", "must be INSERT or UPDATE"),
        ("client_uid", "", "is required: the answer is told apart by it"),
        ("id", "1", "cannot be written on INSERT"),
        ("student_username", "x", "cannot be written"),
        ("school_enrollment.school_id", "1", "cannot be written"),
        ("name.last_name", "", "may not be blank"),
        ("name.last_name", "Q" * 51, "has more than 50 characters"),
        ("name.middle_name", "Q" * 31, "has more than 30 characters"),
        ("local_id", "A7", "must be a whole number"),
        ("school_enrollment.entry_date", "08/12/2026", "must be a date as YYYY-MM-DD"),
        ("school_enrollment.exit_date", "2026-02-30", "must be a date as YYYY-MM-DD"),
        ("school_enrollment.exit_date", "2026-08-01", "is before the entry date"),
        ("school_enrollment.enroll_status", "T", "must be A, I, P or H on INSERT"),
        ("school_enrollment.enroll_status_code", "0", ""),
        ("school_enrollment.track", "G", "must be one of A to F"),
        ("demographics.gender", "X", "must be M or F"),
        ("addresses.physical.street", "1 Elm", ""),
        ("addresses.mailing.grid_location", "1,2", ""),
        ("contact.doctor_name", "Dr Who", ""),
        ("contact.emergency_phone1", "5550100", ""),
        ("favourite_colour", "red", "is not a field of a student"),
    ],
)
def test_each_rule_refuses_before_anything_is_sent(path: str, value: Any, what: str) -> None:
    found = problems(changed(path, value))
    assert found
    assert not what or what in [p.what for p in found if p.field == path]
    assert str(value) not in " ".join(p.what for p in found) or len(str(value)) < 3


def test_needed_fields_are_named() -> None:
    found = {p.field for p in problems({"client_uid": "1", "action": "INSERT"})}
    assert found == {p for p, r in RULES.items() if r.needed and "I" in r.on}
    assert [p.field for p in problems({"client_uid": "1", "action": "UPDATE", "name": {"first_name": "A"}})] == ["id"]
    update = {"client_uid": "1", "action": "UPDATE", "id": "1", "school_enrollment": {"grade_level": "3"}}
    assert [p.what for p in problems(update)] == ["cannot be written on UPDATE"]


def test_a_block_is_whole_or_not_there() -> None:
    block = {"street": "1 Elm", "city": "Ames", "state_province": "IA", "postal_code": "00501"}
    assert problems({**NEW, "addresses": {"physical": block}}) == []
    for missing in block:
        part = {k: v for k, v in block.items() if k != missing}
        assert [p.field for p in problems({**NEW, "addresses": {"physical": part}})] == [f"addresses.physical.{missing}"]
