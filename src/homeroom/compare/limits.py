"""Judging a plan: may it go on by itself, must a person look, or is the delivery a fault?

The questions are asked in the order of their weight, and the first answer is the reason; the limits that tripped are
reported in full with any of them. Nothing is counted in the store for a table that loses and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from homeroom.compare.allowance import WITHOUT_FLOOR, Change, Limits
from homeroom.compare.plan import Walked
from homeroom.compare.resemblance import another_district, reason, rekeyed
from homeroom.roster.names import quoted, text
from homeroom.roster.report import LimitReport, Reason, TableReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Judgement, Lookup, Plan

__all__ = ["Active", "ActiveCounts", "Context", "Limits", "judge"]

TOLD_SCHOOLS = 50
"""So many tripped schools per table and kind of change are reported, the largest first; a longer list helps nobody."""


@dataclass(frozen=True, slots=True)
class Active:
    """How many active records of this source a table has: in all, and per school (a record of two schools counts in both)."""

    total: int = 0
    schools: Mapping[str, int] = field(default_factory=dict)


ActiveCounts = Callable[[str], Active]
"""Asks the store for the active records of one table; called once, and only for a table that is in question."""


@dataclass(frozen=True, slots=True)
class Context:
    """What else a judgement needs: the tables that walked, the rows of their files last time, and the way to the store.

    `last_rows`: for each table, how many rows its complete files had in the last import of this source that was applied;
    a table that is not in it is not judged by its size. `hollow`: for a table of several files, (file, records that it brought)
    for each that came without any row. `skipped`: for each table, how many rows of its files belonged to schools that step out,
    tonight and the last time.
    """

    walked: Sequence[Walked]
    last_rows: Mapping[str, int]
    lookup: Lookup
    hollow: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    skipped: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def judge(workbench: Workbench, plan: Plan, limits: Limits, active: ActiveCounts, context: Context) -> Judgement:
    """Say whether the plan may pass. A first import always may: there is nothing yet that it could damage."""
    if plan.first:
        return Judgement("pass")
    counts = _Counts(active)
    if fault := _suddenly_empty(limits, counts, context):
        return Judgement("fail", fault)
    tripped = [t for w in context.walked for t in _tripped(workbench, plan, w, limits, counts)]
    named = _with_names(workbench, context.lookup, tripped)
    complete = {w.table.name for w in context.walked if w.sifted.mode == "continuous" and not w.sifted.partial}
    why = (
        rekeyed(workbench, plan, limits)
        or another_district(workbench, plan, limits, lambda table: counts(table).total, complete)
        or _limit(named)
        or _nothing_accepted(limits, counts, context)
        or _shrunk(limits, context)
        or _out_of_season(limits, counts, context)
    )
    if why is None:
        return Judgement("pass")
    return Judgement("hold" if limits.policy == "hold" else "fail", why, named)


class _Counts:
    """The store's counts, asked for once per table."""

    def __init__(self, ask: ActiveCounts) -> None:
        self._ask = ask
        self._known: dict[str, Active] = {}

    def __call__(self, table: str) -> Active:
        if table not in self._known:
            self._known[table] = self._ask(table)
        return self._known[table]


def _emptied(context: Context) -> Iterator[Walked]:
    """Tables whose complete files came without any row, readable or not."""
    for walked in context.walked:
        seen = sum(c.rows for c in walked.sifted.counts)
        unread = any(f.text.unread or f.text.ragged for f in walked.sifted.feeds)
        if walked.sifted.mode == "continuous" and not seen and not unread:
            yield walked


def _suddenly_empty(limits: Limits, counts: _Counts, context: Context) -> Reason | None:
    for walked in _emptied(context):
        table = walked.table.name
        if table not in limits.seasonally_empty and (of := counts(table).total):
            return reason("suddenly_empty", file=_files(walked), count=of, table=table)
    for table, files in context.hollow.items():
        if table not in limits.seasonally_empty and files:
            return reason("suddenly_empty", file=files[0][0], count=files[0][1], table=table)
    return None


def _out_of_season(limits: Limits, counts: _Counts, context: Context) -> Reason | None:
    for walked in _emptied(context):
        table = walked.table.name
        if table in limits.seasonally_empty and (of := counts(table).total):
            return reason("seasonally_empty", file=_files(walked), count=of, table=table)
    for table, files in context.hollow.items():
        if table in limits.seasonally_empty and files:
            return reason("seasonally_empty", file=files[0][0], count=files[0][1], table=table)
    return None


def _nothing_accepted(limits: Limits, counts: _Counts, context: Context) -> Reason | None:
    """Files of which no row could be taken, where there is data: every record lives on, and yet no night may pass so quietly."""
    for walked in context.walked:
        table, tallies = walked.table.name, walked.admitted.tallies
        refused = sum(t.refused for t in tallies)
        none = refused > limits.of(table, "floor") and not any(t.accepted for t in tallies)
        if none and walked.sifted.mode == "continuous" and counts(table).total:
            return reason("nothing_accepted", file=_files(walked), rows=f"{refused:,}")
    return None


def _shrunk(limits: Limits, context: Context) -> Reason | None:
    """A file that shrank to half: even where nothing is removed for it, something is wrong with the export."""
    for walked in context.walked:
        table, rows = walked.table.name, sum(c.rows for c in walked.sifted.counts)
        before = context.last_rows.get(table, 0)
        complete = walked.sifted.mode == "continuous" and not walked.sifted.partial
        now, then = context.skipped.get(table, (0, 0))
        # A school that steps out or in again is no shrinking, nor is one whose rows no longer come while it is out.
        shrank = _much_less(limits, table, rows, before) and _much_less(limits, table, rows - now, before - then)
        if complete and rows and shrank:
            return reason("file_shrunk", file=_files(walked), rows=rows, before=before)
    return None


def _much_less(limits: Limits, table: str, rows: int, before: int) -> bool:
    little = before - rows <= limits.of(table, "floor") and table not in WITHOUT_FLOOR
    return not little and rows <= before * limits.of(table, "shrunk_share")


def _tripped(workbench: Workbench, plan: Plan, walked: Walked, limits: Limits, counts: _Counts) -> Iterator[LimitReport]:
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


def _limit(tripped: Sequence[LimitReport]) -> Reason | None:
    """The reason of an ordinary hold, told by the first limit: a whole table's before a school's."""
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


def _files(walked: Walked) -> str:
    return ", ".join(dict.fromkeys(f.text.file.name for f in walked.sifted.feeds))
