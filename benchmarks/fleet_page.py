"""What the page of all districts costs: made-up rows in a control store, then the page as the console asks for it."""

from __future__ import annotations

import random
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, insert

from homeroom.desk.fleet import fleet
from homeroom.desk.viewer import Person, Viewer
from homeroom.settings import Settings
from homeroom.store.control_tables import district
from homeroom.store.moments import written
from homeroom.store.summaries import NIGHTS, Attempt, Cause, Standing, State, Summary
from homeroom.sync.house import House, opened

ROUNDS = 15
NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)
OPERATOR = Viewer(Person(1, "integrations@vendor.example", "Integrations", "operator"))
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
SYSTEMS = ("powerschool", "skyward", "oneroster", "ascender")


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Fill a store with `count` districts and ask for the page; seconds of the whole page, of the processor, and how many queries."""
    shutil.rmtree(folder, ignore_errors=True)
    with opened(Settings(data=folder)) as house:
        _fill(house, count)
        queries: list[int] = []
        with house.stores.control.place.read() as connection:
            engine = connection.engine
        event.listen(engine, "before_cursor_execute", lambda *_: queries.append(1))
        fleet(house, OPERATOR, now=NOW)
        asked, spent, took = len(queries), [], []
        for _ in range(ROUNDS):
            began, processor = time.perf_counter(), time.process_time()
            page = fleet(house, OPERATOR, now=NOW)
            took.append(time.perf_counter() - began)
            spent.append(time.process_time() - processor)
        assert page.known == count
    return {"median": median(took), "slowest": max(took), "cpu": median(spent), "queries": asked, "rounds": ROUNDS}


def _fill(house: House, count: int) -> None:
    dice = random.Random(20261120)
    rows = [
        {
            "slug": f"district-{n:05}",
            "name": f"District {n:05}",
            "timezone": ZONES[n % 4],
            "created": written(NOW - timedelta(days=400)),
            "looked_after": '["integrations@vendor.example"]' if n % 3 else None,
        }
        for n in range(count)
    ]
    with house.stores.control.place.write() as connection:
        connection.execute(insert(district), rows)
    house.stores.control.summaries.put_many([_summary(row["slug"] or "", n, dice) for n, row in enumerate(rows)])


def _summary(slug: str, n: int, dice: random.Random) -> Summary:
    state: State = dice.choices(("success", "row_issues", "late", "failed", "waiting", "paused"), (90, 6, 1, 1, 1, 1))[0]
    begun = NOW - timedelta(hours=5, seconds=n)
    ended = begun + timedelta(seconds=4)
    outcome = {"success": "success", "row_issues": "success_with_row_issues", "failed": "failed"}.get(state)
    standing = Standing(
        state=state,
        nights="".join(dice.choices("SIF-", (80, 15, 2, 3), k=NIGHTS)),
        nights_to=NOW.date(),
        since=begun if state in ("late", "failed", "waiting") else None,
        attempt=Attempt(n, n, "sftp", "waiting_for_approval" if state == "waiting" else "done", outcome, None, begun, ended, 3.2),  # type: ignore[arg-type]
        succeeded=ended if outcome else NOW - timedelta(days=2),
        failures=int(state == "failed"),
        held=n if state == "waiting" else None,
        cause=Cause("school_missing", {"school": "Foxglove Middle School", "people": 586}) if state == "waiting" else None,
        removed=586 if state == "waiting" else 0,
        arrived=begun,
        counted_from=NOW - timedelta(hours=4),
        due=NOW + timedelta(hours=20),
        issues=dice.randrange(40) if state == "row_issues" else 0,
        people={"student": dice.randrange(200, 50_000), "staff": 100, "guardian": 0},
        sis=SYSTEMS[n % 4],
    )
    return Summary(slug, 12, NOW, n, "done", outcome, ended, {"users": 5000}, standing, NOW + timedelta(hours=20))
