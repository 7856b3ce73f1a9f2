"""What an import came to, in a few sentences: the first thing that its page says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeroom.desk.finding_words import sentence
from homeroom.desk.sight import Sight
from homeroom.roster.report import ImportReport
from homeroom.roster.words import Said, _, ngettext
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore


@dataclass(frozen=True, slots=True)
class Lead:
    """Sentences in their order; of a failed or rejected import also what to do, and what only an engineer wants to know."""

    sentences: tuple[Said, ...]
    remedy: str | None = None
    detail: str | None = None


def lead(store: RosterStore, report: ImportReport, row: Import, seen: Sight) -> Lead:
    """The lead of an import as this person may see it. Who sees one school only is told no counts of the others."""
    if row.status == "running":
        return Lead((_("This import is running. Nothing has changed yet."),))
    if row.status == "waiting_for_approval":
        return Lead(_held(store, report, seen))
    if row.dry_run:
        why = report.reason if report.outcome == "failed" else None
        return Lead(_dry(report, seen), why.remedy if why is not None else None, why.detail if why is not None else None)
    if row.outcome == "failed":
        return _failed(store, report, row)
    if row.trigger == "refresh":
        return Lead((_refreshed(report),))
    return Lead(_succeeded(report, seen))


def _succeeded(report: ImportReport, seen: Sight) -> tuple[Said, ...]:
    rows, taken, refused, ignored = (sum(getattr(f, n) for f in report.files) for n in ("rows", "accepted", "refused", "ignored"))
    unchanged = report.revision_after == report.revision_before
    revision = str(report.revision_after)
    if unchanged and refused:
        first = _("Nothing changed; the roster stays at revision {number}.", number=revision)
    elif unchanged:
        first = _(
            "The files say the same as last night. Nothing changed; the roster stays at revision {number}.", number=revision
        )
    else:
        first = _("The roster is up to date.")
    if not seen.whole:
        return (first,)
    if not refused and not ignored:
        told = () if unchanged else (ngettext("The {count} row was taken in.", "All {count} rows were taken in.", rows),)
        return (first, *told)
    stays = (_("Where a row was refused, yesterday's version of it stays in use."),) if refused and report.revision_before else ()
    return (first, _counted(rows, taken, refused, ignored), *stays)


def _counted(rows: int, taken: int, refused: int, ignored: int) -> Said:
    """What became of the rows, where not all were taken in."""
    if not ignored:
        return _("{taken} of {rows} rows were taken in; {refused} were refused.", taken=taken, rows=rows, refused=refused)
    if not refused:
        return _(
            "{taken} of {rows} rows were taken in; {ignored} were left out by your own rules.",
            taken=taken,
            rows=rows,
            ignored=ignored,
        )
    return _(
        "{taken} of {rows} rows were taken in; {refused} were refused and {ignored} were left out by your own rules.",
        taken=taken,
        rows=rows,
        refused=refused,
        ignored=ignored,
    )


def _failed(store: RosterStore, report: ImportReport, row: Import) -> Lead:
    reason = report.reason
    if row.status == "rejected" and reason is not None and reason.code == "rejected":
        told = (sentence(reason.code, reason.message), _("Nothing was changed."))
        return Lead((*told, *_kept(store, report)), reason.remedy)
    nothing = _("Nothing was changed.")
    if reason is None:
        return Lead((nothing, *_kept(store, report)))
    return Lead((nothing, sentence(reason.code, reason.message), *_kept(store, report)), reason.remedy, reason.detail)


def _kept(store: RosterStore, report: ImportReport) -> tuple[Said, ...]:
    """Which roster apps keep."""
    at = _made(store, report.revision_before)
    if at is None:
        return (_("There is no roster yet."),)
    return (_("Apps keep the roster of {date} (revision {number}).", date=at, number=str(report.revision_before)),)


def _made(store: RosterStore, revision: int) -> datetime | None:
    found = store.revisions(1, before=revision + 1)
    return found[0].at if found else None


def _held(store: RosterStore, report: ImportReport, seen: Sight) -> tuple[Said, ...]:
    people = report.tables["users"].removed if "users" in report.tables else 0
    changed = sum(t.added + t.updated + t.removed + t.restored for t in report.tables.values())
    what = ngettext(
        "This import would remove {count} person, far more than a normal night, so it waits for a person to look.",
        "This import would remove {count} people, far more than a normal night, so it waits for a person to look.",
        people,
    )
    if not people:
        what = _("This import would change {count} records, so it waits for a person to look.", count=changed)
    if not seen.whole:
        what = _("This import waits for a person to look.")
    return (_("Nothing has changed yet."), what, *_kept(store, report))


def _dry(report: ImportReport, seen: Sight) -> tuple[Said, ...]:
    first = _("This was a dry run. Nothing was saved.")
    if report.outcome == "failed" or not seen.whole:
        why = (
            (sentence(report.reason.code, report.reason.message),)
            if report.reason is not None and report.outcome == "failed"
            else ()
        )
        return (first, *why)
    tables = report.tables.values()
    added, updated = sum(t.added + t.restored for t in tables), sum(t.updated for t in tables)
    removed, refused = sum(t.removed for t in tables), sum(f.refused for f in report.files)
    would = _(
        "These files would add {added}, update {updated} and remove {removed} records; {refused} rows would be refused.",
        added=added,
        updated=updated,
        removed=removed,
        refused=refused,
    )
    waits = (_("The import would wait for a person to look."),) if report.outcome is None else ()
    return (first, would, *waits)


def _refreshed(report: ImportReport) -> Said:
    if report.revision_after == report.revision_before:
        return _("Refreshed from the student information system. Nothing had changed.")
    return _(
        "Refreshed from the student information system. The changes are in revision {number}.", number=str(report.revision_after)
    )
