"""How a walk ends: told as a dry run, held for a person, failed by judgement, or committed in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom.checks.fold import Finding
from homeroom.compare import snapshot as snapshots_of
from homeroom.compare.by_school import by_school
from homeroom.compare.plan import refused_as_foreign
from homeroom.reading.lines import lines, offset
from homeroom.roster.catalogue import Table
from homeroom.roster.codes import code
from homeroom.roster.datasets import is_own
from homeroom.roster.faults import Refused
from homeroom.roster.report import ISSUES_IN_REPORT, FileReport, ImportReport, LayoutsUsed, Outcome, Reason, Status
from homeroom.roster.walk_clock import WalkClock
from homeroom.store.absences import AbsenceRows
from homeroom.store.commits import Commit, Origin
from homeroom.store.imports import Import
from homeroom.store.snapshots import SnapshotRow
from homeroom.sync import ending, findings, reporting, schools_told
from homeroom.sync.house import House
from homeroom.sync.walk import Ground, Walked
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan, SourceFile

NOTHING = Plan(tables={}, hash="", first=False)
"""The plan of an import that changes no record: its row and its issues are still written."""


def conclude(
    house: House,
    slug: str,
    bench: Workbench,
    entry: Import,
    started: ImportReport,
    walked: Walked,
    ground: Ground,
    folder: Path,
    now: datetime,
    approved: str | None,
) -> ImportReport:
    """End an import whose walk came through. `approved` is the plan's hash that a person let pass."""
    report = _told(bench, started, walked, ground)
    verdict = walked.judgement.verdict
    changed = approved is not None and approved != walked.plan.hash
    if approved is not None and verdict != "fail":
        # A person let one plan pass and no other: not even one that would have passed by itself.
        verdict = "hold" if changed else "pass"
    if entry.dry_run or verdict == "hold":
        in_scope = schools_told.in_scope(bench, ground.active, len(report.skipped))
        report = replace(report, by_school=by_school(bench, [walked.book[name] for name in walked.plan.tables], in_scope))
    if entry.dry_run:
        made = _dry(report, walked, verdict)
    elif verdict == "pass":
        made = _committed(house, slug, bench, entry, report, walked, ground, folder, now)
        _supersede(house, slug, entry, now)
        return made
    else:
        made = _stopped(report, walked, verdict, changed)
    _write(house, slug, bench, entry, made, replace(NOTHING, hash=walked.plan.hash), now, _origins(walked))
    if made.status == "waiting_for_approval":
        _supersede(house, slug, entry, now)
    return made


def refuse(
    house: House,
    slug: str,
    bench: Workbench,
    entry: Import,
    started: ImportReport,
    delivered: Sequence[SourceFile],
    refusal: Refused,
    ground: Ground,
    now: datetime,
) -> ImportReport:
    """End an import whose delivery cannot be taken: failed, with everything that was found until then."""
    found = findings.publish(bench)
    names = findings.file_names(bench)
    came = names.values() if names else [f.name for f in delivered]
    told = replace(
        started,
        files=reporting.untaken(list(came)),
        schools=schools_told.schools_report(bench, ground.schools, always=False),
        issue_counts=dict(sorted(Counter(f.code for f in found).items())),
        issue_rows=_rows_by_code(found),
        issues=reporting.issues(found[:ISSUES_IN_REPORT], names),
    )
    made = _finished(told, "done", "failed", ending.reason_of(refusal), started.revision_before)
    _write(house, slug, bench, entry, made, NOTHING, now, ())
    return made


def commit_rollback(
    house: House, slug: str, bench: Workbench, entry: Import, plan: Plan, now: datetime, clock: WalkClock
) -> ImportReport:
    """Commit the plan that makes an old revision new. No snapshot is written: what it touches is looked at again."""
    store = house.stores.roster(slug)
    before = store.revision()
    bare = ending.bare_report(house, slug, entry)
    started = replace(bare, revision_before=before, tables=plan.tables, plan=plan.hash, withheld=plan.withheld, clock=clock)
    made = _finished(started, "done", "success", None, before if plan.empty else before + 1)
    commit = Commit(
        number=entry.number,
        attempt=entry.attempt,
        source=None,
        revision_before=before,
        now=now,
        kind="rollback",
        report=made.as_json(),
        datasets=store.datasets(),
    )
    store.apply(bench, plan, commit)
    return made


def _told(bench: Workbench, started: ImportReport, walked: Walked, ground: Ground) -> ImportReport:
    """The report as far as the walk goes: files, tables, limits, issues with their lines."""
    _find_lines(bench, walked)
    found = findings.publish(bench)
    names = findings.file_names(bench)
    used = walked.choice.layouts
    return replace(
        started,
        plan=walked.plan.hash,
        layouts=LayoutsUsed(used.name, used.number, used.digest),
        layouts_why=walked.choice.why,
        files=files_told(bench, walked),
        contacts=walked.contacts.report,
        skipped=schools_told.skipped_report(bench, walked.sifted),
        schools=schools_told.schools_report(bench, ground.schools, always=ground.schools.listing),
        tables=walked.plan.tables,
        withheld=walked.plan.withheld,
        limits=walked.judgement.limits,
        issue_counts=dict(sorted(Counter(f.code for f in found).items())),
        issue_rows=_rows_by_code(found),
        issues=reporting.issues(found[:ISSUES_IN_REPORT], names),
    )


def _rows_by_code(found: Sequence[Finding]) -> dict[str, int]:
    """Code -> how many rows its findings stand for."""
    rows: Counter[str] = Counter()
    for finding in found:
        rows[finding.code] += finding.count
    return dict(sorted(rows.items()))


def files_told(bench: Workbench, walked: Walked) -> tuple[FileReport, ...]:
    """What became of every file of the delivery."""
    names = findings.file_names(bench)
    return reporting.file_reports(
        walked.inspected,
        walked.feeds,
        walked.sifted,
        walked.admitted,
        _notes(walked, names),
        {name: refused_as_foreign(bench, walked.book[name]) for name in walked.sifted},
        dict(_joined(bench, walked)),
        walked.contacts.files,
        walked.skipped,
    )


def _notes(walked: Walked, names: Mapping[int, str]) -> dict[str, str]:
    """Why files of the delivery were not read as a table: file name -> a few words."""
    choice = walked.choice
    notes = {left.name: code(left.code).title for left in walked.left_alone}
    notes |= {look.file.name: why for look, why in choice.unmatched}
    notes |= {names[f.file]: code(f.code).title for f in choice.findings if f.code == "file-not-promised" and f.file is not None}
    return (
        notes if choice.manifest is None else notes | {names[choice.manifest.file]: "It says how the other files are to be read"}
    )


def _joined(bench: Workbench, walked: Walked) -> Iterator[tuple[int, FileReport]]:
    """The files that were joined to others, with the layouts that did so."""
    for look in walked.choice.joined:
        number = look.file.number
        text = walked.texts[number]
        ragged = bench.value(f"SELECT count(*) FROM {text.ragged}") if text.ragged else 0
        by = [m.layout.name for m in walked.choice.matches if number in m.binding.arrangement.files]
        yield number, reporting.joined(text, ragged, f"Joined to the rows of {', '.join(by)}")


def _find_lines(bench: Workbench, walked: Walked) -> None:
    """Write the physical line of every finding that only knows its record number."""
    unplaced = "line IS NULL AND row_number IS NOT NULL AND file IS NOT NULL"
    for (file,) in bench.rows(f"SELECT DISTINCT file FROM issues WHERE {unplaced} ORDER BY file"):
        if file not in walked.texts:
            continue
        text = walked.texts[file]
        if (added := offset(text)) is not None:
            last = text.rows or 0
            bench.run(
                f"UPDATE issues SET line = row_number + ? WHERE file = ? AND {unplaced} AND row_number BETWEEN 1 AND ?",
                [added, file, last],
            )
            continue
        wanted = [row for (row,) in bench.rows(f"SELECT DISTINCT row_number FROM issues WHERE file = ? AND {unplaced}", [file])]
        bench.load("lines_found", ["row_number", "line"], [[r, n] for r, n in lines(text, wanted).items()])
        bench.run(
            "UPDATE issues SET line = l.line::BIGINT FROM lines_found l "
            "WHERE issues.file = ? AND issues.line IS NULL AND issues.row_number = l.row_number::BIGINT",
            [file],
        )


def _dry(report: ImportReport, walked: Walked, verdict: str) -> ImportReport:
    """A dry run ends as the import would; one that would be held has no outcome."""
    if verdict == "pass":
        return _finished(report, "done", _outcome(report), None, report.revision_before)
    outcome: Outcome | None = "failed" if verdict == "fail" else None
    return _finished(report, "done", outcome, walked.judgement.reason, report.revision_before)


def _stopped(report: ImportReport, walked: Walked, verdict: str, changed: bool) -> ImportReport:
    if verdict == "hold":
        why = ending.reason("plan_changed") if changed else walked.judgement.reason
        return replace(_finished(report, "waiting_for_approval", None, why, report.revision_before), finished_at=None)
    return _finished(report, "done", "failed", walked.judgement.reason, report.revision_before)


def _committed(
    house: House,
    slug: str,
    bench: Workbench,
    entry: Import,
    report: ImportReport,
    walked: Walked,
    ground: Ground,
    folder: Path,
    now: datetime,
) -> ImportReport:
    before = report.revision_before
    after = before if walked.plan.empty else before + 1
    own = tuple(t for t in walked.book if is_own(t.name))
    # The snapshots' files are written while the store takes the rows; the transaction waits for them before it commits.
    with bench.beside() as second, ThreadPoolExecutor(1, thread_name_prefix="snapshots") as beside:
        kept = beside.submit(_snapshots, second, walked, ground, folder, after)
        made = _finished(report, "done", _outcome(report), None, after)
        gone = _absences(bench, walked, ground)
        _write(house, slug, bench, entry, made, walked.plan, now, _origins(walked), kept.result, own, gone)
    return made


def _absences(bench: Workbench, walked: Walked, ground: Ground) -> AbsenceRows | None:
    """How often students have been absent now, where tonight's files prove who is."""
    counted = walked.absences
    if counted is None or not walked.admitted["users"].provable:
        return None
    rows = bench.rows(f'SELECT "sourcedId", runs FROM {counted.relation} ORDER BY 1')
    return AbsenceRows(ground.source, counted.digest, tuple((str(key), int(runs)) for key, runs in rows))


def _snapshots(bench: Workbench, walked: Walked, ground: Ground, folder: Path, revision: int) -> tuple[SnapshotRow, ...]:
    """Write what tonight's rows look like, under names that only the commit makes valid."""
    kept = []
    for name, sifted in walked.sifted.items():
        if name in walked.plan.told:
            continue
        previous = ground.snapshots.get(name)
        usable = snapshots_of.valid(previous, walked.fingerprints[name])
        mark = walked.fingerprints[name]
        made = None
        if walked.plan.first:
            made = snapshots_of.adopt(bench, sifted, walked.admitted[name], folder, revision, mark)
        made = made or snapshots_of.write(bench, walked.book[name], sifted, usable, folder, revision, mark)
        if made is not None and made is not previous:
            kept.append(SnapshotRow(ground.source, name, made.fingerprint, made.revision, made.as_json()))
    return tuple(kept)


def _write(
    house: House,
    slug: str,
    bench: Workbench,
    entry: Import,
    made: ImportReport,
    plan: Plan,
    now: datetime,
    origins: tuple[Origin, ...],
    kept: Callable[[], Sequence[SnapshotRow]] = tuple,
    own: tuple[Table, ...] = (),
    absences: AbsenceRows | None = None,
) -> None:
    commit = Commit(
        number=entry.number,
        attempt=entry.attempt,
        source=entry.source,
        revision_before=made.revision_before,
        now=now,
        status=made.status,
        outcome=made.outcome,
        reason=_reason(made.reason),
        report=made.as_json(),
        files=origins,
        issues=findings.TOLD,
        snapshots=kept,
        delivery=entry.delivery,
        datasets=own,
        absences=absences,
        offers=plan.offers,
    )
    house.stores.roster(slug).apply(bench, plan, commit)


def _origins(walked: Walked) -> tuple[Origin, ...]:
    looks = {look.file.number: look for look in walked.inspected} | dict(walked.origins)
    return tuple(Origin(number, look.file.name, look.header_line) for number, look in sorted(looks.items()))


def _reason(reason: Reason | None) -> Mapping[str, Any] | None:
    return asdict(reason) if reason is not None else None


def _finished(
    report: ImportReport, status: Status, outcome: Outcome | None, reason: Reason | None, revision_after: int
) -> ImportReport:
    return replace(
        report,
        status=status,
        outcome=outcome,
        reason=reason,
        revision_after=revision_after,
        finished_at=datetime.now(UTC),
        seconds=ending.walking_time(report),
        steps=report.clock.steps() if report.clock is not None else (),
    )


def _outcome(report: ImportReport) -> Outcome:
    """Row issues: a row was refused, or something is found of a row or a value that is more than a repair.

    What was read of headers, names and whole files is told and counts no row; else a blank header word would be a row issue
    every night for ever.
    """
    refused = any(f.refused for f in report.files) or any(t.refused for t in report.tables.values())
    found = any(code(name).is_row_issue for name in report.issue_counts)
    return "success_with_row_issues" if refused or found else "success"


def _supersede(house: House, slug: str, entry: Import, now: datetime) -> None:
    """A hold does not block: a newer full delivery of the same source takes its place."""
    if entry.kind != "continuous":
        return
    for other in house.stores.roster(slug).imports.with_status("waiting_for_approval"):
        if other.source == entry.source and other.number < entry.number:
            ending.turn_down(house, slug, other.number, ending.reason("superseded", newer=entry.number), now)
