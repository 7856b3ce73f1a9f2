"""roster, record, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table

WHO = "command line"
"""Who it is in the audit trail and in the history of records."""

Json = Annotated[bool, Parameter(name="--json", negative="")]


def roster(
    slug: str,
    table_name: Annotated[str | None, Parameter(name="TABLE")] = None,
    /,
    *,
    where: str | None = None,
    format: Literal["json", "csv"] | None = None,
    as_json: Json = False,
) -> int:
    """What Homeroom holds of a district: counts of every table, or the rows of one.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. users or gpa.
    where
        A formula over the table's columns, e.g. "role = 'student' and grades = '09'".
    format
        json or csv.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import reading_back

    with opened_house() as house:
        if table_name is None:
            counted = reading_back.counted(house, slug)
            if as_json or format == "json":
                document(counted)
            else:
                say(f"District {slug}, revision {counted['revision']}")
                table(
                    ["table", "active", "tobedeleted"],
                    [(name, c["active"], c["tobedeleted"]) for name, c in counted["tables"].items()],
                )
            return 0
        reading_back.write_rows(house, slug, table_name, where, "csv" if format == "csv" else "json")
    return 0


def record(
    slug: str,
    table_name: Annotated[str, Parameter(name="TABLE")],
    sourced_id: str,
    mark: Literal["joined", "not-joined"] | None = None,
    /,
    *,
    as_json: Json = False,
) -> int:
    """One record, where it came from, what people hold of it and how it changed; or say that its person has joined.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. users or gpa.
    sourced_id
        The record's sourcedId.
    mark
        joined: from now on this person looks after their own contact details (see the setting update_contacts). not-joined: no more.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import by_hand, reading_back

    with opened_house() as house:
        if mark == "joined":
            by_hand.joined(house, slug, table_name, sourced_id, who=WHO)
        elif mark == "not-joined":
            by_hand.not_joined(house, slug, table_name, sourced_id, who=WHO)
        found = reading_back.record(house, slug, table_name, sourced_id)
    if as_json:
        document(found)
        return 0
    say(f"{table_name} {sourced_id}: {found['record']['status']}")
    table(["field", "value"], [(k, v) for k, v in found["record"].items() if v is not None])
    say()
    table(["what is known", ""], list(found["provenance"].items()))
    say()
    if found["held"]:
        table(
            ["held", "since", "by", "why", "the source says"],
            [
                (
                    h["field"] or h["mark"],
                    h["since"],
                    h["who"],
                    h["why"],
                    ", ".join(f"{k}: {v}" for k, v in h["source_says"].items()),
                )
                for h in found["held"]
            ],
        )
        say()
    table(
        ["revision", "import", "by", "verb", "fields"],
        [
            (c["revision"], c["import"], c["who"], c["verb"], ", ".join(f"{k}: {o} -> {n}" for k, (o, n) in c["fields"].items()))
            for c in found["changes"]
        ],
    )
    return 0


def export(
    slug: str,
    out: Path,
    /,
    *,
    version: Literal["1.1", "1.2"] | None = None,
    since: int | None = None,
    datasets: Annotated[bool, Parameter(negative="")] = False,
    as_json: Json = False,
) -> int:
    """Write a OneRoster CSV package, or a ZIP of the datasets.

    Parameters
    ----------
    slug
        The district.
    out
        The ZIP file to write.
    version
        OneRoster version of the package.
    since
        Only what changed after this revision (delta files); without it everything (bulk).
    datasets
        Write the datasets instead of a OneRoster package: one whole CSV file for each that has records.
    as_json
        Print one JSON document.
    """
    from homeroom.roster.faults import Misuse
    from homeroom.sync import reading_back

    if datasets == (version is not None) or (datasets and since is not None):
        raise Misuse("say either --version 1.1 or 1.2 for a OneRoster package, or --datasets alone.")
    with opened_house() as house:
        if version is None:
            written = reading_back.export_datasets(house, slug, out)
        else:
            written = reading_back.export(house, slug, out, version, since)
    if as_json:
        document(written)
    else:
        what = "datasets" if version is None else f"OneRoster {version}"
        note(f"{out}: {sum(written['rows'].values()):,} rows in {len(written['rows'])} files, {what}.")
    return 0
