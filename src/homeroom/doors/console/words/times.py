"""Times as people read them (console.md, 9): in a district's zone, with its abbreviation, and how long ago.

Every moment that comes in is aware. A day is the calendar day of the zone, so that "today" means what the district means by it,
in nights when clocks change, too.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time, get_day_names

from homeroom.doors.console.words.marking import N_
from homeroom.doors.console.words.numbers import MINUS, NOT_KNOWN, number

if TYPE_CHECKING:
    from homeroom.doors.console.words.speech import Speech

NEAR_DAYS = 7
"""For so many days a day is told by its name."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_HOURS_UNTIL_DAYS = 48


def when(speech: Speech, moment: datetime | None, *, zone: bool = True) -> str:
    """today, 2:11 AM CST; yesterday, ...; Wed, 10:05 AM CST; Nov 3, 2:12 AM CST; Nov 3, 2025.

    Without `zone` the abbreviation is left out, but for hours that come twice or are skipped when clocks change.
    """
    if moment is None:
        return speech.say(NOT_KNOWN)
    here = moment.astimezone(speech.zone)
    days = (here.date() - speech.now.astimezone(speech.zone).date()).days
    told = clock(speech, moment, zone=zone)
    if days == 0:
        return speech.say(N_("today, %(time)s")) % {"time": told}
    if days == -1:
        return speech.say(N_("yesterday, %(time)s")) % {"time": told}
    if days == 1:
        return speech.say(N_("tomorrow, %(time)s")) % {"time": told}
    if abs(days) < NEAR_DAYS:
        return speech.say(N_("%(day)s, %(time)s")) % {"day": _weekday(speech, here), "time": told}
    if here.year == speech.now.astimezone(speech.zone).year:
        return speech.say(N_("%(day)s, %(time)s")) % {"day": day(speech, moment), "time": told}
    return day(speech, moment)


def in_sentence(speech: Speech, moment: datetime | None) -> str:
    """today at 2:11 AM CST; on Wed at ...; on Nov 3 at ...: the same within a sentence."""
    if moment is None:
        return speech.say(NOT_KNOWN)
    here = moment.astimezone(speech.zone)
    days = (here.date() - speech.now.astimezone(speech.zone).date()).days
    told = {"time": clock(speech, moment)}
    near = {0: N_("today at %(time)s"), -1: N_("yesterday at %(time)s"), 1: N_("tomorrow at %(time)s")}.get(days)
    if near:
        return speech.say(near) % told
    named = _weekday(speech, here) if abs(days) < NEAR_DAYS else day(speech, moment)
    return speech.say(N_("on %(day)s at %(time)s")) % (told | {"day": named})


def dated(speech: Speech, moment: datetime) -> str:
    """November 3 at 2:11 AM CST: in a letter, which is read on another day."""
    here = moment.astimezone(speech.zone)
    named = _plain(format_skeleton("MMMMd", here, locale=speech.locale))
    return speech.say(N_("%(day)s at %(time)s")) % {"day": named, "time": clock(speech, moment)}


def day(speech: Speech, moment: datetime | date) -> str:
    """Nov 3; of another year Nov 3, 2025. A bare date is that of the calendar, in whatever zone."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12), speech.zone)
    here = moment.astimezone(speech.zone)
    this = here.year == speech.now.astimezone(speech.zone).year
    return _plain(format_skeleton("MMMd" if this else "yMMMd", here, locale=speech.locale))


def full(speech: Speech, moment: datetime | None) -> str:
    """Friday, Nov 20, 2026, 2:11:08 AM CST."""
    if moment is None:
        return speech.say(NOT_KNOWN)
    here = moment.astimezone(speech.zone)
    dated = format_datetime(here, _long_date(speech.locale), locale=speech.locale)
    timed = _plain(format_time(here, "medium", tzinfo=speech.zone, locale=speech.locale))
    return speech.say(N_("%(date)s, %(time)s %(zone)s")) % {"date": _plain(dated), "time": timed, "zone": abbreviation(here)}


def clock(speech: Speech, moment: datetime | time, *, zone: bool = True) -> str:
    """2:11 AM CST. A bare time of the day (a deadline) is the one of the zone's today."""
    if isinstance(moment, time):
        today = speech.now.astimezone(speech.zone).date()
        moment = datetime.combine(today, moment, speech.zone)
    here = moment.astimezone(speech.zone)
    told = _plain(format_time(here, "short", tzinfo=speech.zone, locale=speech.locale))
    return f"{told} {abbreviation(here)}" if zone or unclear(here) else told


def age(speech: Speech, moment: datetime | None) -> str:
    """just now, 4 min, 5 h, 29 h; from 48 h on 3 days. What lies ahead has none: it is just now."""
    if moment is None:
        return speech.say(NOT_KNOWN)
    seconds = int((speech.now - moment).total_seconds())
    if seconds < _MINUTE:
        return speech.say(N_("just now"))
    if seconds < _HOUR:
        return speech.say(N_("%(number)s min")) % {"number": number(speech, seconds // _MINUTE)}
    if seconds < _HOURS_UNTIL_DAYS * _HOUR:
        return speech.say(N_("%(number)s h")) % {"number": number(speech, seconds // _HOUR)}
    days = seconds // _DAY
    return speech.say_many("%(num)s day", "%(num)s days", days) % {"num": number(speech, days)}


def ago(speech: Speech, moment: datetime | None) -> str:
    """5 h ago; just now."""
    if moment is None or (speech.now - moment).total_seconds() < _MINUTE:
        return age(speech, moment)
    return speech.say(N_("%(age)s ago")) % {"age": age(speech, moment)}


def duration(speech: Speech, span: timedelta | float | None) -> str:
    """0.4 s, 48 s, 3 min 20 s, 1 h 5 min."""
    if span is None:
        return speech.say(NOT_KNOWN)
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if 0 < seconds < 0.05:
        return speech.say(N_("under %(share)s")) % {"share": speech.say(N_("%(number)s s")) % {"number": number(speech, 0.1)}}
    tenths = round(seconds, 1)
    if tenths < 10:
        return speech.say(N_("%(number)s s")) % {"number": number(speech, tenths)}
    whole = round(seconds)
    if whole < _MINUTE:
        return speech.say(N_("%(number)s s")) % {"number": number(speech, whole)}
    if whole < _HOUR:
        return _pair(speech, N_("%(number)s min"), N_("%(number)s s"), *divmod(whole, _MINUTE))
    return _pair(speech, N_("%(number)s h"), N_("%(number)s min"), *divmod(round(seconds / _MINUTE), 60))


def _pair(speech: Speech, large: str, small: str, first: int, rest: int) -> str:
    said = speech.say(large) % {"number": number(speech, first)}
    return f"{said} {speech.say(small) % {'number': number(speech, rest)}}" if rest else said


def machine(moment: datetime) -> str:
    """2026-11-20T08:11:08Z: for `<time datetime>`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def elsewhere(speech: Speech, moment: datetime) -> str:
    """The same moment in UTC and in the reader's own zone: for the title of a time."""
    utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if speech.own is None or speech.own == speech.zone:
        return utc
    here = moment.astimezone(speech.own)
    told = _plain(format_time(here, "short", tzinfo=speech.own, locale=speech.locale))
    return speech.say(N_("%(utc)s, %(own)s for you")) % {"utc": utc, "own": f"{told} {abbreviation(here)}"}


def abbreviation(here: datetime) -> str:
    """CST; for zones that have no letters UTC−3."""
    named = here.tzname() or "UTC"
    if named.isalpha():
        return named
    minutes = int((here.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def unclear(here: datetime) -> bool:
    """Whether the hour comes twice, or lies beside one that is skipped, since clocks change in it."""
    assert isinstance(here.tzinfo, ZoneInfo)
    before, after = (here.astimezone(UTC) + timedelta(hours=step) for step in (-1, 1))
    return len({m.astimezone(here.tzinfo).utcoffset() for m in (before, here, after)}) > 1


def _weekday(speech: Speech, here: datetime) -> str:
    return str(get_day_names("abbreviated", locale=speech.locale)[here.weekday()])


def _long_date(locale: Locale) -> str:
    """The pattern of `Fri, Nov 20, 2026` in that language, with the day's name in full."""
    return re.sub(r"E+|c+", "EEEE", str(locale.datetime_skeletons["yMMMEd"].pattern), count=1)


def _plain(said: str) -> str:
    """Without the thin space that CLDR puts before AM: a search on the page must find `2:11 AM`."""
    return said.replace("\u202f", " ").replace("\u00a0", " ")
