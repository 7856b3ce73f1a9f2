"""Imports: the log, the report, what changed; approve, reject, roll back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from homeroom.desk import deciding, import_log, issue_values
from homeroom.desk.hold_view import hold_view
from homeroom.desk.import_log import State
from homeroom.desk.plan_sheet import plan_sheet
from homeroom.desk.sight import sight
from homeroom.desk.what_ran import Ran, Wanted, what_ran
from homeroom.doors.api import streaming
from homeroom.doors.api.handing import ended
from homeroom.doors.api.models import Body, ImportLine, Report, Told, Whole
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Before, Limit, Number, Routes, Slug, Wait
from homeroom.roster.report import ImportReport, moment
from homeroom.store.imports import Import
from homeroom.sync import imports, interrupting, taking_up

routes = Routes("Imports")


Plan = Annotated[
    str,
    Field(
        max_length=100,
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="The hash of the plan that you looked at, as the report has it.",
        examples=["sha256:" + "0" * 64],
    ),
]
Why = Annotated[
    str,
    Field(
        max_length=500,
        description="Why this is right, in 10 characters or more, for the district to read; without it the reason of the token.",
    ),
]


class Approval(Body):
    """What is approved."""

    plan: Plan
    reason: Why = ""


class Rejection(Body):
    """Why."""

    plan: Plan | None = Field(None, description="Only if it still waits with this plan; without it, whatever waits there.")
    reason: Annotated[
        str,
        Field(
            max_length=500,
            description="For the district: it stands in the report and in the audit, and its people get it by e-mail. No names of students.",
        ),
    ] = ""


class RanLine(Told):
    """An import of some district."""

    district: str
    import_: int = Field(alias="import")
    state: State
    source: int | None
    trigger: str
    dry_run: bool
    status: str
    outcome: str | None
    reason: str | None = Field(description="Its code.")
    revision_before: int | None
    revision_after: int | None
    seconds: float | None = Field(description="How long its walk took; null for those who see one school only.")
    started_at: str
    finished_at: str | None


class Question(Body):
    """What to ask."""

    message: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="The district's people get it by e-mail, and it stands at the import. No names of students.",
        ),
    ]


class BackTo(Body):
    """Where to go back to."""

    revision: Whole
    plan: Plan | None = Field(None, description="Only if going back does exactly what `preview_rollback` showed.")
    reason: Why = ""


class Backwards(Told):
    """What going back would do."""

    revision: int
    plan: str = Field(description="Its hash, for `roll_back`.")
    empty: bool = Field(description="Whether nothing would change.")
    tables: dict[str, Any] = Field(description="By table: added, updated, removed and restored records.")


@routes.ask("GET", "/imports", "fleet.see", response_model=list[RanLine])
def list_every_import(
    asked: Ask,
    district: Annotated[str, Query(max_length=100, description="A part of the district's name or short name.")] = "",
    state: Annotated[State | None, Query(description="How it stands.")] = None,
    trigger: Annotated[str | None, Query(max_length=50, description="How it came.")] = None,
    first: Annotated[date | None, Query(description="Begun on this day or later (UTC).")] = None,
    last: Annotated[date | None, Query(description="Begun on this day or before (UTC).")] = None,
    limit: Limit = 50,
    page: Annotated[int, Query(ge=1, le=100_000, description="The page, each of `limit` lines.")] = 1,
) -> list[Answer]:
    """List the imports of all districts that this token sees, the newest first, as far as 90 days back."""
    wanted = Wanted(state, trigger, district, first, last, page=page, size=limit)
    found = what_ran(asked.house, asked.viewer, wanted)
    return [_ran(each) for each in found.rows] if found.page == page else []


@routes.ask("GET", "/districts/{slug}/imports", "reports.see", response_model=list[ImportLine])
def list_imports(
    asked: Ask,
    slug: Slug,
    limit: Limit = 50,
    before: Before = None,
    source: Annotated[int | None, Query(ge=1, le=MOST, description="Only of this source.")] = None,
) -> list[Answer]:
    """List a district's imports, the newest first."""
    taking_up.settle_interrupted(asked.house, slug)
    return [_line(entry) for entry in asked.store.imports.last(limit, before=before, source=source)]


@routes.ask("GET", "/districts/{slug}/import-log", "reports.see", response_model=dict[str, Any])
def search_imports(
    asked: Ask,
    slug: Slug,
    state: Annotated[import_log.State | None, Query(description="Only in this state.")] = None,
    trigger: Annotated[str | None, Query(max_length=50, description="Only what was begun so, as sftp or upload.")] = None,
    source: Annotated[int | None, Query(ge=1, le=MOST, description="Only of this source.")] = None,
    first: Annotated[date | None, Query(description="From this day on, by the district's calendar.")] = None,
    last: Annotated[date | None, Query(description="Up to this day.")] = None,
    page: Annotated[int, Query(ge=1, le=10_000, description="Which page of 50, the newest first.")] = 1,
) -> Answer:
    """Search a district's imports, with the sums of each and of the last 90 days."""
    wanted = import_log.Wanted(state, trigger, source, first, last, page)
    return dict(issue_values.plain_values(import_log.import_log(asked.house, asked.viewer, slug, wanted, asked.now)))


@routes.ask("GET", "/districts/{slug}/imports/{number}", "reports.see", response_model=Report)
async def get_import(asked: Ask, slug: Slug, number: Number, wait: Wait = 0) -> Answer:
    """Show the report of an import; with `wait`, once it has ended."""
    await ended(asked, number, wait)
    return await run_in_threadpool(_report, asked, number)


@routes.ask("GET", "/districts/{slug}/imports/{number}/hold", "reports.see", response_model=dict[str, Any])
def get_hold(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Show what a held import would do, by school, with the likely cause and who would notice."""
    asked.entry(number)
    return dict(issue_values.plain_values(hold_view(asked.house, asked.viewer, slug, number, asked.now)))


@routes.ask(
    "GET",
    "/districts/{slug}/imports/{number}/hold/plan",
    "reports.see",
    response_class=Response,
    responses={200: streaming.of("text/csv", "Every record that would change, removals first.")},
)
def download_plan(asked: Ask, slug: Slug, number: Number) -> Response:
    """Download every change that a held import would make, with table, school and, where this token may see them, record and values.

    Its files are walked again for it, and nothing is changed. The audit tells of it.
    """
    asked.entry(number)
    with asked.turn():
        lines = plan_sheet(asked.house, asked.viewer, slug, number, asked.now)
    return streaming.text(f"{slug}-{number}-plan.csv", lines)


@routes.ask("POST", "/districts/{slug}/imports/{number}/approve", "holds.approve", response_model=Report, problems=(409,))
def approve_import(asked: Ask, slug: Slug, number: Number, body: Approval) -> Answer:
    """Let a held import go on.

    It is walked again and applied only if it would do exactly what was shown; otherwise it waits anew, with another plan. The answer
    comes when that is done.
    """
    asked.entry(number)
    with asked.turn():
        made = deciding.approve(asked.house, asked.viewer, slug, number, body.plan, "", body.reason, asked.now)
    return _shown(asked, made)


@routes.ask("POST", "/districts/{slug}/imports/{number}/reject", "holds.reject", response_model=Report, problems=(409,))
def reject_import(asked: Ask, slug: Slug, number: Number, body: Rejection) -> Answer:
    """Turn a held import down. The last good roster is served on."""
    asked.entry(number)
    return _shown(asked, deciding.reject(asked.house, asked.viewer, slug, number, body.plan, body.reason, "", asked.now))


@routes.ask("POST", "/districts/{slug}/imports/{number}/ask", "holds.reject", response_model=Report)
def ask_district(asked: Ask, slug: Slug, number: Number, body: Question) -> Answer:
    """Ask the district's people about a held import, and let it wait on."""
    asked.entry(number)
    deciding.ask(asked.house, asked.viewer, slug, number, body.message, asked.now)
    return _report(asked, number)


@routes.ask("POST", "/districts/{slug}/imports/{number}/stop", "imports.start", response_model=Report)
def stop_import(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Stop a running import. Nothing of it is saved."""
    asked.entry(number)
    return _shown(asked, interrupting.stop(asked.house, slug, number, who=asked.who, now=asked.now))


@routes.ask("GET", "/districts/{slug}/rollback", "rollback", response_model=Backwards)
def preview_rollback(
    asked: Ask, slug: Slug, revision: Annotated[int, Query(ge=1, le=MOST, description="The revision to go back to.")]
) -> Answer:
    """Show what going back to a revision would change. Nothing is changed."""
    with asked.turn():
        found = deciding.back_to(asked.house, asked.viewer, slug, revision, asked.now)
    return dict(issue_values.plain_values(found))


@routes.ask("POST", "/districts/{slug}/rollback", "rollback", response_model=Report, problems=(409,))
def roll_back(asked: Ask, slug: Slug, body: BackTo) -> Answer:
    """Make a new revision that equals an old one. It can be rolled forward again in the same way."""
    with asked.turn():
        made = deciding.go_back(asked.house, asked.viewer, slug, body.revision, body.plan, body.reason, asked.now)
    return _shown(asked, made)


def _report(asked: Asked, number: int) -> Answer:
    return _shown(asked, imports.report(asked.house, asked.slug, number))


def _shown(asked: Asked, report: ImportReport) -> Answer:
    return issue_values.report(report, sight(asked.house, asked.viewer, asked.slug, asked.now))


def _ran(ran: Ran) -> Answer:
    names = ("source", "trigger", "dry_run", "status", "outcome", "reason", "revision_before", "revision_after")
    return {
        "district": ran.district.slug,
        "import": ran.entry.number,
        "state": ran.entry.state,
        **{name: getattr(ran.entry, name) for name in names},
        "seconds": ran.entry.seconds,
        "started_at": moment(ran.entry.begun),
        "finished_at": moment(ran.entry.finished) if ran.entry.finished else None,
    }


def _line(entry: Import) -> Answer:
    names = ("source", "delivery", "kind", "trigger", "dry_run", "status", "outcome", "revision_before", "revision_after", "step")
    return {
        "import": entry.number,
        **{name: getattr(entry, name) for name in names},
        "reason": entry.reason["code"] if entry.reason else None,
        "started_at": moment(entry.started_at),
        "finished_at": moment(entry.finished_at) if entry.finished_at else None,
    }
