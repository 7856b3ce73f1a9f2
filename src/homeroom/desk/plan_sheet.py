"""What a held import would change as a sheet, record by record, as far as this person may see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from homeroom.desk import record_names
from homeroom.desk.sight import Sight, sight
from homeroom.desk.viewer import Viewer
from homeroom.outbound.sheets import sheet
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House
from homeroom.sync.planned import PlannedRow, planned

COLUMNS = ("table", "change", "school ids", "schools", "record", "number", "name", "what", "columns", "before", "after")
_WORDS = {"remove": "would be removed", "update": "would be updated", "restore": "would come back", "add": "would be added"}
MOST_SCHOOLS = 10_000


def plan_sheet(house: House, viewer: Viewer, slug: str, number: int, now: datetime) -> Iterator[str]:
    """CSV, line by line, removals first. Records and values only for those who may see them; it is written down who took it.

    The import's files are walked again for it, and nothing is changed. Raises Misuse for an import that does not wait, or for who
    sees one school only; Refused, TryAgain; all before the first line.
    """
    seen = sight(house, viewer, slug, now)
    if not seen.whole:
        raise Misuse("A hold is shown to those who see the whole district.")
    return written(house, slug, number, seen, viewer.who, now)


def written(house: House, slug: str, number: int, seen: Sight, who: str, now: datetime) -> Iterator[str]:
    """The same for somebody of whom it is known what they may see. Raises as `plan_sheet`."""
    wanted = {name: record_names.columns(name) for name in catalogue().tables}
    rows = planned(house, slug, number, now, wanted)
    known = house.stores.roster(slug).page("orgs", MOST_SCHOOLS, columns=("sourcedId", "name"))
    schools = {str(id): str(name or id) for id, name in known.rows}
    detail = {"import": number, "values": seen.values}
    house.stores.control.audit.add(AuditRow(now, who, "plan-downloaded", slug, detail))
    return sheet(COLUMNS, (_line(row, seen, schools) for row in rows))


def _line(row: PlannedRow, seen: Sight, schools: dict[str, str]) -> list[str | int | None]:
    named = {**row.values, "sourcedId": row.sourced_id}
    before = {column: seen.value(old, column) for column, (old, _new) in row.changed.items()}
    after = {column: seen.value(new, column) for column, (_old, new) in row.changed.items()}
    shown = seen.values and bool(row.changed)
    return [
        row.table,
        _WORDS[row.verb],
        " ".join(row.schools),
        ", ".join(schools.get(school, school) for school in row.schools),
        seen.key(row.sourced_id),
        seen.value(record_names.number(row.table, named), record_names.NUMBERS.get(row.table)),
        seen.value(record_names.name(row.table, named)),
        record_names.what(row.table, named),
        ", ".join(row.changed),
        json.dumps(before, ensure_ascii=False) if shown else None,
        json.dumps(after, ensure_ascii=False) if shown else None,
    ]
