"""What people may want to know: of a night an import that failed or waits, heard once per cause; what somebody wrote to them; who was let in.

No import is heard of a district without a roster: while it is being set up, somebody sits before the screen anyway.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from homeroom.roster.report import moment
from homeroom.store.imports import Import
from homeroom.sync.house import House
from homeroom.sync.nights import night_of

_QUIET = frozenset(("rejected", "superseded", "stopped"))
"""Ends that a person brought about, or that a newer delivery made meaningless."""


def hear(house: House, slug: str, entry: Import, now: datetime) -> None:
    """Keep what the end of an import says, if it is worth telling."""
    if entry.dry_run or entry.reason is None or entry.reason["code"] in _QUIET:
        return
    held = entry.status == "waiting_for_approval"
    if not held and entry.outcome != "failed":
        return
    if house.stores.roster(slug).revision() == 0:
        return
    word, code = ("held" if held else "failed"), entry.reason["code"]
    detail = {"code": code, "message": entry.reason["message"], "remedy": entry.reason["remedy"], "source": entry.source}
    house.stores.control.news.hear(slug, _night(house, slug, now), f"{word}:{code}", entry.number, detail, now)


def say(house: House, slug: str, number: int, word: str, who: str, message: str, now: datetime) -> None:
    """Keep what somebody wrote to the district's people about an import (`rejected` or `asked`): they are told of it."""
    house.stores.control.news.hear(
        slug, _night(house, slug, now), f"{word}:{moment(now)}", number, {"who": who, "message": message}, now
    )


def let_in(house: House, slug: str, word: str, person: int, email: str, role: str, who: str, now: datetime) -> None:
    """Keep that somebody was `invited` to a district, or given `access` to it: those who look after it are told of it."""
    detail = {"who": who, "email": email, "role": role, "at": moment(now)}
    house.stores.control.news.hear(slug, _night(house, slug, now), f"{word}:{person}:{moment(now)}", None, detail, now)


def _night(house: House, slug: str, now: datetime) -> str:
    return night_of(now.astimezone(ZoneInfo(house.stores.control.districts.get(slug).timezone))).isoformat()
