"""import, imports, approve, reject, rollback."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table
from homeroom.cli.progress import Progress
from homeroom.cli.showing import show_report
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport

EXIT_FAILED = 1
EXIT_ROW_ISSUES = 3
EXIT_WAITING = 4
NEWEST = 50
"""So many imports of all districts are listed."""


def exit_status(report: ImportReport) -> int:
    """0 success, 3 success with row issues, 1 failed, 4 waiting for approval (or a dry run that would wait)."""
    if report.status == "waiting_for_approval" or (report.dry_run and report.outcome is None):
        return EXIT_WAITING
    return {"success": 0, "success_with_row_issues": EXIT_ROW_ISSUES}.get(report.outcome or "", EXIT_FAILED)


def ended(report: ImportReport, as_json: bool) -> int:
    """Print the report of an import, and give the exit status that stands for its end."""
    if as_json:
        document(report.as_json())
    else:
        show_report(report)
    return exit_status(report)


def import_(
    slug: str,
    path: Path,
    /,
    *,
    layouts: str | None = None,
    source: int | None = None,
    dry_run: bool = False,
    kind: Literal["continuous", "change_notification"] = "continuous",
    now: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Take a folder, an archive or a file as a delivery and walk it.

    Parameters
    ----------
    slug
        The district.
    path
        A folder, an archive or one file.
    layouts
        Layout set, or a folder of layouts; without it the source's set, else the shipped set that fits.
    source
        Number of the source; without it the district's only source, else one of kind upload is made.
    dry_run
        Walk everything and stop before the commit.
    kind
        continuous: whole population. change_notification: single records; says nothing about the others.
    now
        The moment that counts as now (ISO), for trials.
    as_json
        Print the import report as one JSON document.
    """
    from homeroom.sync import imports as sync
    from homeroom.sync import intake
    from homeroom.sync.layouts import Own, named

    moment = _moment(now)
    with opened_house() as house, Progress(quiet=as_json) as progress:
        layouts = named(layouts, Own(house, slug))
        number = intake.hand_in(
            house, slug, path, layouts=layouts, source=source, kind=kind, trigger="import", dry_run=dry_run, now=moment, note=note
        )
        report = sync.run(house, slug, number, now=moment, layouts=layouts, tell=progress.step)
    return ended(report, as_json)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(f"--now {text!r} is no moment: write it like 2026-11-21T03:00:00+00:00.") from None
    return moment.astimezone()


def imports(
    slug: str | None = None,
    number: int | None = None,
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """The log of a district's imports, newest first; with a number, that import's report; without a district what ran last in all.

    Parameters
    ----------
    slug
        The district. Without one, the newest imports of all districts.
    number
        Number of the import.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import imports as sync

    if slug is None:
        return _every(as_json)
    with opened_house() as house:
        if number is not None:
            report = sync.report(house, slug, number)
            if as_json:
                document(report.as_json())
            else:
                show_report(report)
            return 0
        log = sync.log_of(house, slug)
    if as_json:
        document(log)
        return 0
    table(
        ["import", "started", "trigger", "status", "outcome", "reason", "revision"],
        [(e["import"], e["started_at"], e["trigger"], e["status"], e["outcome"], e["reason"], e["revision_after"]) for e in log],
    )
    return 0


def _every(as_json: bool) -> int:
    """The newest imports of all districts."""
    from homeroom.sync import ran

    with opened_house() as house:
        log = ran.newest(house, NEWEST)
    if as_json:
        document(log)
        return 0
    names = ("district", "import", "started_at", "trigger", "status", "outcome", "reason")
    table(["district", "import", "started", *names[3:]], [[e[name] for name in names] for e in log])
    return 0


def approve(
    slug: str,
    number: int,
    /,
    *,
    plan: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Let a held import go on. It is walked again and applied only if it would do exactly what was shown.

    Parameters
    ----------
    slug
        The district.
    number
        Number of the held import.
    plan
        Hash of the plan that you looked at; another one is refused.
    as_json
        Print the import report as one JSON document.
    """
    from homeroom.sync import imports as sync

    with opened_house() as house, Progress(quiet=as_json) as progress:
        report = sync.approve(house, slug, number, plan=plan, who="command line", tell=progress.step)
    return ended(report, as_json)


def reject(
    slug: str,
    number: int,
    /,
    *,
    message: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Turn a held import down. The last good roster is served on.

    Parameters
    ----------
    slug
        The district.
    number
        Number of the held import.
    message
        Why, for the district's people: in the report, in the audit, and by e-mail. No names of students.
    as_json
        Print the import report as one JSON document.
    """
    from homeroom.sync import imports as sync

    with opened_house() as house:
        report = sync.reject(house, slug, number, who="command line", message=message)
    ended(report, as_json)
    return 0


def rollback(
    slug: str,
    revision: int,
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Make a new revision that equals an old one.

    Parameters
    ----------
    slug
        The district.
    revision
        The revision to go back to.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import imports as sync

    with opened_house() as house:
        report = sync.rollback(house, slug, revision, who="command line")
    if as_json:
        document(report.as_json())
        return 0
    if report.revision_after == report.revision_before:
        but = ", but for what people hold of records" if report.withheld else ""
        say(f"The roster already equals revision {revision}{but}; nothing was changed.")
    else:
        but = ", but for what people hold of records" if report.withheld else ""
        note(f"Revision {report.revision_after} equals revision {revision}{but}.")
        show_report(report)
    return 0
