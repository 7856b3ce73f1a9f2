"""What was found in the files of an import: page by page, or all of it as CSV or NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from homeroom.desk import issue_values
from homeroom.desk.cause_sheet import cause_sheet
from homeroom.desk.causes import Filter, schools_of
from homeroom.desk.import_report import import_page
from homeroom.desk.import_rows import files_with_refused, original, refused_rows
from homeroom.desk.sight import Sight, sight
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import After, Answer, Ask, Asked, Limit, Number, Routes, Slug
from homeroom.roster.codes import codes
from homeroom.roster.refused_rows import file_name
from homeroom.store.issues import IssueRow, Wanted

routes = Routes("Imports")
Code = Annotated[str | None, Query(max_length=100, description="Only of this code.")]
File = Annotated[str | None, Query(max_length=255, description="Only of this file.")]
School = Annotated[str | None, Query(max_length=255, description="Only of this school, by its sourcedId.")]
Column = Annotated[str | None, Query(max_length=255, description="Only of this column.")]
Refusing = Annotated[bool | None, Query(description="Only findings that refused a row, or only those that did not.")]
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


class Causes(Told):
    """An import by what caused its findings."""

    face: str = Field(description="running, held or report")
    lead: Any = Field(description="What it came to.")
    steps: list[dict[str, Any]]
    progress: Any
    sums: dict[str, int] | None
    causes: list[dict[str, Any]] = Field(description="Each with up to five example rows; their values only where they are open.")
    rows_twice: int
    values_shown: bool
    compared_with: int | None
    trend: list[dict[str, Any]]
    trend_of: list[int]
    files: list[dict[str, Any]] = Field(
        description="Each with its counts that add up, its repairs, and its place among the originals while they are kept."
    )
    tables: dict[str, Any] = Field(description="What changed, by table.")
    schools: list[list[str]] = Field(description="By which the findings may be narrowed: sourcedId and name.")
    told: list[dict[str, Any]] = Field(description="Who was told by e-mail, and when; or why not.")
    keeps_until: str | None = Field(description="When the originals are destroyed; null: they are gone, or there are none.")


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
    code: Code = None,
    severity: Literal["error", "warning", "info"] | None = None,
    table: Annotated[str | None, Query(max_length=100, description="Only of this table.")] = None,
    file: File = None,
    school: School = None,
    refused: Refusing = None,
    column: Column = None,
    folded_into: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The consequences of that finding.")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> Answer:
    """List the findings of an import, heads of groups only unless `folded_into` names one."""
    asked.entry(number)
    seen = _seen(asked)
    own = schools_of(seen, school)
    wanted = Wanted(
        code=code, severity=severity, table=table, file=file, column=column, refused=refused, folded=folded_into, schools=own
    )
    rows = asked.store.issues.page(number, wanted, limit=limit + 1, after=after)
    shown = list(_told(asked, number, iter(rows[:limit]), seen))
    more = rows[limit - 1].seq if len(rows) > limit else None
    return {"count": asked.store.issues.count(number, wanted), "issues": shown, "next": more}


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/issues/all",
    "reports.see",
    response_class=Response,
    responses={
        200: {
            "description": "Every finding, folded ones too.",
            "content": {"text/csv": {"schema": {"type": "string"}}, streaming.NDJSON: {"schema": {"type": "string"}}},
        }
    },
)
def download_issues(asked: Ask, slug: Slug, number: Number, format: Literal["csv", "ndjson"] = "csv") -> Response:
    """Download every finding of an import, for a spreadsheet or a program."""
    asked.entry(number)
    seen = _seen(asked)
    rows = _told(asked, number, issue_values.every(asked.store.issues, number, seen), seen)
    if format == "ndjson":
        return streaming.ndjson(rows)
    return streaming.csv(f"{slug}-{number}-issues.csv", COLUMNS, ([row[c] for c in COLUMNS] for row in rows))


@routes.ask("GET", "/districts/{slug}/imports/{number}/causes", "reports.see", response_model=Causes)
def list_causes(
    asked: Ask,
    slug: Slug,
    number: Number,
    code: Code = None,
    file: File = None,
    school: School = None,
    refused: Refusing = None,
    column: Column = None,
) -> Answer:
    """Group the findings of an import by cause, with the steps of the walk and what it came to in a sentence."""
    asked.entry(number)
    page = import_page(asked.house, asked.viewer, slug, number, Filter(file, code, school, refused, column), asked.now)
    names = (
        "face",
        "lead",
        "steps",
        "progress",
        "sums",
        "causes",
        "rows_twice",
        "values_shown",
        "compared_with",
        "trend",
        "trend_of",
        "files",
        "tables",
        "schools",
        "told",
        "keeps_until",
    )
    return {name: issue_values.plain_values(getattr(page, name)) for name in names}


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/causes/{code}",
    "reports.see",
    response_class=Response,
    responses={200: streaming.of("text/csv", "All rows of one cause, those that only wait for another too.")},
)
def download_cause(
    asked: Ask,
    slug: Slug,
    number: Number,
    code: Annotated[str, Path(max_length=100, description="The code of the cause.", examples=["reference-unknown"])],
    file: File = None,
    school: School = None,
    refused: Refusing = None,
    column: Column = None,
) -> Response:
    """Download all rows of one cause, with what to do about each. Values stand in it only where they are open to this token."""
    asked.entry(number)
    if code not in codes():
        raise NOT_FOUND
    wanted = Filter(file, code, school, refused, column)
    return streaming.text(f"{slug}-{number}-{code}.csv", cause_sheet(asked.house, asked.viewer, slug, number, wanted, asked.now))


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/refused",
    "reports.see",
    response_class=Response,
    responses={200: streaming.of("text/csv", "The refused rows of one file as they were sent, with what happened to each.")},
)
def download_refused(
    asked: Ask, slug: Slug, number: Number, file: Annotated[str, Query(max_length=255, description="Of which file.")]
) -> Response:
    """Download the refused rows of a file, to be mended and sent as they are. Values must be open to this token."""
    asked.entry(number)
    if file not in files_with_refused(asked.house, slug, number):
        raise NOT_FOUND
    return streaming.text(file_name(file), refused_rows(asked.house, asked.viewer, slug, number, file, asked.now))


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/originals/{place}",
    "originals.get",
    response_class=Response,
    responses={200: streaming.of("application/octet-stream", "The file as it came.")},
)
def get_original(
    asked: Ask,
    slug: Slug,
    number: Number,
    place: Annotated[int, Path(ge=0, le=9999, description="Its place in the delivery; the first is 0.")],
) -> Response:
    """Download a file of an import's delivery as it came, while it is kept. The audit tells of it."""
    asked.entry(number)
    _, pieces = original(asked.house, asked.viewer, slug, number, place, asked.now)
    return StreamingResponse(
        pieces, media_type="application/octet-stream", headers=streaming.attached(f"{slug}-{number}-{place}")
    )


def _told(asked: Asked, number: int, rows: Iterator[IssueRow], seen: Sight) -> Iterator[Answer]:
    """The findings as this token may see them; that values were looked at is written down."""
    if seen.values:
        asked.audit("issue-values-read", **{"import": number})
    return (issue_values.told(row, seen) for row in rows)


def _seen(asked: Asked) -> Sight:
    return sight(asked.house, asked.viewer, asked.slug, asked.now)
