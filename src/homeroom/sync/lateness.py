"""Sources whose deadline passes with nothing come: heard once, when their hour strikes."""

from __future__ import annotations

from datetime import datetime

from homeroom.roster.report import moment
from homeroom.sync.freshness import freshness
from homeroom.sync.house import House
from homeroom.sync.nights import night_of
from homeroom.sync.schedule import last_at, zone_of
from homeroom.sync.source_settings import value


def hear_late(house: House, since: datetime, now: datetime) -> int:
    """Hear of sources whose deadline passed since a moment with nothing come; returns how many there were."""
    heard = 0
    for source in house.stores.control.sources.all():
        by = value(source, "expected_by")
        if by is None or not source.enabled:
            continue
        zone = zone_of(house, source)
        deadline = last_at(by, value(source, "days"), now, zone)
        if not since < deadline <= now:  # cheap: of thousands of districts only those are opened whose hour has struck
            continue
        found = freshness(house, source, now)
        if found.late_since is None or found.last_success is None:
            continue
        detail = {
            "source": source.id,
            "due": moment(found.late_since),
            "last": moment(found.last_arrival) if found.last_arrival is not None else None,
        }
        heard += house.stores.control.news.hear(
            source.district, night_of(now.astimezone(zone)).isoformat(), f"late:{source.id}", None, detail, now
        )
    return heard
