"""refresh: one record from its system now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, remedied, say, table
from homeroom.cli.imports import exit_status
from homeroom.cli.progress import Progress
from homeroom.roster.faults import Misuse, Refused


def refresh(
    slug: str,
    table_name: str,
    sourced_id: str,
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Ask a record's own system for it now, and say which fields changed.

    Parameters
    ----------
    slug
        The district.
    table_name
        users or classes.
    sourced_id
        The record's sourcedId.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import refresh as sync

    with opened_house() as house, Progress(quiet=as_json) as progress:
        try:
            done = sync.refresh(
                house, slug, table_name, sourced_id, who="command line", now=datetime.now(UTC), tell=progress.step
            )
        except Refused as refusal:
            raise Misuse(f"{refusal.message} {remedied(refusal.reason, refusal.remedy)}") from None
    if as_json:
        document(done.as_json())
        return exit_status(done.report)
    if done.report.reason is not None:
        why = done.report.reason
        say(f"Nothing was changed. {why.message} {remedied(why.code, why.remedy)}")
    elif not done.changed:
        say("Nothing had changed.")
    else:
        table(["field", "before", "now"], [(f.field, f.old, f.new) for f in done.changed])
    for name, told in done.also.items():
        say(f"{name}: {told.added} added, {told.updated} updated, {told.removed} removed, {told.restored} restored")
    return exit_status(done.report)
