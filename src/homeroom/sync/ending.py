"""How an import ends without a commit: failed, rejected, superseded, interrupted. The last good roster is served on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from homeroom.roster.codes import code
from homeroom.roster.faults import Refused
from homeroom.roster.report import ImportReport, Outcome, Reason, Status
from homeroom.roster.walk_clock import StepReport
from homeroom.store.imports import Import
from homeroom.sync.house import House
from homeroom.sync.news import hear
from homeroom.sync.summaries import summarise


def reason(name: str, **values: object) -> Reason:
    """A declared reason with its sentences filled."""
    declared = code(name)
    return Reason(declared.code, declared.say(**values), declared.remedy)


def reason_of(refusal: Refused) -> Reason:
    """The reason that a refusal carries."""
    return Reason(refusal.reason, refusal.message, refusal.remedy, refusal.detail)


def bare_report(house: House, slug: str, entry: Import) -> ImportReport:
    """The report of an import of which nothing more is known than its row."""
    revision = house.stores.roster(slug).revision()
    return ImportReport(
        number=entry.number,
        district=slug,
        source=entry.source,
        delivery=entry.delivery,
        kind=entry.kind,
        trigger=entry.trigger,
        dry_run=entry.dry_run,
        status=entry.status,
        outcome=entry.outcome,
        reason=Reason(**entry.reason) if entry.reason else None,
        revision_before=entry.revision_before if entry.revision_before is not None else revision,
        revision_after=entry.revision_after if entry.revision_after is not None else revision,
        plan=entry.plan,
        started_at=entry.started_at,
        finished_at=entry.finished_at,
        seconds=None,
    )


def walking_time(report: ImportReport) -> float | None:
    """Seconds since the walk of a report began."""
    return report.clock.seconds() if report.clock is not None else None


def ended(report: ImportReport, *, status: Status, outcome: Outcome | None, reason: Reason | None, now: datetime) -> ImportReport:
    """The same report with its end written in; nothing was committed."""
    return replace(
        report,
        status=status,
        outcome=outcome,
        reason=reason,
        revision_after=report.revision_before,
        finished_at=now,
    )


def fail(house: House, slug: str, number: int, why: Reason, now: datetime) -> ImportReport:
    """End a running or waiting import as failed for a reason. Raises Misuse when it has ended already."""
    return _settle(house, slug, number, "done", why, now)


def turn_down(house: House, slug: str, number: int, why: Reason, now: datetime) -> ImportReport:
    """End a held import as rejected: by a person, or because a newer delivery took its place."""
    return _settle(house, slug, number, "rejected", why, now)


def _settle(house: House, slug: str, number: int, status: Status, why: Reason, now: datetime) -> ImportReport:
    store = house.stores.roster(slug)
    entry = store.imports.get(number)
    # Of a walk that was cut off nobody knows how long it was; what was never walked took no time.
    bare = replace(bare_report(house, slug, entry), seconds=None if entry.step else 0.0)
    bare = replace(bare, steps=_walked(entry))
    report = ended(bare, status=status, outcome="failed", reason=why, now=now)
    known = store.imports.report(number)
    written = report.as_json() if known is None else known | _end_of(report)
    store.imports.settle(
        number,
        status=status,
        outcome="failed",
        reason={"code": why.code, "message": why.message, "remedy": why.remedy},
        report=written,
        now=now,
    )
    summarise(house, slug)
    hear(house, slug, store.imports.get(number), now)
    return report


def _walked(entry: Import) -> tuple[StepReport, ...]:
    """The steps of a walk that did not come through, as far as it wrote them down."""
    told = (entry.progress or {}).get("walked", ())
    return tuple(StepReport(step, datetime.fromisoformat(began), seconds) for step, began, seconds in told)


def _end_of(report: ImportReport) -> dict[str, object]:
    """The fields of a report that its end changes; what a hold's report already said stays."""
    whole = report.as_json()
    return {k: whole[k] for k in ("status", "outcome", "reason", "finished_at", "revision_after")}
