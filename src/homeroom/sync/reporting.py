"""What an import did, put into the report's shape from the values and issue rows that the rooms left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from homeroom.roster.codes import code
from homeroom.roster.report import FileReport, Issue, Repair
from homeroom.workbench.values import Admitted, Feed, Inspected, Sifted, TextTable


def file_reports(
    inspected: Sequence[Inspected],
    texts: Mapping[int, TextTable],
    feeds: Sequence[Feed],
    sifted: Mapping[str, Sifted],
    admitted: Mapping[str, Admitted],
    left_alone: Mapping[str, str],
) -> tuple[FileReport, ...]:
    """One entry per file and layout; rows = accepted + refused + ignored in each (law 5). Files left alone say why."""
    reports = []
    fed = {f.text.file.number for f in feeds if not f.made}
    for feed in feeds:
        if not feed.made:
            reports.append(_fed(feed, sifted[feed.table], admitted[feed.table]))
    for look in inspected:
        if look.file.number not in fed:
            reports.append(_unfed(look, left_alone.get(look.file.name)))
    named = {r.name for r in reports}
    reports.extend(
        FileReport(name, None, None, None, None, None, 0, 0, 0, 0, note=why)
        for name, why in left_alone.items()
        if name not in named
    )
    return tuple(reports)


def _fed(feed: Feed, sifted: Sifted, admitted: Admitted) -> FileReport:
    number = feed.text.file.number
    count = next(c for c in sifted.counts if c.file == number)
    tally = next((t for t in admitted.tallies if t.file == number), None)
    refused = tally.refused if tally else 0
    ignored = count.ignored + (tally.ignored if tally else 0)
    rows = count.rows
    look = feed.text.inspected
    repairs: Counter[str] = Counter()
    for repair in (*look.repairs, *feed.text.repairs, *(tally.repairs if tally else ())):
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


def issue(row: Mapping[str, Any], names: Mapping[int, str]) -> Issue:
    """A finding of the issue table as the report tells it: the declared sentence with its places filled."""
    declared = code(row["code"])
    detail = json.loads(row["detail"]) if row["detail"] else {}
    file = names.get(row["file"]) if row["file"] is not None else None
    places = {
        "file": file,
        "line": row["line"],
        "column": row["column_name"],
        "key": row["key"],
        "value": row["value"],
        "table": row["table_name"],
        "count": row["count"],
    }
    return Issue(
        code=declared.code,
        severity=declared.severity,
        file=file,
        line=row["line"],
        column=row["column_name"],
        key=row["key"],
        value=row["value"],
        message=declared.say(**(places | detail)),
        remedy=declared.remedy,
        count=row["count"],
    )
