"""What people do with a source beyond its settings: hand a new password over, try the connection out, fetch now, let it rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from homeroom.desk import handing_over
from homeroom.desk.source_page import paused_until, today_of, whole_pauses
from homeroom.desk.trying_out import TookTooLong, Turns
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.sources import Source
from homeroom.sync import accounts, pulling, sources
from homeroom.sync.house import House
from homeroom.sync.setting_kinds import within
from homeroom.sync.source_settings import value

LONGEST_PAUSE = timedelta(days=330)
"""A pause is a stretch of the year; a longer one would leave no time in which the source runs."""
_turns = Turns()
HandOver = Callable[[str, int], None]
"""Hands an import to the workers: district, number."""


def link(house: House, asking: Viewer, source: Source, fingerprint: str, now: datetime) -> str:
    """The token of a link that shows a new password of an SFTP source once. Raises Misuse for a source without an account."""
    return handing_over.make(house, asking, source.district, source.id, {"fingerprint": fingerprint}, now)


def secrets(kind: str, password: str, key: str, passphrase: str) -> dict[str, str]:
    """What a source needs to log in elsewhere, by what was typed. Raises Misuse for a key with which nobody could log in."""
    if kind == "powerschool":
        return {"client_secret": password} if password else {}
    if key:
        accounts.check_private_key(key, passphrase or None)
        return {"key": key, **({"passphrase": passphrase} if passphrase else {})}
    return {"password": password} if password else {}


def try_out(house: House, asking: Viewer, source: Source, now: datetime, turns: Turns | None = None) -> Mapping[str, Any]:
    """Connect to the other side and tell what is there; nothing is fetched, and nothing is pinned.

    Raises Misuse with the reason where it cannot be reached, or does not answer in time, and while another connection of the district is
    tested.
    """

    def look() -> Mapping[str, Any]:
        _note(house, asking, source, "source-tested", now)
        return pulling.look(house, source.district, source.id, now)

    try:
        return (turns or _turns).take(source.district, look)
    except TookTooLong:
        raise pulling.too_long(source) from None


def pull(house: House, asking: Viewer, source: Source, now: datetime, hand_over: HandOver) -> int:
    """Begin an import that fetches now, and hand it to the workers; its number. Raises Misuse for a source that fetches nothing."""
    number = pulling.ask(house, source.district, source.id, now)
    _note(house, asking, source, "pull-asked", now, **{"import": number})
    hand_over(source.district, number)
    return number


def pause(house: House, asking: Viewer, source: Source, until: date, now: datetime) -> Source:
    """Let a source rest from today to that day. Raises Misuse for a day that is past, or too far away."""
    today = today_of(house, source, now)
    if not today <= until <= today + LONGEST_PAUSE:
        raise Misuse("A source can rest until a day from {first} to {last}.", first=today, last=today + LONGEST_PAUSE)
    window = f"{today:%m-%d}..{until:%m-%d}"
    return _rest(house, asking, source, (*_others(source, today), window))


def go_on(house: House, asking: Viewer, source: Source, now: datetime) -> Source:
    """End the pause that runs now; stretches at other times of the year stay. Raises Misuse where none runs."""
    today = today_of(house, source, now)
    if paused_until(source, today) is None:
        raise Misuse("This source is not paused.")
    return _rest(house, asking, source, _others(source, today))


def _others(source: Source, today: date) -> tuple[str, ...]:
    """All pauses but those of the whole source that run now."""
    running = [w for w in whole_pauses(source) if within(w, (today.month, today.day))]
    return tuple(str(entry) for entry in value(source, "pause") if entry not in running)


def _rest(house: House, asking: Viewer, source: Source, pauses: tuple[str, ...]) -> Source:
    return sources.change(house, source.district, source.id, {"pause": list(pauses) or None}, asking.who)


def _note(house: House, asking: Viewer, source: Source, action: str, now: datetime, **more: object) -> None:
    house.stores.control.audit.add(AuditRow(now, asking.who, action, source.district, {"source": source.id, **more}))
