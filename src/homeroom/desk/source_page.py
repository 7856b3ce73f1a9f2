"""A district's sources as people look at them: does data arrive, how is each reached, who came, and every setting with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from homeroom.desk import handing_over
from homeroom.roster.words import Listed, Said, _
from homeroom.store.logins import Login
from homeroom.store.sessions import Once
from homeroom.store.sources import Source
from homeroom.sync import accounts, doorways, source_settings
from homeroom.sync.freshness import Freshness, freshness
from homeroom.sync.house import House
from homeroom.sync.schedule import zone_of
from homeroom.sync.setting import PULLED, Setting
from homeroom.sync.setting_kinds import within
from homeroom.sync.source_settings import value

SHOWN_LOGINS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands. `start` and `expected_by` are local times HH:MM, `days` are empty for every day.

    `paused_until`: the last day of the pause that runs now.
    """

    source: Source
    fresh: Freshness
    start: str | None
    expected_by: str | None
    days: tuple[str, ...]
    paused_until: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """How the other side logs in at our SFTP door. `old_until`: until when the password before is good. `link` is the newest link that hands a
    password over; the last log-ins come newest first."""

    username: str
    host: str
    port: int | None
    folder: str
    by_password: bool
    old_until: datetime | None
    keys: tuple[accounts.PublicKey, ...]
    link: Once | None
    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of a source: its value as it is typed (blank: the default counts), what counts in words, and the default in words."""

    setting: Setting
    typed: str
    written: str
    default: str


@dataclass(frozen=True, slots=True)
class OneSource:
    """The page of one source. `connection` is how it reaches the other side, where Homeroom fetches; `secret` whether it has one.

    `told`: whether its system may tell of changes at an address of its own. `changed` are the settings that are not the default.
    """

    standing: Standing
    account: Account | None
    fetches: bool
    secret: bool
    connection: tuple[tuple[str, str], ...]
    changed: tuple[Line, ...]
    told: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody typed, judged: values that would change by name, before and after in words, and what is wrong, by name."""

    values: Mapping[str, Any]
    changes: tuple[tuple[str, str, str], ...]
    wrong: Mapping[str, Said | Listed]


def listed(house: House, slug: str, now: datetime) -> tuple[Standing, ...]:
    """The district's sources that are not archived, and how each stands."""
    return tuple(standing(house, source, now) for source in house.stores.control.sources.current(slug))


def archived(house: House, slug: str) -> tuple[Source, ...]:
    """The sources that were ended."""
    return tuple(source for source in house.stores.control.sources.of(slug) if source.archived is not None)


def standing(house: House, source: Source, now: datetime) -> Standing:
    """How a source stands now."""
    return Standing(
        source=source,
        fresh=freshness(house, source, now),
        start=source.start,
        expected_by=value(source, "expected_by"),
        days=tuple(value(source, "days")),
        paused_until=paused_until(source, today_of(house, source, now)),
    )


def find(house: House, slug: str, number: int) -> Source | None:
    """The district's source of that number; None for another district's, and for one that is not there."""
    return next((s for s in house.stores.control.sources.of(slug) if s.id == number), None)


def of(house: House, source: Source, now: datetime) -> OneSource:
    """The page of a source."""
    mine = lines(source)
    reaching = tuple(
        (line.setting.name, line.written)
        for line in mine
        if line.setting.group == "Connection" and (line.typed or line.setting.required)
    )
    return OneSource(
        standing=standing(house, source, now),
        account=_account(house, source, now),
        fetches=source.kind in PULLED,
        secret=source.secret is not None,
        connection=reaching,
        changed=tuple(line for line in mine if source_settings.is_set(source, line.setting.name)),
        told=house.stores.control.notices.secret_of(source.id) is not None,
    )


def lines(source: Source) -> tuple[Line, ...]:
    """Every setting that acts for this kind of source, in the order of the one table."""
    mine = (s for s in source_settings.SETTINGS if not s.kinds or source.kind in s.kinds)
    return tuple(
        Line(s, _typed(source, s), source_settings.written(source, s.name), source_settings.spelled(s, s.default)) for s in mine
    )


def proposed(source: Source, typed: Mapping[str, str]) -> Proposal:
    """What the texts of a form would change. Texts that stand as they were change nothing; blank puts the default back."""
    values: dict[str, Any] = {}
    wrong: dict[str, Said | Listed] = {}
    changes = []
    for line in lines(source):
        known, name = line.setting, line.setting.name
        text = _one_ending(typed.get(name, line.typed))
        if text == line.typed:
            continue
        made = known.kind.read(text) if text else None
        if made is None and known.required:
            wrong[name] = _("{setting} must be given.")
        elif made is not None and (fault := known.kind.judge(made)) is not None:
            wrong[name] = fault
        else:
            values[name] = made
            after = source_settings.spelled(known, known.default if made is None else made)
            changes.append((name, line.written, after))
    return Proposal(values, tuple(changes), wrong)


def paused_until(source: Source, today: date) -> date | None:
    """The last day of the pause of the whole source that runs on that day; None without one."""
    ends = [window.partition("..")[2] for window in whole_pauses(source) if within(window, (today.month, today.day))]
    return max((_next(today, end) for end in ends), default=None)


def whole_pauses(source: Source) -> tuple[str, ...]:
    """The stretches of the year in which the whole source rests; those of single tables are left out."""
    return tuple(str(entry) for entry in value(source, "pause") if " " not in str(entry))


def _next(today: date, end: str) -> date:
    month, day = int(end[:2]), int(end[3:])
    year = today.year if (today.month, today.day) <= (month, day) else today.year + 1
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)  # 29 February


def _typed(source: Source, known: Setting) -> str:
    given = source_settings.said(source, known.name)
    if given is None or given == [] or given == {} or not source_settings.is_set(source, known.name):
        return ""
    return source_settings.spelled(known, given)


def _one_ending(text: str) -> str:
    """A text of a form: browsers end lines with CR and LF, and people leave spaces around."""
    return text.replace("\r\n", "\n").strip()


def _account(house: House, source: Source, now: datetime) -> Account | None:
    control, settings = house.stores.control, house.settings
    found = next(iter(control.accounts.of(source.id)), None)
    if found is None:
        return None
    retiring = found.retiring_until if found.retiring_until is not None and found.retiring_until > now else None
    return Account(
        username=found.username,
        host=accounts.host_for_others(settings),
        port=doorways.sftp_port(house),
        folder="/",
        by_password=found.password_hash is not None,
        old_until=retiring,
        keys=tuple(accounts.keys(house, source.district, source.id)),
        link=handing_over.newest(house, source.district, source.id),
        logins=tuple(control.logins.of(found.username, SHOWN_LOGINS)),
    )


def today_of(house: House, source: Source, now: datetime) -> date:
    """The day in the district's own time."""
    return now.astimezone(zone_of(house, source)).date()
