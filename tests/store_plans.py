"""Plans made by hand, for tests of the store without the rooms that make real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homeroom.roster.catalogue import catalogue
from homeroom.roster.names import quoted
from homeroom.roster.report import TableReport
from homeroom.store.commits import Commit, Origin
from homeroom.store.roster import RosterStore
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan

NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
Rows = Mapping[str, str | None]


def user(key: str, **cells: str | None) -> dict[str, str | None]:
    """A user with a name made from the key."""
    return {"sourcedId": key, "givenName": f"Given {key}", "familyName": f"Family {key}", "role": "student"} | cells


def load(workbench: Workbench, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """`Workbench.load` by columns, for thousands of rows."""
    lists = ", ".join(f"unnest(?::VARCHAR[]) AS {quoted(c)}" for c in columns)
    workbench.run(
        f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT {lists}", [[r[n] for r in rows] for n in range(len(columns))]
    )


def make_plan(workbench: Workbench, table: str, actions: Sequence[tuple[str, Rows]], *, stored: str | None = None) -> TableReport:
    """Make `plan_T` from (verb, cells) pairs; ids come from `stored_T`, which the caller has brought."""
    columns = catalogue()[table].columns
    cells = [(verb, *(row.get(c) for c in columns), "0", str(n)) for n, (verb, row) in enumerate(actions, 1)]
    load(workbench, "made", ["verb", *columns, "file_number", "row_number"], cells)
    listed = ", ".join(f"m.{quoted(c)}" for c in columns)
    ids = f'LEFT JOIN {quoted(stored)} s ON s."sourcedId" = m."sourcedId"' if stored else ""
    id = "s.id" if stored else "NULL::BIGINT"
    workbench.run(
        f"CREATE OR REPLACE TABLE {quoted(f'plan_{table}')} AS SELECT m.verb, {id} AS id, {listed}, "
        f"m.file_number::INTEGER AS _file, m.row_number::BIGINT AS _row FROM made m {ids}"
    )
    verbs = [verb for verb, _ in actions]
    return TableReport(
        added=verbs.count("add"), updated=verbs.count("update"), removed=verbs.count("remove"), restored=verbs.count("restore")
    )


def commit(store: RosterStore, plans: Mapping[str, Sequence[tuple[str, Rows]]], folder: Path, **changes: object) -> int:
    """Begin an import, make the plan, apply it; returns the revision."""
    night = store.revision()
    begun = store.imports.begin(source=1, delivery=None, kind="continuous", trigger="test", now=NOW)
    with Workbench(folder / f"bench-{begun.number}") as workbench:
        reports = {}
        for table, actions in plans.items():
            load(workbench, "asked", ["sourcedId"], [[row["sourcedId"]] for _, row in actions])
            stored = store.bring(workbench, table, "asked")
            reports[table] = make_plan(workbench, table, actions, stored=stored)
        plan = Plan(tables=reports, hash="sha256:made", first=night == 0)
        header = Commit(
            number=begun.number,
            attempt=begun.attempt,
            source=1,
            revision_before=night,
            now=NOW + timedelta(days=night),
            report={"import": begun.number},
            files=(Origin(0, "users.csv", 1),),
        )
        first = changes.pop("first", None)
        header = replace(header, **changes)  # type: ignore[arg-type]
        return store.apply_first(workbench, plan, header) if first else store.apply(workbench, plan, header)
