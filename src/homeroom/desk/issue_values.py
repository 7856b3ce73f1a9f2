"""Findings and reports as somebody may see them: the values of rows, and whose they are, only where they are open to the viewer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from homeroom.roster.codes import code
from homeroom.roster.report import ImportReport, Issue
from homeroom.store.issues import IssueRow


def told(row: IssueRow, *, values: bool) -> dict[str, Any]:
    """A stored finding in plain values, with its place in the list."""
    shown = issue(row.told(), values=values)
    first = {"seq": row.seq, "table": row.table, "refused": row.refused, "folded_into": row.head}
    return {
        **first,
        **{
            n: getattr(shown, n)
            for n in ("code", "severity", "file", "line", "column", "key", "value", "message", "remedy", "count")
        },
    }


def issue(found: Issue, *, values: bool) -> Issue:
    """A finding; without values its sentence is the title of its code, for the full one may quote the row."""
    return found if values else replace(found, key=None, value=None, message=code(found.code).title)


def report(found: ImportReport, *, values: bool) -> dict[str, Any]:
    """A report in plain values."""
    if values:
        return found.as_json()
    issues = tuple(issue(each, values=False) for each in found.issues)
    withheld = tuple(replace(each, examples=()) for each in found.withheld)
    return replace(found, issues=issues, withheld=withheld).as_json()
