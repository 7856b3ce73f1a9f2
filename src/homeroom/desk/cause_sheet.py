"""All rows of one cause as a sheet, as far as this person may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from homeroom.desk.causes import Example, Filter, example, schools_of
from homeroom.desk.sight import sight
from homeroom.desk.viewer import Viewer
from homeroom.outbound.sheets import sheet
from homeroom.roster.codes import code
from homeroom.store.audit import AuditRow
from homeroom.store.issues import Wanted
from homeroom.sync.house import House

COLUMNS = ("file", "line", "record", "column", "value", "schools", "held back", "code", "what happened", "what to do")


def cause_sheet(house: House, viewer: Viewer, slug: str, number: int, asked: Filter, now: datetime) -> Iterator[str]:
    """CSV, line by line: also of rows that only wait for another. Where values may be seen, it is written down who took them."""
    seen, store = sight(house, viewer, slug, now), house.stores.roster(slug)
    store.imports.get(number)
    schools = schools_of(seen, asked.school)
    wanted = Wanted(code=asked.code, file=asked.file, column=asked.column, refused=asked.refused, schools=schools)
    if seen.values:
        detail = {"import": number, "code": asked.code}
        house.stores.control.audit.add(AuditRow(now, viewer.who, "issue-rows-downloaded", slug, detail))
    return sheet(COLUMNS, (_line(row.code, example(row, seen)) for row in store.issues.all_members(number, wanted)))


def _line(name: str, row: Example) -> list[str | int | None]:
    declared = code(name)
    told = row.message or declared.title
    return [
        row.file, row.line, row.record, row.column, row.value, " ".join(row.schools), row.held_back, name, told, declared.remedy
    ]  # fmt: skip
