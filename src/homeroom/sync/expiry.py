"""The retention clock: removed records go for good after a time that the installation or the district sets (law 8).

Nothing else purges. The clock looks once a day and district, in the district's own day. While an import waits for approval
nothing goes: a record that a person is asked to bring back must still be there when the answer comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.districts import District
from homeroom.sync.house import House
from homeroom.sync.summaries import summarise

CLOCK = "the retention clock"
"""Who it is in the audit trail."""


def purge(house: House, district: District, now: datetime) -> int:
    """Purge what is due in one district; returns how many records went. The caller holds the district's lock."""
    slug, today = district.slug, now.astimezone(ZoneInfo(district.timezone)).date().isoformat()
    looked = f"purge-looked:{slug}"
    if house.stores.control.settings.get(looked) == today:
        return 0
    store = house.stores.roster(slug)
    if store.imports.with_status("waiting_for_approval"):
        return 0
    if issue_days := house.settings.keep_issue_days:
        store.issues.purge(now - timedelta(days=issue_days))
    gone = 0
    if days := kept_days(house, slug):
        before = now - timedelta(days=days)
        gone = store.purge(before, now)
        if gone:
            detail = {"records": gone, "kept_days": days, "revision": store.revision()}
            house.stores.control.audit.add(AuditRow(now, CLOCK, "removed-records-purged", slug, detail))
            summarise(house, slug)
    house.stores.control.settings.put(looked, today)
    return gone


def kept_days(house: House, slug: str) -> int:
    """How many days this district keeps removed records: its own number, else the installation's; 0 is for ever."""
    return int(house.stores.control.settings.get(_own(slug), house.settings.keep_removed_days))


def keep_days(house: House, slug: str, days: int | None, now: datetime, who: str = "command line") -> int:
    """Give a district its own number of days (None: the installation's again); returns what holds now.

    Raises Misuse for an unknown district or a negative number.
    """
    house.stores.control.districts.get(slug)
    if days is not None and days < 0:
        raise Misuse("the number of days must not be negative; 0 keeps removed records for ever.")
    if days is None:
        house.stores.control.settings.forget(_own(slug))
    else:
        house.stores.control.settings.put(_own(slug), days)
    house.stores.control.audit.add(AuditRow(now, who, "retention-set", slug, {"kept_days": kept_days(house, slug)}))
    return kept_days(house, slug)


def _own(slug: str) -> str:
    return f"keep-removed-days:{slug}"
