"""The import log of one district: what was walked, how far it came, how it ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.roster.report import Outcome, Status
from homeroom.store import totals
from homeroom.store.district_tables import imports
from homeroom.store.moments import read, written
from homeroom.store.numbers import next_number
from homeroom.store.places import Place
from homeroom.store.totals import Totals

_LIGHT = tuple(c for c in imports.c if c.name != "report")


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `attempt` counts the walks of it: a resumed one has a higher number, and the older may no longer commit.

    `step` is where the walk is, `progress` what it says of itself there (plain JSON values). `reason` is the contract's
    `{"code", "message", "remedy"}`. `plan` is the plan's hash. `totals` are the report's sums; None before there
    is a report, and for imports of a version that did not keep them.
    """

    number: int
    delivery: int | None
    source: int | None
    kind: str
    trigger: str
    dry_run: bool
    status: Status
    outcome: Outcome | None
    reason: Mapping[str, str] | None
    plan: str | None
    revision_before: int | None
    revision_after: int | None
    step: str | None
    progress: Mapping[str, Any] | None
    attempt: int
    executor: str | None
    started_at: datetime
    finished_at: datetime | None
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which imports are sought: None is any. `since` and before `until`: when they were begun."""

    status: Status | None = None
    outcome: Outcome | None = None
    trigger: str | None = None
    source: int | None = None
    dry_run: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


_SOUGHT = ("status", "outcome", "trigger", "source", "dry_run")


@dataclass(frozen=True, slots=True)
class Alike:
    """The import that another click, or another process, may have begun already: of the source, in earnest or not as the new one.

    `after`: begun later than that import. `delivery`: of that delivery. `trigger`: begun by that, and running still. One that failed
    or was turned down stands in nobody's way.
    """

    source: int | None
    after: int = 0
    delivery: int | None = None
    trigger: str | None = None


class Imports:
    """The import log. Numbers count within the district and are never given twice."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def begin(
        self,
        *,
        source: int | None,
        delivery: int | None,
        kind: str,
        trigger: str,
        now: datetime,
        dry_run: bool = False,
        executor: str | None = None,
    ) -> Import:
        """Write down that an import begins: status `running`, attempt 1."""
        with self._place.write() as connection:
            number = next_number(connection, "import")
            row = _begun(number, source, delivery, kind, trigger, now, dry_run=dry_run, executor=executor)
            connection.execute(insert(imports).values(row))
        return self.get(number)

    def begin_once(
        self,
        alike: Alike,
        *,
        source: int | None,
        delivery: int | None,
        kind: str,
        trigger: str,
        now: datetime,
        dry_run: bool = False,
        executor: str | None = None,
    ) -> tuple[Import, bool]:
        """Write down that an import begins, unless one that is alike was begun: then that one, and False.

        Both happen under the counter's lock, so of any number of callers, in any process, one begins it.
        """
        with self._place.write() as connection:
            number = next_number(connection, "import")
            there = connection.execute(_like(alike, dry_run)).first()
            if there is not None:
                connection.rollback()  # or a number would be gone for nothing
                return _import(there), False
            row = _begun(number, source, delivery, kind, trigger, now, dry_run=dry_run, executor=executor)
            connection.execute(insert(imports).values(row))
        return self.get(number), True

    def like(self, alike: Alike) -> Import | None:
        """The import in earnest that is alike and stands."""
        with self._place.read() as connection:
            found = connection.execute(_like(alike, dry_run=False)).first()
        return _import(found) if found is not None else None

    def resume(self, number: int, executor: str | None) -> Import:
        """Walk a running or waiting import again: a new attempt, which fences off every older one.

        Raises Misuse when the import has ended.
        """
        with self._place.write() as connection:
            done = connection.execute(
                update(imports)
                .where(imports.c.number == number, imports.c.status.in_(("running", "waiting_for_approval")))
                .values(attempt=imports.c.attempt + 1, executor=executor, step=None, progress=None)
            )
        if not done.rowcount:
            raise Misuse("Import {number} has ended and cannot be resumed; import the delivery again.", number=str(number))
        return self.get(number)

    def step(self, number: int, attempt: int, step: str, **progress: Any) -> None:
        """Say where the walk is. Raises TryAgain when this attempt was overtaken."""
        values = {"step": step, "progress": json.dumps(progress) if progress else None}
        with self._place.write() as connection:
            hold(connection, number, attempt, values)

    def delivered(self, number: int, attempt: int, delivery: int) -> None:
        """Say which delivery an import walks, once it was fetched. Raises TryAgain when this attempt was overtaken."""
        with self._place.write() as connection:
            hold(connection, number, attempt, {"delivery": delivery})

    def becomes_whole(self, number: int, attempt: int) -> None:
        """Say that an import of single records turned out to need everything. Raises TryAgain when this attempt was overtaken."""
        with self._place.write() as connection:
            hold(connection, number, attempt, {"kind": "continuous"})

    def withdraw(self, number: int, attempt: int) -> None:
        """Forget an import that turned out to have nothing to walk; its number stays unused. Raises TryAgain when this attempt was overtaken."""
        with self._place.write() as connection:
            hold(connection, number, attempt, {"step": None})
            connection.execute(delete(imports).where(imports.c.number == number))

    def settle(
        self,
        number: int,
        *,
        status: Status,
        outcome: Outcome | None,
        reason: Mapping[str, str] | None,
        report: Mapping[str, Any] | None,
        now: datetime,
    ) -> None:
        """End an import without a walk: a hold that was rejected or superseded, a walk that was cut off.

        Raises Misuse when it has ended already.
        """
        values = {
            "status": status,
            "outcome": outcome,
            "reason": json.dumps(dict(reason)) if reason else None,
            "finished_at": written(now),
            "attempt": imports.c.attempt + 1,
        }
        if report is not None:
            values["report"] = json.dumps(dict(report), ensure_ascii=False)
            values["totals"] = totals.totals_of(report).written()
        live = imports.c.status.in_(("running", "waiting_for_approval"))
        with self._place.write() as connection:
            done = connection.execute(update(imports).where(imports.c.number == number, live).values(values))
        if not done.rowcount:
            raise Misuse("Import {number} has ended already.", number=str(number))

    def get(self, number: int) -> Import:
        """One import. Raises Misuse for an unknown number."""
        with self._place.read() as connection:
            row = connection.execute(select(*_LIGHT).where(imports.c.number == number)).one_or_none()
        if row is None:
            raise Misuse("There is no import {number}.", number=str(number))
        return _import(row)

    def report(self, number: int) -> dict[str, Any] | None:
        """The import report as it was written, or None before there is one. Raises Misuse for an unknown number."""
        with self._place.read() as connection:
            row = connection.execute(select(imports.c.report).where(imports.c.number == number)).one_or_none()
        if row is None:
            raise Misuse("There is no import {number}.", number=str(number))
        return json.loads(row.report) if row.report is not None else None

    def last(self, limit: int = 50, *, before: int | None = None, source: int | None = None) -> list[Import]:
        """Imports, newest first; `before` a number, for the next page."""
        wanted = select(*_LIGHT).order_by(imports.c.number.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(imports.c.number < before)
        if source is not None:
            wanted = wanted.where(imports.c.source == source)
        with self._place.read() as connection:
            return [_import(row) for row in connection.execute(wanted)]

    def since(self, begun: datetime, *, source: int | None = None, but: Collection[str] = ()) -> list[Import]:
        """Imports that were begun at a moment or later, dry runs too, newest first; `but`: without those triggers."""
        wanted = select(*_LIGHT).where(imports.c.started_at >= written(begun)).order_by(imports.c.number.desc())
        if source is not None:
            wanted = wanted.where(imports.c.source == source)
        if but:
            wanted = wanted.where(imports.c.trigger.not_in(but))
        with self._place.read() as connection:
            return [_import(row) for row in connection.execute(wanted)]

    def search(self, wanted: Sought, limit: int, offset: int) -> tuple[list[Import], int]:
        """A page of the imports that are sought, newest first, and how many there are in all."""
        where = [getattr(imports.c, name) == given for name in _SOUGHT if (given := getattr(wanted, name)) is not None]
        where += [imports.c.started_at >= written(wanted.since)] if wanted.since is not None else []
        where += [imports.c.started_at < written(wanted.until)] if wanted.until is not None else []
        asked = select(*_LIGHT).where(*where).order_by(imports.c.number.desc()).limit(limit).offset(offset)
        with self._place.read() as connection:
            total = int(connection.execute(select(func.count()).select_from(imports).where(*where)).scalar_one())
            return [_import(row) for row in connection.execute(asked)], total

    def behind(self, number: int, since: datetime, also: Collection[int] = ()) -> list[Import]:
        """Imports with a higher number that were begun since a moment, and those with the numbers `also`; oldest first."""
        newer = (imports.c.number > number) & (imports.c.started_at >= written(since))
        wanted = select(*_LIGHT).where(or_(newer, imports.c.number.in_(also))).order_by(imports.c.number)
        with self._place.read() as connection:
            return [_import(row) for row in connection.execute(wanted)]

    def triggers(self) -> list[str]:
        """Every trigger that an import of this district ever had."""
        with self._place.read() as connection:
            return list(connection.execute(select(imports.c.trigger).distinct()).scalars())

    def with_status(self, status: Status) -> list[Import]:
        """All imports of a status, oldest first: those that run, those that wait."""
        wanted = select(*_LIGHT).where(imports.c.status == status).order_by(imports.c.number)
        with self._place.read() as connection:
            return [_import(row) for row in connection.execute(wanted)]


def hold(connection: Connection, number: int, attempt: int, values: Mapping[str, Any]) -> None:
    """Update the row of an import whose attempt is still ours; the row is locked until the end of the transaction.

    Raises TryAgain when the attempt was overtaken or the import has ended: whoever is here is a ghost.
    """
    mine = (imports.c.number == number, imports.c.attempt == attempt, imports.c.status.in_(("running", "waiting_for_approval")))
    done = connection.execute(update(imports).where(*mine).values(dict(values)))
    if done.rowcount != 1:
        raise TryAgain(
            "import {number} was taken over: attempt {attempt} may not write any more", number=str(number), attempt=str(attempt)
        )


def _begun(
    number: int,
    source: int | None,
    delivery: int | None,
    kind: str,
    trigger: str,
    now: datetime,
    *,
    dry_run: bool,
    executor: str | None,
) -> dict[str, Any]:
    """The row of an import that begins."""
    return {
        "number": number,
        "delivery": delivery,
        "source": source,
        "kind": kind,
        "trigger": trigger,
        "dry_run": dry_run,
        "status": "running",
        "attempt": 1,
        "executor": executor,
        "started_at": written(now),
    }


def _like(alike: Alike, dry_run: bool) -> Select[Any]:
    """The newest import that is alike, where it stands in the way of another."""
    wanted = select(*_LIGHT).where(
        imports.c.number > alike.after, imports.c.dry_run == dry_run, imports.c.source.is_not_distinct_from(alike.source)
    )
    if alike.delivery is not None:
        wanted = wanted.where(imports.c.delivery == alike.delivery)
    if alike.trigger is not None:
        wanted = wanted.where(imports.c.trigger == alike.trigger, imports.c.status == "running")
    newest = wanted.order_by(imports.c.number.desc()).limit(1).subquery()
    stands = or_(newest.c.outcome.is_(None), newest.c.outcome != "failed")
    return select(*newest.c).where(newest.c.status != "rejected", stands)


def _import(row: Row[Any]) -> Import:
    return Import(
        number=row.number,
        delivery=row.delivery,
        source=row.source,
        kind=row.kind,
        trigger=row.trigger,
        dry_run=bool(row.dry_run),
        status=row.status,
        outcome=row.outcome,
        reason=json.loads(row.reason) if row.reason else None,
        plan=row.plan,
        revision_before=row.revision_before,
        revision_after=row.revision_after,
        step=row.step,
        progress=json.loads(row.progress) if row.progress else None,
        attempt=row.attempt,
        executor=row.executor,
        started_at=read(row.started_at),
        finished_at=read(row.finished_at),
        totals=totals.read(row.totals) if row.totals else None,
    )
