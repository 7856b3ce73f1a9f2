"""audit: who did what, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table

if TYPE_CHECKING:
    from datetime import datetime


def audit(
    slug: str | None = None,
    /,
    *,
    actor: str | None = None,
    act: str | None = None,
    since: str | None = None,
    until: str | None = None,
    last: int = 100,
    format: Literal["table", "json", "csv"] = "table",
    check: bool = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show, search, export or check the audit. With --check the whole chain is walked; exit status 1 when it is broken.

    Parameters
    ----------
    slug
        Only what was done to this district.
    actor
        Only what this person (their e-mail address) or `command line` did.
    act
        Only acts of this name, as `import-approved`.
    since
        From this day or moment on (ISO 8601, UTC).
    until
        Before this day or moment (ISO 8601, UTC).
    last
        How many rows, the newest first; CSV has all of them, the oldest first.
    format
        table, json or csv.
    check
        Check that no row was changed, taken out or put between.
    as_json
        The same as --format json.
    """
    import sys

    from homeroom.desk import audit as desk
    from homeroom.store.audit import AuditWanted

    wanted = AuditWanted(district=slug, actor=actor, action=act, since=_moment(since), until=_moment(until))
    with opened_house() as house:
        if check:
            found = desk.check(house)
            if as_json:
                document({"rows": found.rows, "whole": found.broken_at is None, "broken_at": found.broken_at, "head": found.head})
            elif found.broken_at is None:
                say(f"The chain is whole: {found.rows:,} entries checked. The newest is {found.head}.")
            else:
                say(
                    f"The chain is broken at entry {found.broken_at}. The {found.rows:,} entries before it are as they were written."
                )
            return 0 if found.broken_at is None else 1
        if slug is not None:
            house.stores.control.districts.get(slug)
        if format == "csv":
            for line in desk.exported(house, None, wanted):
                sys.stdout.write(line)
            return 0
        shown = desk.page(house, None, wanted, last)
    rows = [desk.as_json(row) for row in shown.rows]
    if as_json or format == "json":
        document(rows)
        return 0
    table(
        ["at", "who", "act", "district", "reason"], [[row[k] for k in ("at", "who", "act", "district", "reason")] for row in rows]
    )
    if shown.before is not None:
        note(f"{shown.count:,} entries in all; --last shows more, --format csv all.")
    return 0


def _moment(text: str | None) -> datetime | None:
    from datetime import UTC, datetime

    from homeroom.roster.faults import Misuse

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(f"{text!r} is no day or moment; write it as 2026-11-30 or 2026-11-30T02:00:00Z.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
