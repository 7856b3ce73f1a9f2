"""Districts: adding one, naming it anew, and what the list of them shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.audit import AuditRow
from homeroom.store.districts import District
from homeroom.sync.house import House


def add(house: House, slug: str, name: str, timezone: str, who: str = "command line") -> District:
    """Add a district and its store. Raises Misuse for a slug that is taken or cannot be one, or an unknown time zone."""
    now = datetime.now(UTC)
    made = house.stores.control.districts.add(slug, name, timezone, now)
    house.stores.roster(slug)
    house.data_key(slug)
    house.stores.control.audit.add(AuditRow(now, who, "district-added", slug))
    return made


def rename(house: House, slug: str, name: str, who: str = "command line") -> District:
    """Change the name that people read. Raises Misuse for an unknown district or a blank name."""
    control = house.stores.control
    before = control.districts.get(slug).name
    if not name.strip():
        raise Misuse("a district needs a name that people know it by.")
    control.districts.rename(slug, name.strip())
    if before != name.strip():
        control.audit.add(AuditRow(datetime.now(UTC), who, "district-renamed", slug, {"name": [before, name.strip()]}))
    return control.districts.get(slug)


def listed(house: House) -> list[dict[str, Any]]:
    """Every district with the summary of its last import, by slug."""
    summaries = house.stores.control.summaries.all()
    found = []
    for district in house.stores.control.districts.all():
        summary = summaries.get(district.slug)
        found.append(
            {
                "district": district.slug,
                "name": district.name,
                "timezone": district.timezone,
                "revision": summary.revision if summary else 0,
                "last_import": summary.last_import if summary else None,
                "status": summary.status if summary else None,
                "outcome": summary.outcome if summary else None,
                "finished_at": moment(summary.finished) if summary and summary.finished else None,
                "state": "leaving" if district.leaves else summary.standing.state if summary and summary.standing else "new",
                "deleted_on": moment(district.leaves) if district.leaves else None,
                "last_success": moment(summary.standing.succeeded)
                if summary and summary.standing and summary.standing.succeeded
                else None,
                "counts": dict(summary.counts) if summary else {},
            }
        )
    return found
