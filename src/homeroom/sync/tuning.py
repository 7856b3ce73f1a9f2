"""What the settings of a source mean for a walk: they become the plain values that the rooms take."""

from __future__ import annotations

from datetime import datetime

from homeroom.checks.rules import Rules
from homeroom.compare.allowance import Limits
from homeroom.compare.ownership import Ownership
from homeroom.roster.holding import LANGUAGE
from homeroom.store.sources import Source
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting_judges import strptime
from homeroom.sync.source_settings import said, value
from homeroom.workbench.values import Hints


def hints(source: Source) -> Hints:
    """How the source says that its files are to be read; what it does not say is left to layout and detection."""
    delimiter = value(source, "delimiter")
    return Hints(
        encoding=value(source, "encoding"),
        delimiter="\t" if delimiter == "tab" else delimiter,
        quoted=value(source, "quoted"),
        header=value(source, "header"),
        strip_prefix=value(source, "strip_prefix"),
    )


def rules(source: Source, today: datetime) -> Rules:
    """What the checks let pass. `today` is in the district's own time."""
    return Rules(
        version="1.2",
        now=today,
        date_forms={column: strptime(form) or form for column, form in value(source, "date_forms").items()},
        keep_unknown={words: frozenset(kept) for words, kept in value(source, "keep_unknown").items()},
        unchecked=frozenset(value(source, "unchecked")),
        waived=frozenset(value(source, "waived")),
        required=frozenset(value(source, "required")),
        prefix=value(source, "id_prefix") or "",
        shared=frozenset(value(source, "shared_tables")),
        source=source.id,
    )


def ownership(source: Source) -> Ownership:
    """Which fields the source may write: everything, but for what its settings say."""
    language = () if value(source, "update_language") else (LANGUAGE,)
    return Ownership(
        create_only=frozenset((*value(source, "create_only"), *language)),
        leaves_joined=not value(source, "update_contacts"),
    )


def limits(source: Source, today: datetime) -> Limits:
    """How much one night may change; a table that is declared to be empty in a stretch of the year only if it is that time."""
    declared = [entry.partition(" ") for entry in said(source, "seasonally_empty") or ()]
    empty = [table for table, _, window in declared if not window or kinds.within(window, (today.month, today.day))]
    return Limits.parse({**source.settings.get("limits", {}), "seasonally_empty": empty})


def paused(source: Source, today: datetime) -> bool:
    """Whether nothing is imported now. `today` is in the district's own time."""
    return any(kinds.within(window, (today.month, today.day)) for window in value(source, "pause"))
