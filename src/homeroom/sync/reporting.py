"""What an import did, put into the report's shape from the values and issue rows that the rooms left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from homeroom.checks.fold import Finding
from homeroom.layouts.contacts.step import PairsFile
from homeroom.roster.codes import code
from homeroom.roster.report import FileReport, Issue, Repair
from homeroom.workbench.values import Admitted, Feed, Inspected, Sifted, TextTable


def file_reports(
    inspected: Sequence[Inspected],
    feeds: Sequence[Feed],
    sifted: Mapping[str, Sifted],
    admitted: Mapping[str, Admitted],
    left_alone: Mapping[str, str],
    foreign: Mapping[str, Mapping[int, int]],
    joined: Mapping[int, FileReport],
    pairs: Sequence[PairsFile] = (),
    skipped: Mapping[str, Mapping[int, int]] = MappingProxyType({}),
) -> tuple[FileReport, ...]:
    """One entry per file and layout; rows = accepted + refused + ignored in each (law 5). Files left alone say why.

    `foreign`: table -> file number -> rows that the plan refused, since another source holds their key. `joined`: the entries of
    files that only serve to be joined to others. `pairs`: how the rows of files of contacts ended. `skipped`: table -> file number -> rows of schools that step out.
    """
    reports = [
        replace(
            _fed(feed, sifted[feed.table], admitted[feed.table], foreign.get(feed.table, {}).get(feed.text.file.number, 0)),
            skipped=skipped.get(feed.table, {}).get(feed.text.file.number, 0),
        )
        for feed in feeds
        if not feed.made
    ]
    reports.extend(_paired(p) for p in pairs)
    fed = {f.text.file.number for f in [*feeds, *(p.feed for p in pairs)]}
    unfed = [look for look in inspected if look.file.number not in fed]
    reports.extend(joined.get(look.file.number) or _unfed(look, left_alone.get(look.file.name)) for look in unfed)
    named = {r.name for r in reports}
    reports.extend(_left(name, why) for name, why in left_alone.items() if name not in named)
    return tuple(reports)


def _fed(feed: Feed, sifted: Sifted, admitted: Admitted, foreign: int) -> FileReport:
    number = feed.text.file.number
    look = feed.text.inspected
    count = next(c for c in sifted.counts if c.file == number)
    tally = next((t for t in admitted.tallies if t.file == number), None)
    refused = (tally.refused if tally else 0) + foreign
    ignored = count.ignored + feed.text.ignored + (tally.ignored if tally else 0)
    rows = feed.text.rows if feed.text.rows is not None else count.rows + feed.text.ignored
    repairs: Counter[str] = Counter()
    mapped = (Repair("value-dropped", count.dropped),) if count.dropped else ()
    for repair in (*feed.text.repairs, *(tally.repairs if tally else ()), *mapped):
        repairs[repair.code] += repair.count
    return FileReport(
        name=look.file.name,
        table=feed.table,
        layout=feed.layout,
        encoding=look.encoding,
        delimiter=look.delimiter,
        line_ends=look.line_ends,
        rows=rows,
        accepted=rows - refused - ignored,
        refused=refused,
        ignored=ignored,
        repairs=tuple(Repair(c, n) for c, n in sorted(repairs.items())),
    )


def _paired(pairs: PairsFile) -> FileReport:
    look = pairs.feed.text.inspected
    return FileReport(
        name=look.file.name,
        table=pairs.feed.table,
        layout=pairs.feed.layout,
        encoding=look.encoding,
        delimiter=look.delimiter,
        line_ends=look.line_ends,
        rows=pairs.rows,
        accepted=pairs.accepted,
        refused=pairs.refused,
        ignored=pairs.ignored,
        repairs=pairs.feed.text.repairs,
    )


def joined(text: TextTable, ragged: int, note: str) -> FileReport:
    """The entry of a file that was joined to others: its rows were read, and became rows of no table by themselves."""
    look, rows, refused = text.inspected, text.rows or 0, ragged + text.unread
    return FileReport(
        name=look.file.name,
        table=None,
        layout=None,
        encoding=look.encoding,
        delimiter=look.delimiter,
        line_ends=look.line_ends,
        rows=rows,
        accepted=rows - refused - text.ignored,
        refused=refused,
        ignored=text.ignored,
        repairs=text.repairs,
        note=note,
    )


def untaken(names: Sequence[str]) -> tuple[FileReport, ...]:
    """The files of a delivery of which nothing was taken."""
    return tuple(_left(name, "Nothing of this delivery was taken") for name in names)


def _left(name: str, why: str) -> FileReport:
    return FileReport(name, None, None, None, None, None, 0, 0, 0, 0, note=why)


def _unfed(look: Inspected, why: str | None) -> FileReport:
    return FileReport(
        name=look.file.name,
        table=None,
        layout=None,
        encoding=look.encoding,
        delimiter=look.delimiter,
        line_ends=look.line_ends,
        rows=0,
        accepted=0,
        refused=0,
        ignored=0,
        note=why,
    )


def issues(found: Sequence[Finding], names: Mapping[int, str]) -> tuple[Issue, ...]:
    """Findings as the report tells them: file names for numbers, the declared sentence with its places filled."""
    return tuple(_issue(f, names) for f in found)


def _issue(finding: Finding, names: Mapping[int, str]) -> Issue:
    declared = code(finding.code)
    file = names.get(finding.file) if finding.file is not None else None
    places: dict[str, object] = {
        "file": file,
        "line": finding.line,
        "column": finding.column,
        "key": finding.key,
        "value": finding.value,
        "table": finding.table,
        "count": finding.count,
    }
    return Issue(
        code=declared.code,
        severity=declared.severity,
        file=file,
        line=finding.line,
        column=finding.column,
        key=finding.key,
        value=finding.value,
        message=declared.say(**(places | dict(finding.detail))),
        remedy=declared.remedy,
        count=finding.count,
    )
