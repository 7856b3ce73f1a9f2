"""An import report in plain words, for a person at a terminal."""

from __future__ import annotations

from homeroom.cli.context import printable, remedied, say, table
from homeroom.roster.report import ContactsReport, ImportReport, WithheldExample

_ISSUES_SHOWN = 20

_HEADLINES = {
    "success": "Success: all rows were taken.",
    "success_with_row_issues": "Success with row issues: the good rows were taken, the others keep their last good version.",
    "failed": "Failed: nothing was changed.",
}


def show_report(report: ImportReport) -> None:
    """Print a whole report: headline, reason, files, tables, what was withheld, limits, issues."""
    say(f"Import {report.number} of {report.district}: {_headline(report)}")
    if report.reason is not None:
        say(f"  {printable(report.reason.message)}")
        say(f"  What to do: {printable(remedied(report.reason.code, report.reason.remedy))}")
        if report.reason.detail:
            say(f"  In the other system's words: {printable(report.reason.detail)}")
    if report.layouts:
        say(f"  Layout set {report.layouts}" + (f" ({report.layouts_why})" if report.layouts_why else ""))
    if report.files:
        say()
        table(
            ["file", "table", "encoding", "ends", "rows", "accepted", "refused", "ignored", "repairs"],
            [
                (
                    f.name,
                    f.table or (f.note or "left alone"),
                    f.encoding,
                    f.line_ends,
                    f.rows,
                    f.accepted,
                    f.refused,
                    f.ignored,
                    ", ".join(f"{r.code} {r.count:,}" for r in f.repairs),
                )
                for f in report.files
            ],
        )
    if report.tables:
        say()
        table(
            ["table", "added", "updated", "unchanged", "removed", "restored", "refused"],
            [(name, t.added, t.updated, t.unchanged, t.removed, t.restored, t.refused) for name, t in report.tables.items()],
        )
    if report.contacts is not None:
        say("\nContacts, by the rule that decided:")
        show_rules(report.contacts)
    if report.withheld:
        say("\nNot written, though the files say otherwise:")
        table(
            ["table", "reason", "records", "fields", "for example"],
            [(w.table, w.reason, w.records, w.values, "; ".join(map(_example, w.examples))) for w in report.withheld],
        )
    _show_schools(report)
    _show_limits(report)
    _show_issues(report)
    if report.revision_after != report.revision_before:
        say(f"\nRevision {report.revision_before} became {report.revision_after} in {report.seconds:.2f} s.")


def _example(example: WithheldExample) -> str:
    return f"{example.key}: {', '.join(example.fields)}"


def _headline(report: ImportReport) -> str:
    if report.status == "waiting_for_approval":
        return f"Waiting for approval: nothing was changed; revision {report.revision_before} is served on."
    if report.dry_run and report.outcome is None:
        return "Dry run: this would wait for approval; nothing was changed."
    if report.outcome is None:
        return "Still running."
    if report.trigger == "rollback" and report.outcome == "success":
        return "Rolled back."
    headline = _HEADLINES[report.outcome]
    left_out = sum(f.ignored for f in report.files)
    if report.outcome == "success" and left_out:
        # A row that a rule leaves out was not taken, and nobody should read that it was.
        headline = f"Success: all rows were taken but {left_out:,} that {'was' if left_out == 1 else 'were'} left out by rule."
    return f"Dry run: {headline} Nothing was written." if report.dry_run and report.outcome != "failed" else headline


def show_rules(contacts: ContactsReport) -> None:
    """The table of the contact rules; rules that decided nothing are left out."""
    decided = [r for r in contacts.rules if r.pairs]
    table(["rule", "becomes", "rows", "pass", "left out"], [(r.rule, r.role, r.pairs, r.passed, r.left_out) for r in decided])


def _show_schools(report: ImportReport) -> None:
    """Schools that stepped out; and how own schools match, or in a dry run which there are."""
    if report.skipped:
        say("\nSchools that stepped out; nothing of them was read, changed or removed:")
        rows = (", ".join(f"{name} {count:,}" for name, count in s.rows.items()) for s in report.skipped)
        table(
            ["school", "name", "rule", "rows left out"],
            [(s.school, s.name, s.rule, r) for s, r in zip(report.skipped, rows, strict=True)],
        )
    if report.schools:
        say("\nSchools:")
        table(
            ["SIS", "name", "state", "own", "may be", "since it has"],
            [(s.school, s.name or s.own_name, s.state, s.own, s.suggested, s.why) for s in report.schools],
        )


def _show_limits(report: ImportReport) -> None:
    if not report.limits:
        return
    say("\nWhat tripped:")
    verbs = {"remove": "would be removed", "update": "would change", "refuse": "rows were refused"}
    for limit in report.limits:
        where = f" of school {limit.school_name or limit.school}" if limit.school else ""
        say(
            f"  {limit.table}{printable(where)}: {limit.count:,} of {limit.of:,} {verbs[limit.change]}; "
            f"{limit.allowed:,} are allowed."
        )
    if report.status == "waiting_for_approval":
        say(f"\n  homeroom approve {report.district} {report.number}   to let it go on")
        say(f"  homeroom reject {report.district} {report.number}    to turn it down")


def _show_issues(report: ImportReport) -> None:
    if not report.issues:
        return
    total = sum(report.issue_counts.values())
    say(f"\n{total:,} finding{'s' if total != 1 else ''}:")
    for issue in report.issues[:_ISSUES_SHOWN]:
        where = ":".join(str(p) for p in (issue.file, issue.line) if p is not None)
        times = f" (stands for {issue.count:,} rows)" if issue.count > 1 else ""
        say(f"  [{issue.severity}]{printable(f' {where}' if where else '')} {issue.code}: {printable(issue.message)}{times}")
        say(f"      {printable(remedied(issue.code, issue.remedy))}")
    if total > _ISSUES_SHOWN:
        say(f"  ... all of them: homeroom imports {report.district} {report.number} --json")
