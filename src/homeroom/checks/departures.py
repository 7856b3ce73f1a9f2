"""Rows that say their record is gone, and what the status column means in each kind of file."""

from __future__ import annotations

from homeroom.checks.sheet import Sheet
from homeroom.roster.names import text


def judge_status(sheet: Sheet) -> None:
    """In a continuous file the status is not listened to, but a `tobedeleted` row is never taken as active: it is ignored,
    and its record counts as absent. In a delta file every row needs a status that is known (OneRoster, modes).
    """
    if not sheet.has_status:
        if sheet.sifted.mode == "delta":
            for feed in (f for f in sheet.sifted.feeds if not f.made):
                sheet.workbench.tell("delta-without-status", file=feed.text.file.number, table=sheet.name)
        return
    if sheet.sifted.mode == "continuous":
        if not sheet.anyone_leaves:
            return
        leaving = f"(SELECT * FROM {sheet.shaped} WHERE {sheet.leaving})"
        cause = text(f"status-in-bulk:{sheet.name}")
        sheet.find(leaving, "'status-in-bulk'", "status", "status", effect="'ignore'", cause=cause)
        return
    keyless = f"(SELECT * FROM {sheet.shaped} WHERE {sheet.leaving} AND sourcedId IS NULL)"
    sheet.find(keyless, "'required-blank'", "sourcedId", effect="'refuse'")
    unknown = f"(SELECT * FROM {sheet.rows} WHERE status IS NOT NULL AND lower(trim(status)) <> 'active')"
    sheet.find(unknown, "'code-unknown'", "status", "status", effect="'refuse'")
    if sheet.sifted.mode == "delta":
        blank = f"(SELECT * FROM {sheet.shaped} WHERE status IS NULL)"
        sheet.find(blank, "'required-blank'", "status", effect="'refuse'")
