"""A district is brought in: nothing is saved before both sides signed the figures, and every step is judged from what is there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from e2e.files import district, write
from homeroom.desk import people
from homeroom.desk.setup import acting, steps, worksheet
from homeroom.desk.viewer import Person, Viewer
from homeroom.guide.worksheet.writing import write as write_sheet
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.roster.words import plain
from homeroom.sync import districts, imports, intake, schools, sources
from homeroom.sync.house import House, opened
from homeroom.sync.refresh import refresh
from patience import SECONDS
from sync_house import settings

SLUG = "cedar"
NOW = datetime.now(UTC)
STAFF = Viewer(Person(1, "ada@vendor.example", "Ada", "operator"), session=1)
EVE = Viewer(Person(3, "oak@cedar.example", "Eve", "school_viewer", (SLUG,), ("s1",)), session=3)
OWN = Viewer(Person(2, "sis@cedar.example", "Sis", "administrator", (SLUG,)), session=2)
RIGHT = {"students": "20", "staff": "4", "classes": "4", "enrollments": "24"}


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with opened(settings(tmp_path / "data", database_url)) as house:
        acting.begin(house, STAFF, SLUG, "Cedar Hollow Schools", "America/Chicago", NOW.date(), NOW)
        yield house


def hand_in(house: House, folder: Path, files: dict[str, str]) -> int:
    number = intake.hand_in(
        house,
        SLUG,
        write(folder, files),
        layouts="oneroster-1.1",
        source=None,
        kind="continuous",
        trigger="upload",
        dry_run=False,
        now=None,
    )
    imports.run(house, SLUG, number)
    return number


def standing(house: House, now: datetime = NOW) -> dict[str, str]:
    return {step.key: step.standing for step in acting.progress(house, SLUG, now).steps}


def figures(house: House) -> dict[str, str]:
    """The figures of the last files, as somebody would read them off their own system."""
    made = worksheet.fill(house, OWN, SLUG, {"students": "0", "staff": "0", "classes": "0", "enrollments": "0"}, {}, NOW)
    titles = {question: key for key, question in worksheet.TOTAL_QUESTIONS.items()}
    return {titles[line.figure]: line.arrived for line in made.lines if line.figure in titles and line.expected != ""}


def test_from_the_invitation_to_the_night_that_runs_by_itself(house: House, tmp_path: Path) -> None:
    assert acting.progress(house, SLUG, NOW).state == "begun"
    assert standing(house)["kick-off"] == "now"
    invited = people.invite(house, "sis@cedar.example", "administrator", who="ada", now=NOW, districts=[SLUG])
    people.accept(house, invited.token, "correct horse battery staple", None, "", NOW)
    assert (standing(house)["kick-off"], standing(house)["road"]) == ("done", "now")
    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    assert standing(house)["exports"] == "now"

    number = hand_in(house, tmp_path / "one", district())
    entry = house.stores.roster(SLUG).imports.get(number)
    assert (entry.dry_run, house.stores.roster(SLUG).revision()) == (True, 0)  # looked at, and nothing was saved
    made = acting.progress(house, SLUG, NOW)
    assert (made.state, made.current.key if made.current else None) == ("received", "worksheet")
    assert "Nothing was saved. 1 round; the last had 0 refused rows of" in plain(made.steps[4].fact)

    with pytest.raises(Misuse, match="nothing to sign"):
        worksheet.sign(house, OWN, SLUG, worksheet.sheet(house, SLUG).mark, NOW)
    right = figures(house)
    assert acting.progress(house, SLUG, NOW).sheet.open > 0
    with pytest.raises(Misuse, match="Some figures differ"):
        worksheet.sign(house, OWN, SLUG, worksheet.sheet(house, SLUG).mark, NOW)
    agreed = worksheet.fill(house, OWN, SLUG, right, {}, NOW)
    assert agreed.open == 0
    with pytest.raises(Misuse, match="both sides sign"):
        acting.approve(house, STAFF, SLUG, NOW, lambda slug, n: None)
    worksheet.sign(house, OWN, SLUG, agreed.mark, NOW)
    with pytest.raises(Misuse, match="when the worksheet is agreed"):
        acting.set_training(house, STAFF, SLUG, NOW.date() + timedelta(days=3), NOW)
    worksheet.sign(house, STAFF, SLUG, agreed.mark, NOW)
    assert standing(house)["worksheet"] == "done"
    acting.set_training(house, STAFF, SLUG, NOW.date() + timedelta(days=3), NOW)

    begun: list[int] = []
    approved = acting.approve(house, STAFF, SLUG, NOW, lambda slug, n: begun.append(n))
    assert begun == [approved]
    assert acting.progress(house, SLUG, NOW).state == "approved"
    report = imports.run(house, SLUG, approved)
    assert (report.outcome, report.dry_run, report.revision_after) == ("success", False, 1)
    made = acting.progress(house, SLUG, NOW)
    assert (made.state, set(standing(house).values()), made.current) == ("automatic", {"done"}, None)
    with pytest.raises(Misuse, match="approved already"):
        acting.request_changes(house, OWN, SLUG, "One more column, please.", NOW)
    # From now on everything is for good.
    number = hand_in(house, tmp_path / "two", district())
    assert house.stores.roster(SLUG).imports.get(number).dry_run is False


def test_other_files_void_what_was_signed_and_the_approval_is_of_the_files_that_were_counted(
    house: House, tmp_path: Path
) -> None:
    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    hand_in(house, tmp_path / "one", district())
    agreed = worksheet.fill(house, OWN, SLUG, figures(house), {}, NOW)
    for side in (OWN, STAFF):
        agreed = worksheet.sign(house, side, SLUG, agreed.mark, NOW)
    assert agreed.agreed
    fewer = district()
    fewer["enrollments.csv"] = "".join(fewer["enrollments.csv"].splitlines(keepends=True)[:-1])
    hand_in(house, tmp_path / "two", fewer)
    with pytest.raises(Misuse, match="Other files came"):
        acting.approve(house, STAFF, SLUG, NOW, lambda slug, n: None)
    again = worksheet.compare(house, STAFF, SLUG, NOW)
    assert (again.agreed, again.open) == (False, 1)
    with pytest.raises(Misuse, match="changed since"):
        worksheet.sign(house, OWN, SLUG, agreed.mark, NOW)
    line = next(line for line in again.lines if line.verdict == "mismatch")
    with pytest.raises(Misuse, match="few words"):
        worksheet.accept(house, STAFF, SLUG, {line.key: " "}, NOW)
    with pytest.raises(Misuse, match="does not differ"):
        worksheet.accept(house, STAFF, SLUG, {"made up": "because it is so"}, NOW)
    accepted = worksheet.accept(house, STAFF, SLUG, {line.key: "one student left today"}, NOW)
    assert accepted.open == 0
    # The same figures once more: what was explained stays explained.
    assert worksheet.compare(house, STAFF, SLUG, NOW).open == 0


def test_a_spreadsheet_answers_too_and_single_people_are_not_kept(house: House, tmp_path: Path) -> None:
    import openpyxl

    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    hand_in(house, tmp_path / "one", district())
    path = tmp_path / "sheet.xlsx"
    write_sheet(worksheet.asked(house, OWN, SLUG), path)
    book = openpyxl.load_workbook(path)
    book["Totals"]["B2"] = 20
    book["Samples"]["A2"] = "u-secret"
    book.save(path)
    made = worksheet.upload(house, OWN, SLUG, path, NOW)
    assert made.answered_by == "sis@cedar.example"
    assert "u-secret" not in str(house.stores.control.setups.of(SLUG))


def test_people_write_to_each_other_and_changes_can_be_asked_for(house: House, tmp_path: Path) -> None:
    acting.say(house, OWN, SLUG, "The pre-school children should stay out.", NOW)
    acting.request_changes(house, STAFF, SLUG, "Please send the enrollments of both terms.", NOW)
    made = acting.progress(house, SLUG, NOW)
    assert made.state == "changes_requested"
    noted = next(s for d, s in house.stores.control.summaries.listed((SLUG,)) if d.slug == SLUG)
    assert noted is not None
    assert noted.setup is not None
    assert (noted.setup.step, noted.setup.whose) == ("Kick-off and invitation", "vendor"), "the list of districts knows at once"
    assert [message.said_by for message in made.messages] == ["sis@cedar.example", "ada@vendor.example"]
    with pytest.raises(Misuse, match="Write something"):
        acting.say(house, OWN, SLUG, "  ", NOW)


def test_what_is_overdue_says_by_how_much(house: House) -> None:
    later = NOW + timedelta(days=3)
    made = acting.progress(house, SLUG, later)
    assert (made.day, made.steps[0].over, made.steps[1].over) == (4, 3, 0)
    assert [step.due - made.setup.started for step in made.steps][-1] == timedelta(days=13)


def test_declared_schools_must_be_matched(house: House, tmp_path: Path) -> None:
    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    schools.add(house, SLUG, "own-1", "Elm School")
    found = next(step for step in acting.progress(house, SLUG, NOW).steps if step.key == "schools")
    assert (found.standing, plain(found.fact)) == ("later", "0 of 1 schools.")


def test_two_who_change_at_once_do_not_undo_each_other(house: House) -> None:
    known = house.stores.control.setups.of(SLUG)
    assert known is not None
    house.stores.control.setups.change(known, "begun", {"a": 1})
    with pytest.raises(TryAgain):
        house.stores.control.setups.change(known, "begun", {"b": 2})


def test_of_many_who_approve_at_once_one_begins_the_first_sync(house: House, tmp_path: Path) -> None:
    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    hand_in(house, tmp_path / "files", district())
    agreed = worksheet.fill(house, OWN, SLUG, figures(house), {}, NOW)
    for side in (OWN, STAFF):
        worksheet.sign(house, side, SLUG, agreed.mark, NOW)
    together, handed = Barrier(4), list[int]()

    def approve(asking: Viewer) -> int | None:
        together.wait(SECONDS)
        try:
            return acting.approve(house, asking, SLUG, NOW, lambda slug, number: handed.append(number))
        except (Misuse, TryAgain):
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [number for number in pool.map(approve, (OWN, STAFF, OWN, STAFF)) if number is not None]
    begun = [entry.number for entry in house.stores.roster(SLUG).imports.last(10) if not entry.dry_run]
    assert (len(made), begun, handed) == (1, made, made), "an import that nobody answers for would be walked, too"


def test_a_district_made_by_command_line_has_no_gate(house: House, tmp_path: Path) -> None:
    districts.add(house, "larkspur", "Larkspur", "UTC")
    with pytest.raises(Misuse, match="runs by itself already"):
        steps.gathered(house, "larkspur")
    with pytest.raises(Misuse, match="begun before"):
        house.stores.control.setups.begin(SLUG, date(2026, 1, 1), {})


def test_nothing_is_refreshed_before_the_first_sync(house: House) -> None:
    with pytest.raises(Misuse, match="not approved yet"):
        refresh(house, SLUG, "users", "u1", who="ada", now=NOW)


def test_a_viewer_of_schools_sees_and_answers_the_own_ones_and_no_others(house: House, tmp_path: Path) -> None:
    sources.add(house, SLUG, "upload", layouts="oneroster-1.1")
    hand_in(house, tmp_path / "files", district())
    worksheet.fill(house, OWN, SLUG, {"students": "20"}, {"s1": {"Students": "1"}, "s2": {"Students": "12"}}, NOW)
    assert {line.about for line in worksheet.shown(house, OWN, SLUG).lines} >= {"District", "School s1", "School s2"}
    assert {line.about for line in worksheet.shown(house, EVE, SLUG).lines} == {"School s1"}
    assert worksheet.answered(house, EVE, SLUG) == {"totals": {}, "schools": {"s1": {"Students": 1}}}
    asked = worksheet.asked(house, EVE, SLUG)
    assert ([id for id, _name in asked.schools], asked.terms) == (["s1"], ())
    for totals, schools_of in (({"students": "1"}, {}), ({}, {"s2": {"Students": "1"}})):
        with pytest.raises(Misuse, match="your own schools"):
            worksheet.fill(house, EVE, SLUG, totals, schools_of, NOW)
    made = worksheet.fill(house, EVE, SLUG, {}, {"s1": {"Students": "11"}}, NOW)
    assert {line.about for line in made.lines} == {"School s1"}
    assert {line.about for line in worksheet.compare(house, EVE, SLUG, NOW).lines} == {"School s1"}
    kept = worksheet.answered(house, OWN, SLUG)
    assert kept == {"totals": {"students": 20}, "schools": {"s2": {"Students": 12}, "s1": {"Students": 11}}}, "others stay"
