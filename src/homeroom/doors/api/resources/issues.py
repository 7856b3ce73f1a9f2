"""What was found in the files of an import: page by page, or all of it as CSV or NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from homeroom.desk import issue_values, rights
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Told
from homeroom.doors.api.routes import After, Answer, Ask, Asked, Limit, Number, Routes, Slug
from homeroom.store.issues import IssueRow, Wanted

routes = Routes("Imports")
COLUMNS = (
    "seq",
    "code",
    "severity",
    "file",
    "line",
    "column",
    "table",
    "refused",
    "key",
    "value",
    "message",
    "remedy",
    "count",
    "folded_into",
)


class IssueTold(Told):
    """One finding."""

    seq: int = Field(description="Its place in the list.")
    code: str
    severity: str
    file: str | None
    line: int | None
    column: str | None
    table: str | None
    refused: bool
    key: str | None = Field(description="Whose row it is; null unless values are open to this token.")
    value: str | None = Field(description="Null unless values are open to this token.")
    message: str
    remedy: str
    count: int = Field(description="How many rows it stands for.")
    folded_into: int | None = Field(description="The finding whose consequence this is.")


class IssuesPage(Told):
    """A page of findings."""

    count: int = Field(description="How many there are of those that were asked for.")
    issues: list[IssueTold]
    next: int | None = Field(description="`after` of the next page; null on the last.")


@routes.ask("GET", "/districts/{slug}/imports/{number}/issues", "reports.see", response_model=IssuesPage)
def list_issues(
    asked: Ask,
    slug: Slug,
    number: Number,
    code: Annotated[str | None, Query(max_length=100)] = None,
    severity: Literal["error", "warning", "info"] | None = None,
    table: Annotated[str | None, Query(max_length=100)] = None,
    file: Annotated[str | None, Query(max_length=255)] = None,
    refused: Annotated[bool | None, Query(description="Only findings that refused a row, or only those that did not.")] = None,
    folded_into: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The consequences of that finding.")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> Answer:
    """List the findings of an import, heads of groups only unless `folded_into` names one."""
    asked.entry(number)
    wanted = Wanted(code=code, severity=severity, table=table, file=file, refused=refused, folded=folded_into)
    rows = asked.store.issues.page(number, wanted, limit=limit + 1, after=after)
    shown = list(_told(asked, number, iter(rows[:limit])))
    more = rows[limit - 1].seq if len(rows) > limit else None
    return {"count": asked.store.issues.count(number, wanted), "issues": shown, "next": more}


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/issues/all",
    "reports.see",
    response_class=Response,
    responses={200: streaming.of(streaming.CSV, "Every finding, folded ones too.")},
)
def download_issues(asked: Ask, slug: Slug, number: Number, format: Literal["csv", "ndjson"] = "csv") -> Response:
    """Download every finding of an import, for a spreadsheet or a program."""
    asked.entry(number)
    rows = _told(asked, number, asked.store.issues.every(number))
    if format == "ndjson":
        return streaming.ndjson(rows)
    return streaming.csv(f"{slug}-{number}-issues.csv", COLUMNS, ([row[c] for c in COLUMNS] for row in rows))


def _told(asked: Asked, number: int, rows: Iterator[IssueRow]) -> Iterator[Answer]:
    """The findings as this token may see them; that values were looked at is written down."""
    open_ = rights.values_open(asked.house, asked.viewer, asked.slug, asked.now)
    if open_:
        asked.audit("issue-values-read", **{"import": number})
    return (issue_values.told(row, values=open_) for row in rows)
