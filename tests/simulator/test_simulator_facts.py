"""What the registrar knows of a student: the same on every night and every Python, and as often as in a real district."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from homeroom.simulator import facts
from homeroom.simulator.dice import lots
from homeroom.simulator.district import make
from homeroom.simulator.nights import next_night
from homeroom.simulator.records import Person

Page = tuple[Person, facts.Pupil]
PAGE = ("1910657569", "2026-08-17", 2036, "", "839 Foundry Row", "01086", "paid", True)
DRAWN = (2972212742, 2956321954)


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [(student, facts.pupil(student, 2027)) for student in make(5000, 3).of("student")]


def test_a_students_facts_are_the_same_on_every_machine() -> None:
    # values, not a comparison with itself: it fails when another Python or machine would draw others
    first = make(300, 11).people[0]
    assert facts.pupil(first, 2027)[:8] == PAGE
    assert lots("pupil", 7)[:2] == (DRAWN[0] / 2**32, DRAWN[1] / 2**32)


def test_a_students_facts_stay_from_night_to_night() -> None:
    before = make(400, 3)
    after = next_night(before, 3, 2)
    old = {p.id: facts.pupil(p, 2027) for p in before.of("student")}
    new = {p.id: facts.pupil(p, 2027) for p in after.of("student")}
    staying = old.keys() & new.keys()
    assert len(staying) > 380
    for student in staying:
        assert new[student].state_id == old[student].state_id
        assert (new[student].street, new[student].zip, new[student].lunch) == (
            old[student].street,
            old[student].zip,
            old[student].lunch,
        )


@pytest.mark.parametrize(
    ("share", "of"),
    [
        (0.35, lambda f: f.lunch == "free"),
        (0.08, lambda f: f.lunch == "reduced"),
        (0.12, lambda f: f.special_education),
        (0.03, lambda f: f.section_504),
        (0.07, lambda f: f.gifted),
        (0.05, lambda f: bool(f.nickname)),
        (0.40, lambda f: bool(f.bus)),
        (0.25, lambda f: f.house == "Birch"),
        (0.125, lambda f: f.street.endswith("Hill Street")),
    ],
)
def test_facts_are_as_frequent_as_they_are_meant_to_be(
    share: float, of: Callable[[facts.Pupil], bool], pages: list[Page]
) -> None:
    found = sum(of(page) for _, page in pages) / len(pages)
    assert share * 0.85 - 0.005 < found < share * 1.15 + 0.005


def test_facts_lie_within_their_bounds(pages: list[Page]) -> None:
    for student, page in pages:
        assert 10**9 <= int(page.state_id) < 2 * 10**9
        assert 10 <= int(page.street.split()[0]) <= 980
        assert "01000" <= page.zip <= "01099"
        assert page.bus == "" or "01" <= page.bus <= "40"
        served = 2026 - int(page.entered_district[:4])
        assert 0 <= served <= min(5, 12 - (page.graduates - 2027))
        assert not (page.english_learner and student.language == "en")
    assert len({page.state_id for _, page in pages}) > 4990
    learners = [page.english_learner for student, page in pages if student.language != "en"]
    assert 0.55 < sum(learners) / len(learners) < 0.65
