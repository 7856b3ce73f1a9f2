"""The page of all districts: who needs a person, how the night went, and the table, all from one row for each district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from desk_people import ADMINISTRATOR, AUDITOR, OPERATOR, SCHOOL_VIEWER
from homeroom.desk.fleet import Wanted, fleet
from homeroom.desk.viewer import Person, Viewer
from homeroom.roster.words import plain
from homeroom.store.summaries import NIGHTS, Attempt, Cause, Setup, Standing, Summary
from homeroom.sync.house import House, opened
from sync_house import settings

NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)  # 7:12 in Chicago
TONIGHT = date(2026, 11, 20)
BEGUN = NOW - timedelta(hours=5)
DEADLINE = NOW - timedelta(hours=4)


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with opened(settings(tmp_path / "data", database_url)) as made:
        yield made


def add(
    house: House, slug: str, state: Any = "success", *, setup: Setup | None = None, running: bool = False, **more: Any
) -> None:
    """A district as its row says; what is not said is that of a night that went well."""
    control = house.stores.control
    control.districts.add(slug, slug.replace("-", " ").title(), "America/Chicago", NOW - timedelta(days=300))
    letter = {"success": "S", "row_issues": "I", "waiting": "H", "failed": "F", "late": "N"}.get(state, "-")
    outcomes: dict[str, Any] = {"success": "success", "row_issues": "success_with_row_issues", "failed": "failed"}
    outcome = outcomes.get(state)
    status: Any = "waiting_for_approval" if state == "waiting" else "done"
    given: dict[str, Any] = {
        "nights": ("S" * (NIGHTS - 1)) + letter,
        "nights_to": TONIGHT,
        "attempt": Attempt(7, 1, "sftp", status, outcome, "credentials" if state == "failed" else None, BEGUN, BEGUN, 4.0),
        "succeeded": BEGUN,
        "since": BEGUN if state in ("waiting", "failed", "late") else None,
        "arrived": BEGUN,
        "counted_from": DEADLINE - timedelta(days=1),
        "due": NOW + timedelta(hours=20),
        "people": {"student": 100, "staff": 5, "guardian": 0},
    } | more
    control.summaries.put(Summary(slug, 3, NOW, 7, "done", outcome, BEGUN, {}, Standing(state, **given), NOW))
    if setup is not None:
        control.summaries.set_up(slug, setup, NOW)
    if running:
        control.summaries.begun(slug, 8, NOW - timedelta(minutes=1))


def a_fleet(house: House) -> None:
    """One district of each kind, and two that are late."""
    add(house, "larkspur", "waiting", held=588, removed=586, cause=Cause("school_missing", {"school": "Foxglove", "people": 586}))
    add(house, "saltgrass", "failed", failures=3, cause=Cause("credentials", {"message": "PowerSchool said no."}))
    add(house, "juniper", "late", arrived=NOW - timedelta(days=2), late=DEADLINE, since=DEADLINE)
    add(house, "lavender", "late", arrived=NOW - timedelta(days=2), late=DEADLINE, since=DEADLINE)
    add(house, "amberfield", "success", running=True, people={"student": 50_000})
    add(house, "briarstone", "row_issues", issues=2, sis="ascender")
    add(house, "pinewood", "success", sis="powerschool")
    add(
        house, "cedar", "new", succeeded=None, nights="-" * NIGHTS, due=None, attempt=None, setup=Setup(12, 14, "vendor", TONIGHT)
    )
    add(house, "ivyridge", "paused", paused_until=date(2026, 11, 30), nights="-" * NIGHTS, due=None)
    add(house, "fernhollow", "success", succeeded=NOW - timedelta(days=18), nights="-" * NIGHTS, due=None)
    house.stores.control.districts.add("brand-new", "Brand New", "America/Denver", NOW)


def test_every_district_is_in_one_chip_and_the_chips_add_up(house: House) -> None:
    a_fleet(house)
    page = fleet(house, OPERATOR, now=NOW)
    assert dict(page.chips) == {
        "waiting": 1, "failed": 1, "late": 2, "running": 1, "row_issues": 1, "success": 2, "setup": 1, "paused": 1, "new": 1, "leaving": 0,
    }  # fmt: skip
    assert sum(n for _, n in page.chips) == page.known == page.found == len(page.rows) == 11
    for chip, count in page.chips:
        assert fleet(house, OPERATOR, Wanted(state=chip), NOW).found == count


def test_what_needs_a_person_comes_first_and_says_why(house: House) -> None:
    a_fleet(house)
    needs = fleet(house, OPERATOR, now=NOW).needs
    assert [(n.chip, n.district) for n in needs] == [
        ("waiting", "larkspur"), ("failed", "saltgrass"), ("late", "juniper"), ("late", "lavender"), ("setup", "cedar"),
    ]  # fmt: skip
    said = [" ".join(plain(s) for s in n.about) for n in needs]
    assert said[0] == "Foxglove is missing from the files. 586 people would be removed."
    assert said[1] == "PowerSchool said no. It is the 3. time in a row. Nothing was changed."
    assert said[2] == ("No files since 2026-11-18 13:12 UTC. They were due by 09:12 UTC. 1 other district is late, too.")
    assert (needs[0].opens, needs[0].number, needs[0].since) == ("hold", 588, BEGUN)


def test_a_set_up_needs_the_vendor_only_where_it_is_the_vendor_s_move(house: House) -> None:
    add(house, "cedar", "new", setup=Setup(3, 14, "district"))
    page = fleet(house, OPERATOR, now=NOW)
    assert (page.needs, page.rows[0].whose) == ((), "district")
    house.stores.control.summaries.set_up("cedar", Setup(3, 14, "vendor"), NOW)
    (need,) = fleet(house, OPERATOR, now=NOW).needs
    assert [plain(said) for said in need.about] == ["Day 3 of 14."], "whose move it is depends on who reads, and stands beside it"


def test_at_most_seven_needs_are_shown_and_all_are_counted(house: House) -> None:
    for n in range(9):
        add(house, f"d{n}", "failed", since=BEGUN - timedelta(hours=n))
    page = fleet(house, OPERATOR, now=NOW)
    assert ([n.district for n in page.needs], page.needs_all) == (["d8", "d7", "d6", "d5", "d4", "d3", "d2"], 9)
    assert len(fleet(house, OPERATOR, Wanted(every_need=True), NOW).needs) == 9


def test_last_night_adds_up(house: House) -> None:
    a_fleet(house)
    night = fleet(house, OPERATOR, now=NOW).last_night
    assert (night.success, night.row_issues, night.running, night.waiting, night.failed, night.late) == (1, 1, 1, 1, 1, 2)
    assert night.sent == 5
    assert night.expected == night.sent + night.late + night.later + night.resting == 7
    assert (night.usual_seconds, night.longest_seconds) == (4.0, 4.0)


def test_a_deadline_that_passes_makes_a_district_late_with_no_import_and_no_clock(house: House) -> None:
    add(house, "juniper", "success", counted_from=NOW - timedelta(hours=1), due=NOW + timedelta(hours=2), succeeded=BEGUN)
    assert fleet(house, OPERATOR, now=NOW).rows[0].chip == "success"
    later = fleet(house, OPERATOR, now=NOW + timedelta(hours=2, minutes=1))
    row = later.rows[0]
    assert (row.chip, row.since, row.overdue, row.nights[-1]) == ("late", NOW + timedelta(hours=2), True, "S")
    assert [n.chip for n in later.needs] == ["late"]


def test_what_came_in_time_for_the_next_deadline_is_not_late_when_it_passes(house: House) -> None:
    add(house, "juniper", "success", counted_from=NOW - timedelta(days=1), due=NOW + timedelta(hours=2))
    row = fleet(house, OPERATOR, now=NOW + timedelta(hours=3)).rows[0]
    assert (row.chip, row.overdue) == ("success", False)


def test_a_clock_that_stands_still_hides_no_district_that_is_late(house: House) -> None:
    due = NOW + timedelta(hours=2)
    add(house, "juniper", "success", due=due, due_after=due + timedelta(days=1))
    assert fleet(house, OPERATOR, now=due + timedelta(hours=23)).rows[0].chip == "success"
    row = fleet(house, OPERATOR, now=due + timedelta(days=4)).rows[0]
    assert (row.chip, row.since) == ("late", due + timedelta(days=1))


def test_nights_go_on_though_nobody_imports(house: House) -> None:
    add(house, "fernhollow", "success", due=None, nights="-" * (NIGHTS - 1) + "S")
    row = fleet(house, OPERATOR, now=NOW + timedelta(days=2)).rows[0]
    assert row.nights == "-" * (NIGHTS - 3) + "S--"


def test_the_table_is_searched_filtered_and_sorted(house: House) -> None:
    a_fleet(house)
    house.stores.control.districts.look_after("pinewood", ["Eng@Vendor.example"])

    def found(**wanted: Any) -> list[str]:
        return [row.district.slug for row in fleet(house, OPERATOR, Wanted(**wanted), NOW).rows]

    assert found(name="LARK") == ["larkspur"]
    assert found(sis="ascender") == ["briarstone"]
    assert found(zone="America/Denver") == ["brand-new"]
    assert found(looked_after="eng@vendor.example") == ["pinewood"]
    assert found(sort="students")[0] == "amberfield"
    assert found(sort="name")[:2] == ["amberfield", "brand-new"]
    assert found(sort="oldest")[:3] == ["brand-new", "cedar", "fernhollow"]
    assert found()[:2] == ["larkspur", "saltgrass"]
    page = fleet(house, OPERATOR, now=NOW)
    assert [(c.value, c.name, c.count) for c in page.systems] == [("ascender", "Ascender", 1), ("powerschool", "PowerSchool", 1)]
    assert [c.value for c in page.people] == ["eng@vendor.example"]


def test_fifty_districts_make_a_page(house: House) -> None:
    for n in range(52):
        add(house, f"d{n:02}")
    page = fleet(house, OPERATOR, Wanted(sort="name", page=2), NOW)
    assert ([r.district.slug for r in page.rows], page.page, page.pages, page.found) == (["d50", "d51"], 2, 2, 52)
    assert fleet(house, OPERATOR, Wanted(page=99), NOW).page == 2


def test_nobody_sees_districts_of_others(house: House) -> None:
    a_fleet(house)
    for viewer in (ADMINISTRATOR, SCHOOL_VIEWER):
        page = fleet(house, viewer, now=NOW)
        assert [r.district.slug for r in page.rows] == ["pinewood"]
        assert (page.known, page.last_night.expected, page.installation, page.people, page.needs) == (1, 1, None, (), ())
        assert fleet(house, viewer, Wanted(name="larkspur"), NOW).found == 0
    two = Viewer(Person(9, "x@y.example", "X", "administrator", ("larkspur", "saltgrass")))
    assert [(n.district, n.chip) for n in fleet(house, two, now=NOW).needs] == [("larkspur", "waiting"), ("saltgrass", "failed")]
    narrowed = Viewer(OPERATOR.person, token="ci", token_districts=("saltgrass",))
    assert [r.district.slug for r in fleet(house, narrowed, now=NOW).rows] == ["saltgrass"]


def test_whose_move_it_is_depends_on_who_asks(house: House) -> None:
    a_fleet(house)
    everywhere = tuple(d.slug for d in house.stores.control.districts.all())
    admin = Viewer(Person(9, "x@y.example", "X", "administrator", everywhere))

    def moves(viewer: Viewer) -> dict[str, str]:
        return {r.district.slug: r.whose for r in fleet(house, viewer, now=NOW).rows}

    staff, theirs, auditor = moves(OPERATOR), moves(admin), moves(AUDITOR)
    assert [m["larkspur"] for m in (staff, theirs, auditor)] == ["you", "you", "vendor"]
    assert [m["saltgrass"] for m in (staff, theirs, auditor)] == ["district", "you", "district"]
    assert [m["cedar"] for m in (staff, theirs, auditor)] == ["you", "vendor", "vendor"]
    assert [m["pinewood"] for m in (staff, theirs, auditor)] == ["nobody", "nobody", "nobody"]
    assert fleet(house, AUDITOR, now=NOW).needs == ()


def test_the_page_is_two_queries_however_many_districts(house: House) -> None:
    a_fleet(house)
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        fleet(house, OPERATOR, now=NOW)
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    assert len(asked) == 2


def test_the_installation_says_what_is_worst_first(house: House) -> None:
    silent = fleet(house, OPERATOR, now=NOW).installation
    assert silent is not None
    assert (silent.health, silent.parts[0].name, plain(silent.parts[0].said)) == (
        "bad", "workers", "No worker is running: imports wait until one is started.",
    )  # fmt: skip
    house.stores.control.workers.beat("w", "host", 1, NOW)
    house.stores.control.settings.put("last-backup", "2026-11-20T10:00:00.000Z")
    healthy = fleet(house, OPERATOR, now=NOW, queued=lambda: 3).installation
    assert healthy is not None
    said = {p.name: (p.health, plain(p.said)) for p in healthy.parts if p.name != "disk"}
    assert said["backup"] == ("ok", "The last backup was made 2026-11-20 10:00 UTC.")
    assert said["queue"] == ("ok", "0 running, 3 waiting.")
    assert said["workers"][0] == "ok"
