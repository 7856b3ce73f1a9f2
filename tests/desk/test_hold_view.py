"""The page of a hold: what would go at which school, what probably is behind it, and what an approval must name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from desk_people import ADMINISTRATOR, OPERATOR, SCHOOL_VIEWER
from e2e.files import district
from homeroom.desk.hold_view import HoldView, draft, hold_view
from homeroom.desk.import_report import import_page
from homeroom.desk.likely_words import told
from homeroom.roster.faults import Misuse
from homeroom.roster.report import FileReport, LimitReport, Reason, SchoolPlan, TableReport
from homeroom.roster.words import plain
from homeroom.store.district_tables import imports as table
from homeroom.store.summaries import Cause
from homeroom.sync import apps, likely
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings

HELD = 2


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """Elm School is missing from the second night."""
    folder = tmp_path_factory.mktemp("hold")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source()
        made.night(district())
        made.night(half())
        apps.add(house, "Reading Garden", (SLUG,), ())
        yield made


@pytest.fixture(scope="module")
def shown(walked: Pinewood) -> HoldView:
    return hold_view(walked.house, OPERATOR, SLUG, HELD)


def test_the_schools_are_told_the_worst_first_with_their_limits(shown: HoldView) -> None:
    assert [(s.school, s.name, s.number, s.over, s.empty) for s in shown.schools] == [
        ("s2", "Elm School", "102", True, False),
        ("s1", "Oak School", "101", False, False),
    ]
    assert [(c.table, c.removed, c.of, c.over) for c in shown.schools[0].cells] == [
        ("users", 11, 12, True),
        ("enrollments", 11, 11, True),
    ]
    assert [(c.table, c.removed) for c in shown.schools[1].cells if c.removed] == []
    assert (shown.folded, shown.newest, [n.name for n in shown.noticing]) == (0, None, ["Reading Garden"])


def test_the_whole_plan_adds_up_and_names_the_people_to_be_typed(walked: Pinewood, shown: HoldView) -> None:
    assert shown.people_removed == shown.tables["users"].removed
    assert shown.rows_removed == sum(t.removed for t in shown.tables.values())
    whole = {c.table: (c.removed, c.of) for c in shown.all_schools}
    assert whole["enrollments"] == (11, 22)
    assert whole["users"][0] == shown.people_removed
    assert shown.plan == walked.report(HELD).plan
    report = walked.report(HELD)
    # An enrollment is of one school, so the sums of the schools are those of the table.
    assert sum(p.removed for p in report.by_school if p.table == "enrollments") == report.tables["enrollments"].removed


def test_the_likely_cause_and_the_message_come_from_the_facts(shown: HoldView) -> None:
    assert shown.cause is not None
    assert (shown.cause.code, plain(shown.cause.title)) == ("school_missing", "One school is missing from the files")
    assert plain(shown.cause.text).startswith("There is no row for Elm School.")
    assert plain(shown.for_district) == "Elm School is missing from the export. Please send it again for all schools."


def test_it_got_as_far_as_comparing(shown: HoldView) -> None:
    states = {s.name: s.state for s in shown.steps}
    assert (states["compared"], states["saved"], states["sent"]) == ("stopped", "to come", "to come")
    assert [plain(s.fact) for s in shown.steps if s.name == "saved" and s.fact is not None] == ["waits for you"]


def test_the_lead_says_that_nothing_has_changed(walked: Pinewood, shown: HoldView) -> None:
    page = import_page(walked.house, ADMINISTRATOR, SLUG, HELD)
    assert page.face == "held"
    said = [plain(s) for s in page.lead.sentences]
    assert said[0] == "Nothing has changed yet."
    assert said[1].startswith(f"This import would remove {shown.people_removed} people, far more than a normal night")
    assert said[2].endswith("(revision 1).")


def test_a_school_viewer_is_shown_no_hold_and_what_does_not_wait_is_none(walked: Pinewood) -> None:
    with pytest.raises(Misuse):
        hold_view(walked.house, SCHOOL_VIEWER, SLUG, HELD)
    with pytest.raises(Misuse, match="does not wait"):
        hold_view(walked.house, OPERATOR, SLUG, 1)


def test_with_more_than_twelve_schools_those_with_normal_numbers_are_folded(walked: Pinewood) -> None:
    store = walked.house.stores.roster(SLUG)
    known = walked.report(HELD)
    more = tuple(SchoolPlan(f"x{n:02}", "users", 0, 0, 1, 0, 400) for n in range(14))
    raw = replace(known, by_school=(*known.by_school, *more)).as_json()
    entry = store.imports.get(HELD)

    before = json.dumps(known.as_json())
    with store.place.write() as connection:
        connection.execute(update(table).where(table.c.number == entry.number).values(report=json.dumps(raw)))
    try:
        told_now = hold_view(walked.house, OPERATOR, SLUG, HELD)
        assert ([s.school for s in told_now.schools], told_now.folded, told_now.other_people) == (["s2"], 15, 14)
        # The folded ones are there with their numbers, none twice and none missing.
        assert sorted(s.school for s in told_now.normal) == ["s1", *(f"x{n:02}" for n in range(14))]
        assert {(c.removed, c.of) for s in told_now.normal if s.school != "s1" for c in s.cells} == {(1, 400)}
    finally:
        with store.place.write() as connection:
            connection.execute(update(table).where(table.c.number == entry.number).values(report=before))


def test_causes_are_told_from_facts_alone(walked: Pinewood) -> None:
    base = replace(walked.report(HELD), limits=(), reason=None)
    plain_file = FileReport("users.csv", "users", "x/users", "utf-8", ",", "lf", 5988, 5988, 0, 0, mode="continuous")

    def code(**more: object) -> str | None:
        found = likely.cause(replace(base, **more), {"users.csv": 12_000})  # type: ignore[arg-type]
        return found.code if found is not None else None

    users = TableReport(removed=20, unchanged=3000)
    lost = LimitReport("users", "s2", "remove", 574, 574, 57, "Foxglove")
    assert code(files=(plain_file,), tables={"users": users}) == "half_file"
    assert code(files=(replace(plain_file, rows=11_500),), tables={"users": users}) is None
    assert code(limits=(lost,), tables={"users": users}, files=()) == "school_missing"
    assert code(limits=(lost, replace(lost, school="s3")), tables={"users": users}, files=()) == "schools_missing"
    assert code(limits=(replace(lost, count=500),), tables={"users": users}, files=()) is None
    # The school's last rows were cut off: most of its people are still in the files, so nobody says that it is missing.
    cut = replace(lost, table="enrollments", count=739, of=739)
    stay = SchoolPlan("s2", "users", 0, 0, 107, 0, 246)
    assert code(limits=(cut,), by_school=(stay,), tables={"users": users}, files=(plain_file,)) == "half_file"
    assert code(limits=(cut,), by_school=(replace(stay, removed=240),), tables={"users": users}, files=()) == "school_missing"
    turned = {"users": users, "enrollments": TableReport(removed=11_204, added=10_986, unchanged=20)}
    assert code(files=(), tables=turned) == "new_year"
    emptied = tuple(replace(lost, table="classes", school=school) for school in ("s1", "s2"))
    assert code(files=(), tables=turned, limits=emptied) == "new_year"  # every school loses its old classes: none of them is gone
    rekeyed = Reason("rekeyed", "1904 of 1911 people who would be removed come again under other ids.", "r")
    found = likely.cause(replace(base, reason=rekeyed), {})
    assert found is not None
    assert plain(told(found).sentence).startswith("1904 of 1911 people have other numbers tonight.")


@pytest.mark.parametrize(
    "code", ["school_missing", "schools_missing", "half_file", "new_year", "rekeyed", "another_district", "too_many_refused"]
)
def test_every_cause_has_words_and_a_message(code: str) -> None:
    values: dict[str, str | int] = {
        "school": "Elm", "people": 3, "count": 2, "file": "users.csv", "rows": 5, "usual": 9, "ends": 1, "begins": 2, "of": 4,
        "message": "m.",
    }  # fmt: skip
    words = told(Cause(code, values))
    for said in (words.sentence, words.title, words.text, draft(Cause(code, values))):
        assert "{" not in plain(said)
        assert plain(said)
