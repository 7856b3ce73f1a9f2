"""What probably stands behind a plan that went over a limit, told from facts alone: the report, and how large files usually are.

A guess is a word and the values of its sentence; where the facts point nowhere, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.roster.codes import read_back
from homeroom.roster.report import ImportReport, LimitReport, TableReport
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.summaries import Cause

HALF = 0.75
"""A complete file with no more than this share of its usual rows counts as cut off."""
_TURNED = 0.5
"""From this share of a table's records that go while as many come, a table is turned over."""
_FOUND_BY_RULES = ("rekeyed", "another_district", "too_many_refused", "nothing_accepted", "seasonally_empty")
"""Reasons that say by themselves what is the matter."""


def people_removed(report: ImportReport) -> int:
    """How many people the import would remove."""
    return report.tables["users"].removed if "users" in report.tables else 0


def usual_rows(store: RosterStore, entry: Import) -> dict[str, int]:
    """File name -> its rows in the last import of the same source that was applied."""
    for other in store.imports.last(50, before=entry.number, source=entry.source):
        if other.status == "done" and other.outcome != "failed" and not other.dry_run and other.kind == "continuous":
            known = store.imports.report(other.number)
            return {f.name: f.rows for f in ImportReport.from_json(known).files if f.table is not None} if known else {}
    return {}


def cause(report: ImportReport, usual: Mapping[str, int]) -> Cause | None:
    """The likeliest cause of a hold. `usual`: file name -> rows of the last time. The order is that of how sure each one is."""
    why = report.reason
    if why is not None and why.code in _FOUND_BY_RULES:
        return Cause(why.code, {"message": why.message, **read_back(why.code, why.message)})
    # A new year empties the old classes of every school: that is no school gone, so it is looked for first.
    return _new_year(report) or _schools_missing(report) or _half_file(report, usual)


def _schools_missing(report: ImportReport) -> Cause | None:
    """Schools that would lose every record of a table of people, while others lose none."""
    gone = {limit.school: limit for limit in report.limits if _loses_all(limit) and not _people_stay(report, limit.school)}
    if not gone:
        return None
    users = report.tables.get("users", TableReport())
    if users.removed and not users.unchanged + users.updated:
        return None  # everything is gone: that is no school
    first = next(iter(gone.values()))
    named: dict[str, str | int] = {"school": first.school_name or first.school or "", "people": people_removed(report)}
    return Cause("school_missing", named) if len(gone) == 1 else Cause("schools_missing", {"count": len(gone), **named})


def _loses_all(limit: LimitReport) -> bool:
    lost = limit.change == "remove" and limit.school is not None and limit.count == limit.of
    return lost and limit.table in ("users", "enrollments", "classes", "orgs")


def _people_stay(report: ImportReport, school: str | None) -> bool:
    """Whether most people of a school would stay: its other rows are missing, so it is not the school that is gone."""
    people = next((plan for plan in report.by_school if plan.school == school and plan.table == "users"), None)
    return people is not None and people.removed * 2 < people.of


def _half_file(report: ImportReport, usual: Mapping[str, int]) -> Cause | None:
    """The file that shrank most, if it shrank to three quarters or less of its last rows."""
    complete = [f for f in report.files if f.table is not None and f.mode in ("continuous", None) and usual.get(f.name)]
    shrunk = [f for f in complete if f.rows <= usual[f.name] * HALF]
    if not shrunk:
        return None
    worst = min(shrunk, key=lambda f: f.rows / usual[f.name])
    return Cause("half_file", {"file": worst.name, "rows": worst.rows, "usual": usual[worst.name]})


def _new_year(report: ImportReport) -> Cause | None:
    """Classes or enrollments are turned over while the people stay."""
    users = report.tables.get("users", TableReport())
    held = users.removed + users.unchanged + users.updated
    if users.removed > held * _TURNED:
        return None
    for table in ("classes", "enrollments"):
        counts = report.tables.get(table, TableReport())
        stayed = counts.unchanged + counts.updated
        turned = counts.removed > (counts.removed + stayed) * _TURNED
        if turned and counts.added + counts.restored > counts.removed * _TURNED:
            enrollments = report.tables.get("enrollments", TableReport())
            return Cause("new_year", {"ends": enrollments.removed, "begins": enrollments.added + enrollments.restored})
    return None
