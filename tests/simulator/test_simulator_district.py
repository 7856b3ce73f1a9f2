"""A made-up district: the same every time, whole, and of believable shape."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.simulator.district import make
from homeroom.simulator.nights import next_night, nights, rekeyed, shrunk, without_school
from homeroom.simulator.records import District


def broken_references(district: District) -> list[str]:
    """Ids that are named somewhere and belong to nobody."""
    orgs = {district.id, *(s.id for s in district.schools)}
    sessions = {s.id for s in district.sessions}
    courses = {c.id for c in district.courses}
    sections = {s.id: s for s in district.sections}
    people = {p.id: p for p in district.people}
    wrong = [i for p in district.people for i in p.schools if i not in orgs]
    wrong += [c for p in district.people for c in p.contacts if c not in people or people[c].role != "contact"]
    wrong += [s.id for s in district.sections if s.course not in courses or s.school not in orgs]
    wrong += [i for s in district.sections for i in s.sessions if i not in sessions]
    wrong += [e.id for e in district.enrollments if e.section not in sections or e.person not in people]
    return wrong + [e.id for e in district.enrollments if sections[e.section].school != e.school]


def doubled_ids(district: District) -> list[str]:
    lists = (district.schools, district.sessions, district.courses, district.sections, district.people, district.enrollments)
    seats = Counter((e.section, e.person) for e in district.enrollments)
    doubled = [i for records in lists for i, n in Counter(r.id for r in records).items() if n > 1]
    return doubled + [f"{s}@{p}" for (s, p), n in seats.items() if n > 1]


@settings(deadline=None, max_examples=25)
@given(students=st.integers(1, 900), seed=st.integers(0, 10**6))
def test_every_district_is_whole(students: int, seed: int) -> None:
    district = make(students, seed)
    assert len(district.of("student")) == students
    assert broken_references(district) == []
    assert doubled_ids(district) == []


@settings(deadline=None, max_examples=15)
@given(students=st.integers(1, 400), seed=st.integers(0, 10**6))
def test_every_night_is_whole(students: int, seed: int) -> None:
    for district in nights(make(students, seed), 4, seed):
        assert broken_references(district) == []
        assert doubled_ids(district) == []


def test_the_same_seed_gives_the_same_district_on_every_machine() -> None:
    # a digest, not a comparison with itself: it fails when another Python or machine would make other people
    assert digest(make(300, 11)) == "6f8c793b8d57e518"
    assert digest(next_night(make(300, 11), 11, 2)) == "13196e912046f35d"
    assert make(300, 11) != make(300, 12)


def digest(district: District) -> str:
    return hashlib.sha256(repr(district).encode()).hexdigest()[:16]


def test_a_district_of_5000_looks_like_one() -> None:
    district = make(5000, 3)
    students, teachers, contacts = district.of("student"), district.of("teacher"), district.of("contact")
    assert 6 <= len(district.schools) <= 12
    assert {s.level for s in district.schools} == {"elementary", "middle", "high"}
    assert any(s.id.startswith("0") for s in district.schools)
    assert 6.5 < len([e for e in district.enrollments if e.role == "student"]) / len(students) < 7.5
    assert 10 < len(students) / len(teachers) < 20
    two = sum(len(p.contacts) == 2 for p in students) / len(students)
    assert 0.40 < two < 0.52
    assert {len(p.contacts) for p in students} == {0, 1, 2, 3}
    shared = Counter(c for p in students for c in p.contacts)
    assert sum(n > 1 for n in shared.values()) > len(contacts) / 10  # brothers and sisters share them
    assert sum(len(t.schools) == 2 for t in teachers) >= 10
    assert district.of("administrator")
    assert district.of("aide")
    # students, staff and contacts are numbered apart, so the numbers meet while the ids do not
    assert {p.dcid for p in students} & {p.dcid for p in contacts}
    names = {p.family for p in district.people} | {p.given for p in district.people}
    for sign in ("'", "-", " ", "é", "ñ", "."):
        assert any(sign in n for n in names), sign
    assert any(ord(n[0]) > 0x370 for n in names)
    assert not any("," in n or '"' in n for n in names)


def test_nobody_can_be_called_or_written_to() -> None:
    for person in make(500, 5).people:
        assert not person.email or person.email.endswith("example.org")
        assert all(not n or "-555-01" in n for n in (person.mobile, person.phone))


def test_one_school_for_few_students() -> None:
    assert [s.level for s in make(45, 1).schools] == ["all"]


def test_a_district_without_students_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one student"):
        make(0, 1)


def test_an_ordinary_night_is_about_one_percent() -> None:
    before = make(2000, 4)
    after = next_night(before, 4, 2)
    old, new = {p.id: p for p in before.people}, {p.id: p for p in after.people}
    students = [i for i in new if i[0] == "S"]
    assert len([i for i in students if i not in old]) == 20
    assert len([i for i in old if i[0] == "S" and i not in new]) == 10
    changed = [i for i in new if i in old and new[i] != old[i]]
    assert 0.006 < len(changed) / len(old) < 0.015
    assert len(after.sections) > len(before.sections)
    assert {e.id for e in after.enrollments} != {e.id for e in before.enrollments}


def test_a_number_is_never_given_out_twice() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for district in nights(make(60, 9), 8, 9):
        for person in district.of("student"):
            assert seen.setdefault(person.id, (person.born, person.number)) == (person.born, person.number)


def test_a_school_goes_missing_with_all_its_rows() -> None:
    before = make(800, 2)
    gone = before.schools[0].id
    after = without_school(before, gone)
    assert gone not in {s.id for s in after.schools}
    assert not [p for p in after.people if gone in p.schools]
    assert not [e for e in after.enrollments if e.school == gone]
    assert broken_references(after) == []
    assert any(len(p.schools) == 2 and gone in p.schools for p in before.of("teacher"))


def test_rekeyed_people_are_the_same_people() -> None:
    before = make(200, 2)
    after = rekeyed(before)
    assert not {p.id for p in before.people} & {p.id for p in after.people}
    assert [(p.given, p.family, p.email) for p in before.people] == [(p.given, p.family, p.email) for p in after.people]
    assert broken_references(after) == []


def test_a_shrunk_export_has_its_share_of_students() -> None:
    after = shrunk(make(1000, 2), 0.4, 2)
    assert len(after.of("student")) == 400
    assert broken_references(after) == []
