"""An import from its beginning to its end: walk, hold or commit, approve, reject, roll back. Every door ends here.

The order of an import's end is what law 1 needs: snapshots are written first under names that nothing refers to yet, then one
transaction writes roster, changes, issues, the report and the records of the snapshots. A kill before it leaves the old
revision and an import that runs again (in a worker) or is told as interrupted; a kill after it leaves the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from homeroom.deliveries.workfolders import claim
from homeroom.roster.codes import anew
from homeroom.roster.faults import Misuse, Refused, TryAgain
from homeroom.roster.report import ImportReport, moment
from homeroom.roster.walk_clock import Position, WalkClock
from homeroom.store.audit import AuditRow
from homeroom.store.imports import Import
from homeroom.store.trouble import disk_is_full
from homeroom.sync import ending, ran
from homeroom.sync.house import House
from homeroom.sync.news import hear, say
from homeroom.sync.single_records import SMALL
from homeroom.sync.summaries import summarise
from homeroom.sync.taking_up import bury_interrupted, settle_interrupted
from homeroom.workbench.bench import Workbench

Tell = Callable[[str], None]
Made = TypeVar("Made")
LONGEST_MESSAGE = 500
"""Characters that a message to a district's people may have."""
OFTEN_ENOUGH = 0.5
"""Seconds after which a step says again how far it is."""


def run(
    house: House,
    slug: str,
    number: int,
    *,
    now: datetime | None = None,
    layouts: str | None = None,
    tell: Tell | None = None,
) -> ImportReport:
    """Walk an import that was begun, and commit it, hold it or let it fail. Doing it twice does nothing the second time.

    One import of a district at a time, over all processes: others wait here. `layouts` names the set for this walk, else the
    source's. An import that fetches its delivery does so first, while others of the district go on. Raises TryAgain when something
    passing is in the way, Leaving where the district is to be deleted; the import then still waits for its walk.
    """
    house.stores.control.deletions.check(slug)
    if (ended := _fetch(house, slug, number, now, tell)) is not None:
        return ended
    with house.stores.lock(slug):
        store = house.stores.roster(slug)
        bury_interrupted(house, slug, but=number)
        entry = store.imports.get(number)
        if entry.status != "running":
            return _report(house, slug, number)
        entry = store.imports.resume(number, house.executor.name)
        if _overtaken(house, slug, entry):
            return ending.turn_down(
                house, slug, number, ending.reason("superseded", newer=_newest(house, slug, entry)), _now(now)
            )
        return _walk_and_end(house, slug, entry, now=now, layouts=layouts, tell=tell, approved=None)


def approve(
    house: House, slug: str, number: int, *, plan: str | None, who: str, tell: Tell | None = None, now: datetime | None = None
) -> ImportReport:
    """Let a held import go on: walk its delivery again and apply it if the plan is the one that was shown.

    `plan` is the hash that the person looked at (None: the one in the report). Raises Misuse when the import does not wait, or
    `plan` is not the plan that waits. When the new walk gives another plan, it is held anew and shown.
    """
    with house.stores.lock(slug):
        store = house.stores.roster(slug)
        entry = store.imports.get(number)
        if entry.status != "waiting_for_approval":
            raise _not_waiting(slug, entry)
        if plan is not None and plan != entry.plan:
            raise Misuse(
                "import {number} of {slug} would do something else than plan {plan}; look at its report again.",
                number=str(number),
                slug=slug,
                plan=plan,
            )
        known = store.imports.report(number) or {}
        house.announce()
        entry = store.imports.resume(number, house.executor.name)
        house.stores.control.audit.add(AuditRow(_now(now), who, "import-approved", slug, {"import": number}))
        return _walk_and_end(
            house, slug, entry, now=now, layouts=known.get("layouts_named"), tell=tell, approved=plan or known.get("plan")
        )


def reject(
    house: House, slug: str, number: int, *, who: str, message: str | None = None, now: datetime | None = None
) -> ImportReport:
    """Turn a held import down. Raises Misuse when it does not wait.

    `message` says why, for the district's people: it stands in the report and in the audit, and is sent to them.
    """
    said = " ".join((message or "").split())[:LONGEST_MESSAGE]
    with house.stores.lock(slug):
        entry = house.stores.roster(slug).imports.get(number)
        if entry.status != "waiting_for_approval":
            raise _not_waiting(slug, entry)
        detail = {"import": number} | ({"reason": said} if said else {})
        house.stores.control.audit.add(AuditRow(_now(now), who, "import-rejected", slug, detail))
        why = ending.reason("rejected", who=who)
        if said:
            why = replace(why, message=f"{why.message} The reason: “{said}”")
        ending.turn_down(house, slug, number, why, _now(now))
        if said:
            say(house, slug, number, "rejected", who, said, _now(now))
    return _report(house, slug, number)


class MovedOn(Misuse):
    """The roster is not at the revision any more from which somebody looked."""


def rollback(
    house: House, slug: str, revision: int, *, who: str, now: datetime | None = None, seen: int | None = None
) -> ImportReport:
    """Make a new revision that equals an old one. It is an import without a delivery.

    `seen`: the revision that stood when the plan was looked at; with another one nothing is done. Raises Misuse for an unknown revision,
    and MovedOn.
    """
    from homeroom.sync import committing

    at, clock = _now(now), WalkClock()
    with house.stores.lock(slug):
        store = house.stores.roster(slug)
        before = store.revision()
        if not 0 < revision <= before:
            if not before:
                raise Misuse(
                    "{slug} has no revision yet; there is no revision {revision} to go back to.",
                    slug=slug,
                    revision=str(revision),
                )
            raise Misuse(
                "{slug} has the revisions 1 to {last}; there is no revision {revision} to go back to.",
                slug=slug,
                last=str(before),
                revision=str(revision),
            )
        if seen is not None and seen != before:
            raise MovedOn(
                "{slug} has a newer revision than the one that was looked at. Nothing was changed; look again.", slug=slug
            )
        house.announce()
        entry = store.imports.begin(
            source=None, delivery=None, kind="rollback", trigger="rollback", now=at, executor=house.executor.name
        )
        house.stores.control.audit.add(AuditRow(at, who, "rolled-back", slug, {"import": entry.number, "to": revision}))
        try:
            with claim(house.settings.work, f"{slug}-{entry.number}") as folder, Workbench(folder.path) as bench:
                plan = store.rollback_plan(bench, revision)
                made = committing.commit_rollback(house, slug, bench, entry, plan, at, clock)
        except Exception as trouble:
            why = ending.reason("internal_error", kind=type(trouble).__name__)
            ending.fail(house, slug, entry.number, why, datetime.now(UTC))
            raise
        summarise(house, slug)
        store.settle()
        return made


def report(house: House, slug: str, number: int) -> ImportReport:
    """The report of an import as far as it is known. Raises Misuse for an unknown district or number."""
    house.stores.control.districts.get(slug)
    settle_interrupted(house, slug)
    return _report(house, slug, number)


def _report(house: House, slug: str, number: int) -> ImportReport:
    store = house.stores.roster(slug)
    entry = store.imports.get(number)
    known = store.imports.report(number)
    if known is None:
        return ending.bare_report(house, slug, entry)
    return ImportReport.from_json(known)


def log_of(house: House, slug: str, limit: int = 50) -> list[dict[str, Any]]:
    """The district's imports, newest first, a line each."""
    house.stores.control.districts.get(slug)
    settle_interrupted(house, slug)
    return [
        {
            "import": entry.number,
            "source": entry.source,
            "delivery": entry.delivery,
            "kind": entry.kind,
            "trigger": entry.trigger,
            "dry_run": entry.dry_run,
            "status": entry.status,
            "outcome": entry.outcome,
            "reason": entry.reason["code"] if entry.reason else None,
            "step": entry.step if entry.status == "running" else None,
            "revision_before": entry.revision_before,
            "revision_after": entry.revision_after,
            "started_at": moment(entry.started_at),
            "finished_at": moment(entry.finished_at) if entry.finished_at else None,
        }
        for entry in house.stores.roster(slug).imports.last(limit)
    ]


def _overtaken(house: House, slug: str, entry: Import) -> bool:
    """Whether a newer full delivery of the same source was already taken: an older one must not undo it (it would go back)."""
    newest = _newest(house, slug, entry)
    return newest is not None and not entry.dry_run


def _newest(house: House, slug: str, entry: Import) -> int | None:
    for other in house.stores.roster(slug).imports.last(50, source=entry.source):
        newer = other.kind == "continuous" and (other.delivery or 0) > (entry.delivery or 0)
        if newer and not other.dry_run and other.status == "done" and other.outcome != "failed":
            return other.number
    return None


def _not_waiting(slug: str, entry: Import) -> Misuse:
    number = str(entry.number)
    if entry.reason:
        why = anew(entry.reason["code"], entry.reason["message"])
        return Misuse("import {number} of {slug} does not wait for approval: {why}", number=number, slug=slug, why=why)
    state = entry.outcome or entry.status
    return Misuse("import {number} of {slug} does not wait for approval: it is {state}.", number=number, slug=slug, state=state)


def _walk_and_end(
    house: House,
    slug: str,
    entry: Import,
    *,
    now: datetime | None,
    layouts: str | None,
    tell: Tell | None,
    approved: str | None,
) -> ImportReport:
    from homeroom.sync import walking  # the rooms of the walk: not for commands that only read the log

    at = _now(now)
    store = house.stores.roster(slug)
    clock = WalkClock()
    heard = _heard(house, slug, entry, tell, clock)
    _begun(house, slug, entry)
    bare = ending.bare_report(house, slug, entry)
    started = replace(bare, revision_before=store.revision(), clock=clock)
    made = _whatever_comes(
        house, slug, entry, lambda: walking.walk_import(house, slug, entry, started, at, layouts, heard, approved)
    )
    summarise(house, slug)
    hear(house, slug, store.imports.get(entry.number), at)
    if tell is not None:
        tell("settle")  # committed and served; what follows is for the next writer
    store.settle()
    return made


def _fetch(house: House, slug: str, number: int, now: datetime | None, tell: Tell | None) -> ImportReport | None:
    """Fetch the delivery of an import that begins without one; the report where that was its end."""
    store = house.stores.roster(slug)
    entry = store.imports.get(number)
    if entry.status != "running" or entry.delivery is not None or entry.kind == "rollback":
        return None
    from homeroom.sync import pulling  # it brings clients of other systems along

    entry = store.imports.resume(number, house.executor.name)
    _begun(house, slug, entry)
    fetched = partial(pulling.bring, house, slug, entry, _now(now), _heard(house, slug, entry, tell, WalkClock()))
    made = _whatever_comes(house, slug, entry, fetched)
    if made is None:  # nothing changed, and the import is withdrawn
        summarise(house, slug)
        return ending.ended(ending.bare_report(house, slug, entry), status="done", outcome="success", reason=None, now=_now(now))
    return made if isinstance(made, ImportReport) else None


def _begun(house: House, slug: str, entry: Import) -> None:
    """Let the list of what ran show it, and that of districts that this one is being walked; a dry run changes nothing there."""
    if entry.delivery is not None or entry.trigger not in SMALL:  # a round of the day that finds nothing leaves no line
        ran.note(house, slug, datetime.now(UTC))
    if not entry.dry_run:
        house.stores.control.summaries.begun(slug, entry.number, entry.started_at)


def _heard(house: House, slug: str, entry: Import, tell: Tell | None, clock: WalkClock) -> Tell:
    """Writes each step of an import down with the time of those before it, and passes it on."""

    told = 0.0
    waited_for = entry.trigger == "refresh"  # whoever asked waits for the answer, and nobody has time to look at the steps

    def heard(step: str) -> None:
        nonlocal told
        begins = clock.hear(step)
        if (begins and not waited_for) or clock.seconds() - told >= OFTEN_ENOUGH:
            told = clock.seconds()
            position = {"done": step.done, "of": step.of} if isinstance(step, Position) else {}
            walked = [[each.step, moment(each.began), each.seconds] for each in clock.steps()]
            house.stores.roster(slug).imports.step(entry.number, entry.attempt, step, walked=walked, **position)
        if tell is not None and begins:
            tell(step)

    return heard


def _whatever_comes(house: House, slug: str, entry: Import, work: Callable[[], Made]) -> Made | ImportReport:
    """Do a part of an import; whatever ends it there is written down as its end, and the report returned."""
    try:
        return work()
    except Refused as refusal:
        why = ending.reason_of(refusal)
    except Misuse as misuse:
        # What was right when the import began: a folder of layouts that is gone, a setting that is no longer understood.
        why = ending.reason("settings_wrong", what=str(misuse))
    except Exception as bug:
        if disk_is_full(bug):
            why = ending.reason("disk_full")
        elif isinstance(bug, TryAgain):
            raise
        else:
            _broke(house, slug, entry, bug)
            raise
    ending.fail(house, slug, entry.number, why, datetime.now(UTC))
    return _report(house, slug, entry.number)


def _broke(house: House, slug: str, entry: Import, bug: Exception) -> None:
    """End an import that a mistake of ours broke. Its text may hold a child's data: only its kind is told, the place is in the log."""
    import structlog  # it brings rich along, a tenth of a second for every command

    kind, step = type(bug).__name__, house.stores.roster(slug).imports.get(entry.number).step
    structlog.get_logger("homeroom.imports").error("import-broke", district=slug, number=entry.number, kind=kind, step=step)
    ending.fail(house, slug, entry.number, ending.reason("internal_error", kind=kind), datetime.now(UTC))


def _now(now: datetime | None) -> datetime:
    return now or datetime.now(UTC)
