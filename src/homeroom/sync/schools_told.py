"""What the report says of schools that stepped out and of matching, and what the judgement must know of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from homeroom.compare.limits import Active, ActiveCounts
from homeroom.layouts.schools.matching import suggestion
from homeroom.layouts.schools.rules import SchoolRules
from homeroom.layouts.schools.standing import OUT, SEEN, is_school
from homeroom.layouts.schools.stepping import skipped
from homeroom.roster.report import SchoolReport, SkippedReport
from homeroom.workbench.bench import Workbench


def counted(bench: Workbench, tables: Iterable[str]) -> dict[str, dict[int, int]]:
    """Table -> file number -> rows of that file that were left out, since their school steps out."""
    found: dict[str, dict[int, int]] = {}
    for table in tables:
        if bench.exists(f"skipped_{table}"):
            rows = bench.rows(f"SELECT _file, count(*) FROM {skipped(table)} WHERE NOT made GROUP BY _file")
            if rows:
                found[table] = dict(rows)
    return found


def in_scope(bench: Workbench, active: ActiveCounts, stepped: int) -> ActiveCounts:
    """The counts of active records without those of schools that step out: no limit counts these.

    A person of several schools is counted in each of them, so the total is never taken below that of the largest school in scope.
    """
    if not stepped:
        return active
    out = {school for (school,) in bench.rows(f'SELECT "sourcedId" FROM {OUT}')}

    def counts(table: str) -> Active:
        every = active(table)
        rest = {school: n for school, n in every.schools.items() if school not in out}
        lost = sum(every.schools.get(school, 0) for school in out)
        return replace(every, total=max(every.total - lost, max(rest.values(), default=0)), schools=rest)

    return counts


def skipped_report(bench: Workbench, tables: Iterable[str]) -> tuple[SkippedReport, ...]:
    """Every school that stepped out, by which rule, and how many rows of each table were left out for it."""
    if not bench.exists(OUT):
        return ()
    rows: dict[str, dict[str, int]] = {}
    for table in tables:
        if bench.exists(f"skipped_{table}"):
            for school, count in bench.rows(f"SELECT school, count(*) FROM {skipped(table)} GROUP BY school"):
                rows.setdefault(school, {})[table] = count
    out = bench.rows(f'SELECT "sourcedId", name, kind, rule FROM {OUT} ORDER BY 1')
    return tuple(SkippedReport(id, name, kind, rule, rows.get(id, {})) for id, name, kind, rule in out)


def schools_report(bench: Workbench, rules: SchoolRules, *, always: bool) -> tuple[SchoolReport, ...]:
    """How the schools of the SIS and the district's own match; empty where no own school was declared, unless `always`."""
    if not bench.exists(SEEN) or not (rules.own or always):
        return ()
    matched = rules.matched
    told = []
    seen = bench.rows(f'SELECT "sourcedId", name FROM {SEEN} WHERE {is_school()} ORDER BY 1')
    for school, name in seen:
        if (own := matched.get(school)) is not None:
            told.append(SchoolReport(school, name, "matched", own.id, own.name))
            continue
        meant = suggestion(school, name or "", rules.own)
        told.append(
            SchoolReport(school, name, "unmatched", suggested=meant[0].id if meant else None, why=meant[1] if meant else None)
        )
    known = {school for school, _ in seen}
    told += [SchoolReport(o.sis, None, "missing", o.id, o.name) for o in rules.own if o.sis not in known]
    return tuple(told)
