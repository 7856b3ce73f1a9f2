"""An import report told as the demo tells it: a few sentences for somebody who has never seen one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from homeroom.roster.codes import code

VERBS = {"remove": "would be removed", "update": "would change", "refuse": "were refused"}


def headline(report: dict[str, Any]) -> str:
    """How an import ended, in one sentence."""
    if report["status"] == "waiting_for_approval":
        return f"Import {report['import']} waits for a person: {report['reason']['message']}"
    if report["outcome"] == "failed":
        return f"Import {report['import']} failed: {report['reason']['message']}"
    words = {"success": "success", "success_with_row_issues": "success with row issues"}[report["outcome"]]
    before, after = report["revision_before"], report["revision_after"]
    moved = f"revision {before} became {after}" if after != before else f"nothing changed, revision {before} stays"
    return f"Import {report['import']}: {words}; {moved}, in {report['seconds']:.1f} s."


def described(report: dict[str, Any]) -> list[str]:
    """The whole report: how it ended, what became of every row, what changed, what tripped, what was found."""
    return [headline(report), *_files(report), *_tables(report), *_limits(report), *_findings(report)]


def _files(report: dict[str, Any]) -> Iterator[str]:
    for file in report["files"]:
        yield (
            f"  {file['name']}: {file['rows']:,} rows = {file['accepted']:,} accepted + {file['refused']:,} refused"
            f" + {file['ignored']:,} ignored"
        )
        for repair in file["repairs"]:
            yield f"      put right: {_small(code(repair['code']).title)}, {repair['count']:,} times"


def _tables(report: dict[str, Any]) -> Iterator[str]:
    would = report["status"] == "waiting_for_approval"
    for name, t in report["tables"].items():
        moved = ", ".join(f"{t[k]:,} {k}" for k in ("added", "updated", "removed", "restored") if t[k])
        if moved:
            yield f"  {name}: {moved}{' (if a person says yes)' if would else ''}"


def _limits(report: dict[str, Any]) -> Iterator[str]:
    for limit in report["limits"][:4]:
        where = f" of {limit['school_name'] or limit['school']}" if limit["school"] else ""
        yield (
            f"  limit: {limit['count']:,} of {limit['of']:,} {limit['table']}{where} {VERBS[limit['change']]};"
            f" {limit['allowed']:,} are allowed"
        )


def _findings(report: dict[str, Any]) -> Iterator[str]:
    """One example of each kind of finding with how often it was met, what keeps records first."""
    first: dict[str, dict[str, Any]] = {}
    for issue in report["issues"]:
        if issue["severity"] != "info":
            first.setdefault(issue["code"], issue)
    for name, issue in sorted(first.items(), key=lambda pair: pair[1]["line"] is not None):
        where = ":".join(str(p) for p in (issue["file"], issue["line"]) if p is not None)
        count = report["issue_counts"][name]
        more = f" ({name}, {count:,} in all)" if count > 1 else f" ({name})"
        yield f"  {where + ': ' if where else ''}{issue['message']}{more}"


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
