"""Words that several pages share: outcomes, triggers, states, with whom the next step is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.lists import format_list

from homeroom.doors.console.drawing import Night
from homeroom.doors.console.words import N_, _, ngettext, speech, times
from homeroom.sync.schedule import DAYS
from homeroom.systems.names import name_of

TRIGGERS = {
    "sftp": N_("SFTP"),
    "upload": N_("Upload"),
    "command line": N_("Command line"),
    "pull": N_("Fetched from its server"),
    "asked": N_("Fetched from its server"),
    "write-back": N_("Read back after writing"),
    "notification": N_("Change notice"),
    "poll": N_("Asked what changed"),
    "refresh": N_("Refresh of 1 person"),
    "schedule": N_("On schedule"),
    "rollback": N_("Rollback"),
    "api": N_("Upload by a program"),
}
"""How an import came, by the word of the contract."""

CHIP_PILLS = {
    "waiting": "waiting_for_approval",
    "failed": "failed",
    "late": "late",
    "running": "running",
    "row_issues": "success_with_row_issues",
    "success": "success",
    "setup": "set_up",
    "paused": "paused",
    "new": "not_connected",
    "leaving": "leaving",
}
"""The pill of a district's state."""

CHIPS = {
    "waiting": N_("Waiting for approval"),
    "failed": N_("Failed"),
    "late": N_("Late"),
    "running": N_("Running"),
    "row_issues": N_("Row issues"),
    "success": N_("Success"),
    "setup": N_("Being set up"),
    "paused": N_("Paused"),
    "new": N_("Nothing imported yet"),
    "leaving": N_("To be deleted"),
}

WHOSE = {
    "you": N_("You"),
    "district": N_("The district"),
    "vendor": N_("The vendor"),
    "homeroom": N_("Homeroom"),
    "nobody": N_("Nobody"),
}

SOURCE_PILLS = {
    "working": "working",
    "late": "late",
    "failing": "failing",
    "not connected": "not_connected",
    "waiting for approval": "waiting_for_approval",
    "paused": "paused",
    "closed": "off",
}

SOURCE_KINDS = {
    "sftp": N_("They send files over SFTP"),
    "sftp-pull": N_("Files fetched from their SFTP server"),
    "upload": N_("Files uploaded by hand"),
    "powerschool": N_("PowerSchool by its API"),
    "oneroster": N_("OneRoster by its API"),
}
"""How a source's data comes."""

NIGHTS: dict[str, Night] = {"S": "ok", "I": "warn", "H": "held", "F": "bad", "N": "nothing", "-": "none"}
"""A night's letter in the summary row -> its picture."""

COUNTED = {
    "students": N_("Students"),
    "staff": N_("Staff"),
    "classes": N_("Classes"),
    "enrollments": N_("Enrollments"),
}


def nights(letters: str) -> list[Night]:
    """The pictures of a row of nights."""
    return [NIGHTS[letter] for letter in letters]


def came(trigger: str) -> str:
    """How an import came, in words."""
    return _(TRIGGERS[trigger]) if trigger in TRIGGERS else trigger


def local(text: str) -> time:
    """A local time `HH:MM` of a setting."""
    return time.fromisoformat(text)


def source_state(state: str, failures: int, until: date | None) -> str:
    """How a source stands, in the words of its pill; empty: the pill's own."""
    if state == "failing":
        return ngettext("Failing for %(num)s night", "Failing for %(num)s nights", failures)
    if state == "paused" and until is not None:
        return _("Paused until %(day)s", day=times.day(speech(), until))
    return _("Closed") if state == "closed" else ""


def weekdays(days: Sequence[str]) -> str:
    """Days of the week, as a source's settings write them, in words; none named: every day."""
    names = get_day_names("abbreviated", "stand-alone", locale=speech().locale)
    return format_list([names[DAYS.index(day)] for day in days], locale=speech().locale) if days else _("every day")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return format_list(list(names), locale=speech().locale)


def system(name: str) -> str:
    """A student information system, as people call it."""
    return name_of(name)


def there(at: datetime, zone: ZoneInfo) -> str:
    """A moment in a district's own time, on a page of many districts."""
    return times.when(replace(speech(), zone=zone), at)


def clock_there(at: datetime, zone: ZoneInfo) -> str:
    """A deadline in a district's own time."""
    return times.clock(replace(speech(), zone=zone), at)
