"""write-back, write-backs: students updated or inserted in PowerSchool, and what became of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, printable, remedied, say, table
from homeroom.cli.progress import Progress
from homeroom.roster.faults import Misuse, Refused

if TYPE_CHECKING:
    from homeroom.roster.report import ImportReport

WITH_ROW_TROUBLE = 3
_FINE = {"SUCCESS", "WARNING", "SEND"}


def write_back(
    slug: str,
    sheet: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    records: Annotated[bool, Parameter(negative="")] = False,
    source: int | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Update or insert students in the district's own PowerSchool; a result for each record. Off until the source's setting write_back is on.

    The same file given again goes on where a batch was cut off: what was written is not sent again. Exit status: 0 every record was
    written, 3 some were not, 2 wrong use or PowerSchool let nobody in.

    Parameters
    ----------
    slug
        The district.
    sheet
        A CSV file: columns are the API's fields (local_id, name.first_name, u_students_extension.preferredname), and action and client_uid.
    records
        In place of a file: the corrections that people hold of users (homeroom lock), where PowerSchool says otherwise.
    source
        Number of the source; without it the district's only one of kind powerschool.
    dry_run
        Judge every row and show the calls, with the values in them; nothing is written.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import writing_back as sync

    if records == (sheet is not None):
        raise Misuse("name a CSV file, or say --records to write what people hold; one of the two.")
    with opened_house() as house, Progress(quiet=as_json) as progress:
        try:
            done = sync.write_back(house, slug, sheet, source=source, dry_run=dry_run, who="command line", tell=progress.step)
        except Refused as refusal:
            raise Misuse(f"{refusal.message} {remedied(refusal.reason, refusal.remedy)}") from None
    if as_json:
        document(done.as_json())
    else:
        _shown(slug, done)
    return 0 if set(done.counts) <= _FINE else WITH_ROW_TROUBLE


def write_backs(
    slug: str, batch: int | None = None, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
) -> int:
    """What was written back: the batches of a district, or what became of the records of one. Values are not kept.

    Parameters
    ----------
    slug
        The district.
    batch
        Number of a batch.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import writing_back as sync

    with opened_house() as house:
        found = sync.batches(house, slug) if batch is None else sync.results(house, slug, batch)
    if as_json:
        document(found)
    elif batch is None:
        table(
            ["batch", "source", "from", "rows", "by", "began", "ended", "records"],
            [
                (b["batch"], b["source"], b["origin"], b["rows"], b["who"], b["began"], _ended(b), _counted(b["counts"]))
                for b in found
            ],
        )
    else:
        _results(found)
    return 0


def _shown(slug: str, done: Any) -> None:
    told = done.as_json()
    for call in told.get("calls", ()):
        say(f"{call['method']} {call['path']}")
        say("\n".join(map(printable, json.dumps(call["body"], ensure_ascii=False, indent=2).splitlines())))
    _results(told["results"])
    if done.batch is None:
        note(f"Dry run: {_counted(done.counts)}. Nothing was written.")
        return
    note(f"Write-back {done.batch} of {slug}: {_counted(done.counts)}; {done.sent} sent now.")
    if done.report is not None:
        _read(slug, done.report)
    if "UNKNOWN" in done.counts:
        note("UNKNOWN may have been written. Give the same file again: each is read back before it is sent again.")


def _read(slug: str, report: ImportReport) -> None:
    """What became of the import that reads the written students."""
    if report.reason is not None:
        note(f"The roster does not know of it yet: {report.reason.message} The next import of {slug} brings it.")
        return
    tables = [f"{t}: {r.added} added, {r.updated} updated" for t, r in report.tables.items() if r.added or r.updated]
    note(
        f"Import {report.number} read it into the roster, revision {report.revision_after}: {'; '.join(tables) or 'nothing new'}."
    )


def _results(results: list[dict[str, Any]]) -> None:
    table(
        ["row", "client_uid", "action", "status", "id", "what"],
        [
            (r["row"], r["client_uid"], r["action"], r["status"], r["id"], "; ".join(_finding(f) for f in r["findings"]))
            for r in results
        ],
    )


def _finding(finding: dict[str, str]) -> str:
    return f"{finding['field']} {finding['code']}".strip()


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items()) or "nothing"


def _ended(batch: dict[str, Any]) -> str:
    if batch["ended"] is None:
        return "not ended: it runs, or was cut off"
    return f"{batch['ended']} ({batch['reason']})" if batch["reason"] else str(batch["ended"])
