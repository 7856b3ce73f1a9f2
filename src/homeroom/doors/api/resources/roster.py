"""The roster as a program reads it: counts, rows of a table, a OneRoster package. What asks for rows is in the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from homeroom.deliveries.workfolders import claim
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Limit, Routes, Slug, TableName
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.sync import reading_back
from homeroom.sync.reading_back import KNOWN, SHOWN_FIRST

routes = Routes("Roster")


class Counts(Told):
    """How many records there are."""

    district: str
    revision: int
    tables: dict[str, dict[str, int]] = Field(examples=[{"users": {"active": 45, "tobedeleted": 0}}])


class Rows(Told):
    """A page of records, in the order in which they came."""

    revision: int
    rows: list[dict[str, Any]]
    next: int | None = Field(description="`after` of the next page; null on the last.")


class Formula(Body):
    """Which rows."""

    where: Annotated[
        str,
        Field(
            max_length=2000,
            description="A formula over the table's columns, in the language of the layouts.",
            examples=["role = 'student' and grades = '09'"],
        ),
    ]
    format: Literal["json", "ndjson", "csv"] = "json"


_STREAMS = {
    200: {
        "description": "The rows: one JSON array, one JSON document a line, or CSV.",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            streaming.NDJSON: {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@routes.ask("GET", "/districts/{slug}/roster", "district.see", response_model=Counts)
def get_counts(asked: Ask, slug: Slug) -> Answer:
    """Count what Homeroom holds of a district, by table."""
    return reading_back.counted(asked.house, slug)


@routes.ask("GET", "/districts/{slug}/roster/{table}", "records.see", response_model=Rows)
def list_rows(
    asked: Ask,
    slug: Slug,
    table: TableName,
    status: Literal["active", "tobedeleted"] | None = None,
    limit: Limit = 100,
    after: Annotated[int, Query(ge=0, le=2**53, description="Give what comes behind this place.")] = 0,
) -> Answer:
    """Read a table page by page."""
    known = table_at(asked, table)
    columns = ("id", *SHOWN_FIRST, *known.columns[1:], *KNOWN)
    page = asked.store.page(table, limit, after=after, status=status, columns=columns)
    asked.audit("rows-read", table=table, rows=len(page.rows))
    rows = [dict(zip(columns, row, strict=True)) for row in page.rows]
    last = rows[-1]["id"] if len(rows) == limit else None
    for row in rows:
        del row["id"]
    return {"revision": asked.store.revision(), "rows": rows, "next": last}


@routes.ask("GET", "/districts/{slug}/roster/{table}/all", "records.see", response_class=Response, responses=_STREAMS)
def download_rows(asked: Ask, slug: Slug, table: TableName, format: Literal["json", "ndjson", "csv"] = "ndjson") -> Response:
    """Read a whole table in one answer."""
    return _rows(asked, table, None, format)


@routes.ask("POST", "/districts/{slug}/roster/{table}/query", "records.see", response_class=Response, responses=_STREAMS)
def query_rows(asked: Ask, slug: Slug, table: TableName, body: Formula) -> Response:
    """Read the rows of a table for which a formula holds.

    The formula stands in the body, not in the address, for it may name a child; the audit does not keep it either.
    """
    return _rows(asked, table, body.where, body.format)


@routes.ask(
    "GET",
    "/districts/{slug}/export",
    "records.see",
    response_class=Response,
    responses={200: streaming.of("application/zip", "A OneRoster CSV package, or the datasets.")},
)
def export_roster(
    asked: Ask,
    slug: Slug,
    version: Literal["1.1", "1.2", "datasets"] = "1.2",
    since: Annotated[int | None, Query(ge=0, le=MOST, description="Only what changed after this revision (delta files).")] = None,
) -> Response:
    """Download the roster as a OneRoster CSV package, or the datasets as a ZIP."""
    if version == "datasets" and since is not None:
        raise Misuse("Datasets are always exported whole; leave since out.")
    folder = claim(asked.house.settings.work, f"{slug}-export")
    path = folder.path / "export.zip"
    try:
        with asked.turn():
            if version == "datasets":
                reading_back.export_datasets(asked.house, slug, path, asked.who)
            else:
                reading_back.export(asked.house, slug, path, version, since, asked.who)
        return streaming.file(folder, path, f"{slug}-{version}.zip", "application/zip")
    except BaseException:
        folder.close()
        raise


def table_at(asked: Asked, name: str) -> Table:
    """A table or dataset of the district. Raises NOT_FOUND."""
    try:
        return asked.store.table(name)
    except Misuse:
        raise NOT_FOUND from None


def _rows(asked: Asked, name: str, where: str | None, form: Literal["json", "ndjson", "csv"]) -> Response:
    table = table_at(asked, name)
    columns = (*SHOWN_FIRST, *table.columns[1:])
    found = reading_back.rows(asked.house, asked.slug, name, where)
    with asked.turn():
        first = next(found, None)  # here the formula is read, and told if it cannot be
    asked.audit("rows-read", table=name, format=form, filtered=where is not None)
    rows = found if first is None else chain([first], found)
    match form:
        case "json":
            return streaming.array(rows)
        case "ndjson":
            return streaming.ndjson(rows)
    return streaming.table(f"{asked.slug}-{name}.csv", columns, _cells(rows, columns))


def _cells(rows: Iterator[Mapping[str, Any]], columns: tuple[str, ...]) -> Iterator[list[Any]]:
    return ([row[c] for c in columns] for row in rows)
