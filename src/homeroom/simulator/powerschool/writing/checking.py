"""Is a record that someone wants to write right? Every fault at once, with the path of its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.tables import Column, Table, extensions_of
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing import rules

TRACKS = ("A", "B", "C", "D", "E", "F")
STATUS = {"A": 0, "I": 1, "P": -1, "H": 4}
ORDER = {path: n for n, path in enumerate(rules.RULES)}
REQUIRED, INVALID = "REQUIRED", "FIELD_VALIDATION_ERROR"
MISSING = "No data submitted for required element"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault: a path, a code, a sentence."""

    field: str
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What would be written: columns of the student, e-mail (None: not given), extension rows; and what is wrong."""

    columns: dict[str, Any]
    email: str | None
    extensions: tuple[tuple[Table, tuple[tuple[Column, str | None], ...]], ...]
    wrong: tuple[Wrong, ...]


def check(world: World, record: dict[str, Any], action: str) -> Checked:
    """A record held against all rules."""
    given = rules.flat(record)
    wrong: list[Wrong] = []
    columns: dict[str, Any] = {}
    email: str | None = None
    for path, value in given.items():
        rule = rules.RULES.get(path)
        if rule is None or path in rules.READ_ONLY or (action == "UPDATE" and not rule.update):
            continue
        stored, fault = rules.value_of(rule, value)
        if fault:
            wrong.append(Wrong(f"student/{path}", INVALID, fault))
        elif path == "contact_info/email":
            email = "" if stored is None else str(stored)
        else:
            columns[rule.column] = stored
    wrong += _missing(given, action) + _together(given) + _codes(world, given, columns, action)
    extensions, faults = _extensions(record)
    return Checked(columns, email, extensions, (*sorted(wrong, key=_place), *faults))


def _place(wrong: Wrong) -> int:
    """Faults are told in the order of the fields."""
    return ORDER.get(wrong.field.removeprefix("student/"), len(ORDER))


def _blank(value: Any) -> bool:
    return value is None or str(value).strip() == ""


def _missing(given: dict[str, Any], action: str) -> list[Wrong]:
    if action == "INSERT":
        return [Wrong(f"student/{p}", REQUIRED, MISSING) for p in rules.REQUIRED_ON_INSERT if _blank(given.get(p))]
    return [Wrong(f"student/{p}", REQUIRED, MISSING) for p in rules.NEVER_BLANK if p in given and _blank(given[p])]


def _together(given: dict[str, Any]) -> list[Wrong]:
    """Addresses are whole or absent; a name comes with its telephone."""
    found = []
    for group in (*rules.BLOCKS, *rules.PAIRS):
        near = group[0].rpartition("/")[0] if group in rules.BLOCKS else None
        around = (*group, f"{near}/grid_location") if near else group
        if not all(_blank(given.get(p)) for p in around):
            found += [Wrong(f"student/{p}", REQUIRED, MISSING) for p in group if _blank(given.get(p))]
    return found


def _known(world: World, kind: str, code: Any) -> bool:
    sql = "SELECT 1 FROM Gen WHERE Cat = ? AND Name = ?"
    return database.one(world.tables, sql, (kind, str(code))) is not None


def _codes(world: World, given: dict[str, Any], columns: dict[str, Any], action: str) -> list[Wrong]:
    """Values that must be among those that there are."""
    found: list[Wrong] = []

    def refuse(path: str, sentence: str, code: str = INVALID) -> None:
        found.append(Wrong(f"student/{path}", code, sentence))

    if not _blank(given.get("demographics/gender")) and given["demographics/gender"] not in ("M", "F"):
        refuse("demographics/gender", "Value must be one of M, F")
    if action == "UPDATE":
        return found
    number = columns.get("Student_Number")
    if number is not None and database.one(world.tables, "SELECT 1 FROM Students WHERE Student_Number = ?", (number,)):
        refuse("local_id", "Local ID already exists", "INVALID_LOCAL_ID")
    school = columns.get("SchoolID")
    if school is not None and database.one(world.tables, "SELECT 1 FROM Schools WHERE School_Number = ?", (school,)) is None:
        refuse("school_enrollment/school_number", "School does not exist")
    for name, kind in (("entry_code", "entrycodes"), ("exit_code", "exitcodes"), ("district_of_residence", "districtresidence")):
        path = f"school_enrollment/{name}"
        if not _blank(given.get(path)) and not _known(world, kind, given[path]):
            refuse(path, "Value is not defined in the district")
    track = "school_enrollment/track"
    if not _blank(given.get(track)) and str(given[track]) not in TRACKS:
        refuse(track, "Value must be one of A, B, C, D, E, F")
    fte = columns.get("FTEID")
    if fte is not None and database.one(world.tables, "SELECT 1 FROM Fte WHERE ID = ?", (fte,)) is None:
        refuse("school_enrollment/full_time_equivalency/fteid", "Full-time equivalency does not exist")
    _status(given, columns, refuse)
    return found


def _status(given: dict[str, Any], columns: dict[str, Any], refuse: Any) -> None:
    """Letter or code, not both, and none that only a past student has."""
    letter, code = given.get("school_enrollment/enroll_status"), given.get("school_enrollment/enroll_status_code")
    if not _blank(letter) and not _blank(code):
        refuse("school_enrollment/enroll_status", "Only one of enroll_status and enroll_status_code may be specified")
    elif not _blank(letter):
        if str(letter).upper() not in STATUS:
            refuse("school_enrollment/enroll_status", "Value must be one of A, I, P, H")
        columns["Enroll_Status"] = STATUS.get(str(letter).upper(), 0)
    elif columns.get("Enroll_Status") in (2, 3):
        refuse("school_enrollment/enroll_status_code", "Value may not be 2 or 3")


def _extensions(record: dict[str, Any]) -> tuple[tuple[tuple[Table, tuple[tuple[Column, str | None], ...]], ...], list[Wrong]]:
    data = record.get("_extension_data")
    tables = data.get("_table_extension", []) if isinstance(data, dict) else []
    known = {t.name.lower(): t for t in extensions_of("Students")}
    found, wrong = [], []
    for part in tables if isinstance(tables, list) else [tables]:
        name = str(part.get("name", "")) if isinstance(part, dict) else ""
        table = known.get(name.lower())
        if table is None:
            wrong.append(Wrong(f"student/_extension_data/{name}", INVALID, "Extension does not exist"))
            continue
        fields = part.get("_field", [])
        cells = []
        for field in fields if isinstance(fields, list) else [fields]:
            if not isinstance(field, dict):
                wrong.append(Wrong(f"student/_extension_data/{name}", INVALID, "Field has no name"))
                continue
            column = table.column(str(field.get("name", "")))
            if column is None or column is table.primary:
                wrong.append(Wrong(f"student/_extension_data/{name}/{field.get('name')}", INVALID, "Field does not exist"))
                continue
            value = field.get("value")
            if column.length and value is not None and len(str(value)) > column.length:
                sentence = f"Value may not contain more than {column.length} character(s)."
                wrong.append(Wrong(f"student/_extension_data/{name}/{column.key}", INVALID, sentence))
            cells.append((column, None if value in (None, "") else str(value)))
        found.append((table, tuple(cells)))
    return tuple(found), wrong
