"""A running import tells how far it is, never backwards, and when nothing was heard of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk_people import ADMINISTRATOR, SCHOOL_VIEWER
from e2e.files import district
from homeroom.desk.import_report import import_page, live
from homeroom.desk.steps import NAMES, Progress
from homeroom.roster.words import plain
from homeroom.store.imports import Imports
from homeroom.sync.jobs import Stopped
from sync_house import SLUG, Pinewood


def test_a_walk_tells_its_step_its_rows_and_its_share_of_the_usual_time(pinewood: Pinewood) -> None:
    pinewood.source()
    pinewood.night(district())
    number, seen = pinewood.begin(district(21)), []

    def look(step: str) -> None:
        now, steps = live(pinewood.house, ADMINISTRATOR, SLUG, number)
        if now is not None:
            seen.append((now, [s.state for s in steps]))

    pinewood.walk(number, tell=look)
    places = [NAMES.index(p.step) for p, _ in seen]
    assert places == sorted(places)
    assert {"read", "mapped", "compared", "checked", "saved"} <= {p.step for p, _ in seen}
    shares = [p.share for p, _ in seen]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 0.99
    assert all(p.usual is not None and p.usual > 0 and not p.waiting and p.silent is None for p, _ in seen)
    assert all(states.count("now") == 1 for _, states in seen)
    assert live(pinewood.house, ADMINISTRATOR, SLUG, number)[0] is None


def test_an_import_that_nobody_took_up_waits(pinewood: Pinewood) -> None:
    pinewood.source()
    log = pinewood.house.stores.roster(SLUG).imports
    number = log.begin(source=1, delivery=None, kind="continuous", trigger="sftp", now=datetime.now(UTC)).number
    page = import_page(pinewood.house, ADMINISTRATOR, SLUG, number)
    assert page.progress is not None
    assert (page.face, page.progress.waiting, page.progress.usual, page.progress.share) == ("running", True, None, 0.0)
    assert plain(page.lead.sentences[0]) == "This import is running. Nothing has changed yet."
    assert import_page(pinewood.house, SCHOOL_VIEWER, SLUG, number).face == "running"


def test_nothing_heard_for_a_minute_is_told_unless_the_worker_s_heart_beats(pinewood: Pinewood) -> None:
    pinewood.source()
    number = pinewood.begin(district(), trigger="sftp")

    def stop(step: str) -> None:
        if step == "plan":
            raise Stopped

    with pytest.raises(Stopped):
        pinewood.walk(number, tell=stop)
    now = datetime.now(UTC)

    def silent(later: timedelta) -> timedelta | None:
        told: Progress | None = live(pinewood.house, ADMINISTRATOR, SLUG, number, now + later)[0]
        assert told is not None
        assert (told.step, told.done, told.of) == ("compared", None, None)
        return told.silent

    assert silent(timedelta(seconds=50)) is None
    quiet = silent(timedelta(seconds=90))
    assert quiet is not None
    assert timedelta(seconds=85) < quiet < timedelta(seconds=100)
    executor = pinewood.house.executor
    pinewood.house.stores.control.workers.beat(executor.name, executor.host, executor.pid, now + timedelta(seconds=80))
    assert silent(timedelta(seconds=90)) is None


def test_a_step_tells_how_many_rows_it_has_done(pinewood: Pinewood) -> None:
    log: Imports = pinewood.house.stores.roster(SLUG).imports
    begun = log.begin(source=None, delivery=None, kind="continuous", trigger="sftp", now=datetime.now(UTC), executor="w")
    log.step(begun.number, begun.attempt, "check", walked=[["check", "2026-11-20T08:00:00.000Z", 0.5]], done=21_700, of=37_443)
    told = live(pinewood.house, ADMINISTRATOR, SLUG, begun.number, datetime(2026, 11, 20, 8, 0, 2, tzinfo=UTC))[0]
    assert told is not None
    assert (told.step, told.done, told.of, told.seconds) == ("checked", 21_700, 37_443, 2.0)
