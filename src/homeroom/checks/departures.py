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
    keyless, unknown, blank = f"{sheet.leaving} AND sourcedId IS NULL", "lower(trim(status)) <> 'active'", "status IS NULL"
    counted = f"count_if({keyless}), count_if({unknown} AND NOT {sheet.leaving}), count_if({blank})"
    nobody, strange, silent = sheet.workbench.rows(f"SELECT {counted} FROM {sheet.shaped}")[0]
    if nobody:
        sheet.find(f"(SELECT * FROM {sheet.shaped} WHERE {keyless})", "'required-blank'", "sourcedId", effect="'refuse'")
    if strange:
        sheet.find(f"(SELECT * FROM {sheet.rows} WHERE {unknown})", "'code-unknown'", "status", "status", effect="'refuse'")
    if silent and sheet.sifted.mode == "delta":
        sheet.find(f"(SELECT * FROM {sheet.shaped} WHERE {blank})", "'required-blank'", "status", effect="'refuse'")
