"""Judging the files themselves, whatever the plan says: empty, shrunk, or full of rows that cannot be taken.

A file is compared with what came in its place last time, if the same layouts read it then: the files of another system, or of
another format, are no measure for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from homeroom.compare.allowance import WITHOUT_FLOOR, Limits
from homeroom.compare.plan import Walked
from homeroom.compare.resemblance import reason
from homeroom.roster.report import LimitReport, Reason, TableReport
from homeroom.workbench.values import Lookup, Plan


@dataclass(frozen=True, slots=True)
class Active:
    """How many active records of this source a table has: in all, and per school (a record of two schools counts in both)."""

    total: int = 0
    schools: Mapping[str, int] = field(default_factory=dict)


ActiveCounts = Callable[[str], Active]
"""Asks the store for the active records of one table; called once, and only for a table that is in question."""


@dataclass(frozen=True, slots=True)
class LastTime:
    """What the complete files of a table were in the last import that was applied: rows, refused rows, who read them.

    `skipped`: those of the rows that belonged to schools which stepped out.
    """

    rows: int
    refused: int = 0
    layouts: frozenset[str] = frozenset()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What else a judgement needs: the tables that walked, what their files were last time, and the way to the store.

    `last`: what each table's complete files were in the last import of this source that was applied. `hollow`: for a table of
    several files, (file, records that it brought) for each that came without any row. `skipped`: for each table, how many of
    tonight's rows belong to schools that step out.
    """

    walked: Sequence[Walked]
    last: Mapping[str, LastTime]
    lookup: Lookup
    hollow: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)


class Counts:
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


def suddenly_empty(limits: Limits, counts: Counts, context: Context) -> Reason | None:
    for walked in _emptied(context):
        table = walked.table.name
        if table not in limits.seasonally_empty and (of := counts(table).total):
            return reason("suddenly_empty", file=_files(walked), count=of, table=table)
    for table, files in context.hollow.items():
        if table not in limits.seasonally_empty and files:
            return reason("suddenly_empty", file=files[0][0], count=files[0][1], table=table)
    return None


def out_of_season(limits: Limits, counts: Counts, context: Context) -> Reason | None:
    for walked in _emptied(context):
        table = walked.table.name
        if table in limits.seasonally_empty and (of := counts(table).total):
            return reason("seasonally_empty", file=_files(walked), count=of, table=table)
    for table, files in context.hollow.items():
        if table in limits.seasonally_empty and files:
            return reason("seasonally_empty", file=files[0][0], count=files[0][1], table=table)
    return None


def nothing_accepted(limits: Limits, counts: Counts, context: Context) -> Reason | None:
    """Files of which no row could be taken, where there is data: every record lives on, and yet no night may pass so quietly."""
    for walked in context.walked:
        table, tallies = walked.table.name, walked.admitted.tallies
        refused = sum(t.refused for t in tallies)
        none = refused > limits.of(table, "floor") and not any(t.accepted for t in tallies)
        if none and walked.sifted.mode == "continuous" and counts(table).total:
            return reason("nothing_accepted", file=_files(walked), rows=f"{refused:,}")
    return None


def shrunk(limits: Limits, context: Context) -> Reason | None:
    """A file that shrank to half: even where nothing is removed for it, something is wrong with the export."""
    for walked in context.walked:
        table, rows = walked.table.name, sum(c.rows for c in walked.sifted.counts)
        last = _same_kind(walked, context) or LastTime(0)
        complete = walked.sifted.mode == "continuous" and not walked.sifted.partial
        # A school that steps out or in again is no shrinking, nor is one whose rows no longer come while it is out.
        read, before = rows - context.skipped.get(table, 0), last.rows - last.skipped
        shrank = _much_less(limits, table, rows, last.rows) and _much_less(limits, table, read, before)
        if complete and rows and shrank:
            return reason("file_shrunk", file=_files(walked), rows=rows, before=last.rows)
    return None


def _much_less(limits: Limits, table: str, rows: int, before: int) -> bool:
    little = before - rows <= limits.of(table, "floor") and table not in WITHOUT_FLOOR
    return not little and rows <= before * limits.of(table, "shrunk_share")


class Unusable(NamedTuple):
    """A table of which too many rows were refused: the limit that tripped, and the reason in words."""

    limit: LimitReport
    reason: Reason


def too_many_refused(plan: Plan, limits: Limits, context: Context) -> list[Unusable]:
    """Tables of which many more rows were refused than last time. Their records live on, yet a column or a code list has moved.

    Rows that were refused last time too are known: a district with bad data is not held every night for it.
    """
    found = []
    for walked in context.walked:
        table, rows = walked.table.name, _rows(walked)
        refused = plan.tables.get(table, TableReport()).refused
        last = _same_kind(walked, context)
        before = last.refused if last is not None else 0
        allowed = before + limits.refusable(table, rows)
        if walked.sifted.mode == "continuous" and rows and refused > allowed:
            limit = LimitReport(table, None, "refuse", refused, rows, allowed)
            said = {"file": _files(walked), "count": f"{refused:,}", "rows": f"{rows:,}"}
            found.append(Unusable(limit, reason("too_many_refused", **said, allowed=f"{allowed:,}", before=f"{before:,}")))
    return found


def _rows(walked: Walked) -> int:
    """The rows of a table's files, unreadable ones too; 0 for a table whose rows are made from those of another."""
    counted = {c.file: c.rows for c in walked.sifted.counts}
    files = (f.text for f in walked.sifted.feeds if not f.made)
    return sum(t.rows if t.rows is not None else counted[t.file.number] for t in files)


def _same_kind(walked: Walked, context: Context) -> LastTime | None:
    """What came in place of a table's files last time, if the same layouts read it; None: nothing to compare with."""
    last = context.last.get(walked.table.name)
    mine = {f.layout for f in walked.sifted.feeds if not f.made}
    return last if last is not None and last.layouts == mine else None


def _files(walked: Walked) -> str:
    return ", ".join(dict.fromkeys(f.text.file.name for f in walked.sifted.feeds))
