"""Judging a plan: may it go on by itself, must a person look, or is the delivery a fault?

The questions are asked in the order of their weight, and the first answer is the reason; the limits that tripped are
reported in full with any of them. Nothing is counted in the store for a table that loses and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from homeroom.compare.allowance import Change, Limits
from homeroom.compare.plan import Walked
from homeroom.compare.resemblance import another_district, reason, rekeyed
from homeroom.compare.soundness import (
    Active,
    ActiveCounts,
    Context,
    Counts,
    LastTime,
    nothing_accepted,
    out_of_season,
    shrunk,
    suddenly_empty,
    too_many_refused,
)
from homeroom.roster.names import quoted, text
from homeroom.roster.report import LimitReport, Reason, TableReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Judgement, Lookup, Plan

__all__ = ["Active", "ActiveCounts", "Context", "LastTime", "Limits", "judge"]

TOLD_SCHOOLS = 50
"""So many tripped schools per table and kind of change are reported, the largest first; a longer list helps nobody."""


def judge(workbench: Workbench, plan: Plan, limits: Limits, active: ActiveCounts, context: Context) -> Judgement:
    """Say whether the plan may pass. A first import always may: there is nothing yet that it could damage."""
    if plan.first:
        return Judgement("pass")
    counts = Counts(active)
    if fault := suddenly_empty(limits, counts, context):
        return Judgement("fail", fault)
    tripped = [t for w in context.walked for t in _tripped(workbench, plan, w, limits, counts)]
    named = _with_names(workbench, context.lookup, tripped)
    unusable = too_many_refused(plan, limits, context)
    complete = {w.table.name for w in context.walked if w.sifted.mode == "continuous" and not w.sifted.partial}
    why = (
        rekeyed(workbench, plan, limits)
        or another_district(workbench, plan, limits, lambda table: counts(table).total, complete)
        or told(named)
        or nothing_accepted(limits, counts, context)
        or (unusable[0].reason if unusable else None)
        or shrunk(limits, context)
        or out_of_season(limits, counts, context)
    )
    if why is None:
        return Judgement("pass")
    return Judgement("hold" if limits.policy == "hold" else "fail", why, (*named, *(u.limit for u in unusable)))


def _tripped(workbench: Workbench, plan: Plan, walked: Walked, limits: Limits, counts: Counts) -> Iterator[LimitReport]:
    """The limits of one table that its plan goes over: for the whole table, then school by school."""
    table, report = walked.table.name, plan.tables.get(walked.table.name, TableReport())
    changes: tuple[tuple[Change, int], ...] = (("remove", report.removed), ("update", report.updated))
    counts_at_all = _district_s_own(workbench, walked)
    for change, planned in changes:
        count = planned
        if planned and counts_at_all != "TRUE":
            rows = f"FROM {quoted(f'plan_{table}')} WHERE verb = '{change}' AND {counts_at_all}"
            count = workbench.value(f"SELECT count(*) {rows}")
        if not count:
            continue
        of = counts(table).total
        if (allowed := limits.tripped(table, None, change, count, of)) is not None:
            yield LimitReport(table, None, change, count, of, allowed)
        if walked.table.school_column:
            yield from _tripped_schools(workbench, walked, change, limits, counts(table))


def _district_s_own(workbench: Workbench, walked: Walked) -> str:
    """SQL: whether a planned row changes by what the district sent.

    What the calendar alone makes is no sign of a broken export, nor is a record that only changes hands, as a person said.
    """
    if workbench.exists(f"handed_{walked.table.name}"):
        return f"_changed IS DISTINCT FROM '{{}}' AND {_by_no_calendar(walked)}"
    return _by_no_calendar(walked)


def _by_no_calendar(walked: Walked) -> str:
    clocked = sorted({column for feed in walked.sifted.feeds for column in feed.clocked})
    if not clocked:
        return "TRUE"
    made = "coalesce(json_extract_string(metadata, '$.made') = 'true', FALSE)" if "sourcedId" in clocked else "FALSE"
    listed = ", ".join(text(c) for c in clocked)
    only = f"len(list_filter(json_keys(_changed), lambda k: NOT list_contains([{listed}], k))) = 0"
    return f"NOT CASE WHEN verb = 'update' THEN coalesce({only}, FALSE) ELSE {made} END"


def _tripped_schools(workbench: Workbench, walked: Walked, change: Change, limits: Limits, active: Active) -> list[LimitReport]:
    table = walked.table.name
    counted = workbench.rows(f"""
        SELECT school, count(*) AS n FROM (
            SELECT DISTINCT "sourcedId", unnest(_school) AS school FROM {quoted(f"plan_{table}")}
            WHERE verb = '{change}' AND {_district_s_own(workbench, walked)}
        ) GROUP BY school ORDER BY n DESC, school
    """)
    found = []
    for school, count in counted:
        of = active.schools.get(school, 0)
        if (allowed := limits.tripped(table, school, change, count, of)) is not None:
            found.append(LimitReport(table, school, change, count, of, allowed))
    return found[:TOLD_SCHOOLS]


def _with_names(workbench: Workbench, lookup: Lookup, tripped: Sequence[LimitReport]) -> tuple[LimitReport, ...]:
    """The same reports, with the names that the store has for their schools."""
    schools = sorted({t.school for t in tripped if t.school is not None})
    if not schools:
        return tuple(tripped)
    workbench.load("tripped_schools", ["sourcedId"], [[s] for s in schools])
    stored = lookup("orgs", "tripped_schools")
    names = dict(workbench.rows(f'SELECT "sourcedId", name FROM {stored} SEMI JOIN tripped_schools USING ("sourcedId")'))
    return tuple(replace(t, school_name=names.get(t.school)) for t in tripped)


def told(tripped: Sequence[LimitReport]) -> Reason | None:
    """The reason of an ordinary hold, told by the first limit: a whole table's before a school's.

    Each sentence is one of the `forms` that the code declares.
    """
    if not tripped:
        return None
    schools = {t.school for t in tripped}
    if len(schools) == 1 and None not in schools and len(tripped) > 1 and all(t.change == "remove" for t in tripped):
        # One school that loses much in every table is one thing to say, not one per table.
        lost = ", ".join(f"{t.count:,} of {t.of:,} {t.table}" for t in tripped)
        return reason("limit_exceeded", what=f"{tripped[0].school_name or tripped[0].school} would lose {lost}")
    first = next((t for t in tripped if t.school is None), tripped[0])
    verb = "removed" if first.change == "remove" else "updated"
    place = f" of {first.school_name or first.school}" if first.school else ""
    what = f"{first.count:,} of {first.of:,} {first.table}{place} would be {verb}; {first.allowed:,} may be"
    others = len(tripped) - 1
    if others:
        what += f" ({others} more {'limit was' if others == 1 else 'limits were'} passed)"
    return reason("limit_exceeded", what=what)
