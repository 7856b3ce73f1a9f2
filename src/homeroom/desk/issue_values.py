"""What the desk answers, for programs: values of rows, and whose they are, only where the viewer may see them; no source's secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from homeroom.desk.sight import Sight
from homeroom.roster.codes import code
from homeroom.roster.report import ImportReport, Issue, moment
from homeroom.roster.words import Said, plain
from homeroom.store.issues import IssueRow, Issues, Wanted
from homeroom.store.sources import Source

_AT_ONCE = 1000


def told(row: IssueRow, seen: Sight) -> dict[str, Any]:
    """A stored finding in plain values, with its place in the list."""
    shown = issue(row.told(), seen)
    names = ("code", "severity", "file", "line", "column", "key", "value", "message", "remedy", "count")
    first = {"seq": row.seq, "table": row.table, "refused": row.refused, "folded_into": row.head}
    return {**first, **{name: getattr(shown, name) for name in names}}


def every(kept: Issues, number: int, seen: Sight) -> Iterator[IssueRow]:
    """All findings of an import that somebody sees: folded ones, too, for those who see the whole district."""
    if seen.whole:
        yield from kept.every(number)
        return
    after = 0
    while rows := kept.page(number, Wanted(schools=seen.schools), limit=_AT_ONCE, after=after):
        yield from rows
        after = rows[-1].seq


def issue(found: Issue, seen: Sight) -> Issue:
    """A finding. Where its value is not shown its sentence is the title of its code, for the full one quotes the row."""
    value = seen.value(found.value)
    message = found.message if seen.values and value == found.value else code(found.code).title
    return replace(found, key=seen.value(found.key), value=value, message=message)


def report(found: ImportReport, seen: Sight) -> dict[str, Any]:
    """A report. Who sees some schools only gets how it ended; what was found in their rows stands in the lists of findings."""
    if not seen.whole:
        bare = replace(found, files=(), tables={}, limits=(), issue_counts={}, issues=(), contacts=None, skipped=(), schools=())
        return replace(bare, withheld=()).as_json()
    issues = tuple(issue(each, seen) for each in found.issues)
    withheld = found.withheld if seen.values else tuple(replace(each, examples=()) for each in found.withheld)
    return replace(found, issues=issues, withheld=withheld).as_json()


def plain_values(value: Any) -> Any:
    """What the desk answers, as plain JSON values: sentences in English, moments in UTC, spans in seconds, sources by number and name."""
    match value:
        case Source():
            return {"source": value.id, "kind": value.kind, "name": value.name}
        case Said():
            return plain(value)
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case str() | int() | float() | None:
            return value
        case Mapping():
            return {str(key): plain_values(each) for key, each in value.items()}
        case Sequence() | frozenset():
            return [plain_values(each) for each in value]
    assert is_dataclass(value), type(value)
    return {each.name: plain_values(getattr(value, each.name)) for each in fields(value)}
