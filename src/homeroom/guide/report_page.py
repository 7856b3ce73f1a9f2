"""The page of the import report: every field of what `homeroom import --json` prints, by the values that it is made from.

The meanings stand here once; a test holds them against the fields of `homeroom.roster.report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from homeroom.roster.report import (
    ISSUES_IN_REPORT,
    ContactRule,
    ContactsReport,
    FileReport,
    ImportReport,
    Issue,
    LayoutsUsed,
    LimitReport,
    Reason,
    Repair,
    SchoolPlan,
    SchoolReport,
    SkippedReport,
    TableReport,
    Withheld,
)
from homeroom.roster.walk_clock import StepReport

Meanings = Mapping[str, tuple[str, str]]

REPORT: Meanings = {
    "import": ("number", "Number of the import, counted within the district."),
    "district": ("text", "The district's slug."),
    "source": ("number or null", "The source whose delivery this was; null for a rollback."),
    "delivery": ("number or null", "The sealed delivery that was walked."),
    "kind": ("text", "`continuous` (the whole population) or `change_notification` (single records)."),
    "trigger": (
        "text",
        "What began it: `import`, `pull`, `refresh`, `rollback` (command line), `upload`, `asked` (a person asked for a fetch, in the console or over the management API), `sftp`, `schedule` (the clock), `notification` (the other system told of changes), `poll` (it was asked for them), `write-back` (Homeroom wrote them there).",
    ),
    "dry_run": ("true or false", "Whether it stopped before the commit on purpose. Then all counts say what would happen."),
    "status": ("text", "`running`, `waiting_for_approval`, `done` or `rejected`."),
    "outcome": (
        "text or null",
        "`success`, `success_with_row_issues` or `failed`; null while it runs or waits, and for a dry run that would wait.",
    ),
    "reason": ("object or null", "Why it failed or waits."),
    "revision_before": ("number", "The roster's revision when it began."),
    "revision_after": ("number", "The roster's revision when it ended; the same when nothing was changed."),
    "plan": ("text or null", "Hash of all planned changes. `approve --plan` takes it. Equal plans have equal hashes."),
    "files": ("list", "One entry for each file and layout."),
    "tables": ("object", "One entry for each table of which the delivery says anything."),
    "limits": ("list", "The limits that tripped."),
    "issue_counts": ("object", "How many findings there are, by code."),
    "issue_rows": ("object", "How many rows these findings stand for, by code: what hangs on a refused row is counted with it."),
    "contacts": (
        "object or null",
        "What the [contact rules](contact-rules.md) made of the rows of contacts; null where no contacts came.",
    ),
    "withheld": (
        "list",
        "What the files say and [was not written](../explanation/ownership.md), by table and reason; empty where nothing was.",
    ),
    "skipped": ("list", "The schools that stepped out, and by which rule."),
    "schools": (
        "list",
        "How the district's own schools match, where any were declared; in a dry run otherwise, which schools the SIS sends.",
    ),
    "issues": ("list", f"The first {ISSUES_IN_REPORT:,} findings; those with the most consequences and errors first."),
    "started_at": ("moment", "When it began, in UTC."),
    "finished_at": ("moment or null", "When it ended, in UTC; null while it runs or waits."),
    "seconds": (
        "number or null",
        "How long the last walk took; waiting for a worker or a person is not in it. Null for a walk that was cut off.",
    ),
    "layouts": ("object or null", "The layout set that read the files, and its version."),
    "layouts_why": ("text or null", "Why that set was taken, as a sentence."),
    "layouts_named": ("text or null", "The layout set that the command named for this import, if it did."),
    "steps": ("list", "The steps of the last walk in their order; empty where nothing was walked."),
    "by_school": ("list", "What would be done to each school's records, table by table; for imports that wait and for dry runs."),
    "stamp": (
        "text or null",
        "Stands for everything but the files that decides what an import does (layouts, rules, settings). "
        "The same bytes under the same stamp need no second walk.",
    ),
}

PARTS: Mapping[str, tuple[type[Any], str, Meanings]] = {
    "layouts": (
        LayoutsUsed,
        "Which set read the files. The same text always has the same digest.",
        {
            "set": ("text", "The set's name."),
            "version": (
                "number or null",
                "The saved version of a district's own set; null for a set that ships and for a folder.",
            ),
            "digest": ("text or null", "Stands for the texts of the set's files."),
        },
    ),
    "reason": (
        Reason,
        "Why an import failed or waits.",
        {
            "code": ("text", "One of the [reasons](issues.md)."),
            "message": ("text", "What happened, as a sentence."),
            "remedy": ("text", "What to do."),
            "detail": (
                "text or null",
                "What the other side said in its own terms (an address, a status), for who connects the two.",
            ),
        },
    ),
    "files": (
        FileReport,
        "`rows` = `accepted` + `refused` + `ignored`, always.",
        {
            "name": ("text", "The file's name as it was sent."),
            "table": ("text or null", "The roster table that it fills; null for a file that was not read."),
            "layout": ("text or null", "The layout that read it."),
            "encoding": ("text or null", "The encoding in which it was read."),
            "delimiter": ("text or null", "The character between cells."),
            "line_ends": ("text or null", "`lf`, `crlf`, `cr` or `mixed`."),
            "rows": ("number", "Records in the file, without the header."),
            "accepted": ("number", "Rows that were taken."),
            "refused": ("number", "Rows that were not taken; their records keep their last good version."),
            "ignored": (
                "number",
                "Rows that are no records or were left out by rule: totals, doubled rows, rows that a layout does not keep.",
            ),
            "repairs": ("list", "What was healed, counted by `code`."),
            "note": ("text or null", "Why a file was not read."),
            "skipped": ("number", "Those of the ignored rows that belong to [schools that stepped out](#skipped)."),
            "mode": (
                "text or null",
                "`continuous` (the whole population), `delta` or `change_notification` (single records); null where it was not walked.",
            ),
        },
    ),
    "repairs": (
        Repair,
        "In each file.",
        {"code": ("text", "One of the [issue codes](issues.md)."), "count": ("number", "How often.")},
    ),
    "tables": (
        TableReport,
        "The keys are names of tables; the values count records.",
        {
            "added": ("number", "Records that are new."),
            "updated": ("number", "Records that differ."),
            "unchanged": ("number", "Records that came and are the same."),
            "removed": ("number", "Records that a complete file no longer lists; they get the status `tobedeleted`."),
            "restored": ("number", "Records that were `tobedeleted` and came back."),
            "refused": ("number", "Rows that were refused, in all files of the table."),
        },
    ),
    "limits": (
        LimitReport,
        "See [holds](../explanation/holds.md).",
        {
            "table": ("text", "The table."),
            "school": ("text or null", "sourcedId of the school; null for the table as a whole."),
            "change": ("text", "`remove` or `update`."),
            "count": ("number", "How many records would change."),
            "of": ("number", "How many records there are now."),
            "allowed": ("number", "How many may change without a person."),
            "school_name": ("text or null", "The school's name."),
        },
    ),
    "contacts": (
        ContactsReport,
        "`pairs` = `passed` + `left_out` + `refused`, always, and the sum of `pairs` over the rules.",
        {
            "pairs": ("number", "Rows of contacts."),
            "passed": ("number", "Rows that made the contact a guardian of the student."),
            "left_out": ("number", "Rows that a rule left out, and rows that say a pair once more."),
            "refused": ("number", "Rows that nobody could use."),
            "people": ("number", "People who became users this way, each once."),
            "shared": ("number", "How many of them share an e-mail address or mobile phone with another."),
            "rules": ("list", "One entry for each rule, and for each reason to leave a contact out."),
        },
    ),
    "rules": (
        ContactRule,
        "In `contacts`. `pairs` = `passed` + `left_out`.",
        {
            "rule": (
                "text",
                "The rule's name, or the [reason](contact-rules.md#why-a-contact-is-left-out) why contacts were left out.",
            ),
            "meaning": ("text", "What it says, as a sentence."),
            "role": ("text or null", "What the contact becomes by it; null for a reason to leave contacts out."),
            "pairs": ("number", "Rows that it decided."),
            "passed": ("number", "Rows of them that passed."),
            "left_out": ("number", "Rows of them that were left out."),
        },
    ),
    "by_school": (
        SchoolPlan,
        "A person of several schools counts in each of them.",
        {
            "school": ("text", "The school's sourcedId."),
            "table": ("text", "The table."),
            "added": ("number", "Records that would be added."),
            "updated": ("number", "Records that would be changed."),
            "removed": ("number", "Records that would be removed."),
            "restored": ("number", "Records that would come back."),
            "of": ("number", "Active records that the school has now."),
        },
    ),
    "steps": (
        StepReport,
        "Steps come again under the same word where tables take turns.",
        {
            "step": ("text", "The step, in the words that the walk says."),
            "began": ("moment", "When it began, in UTC."),
            "seconds": ("number", "How long it took."),
        },
    ),
    "withheld": (
        Withheld,
        "A record of which everything that differs was withheld counts as unchanged. The values stand in the issues only.",
        {
            "table": ("text", "The table."),
            "reason": ("text", "`locked`, `joined`, `create-only` or `archived`."),
            "code": ("text", "The [issue code](issues.md) that tells of it."),
            "records": ("number", "How many records."),
            "values": ("number", "How many fields of them."),
            "examples": ("list", "The first records: `key` (sourcedId) and `fields`."),
        },
    ),
    "skipped": (
        SkippedReport,
        "One entry for each school that stepped out ([how](../howto/let-schools-step-out.md)): nothing of it was read, changed or removed.",
        {
            "school": ("text", "sourcedId of the school."),
            "name": ("text or null", "Its name, where it is known."),
            "by": (
                "text",
                "`column` (the school's own row says so), `list`, `formula`, `unmatched` (no own school is matched with it) or `parent`.",
            ),
            "rule": ("text", "The rule in its own words: the column, the entry of the list, the formula."),
            "rows": ("object", "Rows that were left out for it, by table, made ones included."),
        },
    ),
    "schools": (
        SchoolReport,
        "One entry for each school of the SIS, and for each own school that it does not have ([how](../howto/match-schools.md)).",
        {
            "school": ("text or null", "The SIS's id; null for an own school without a match."),
            "name": ("text or null", "The SIS's name for it."),
            "state": (
                "text",
                "`matched`, `unmatched` (known only to the SIS) or `missing` (an own school of which nothing came).",
            ),
            "own": ("text or null", "The own school's id."),
            "own_name": ("text or null", "The own school's name."),
            "suggested": ("text or null", "The own school that it may be. Only a suggestion; nothing is matched by it."),
            "why": ("text or null", "What speaks for that."),
        },
    ),
    "issues": (
        Issue,
        "Each says where, what, and what to do.",
        {
            "code": ("text", "One of the [issue codes](issues.md)."),
            "severity": ("text", "`error` (refused), `warning` (taken, wants a look) or `info` (healed)."),
            "file": ("text or null", "The file's name as it was sent."),
            "line": ("number or null", "The physical line in the file; the header is usually line 1."),
            "column": ("text or null", "The header word."),
            "key": ("text or null", "The record's sourcedId, where it could be read."),
            "value": ("text or null", "The value that is meant. Never a password."),
            "message": ("text", "What was found, as a sentence."),
            "remedy": ("text", "What to do."),
            "count": ("number", "For how many rows it stands: many rows with one cause are one finding."),
        },
    ),
}

INTRODUCTION = """
What `homeroom import SLUG PATH --json` and `homeroom imports SLUG N --json` print. Programs may rely on these names. More fields
may come in later versions; none of these goes away.
"""


OUTCOMES = """
## outcome

| outcome | means |
|---|---|
| `success` | Everything was taken. Words of the header that were healed, files that were left alone and repairs (severity `info`) are told and change nothing here. |
| `success_with_row_issues` | The roster was written, and rows or values want somebody: a row was refused, a value was left out or changed with a warning, or an accepted row makes no sense (severity `error` or `warning`, of a finding about rows). |
| `failed` | Nothing was written. `reason` says why. |

The page of each [issue](issues.md) says whether it makes row issues. The outcome depends on what the files hold, never on what changed since the last
import: a row with a warning is told every night until it is mended.
"""


def page_lines() -> Iterator[str]:
    """The lines of the page, without its mark at the top."""
    yield from ["# The import report", "", INTRODUCTION.strip(), "", *_table(REPORT), "", *OUTCOMES.strip().splitlines()]
    for name, (_, about, meanings) in PARTS.items():
        yield from ["", f"## {name}", "", about, "", *_table(meanings)]
    yield from ["", "The exit status of the command tells the outcome too: see [exit statuses](commands.md#exit-statuses)."]


def unexplained() -> list[str]:
    """Fields without a meaning, and meanings without a field; empty when the page is whole."""
    wanted = {("", "import" if f.name == "number" else f.name) for f in fields(ImportReport) if f.metadata.get("written", True)}
    wanted |= {(part, f.name) for part, (of, _, _) in PARTS.items() for f in fields(of)}
    told = {("", name) for name in REPORT} | {(part, name) for part, (_, _, meanings) in PARTS.items() for name in meanings}
    return sorted(f"{part}.{name}" for part, name in wanted ^ told)


def _table(meanings: Meanings) -> Iterator[str]:
    yield from ["| field | is | meaning |", "|---|---|---|"]
    yield from [f"| `{name}` | {kind} | {meaning} |" for name, (kind, meaning) in meanings.items()]
