"""The list of what ran in all districts says what the districts' own logs say, whatever was down when an import ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from e2e.files import district
from homeroom.store.imports import Import, Sought
from homeroom.sync import districts, housekeeping, imports, ran
from sync_house import SLUG, Pinewood, half, renamed


def lines(pinewood: Pinewood, slug: str = SLUG) -> list[tuple[Any, ...]]:
    """What the list says of a district, oldest first."""
    found, _ = pinewood.house.stores.control.ran.search(Sought(), 1000, 0, [slug])
    return sorted(told(line.entry) for line in found)


def logged(pinewood: Pinewood, slug: str = SLUG) -> list[tuple[Any, ...]]:
    """What its own log says."""
    return sorted(told(entry) for entry in pinewood.house.stores.roster(slug).imports.last(1000))


def told(entry: Import) -> tuple[Any, ...]:
    reason = entry.reason["code"] if entry.reason else None
    sums = (entry.totals.added, entry.totals.removed, entry.totals.refused, entry.totals.seconds) if entry.totals else None
    moved = (entry.revision_before, entry.revision_after)
    return entry.number, entry.status, entry.outcome, reason, entry.trigger, entry.dry_run, entry.started_at, sums, moved


def test_every_beginning_and_every_end_is_copied(pinewood: Pinewood) -> None:
    pinewood.night(district())
    pinewood.night(district(), dry_run=True)
    held = pinewood.night(half())
    assert held.status == "waiting_for_approval"
    assert [line[:3] for line in lines(pinewood)] == [
        (1, "done", "success"),
        (2, "done", "success"),
        (3, "waiting_for_approval", None),
    ]
    pinewood.approve(3)
    imports.rollback(pinewood.house, SLUG, 1, who="ada")
    failing = district()
    failing["users.csv"] = failing["users.csv"].splitlines(keepends=True)[0]
    assert pinewood.night(failing).outcome == "failed"
    assert [line[2] for line in lines(pinewood)] == ["success", "success", "success", "success", "failed"]
    assert lines(pinewood) == logged(pinewood)


def test_a_running_import_stands_in_the_list_while_it_is_walked(pinewood: Pinewood) -> None:
    seen = []
    number = pinewood.begin(district())
    imports.run(pinewood.house, SLUG, number, tell=lambda step: seen.append(lines(pinewood)[0][1]))
    assert set(seen[:3]) == {"running"}
    assert lines(pinewood) == logged(pinewood)


def test_what_could_not_be_copied_is_found_by_the_next_round(pinewoods: Pinewood) -> None:
    """A process that died after the commit and before the copy, and an import that ended with nothing of it copied at all."""
    pinewoods.night(district())
    store = pinewoods.house.stores.roster(SLUG)
    begun = pinewoods.begin(renamed(3))
    ran.note(pinewoods.house, SLUG, datetime.now(UTC))
    other = pinewoods.begin(renamed(4))
    why = {"code": "connection", "message": "m", "remedy": "r"}
    for number in (begun, other):
        store.imports.settle(number, status="done", outcome="failed", reason=why, report=None, now=datetime.now(UTC))
    assert [line[1] for line in lines(pinewoods)] == ["done", "running"]
    assert housekeeping.keep(pinewoods.house, datetime.now(UTC))["noted"] == 2
    assert [line[2] for line in lines(pinewoods)] == ["success", "failed", "failed"]
    assert lines(pinewoods) == logged(pinewoods)
    assert housekeeping.keep(pinewoods.house, datetime.now(UTC))["noted"] == 0


def test_an_older_installation_is_filled_from_its_own_logs_and_forgets_what_is_old(pinewood: Pinewood) -> None:
    pinewood.night(district())
    pinewood.night(renamed(3))
    pinewood.house.stores.control.ran.purge(datetime.now(UTC) + timedelta(days=1))
    assert lines(pinewood) == []
    assert housekeeping.keep(pinewood.house, datetime.now(UTC))["noted"] == 2
    assert lines(pinewood) == logged(pinewood)
    later = datetime.now(UTC) + timedelta(days=ran.DAYS + 1)
    assert housekeeping.keep(pinewood.house, later)["noted"] == 0
    assert lines(pinewood) == []
    assert len(logged(pinewood)) == 2


def test_an_import_that_was_withdrawn_leaves_no_line(pinewood: Pinewood) -> None:
    number = pinewood.begin(district())
    ran.note(pinewood.house, SLUG, datetime.now(UTC))
    assert len(lines(pinewood)) == 1
    pinewood.house.stores.roster(SLUG).imports.withdraw(number, 1)
    assert ran.note(pinewood.house, SLUG, datetime.now(UTC)) == 1
    assert lines(pinewood) == []


def test_where_an_older_store_was_put_back_the_lines_follow_it(pinewood: Pinewood) -> None:
    """Numbers come again there; what stands in the list is what the district's own log says now."""
    pinewood.night(district())
    pinewood.night(renamed(3))
    store = pinewood.house.stores.roster(SLUG)
    with store.place.write() as connection:  # as an older copy of the store has it: the second number is free again
        connection.exec_driver_sql("DELETE FROM import WHERE number = 2")
    assert ran.note(pinewood.house, SLUG, datetime.now(UTC)) == 1
    assert lines(pinewood) == logged(pinewood)
    assert len(lines(pinewood)) == 1


def test_a_sought_page_has_the_newest_first_over_all_districts(pinewood: Pinewood) -> None:
    house = pinewood.house
    districts.add(house, "oak", "Oak", "UTC")
    pinewood.night(district())
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for number, (outcome, trigger) in enumerate([("success", "sftp"), ("failed", "sftp"), ("failed", "pull")]):
        entry = house.stores.roster("oak").imports.begin(
            source=None, delivery=None, kind="continuous", trigger=trigger, now=at + timedelta(days=number)
        )
        house.stores.roster("oak").imports.settle(
            entry.number,
            status="done",
            outcome=outcome,
            reason=None,
            report=None,
            now=at,  # type: ignore[arg-type]
        )
    ran.note(house, "oak", at + timedelta(days=5))
    search = house.stores.control.ran.search
    found, total = search(Sought(), 2, 0)
    assert ([(line.district, line.entry.number) for line in found], total) == ([(SLUG, 1), ("oak", 3)], 4)
    found, total = search(Sought(), 2, 2)
    assert [(line.district, line.entry.number) for line in found] == [("oak", 2), ("oak", 1)]
    assert search(Sought(outcome="failed"), 10, 0)[1] == 2
    assert search(Sought(outcome="failed", trigger="pull"), 10, 0)[1] == 1
    assert search(Sought(since=at + timedelta(days=1), until=at + timedelta(days=2)), 10, 0)[1] == 1
    assert search(Sought(), 10, 0, only=[])[1] == 0
