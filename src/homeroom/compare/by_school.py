"""What a plan would do, school by school: for the person who must decide about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from homeroom.compare.soundness import ActiveCounts
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted
from homeroom.roster.report import SchoolPlan
from homeroom.workbench.bench import Workbench


def by_school(workbench: Workbench, tables: Iterable[Table], active: ActiveCounts) -> tuple[SchoolPlan, ...]:
    """One entry per school and table that the plan would change, and per school that has active records in such a table.

    A person of several schools counts in each of them. What belongs to no school is in no entry.
    """
    found: list[SchoolPlan] = []
    for table in tables:
        if table.school_column is None or not workbench.exists(f"plan_{table.name}"):
            continue
        rows = workbench.rows(f"""
            SELECT school, verb, count(*) FROM (
                SELECT DISTINCT "sourcedId", verb, unnest(_school) AS school FROM {quoted(f"plan_{table.name}")}
            ) WHERE school IS NOT NULL GROUP BY ALL
        """)
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for school, verb, count in rows:
            counted[school][verb] += int(count)
        held = active(table.name).schools if counted else {}
        for school in sorted({*counted, *held}):
            n = counted[school]
            found.append(SchoolPlan(school, table.name, n["add"], n["update"], n["remove"], n["restore"], held.get(school, 0)))
    return tuple(found)
