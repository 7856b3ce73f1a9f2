"""The night's clock: starts and days in the district's own time, both changes of the clock, rounds by day, one process for each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from homeroom.store import control_tables
from homeroom.store.moments import written
from homeroom.store.sources import Source
from homeroom.sync import schedule, sources
from homeroom.sync.freshness import Freshness, freshness
from homeroom.sync.schedule import DAYS, last_at, next_at
from sync_house import SLUG, Pinewood

CHICAGO = ZoneInfo("America/Chicago")
SPAN = tuple(datetime.fromisoformat(day) for day in ("2026-01-01", "2028-01-01"))


def local(text: str) -> datetime:
    """A moment in Chicago, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def test_a_start_in_the_hour_that_is_skipped_or_comes_twice() -> None:
    # On 2027-03-14 the clock goes from 02:00 to 03:00, on 2027-11-07 from 02:00 back to 01:00.
    assert next_at("02:30", (), local("2027-03-13T12:00"), CHICAGO) == local("2027-03-14T03:00")
    assert next_at("02:30", (), local("2027-03-14T12:00"), CHICAGO) == local("2027-03-15T02:30")
    first = next_at("01:30", (), local("2027-11-06T12:00"), CHICAGO)
    assert first == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # the first of the two, in daylight time
    assert next_at("01:30", (), first, CHICAGO) == datetime(2027, 11, 8, 7, 30, tzinfo=UTC)


@given(
    at=st.times().map(lambda t: t.strftime("%H:%M")),
    days=st.lists(st.sampled_from(DAYS), unique=True),
    moment=st.datetimes(*SPAN, timezones=st.just(UTC)),
)
def test_next_and_last_lie_around_every_moment(at: str, days: list[str], moment: datetime) -> None:
    last, following = last_at(at, days, moment, CHICAGO), next_at(at, days, moment, CHICAGO)
    assert last <= moment < following
    assert next_at(at, days, last, CHICAGO) == following
    for found in (last, following):
        day = DAYS[found.astimezone(CHICAGO).weekday()]
        assert not days or day in days


@pytest.fixture
def nightly(pinewood: Pinewood) -> Source:
    """A source that starts at 02:00 on school nights, in Chicago; it was added in the afternoon of Monday, November 30."""
    return _added(pinewood, start="02:00", days=["tue", "wed", "thu", "fri", "sat"])


def _added(pinewood: Pinewood, **settings: Any) -> Source:
    source = sources.add(pinewood.house, SLUG, "sftp-pull", settings={"host": "sftp.invalid", "username": "u", **settings}).source
    with pinewood.house.stores.control.place.write() as connection:
        connection.execute(update(control_tables.district).values(timezone="America/Chicago"))
        connection.execute(update(control_tables.source).values(created=written(datetime(2026, 11, 30, 21, tzinfo=UTC))))
    return pinewood.house.stores.control.sources.get(source.id)


def call_up(pinewood: Pinewood, at: str) -> list[int]:
    begun: list[int] = []
    schedule.call_up(pinewood.house, local(at), lambda slug, number: begun.append(number))
    return begun


def test_a_source_is_called_up_once_a_night_at_its_own_place(pinewood: Pinewood, nightly: Source) -> None:
    place = schedule.spread(pinewood.house, nightly)
    assert timedelta(0) <= place < timedelta(minutes=10)
    just = (local("2026-12-01T02:00") + place).astimezone(CHICAGO)
    assert call_up(pinewood, (just - timedelta(seconds=1)).replace(tzinfo=None).isoformat()) == []
    assert call_up(pinewood, just.replace(tzinfo=None).isoformat()) == [1]
    assert call_up(pinewood, "2026-12-01T02:30") == []
    assert call_up(pinewood, "2026-12-02T02:10") == [2]
    # Sunday and Monday are not its days; three nights of standstill are made up for by one round.
    assert call_up(pinewood, "2026-12-05T02:10") == [3]
    assert call_up(pinewood, "2026-12-06T23:00") == []
    assert call_up(pinewood, "2026-12-10T20:00") == [4]
    assert call_up(pinewood, "2026-12-10T20:10") == []


def test_of_many_processes_one_takes_each_round(pinewoods: Pinewood) -> None:
    source = _added(pinewoods, start="02:00")
    errands = pinewoods.house.stores.control.errands
    due = local("2026-12-01T02:00")
    assert [errands.claim(source.id, due) for _ in range(3)] == [True, False, False]
    assert not errands.claim(source.id, due - timedelta(days=1))
    assert errands.claim(source.id, due + timedelta(days=1))
    errands.remember(source.id, {"files": {"users.csv": [1, 2]}})
    assert errands.known(source.id) == {"files": {"users.csv": [1, 2]}}
    assert errands.due(source.id) == due + timedelta(days=1)


def test_rounds_by_day_beside_the_night(pinewood: Pinewood) -> None:
    source = _added(pinewood, start="02:00", every_minutes=30, day_hours="07:00..15:00")
    assert len(call_up(pinewood, "2026-12-01T02:10")) == 1
    assert call_up(pinewood, "2026-12-01T06:59") == []
    assert len(call_up(pinewood, "2026-12-01T07:00")) == 1
    assert call_up(pinewood, "2026-12-01T07:29") == []
    assert len(call_up(pinewood, "2026-12-01T07:31")) == 1
    assert call_up(pinewood, "2026-12-01T15:01") == []
    sources.change(pinewood.house, SLUG, source.id, {"pause": ["12-01..12-10"]})
    assert call_up(pinewood, "2026-12-02T02:10") == []
    assert len(call_up(pinewood, "2026-12-11T02:10")) == 1


def test_a_thousand_sources_do_not_start_in_one_second(pinewood: Pinewood, nightly: Source) -> None:
    from dataclasses import replace

    places = [schedule.spread(pinewood.house, replace(nightly, id=n)).total_seconds() for n in range(1000)]
    assert max(places.count(p) for p in set(places)) < 12
    assert min(places) < 30
    assert max(places) > 570


def stands(pinewood: Pinewood, source: Source, at: str) -> Freshness:
    return freshness(pinewood.house, pinewood.house.stores.control.sources.get(source.id), local(at))


def test_late_is_nothing_since_the_deadline_before(pinewood: Pinewood) -> None:
    source = _added(pinewood, expected_by="03:00")
    assert stands(pinewood, source, "2026-12-01T02:59").state == "not connected"
    late = stands(pinewood, source, "2026-12-01T03:01")
    assert (late.state, late.late_since, late.next_due) == ("late", local("2026-12-01T03:00"), local("2026-12-02T03:00"))
    store = pinewood.house.stores.roster(SLUG)
    number = store.deliveries.next_number()
    store.deliveries.add(
        number,
        source=source.id,
        trigger="pull",
        files=[],
        digest="d",
        sealed_at=local("2026-12-01T03:20"),
        expires_at=local("2026-12-20T03:00"),
    )
    entry = store.imports.begin(
        source=source.id, delivery=number, kind="continuous", trigger="pull", now=local("2026-12-01T03:20")
    )
    assert stands(pinewood, source, "2026-12-01T03:30").state == "working"
    assert stands(pinewood, source, "2026-12-02T02:59").state == "working"
    # What came twenty minutes after yesterday's deadline is tonight's data, until tonight's deadline has passed without any.
    assert stands(pinewood, source, "2026-12-02T03:01").state == "working"
    assert stands(pinewood, source, "2026-12-03T03:01").state == "late"
    store.imports.settle(entry.number, status="done", outcome="failed", reason=None, report=None, now=local("2026-12-01T03:21"))
    failing = stands(pinewood, source, "2026-12-02T02:59")
    assert (failing.state, failing.failures, failing.last_success) == ("failing", 1, None)
    sources.change(pinewood.house, SLUG, source.id, {"days": ["mon"]})
    assert stands(pinewood, source, "2026-12-03T03:01").late_since is None
    sources.change(pinewood.house, SLUG, source.id, {"enabled": False})
    assert stands(pinewood, source, "2026-12-09T03:01").state == "closed"
