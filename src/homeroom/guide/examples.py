"""Example rows for a guide: a few invented people and classes, written as a district's own files would say them.

The same small world stands in every guide: the values of a record are turned back through a layout's value maps and recipes
into what the file would hold. A test imports the rows of every set. Where that way back is not to be found, the set's
`guide.toml` gives the rows itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from homeroom.guide.elements import Element, Sheet, Use, extension
from homeroom.layouts import patterns
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.catalogue import Format, catalogue
from homeroom.roster.versions import role_in_12

Record = Mapping[str, str]

WORLD: Mapping[str, tuple[Record, ...]] = {
    "orgs": (
        {"sourcedId": "900", "name": "Pinewood Schools", "type": "district", "identifier": "900"},
        {"sourcedId": "100", "name": "Elm School", "type": "school", "identifier": "100", "parentSourcedId": "900"},
    ),
    "academicSessions": (
        {"sourcedId": "Y27", "title": "2026-2027", "type": "schoolYear", "startDate": "2026-07-01", "endDate": "2027-07-01", "schoolYear": "2027"},
        {"sourcedId": "T27-1", "title": "Fall", "type": "term", "startDate": "2026-08-17", "endDate": "2026-12-19", "parentSourcedId": "Y27", "schoolYear": "2027"},
    ),
    "courses": ({"sourcedId": "ALG1", "schoolYearSourcedId": "Y27", "title": "Algebra I", "courseCode": "ALG1", "grades": "09", "orgSourcedId": "900", "subjects": "Mathematics"},),
    "classes": (
        {"sourcedId": "C4001", "title": "Algebra I, period 2", "grades": "09", "courseSourcedId": "ALG1", "classCode": "ALG1-2", "classType": "scheduled", "location": "B12", "schoolSourcedId": "100", "termSourcedIds": "T27-1", "subjects": "Mathematics", "periods": "2"},
    ),
    "users": (
        {"sourcedId": "S1001", "orgSourcedIds": "100", "role": "student", "givenName": "Ana", "familyName": "Ruiz", "middleName": "Maria", "identifier": "1001", "username": "ana.ruiz", "email": "ana.ruiz@students.example.org", "agentSourcedIds": "G3001", "grades": "09", "enabledUser": "true", "metadata.language": "es"},
        {"sourcedId": "G3001", "orgSourcedIds": "100", "role": "parent", "givenName": "Eva", "familyName": "Ruiz", "identifier": "3001", "username": "eva.ruiz", "email": "eva.ruiz@mail.example", "sms": "+15555550101", "phone": "+15555550102", "enabledUser": "true", "metadata.language": "es"},
        {"sourcedId": "T2001", "orgSourcedIds": "100", "role": "teacher", "givenName": "Tom", "familyName": "Hill", "identifier": "2001", "username": "tom.hill", "email": "tom.hill@example.org", "phone": "+15555550103", "enabledUser": "true", "metadata.language": "en"},
    ),
    "roles": (
        {"sourcedId": "R1", "userSourcedId": "S1001", "roleType": "primary", "role": "student", "orgSourcedId": "100"},
        {"sourcedId": "R2", "userSourcedId": "G3001", "roleType": "primary", "role": "parent", "orgSourcedId": "100"},
        {"sourcedId": "R3", "userSourcedId": "T2001", "roleType": "primary", "role": "teacher", "orgSourcedId": "100"},
    ),
    "enrollments": (
        {"sourcedId": "E1", "classSourcedId": "C4001", "schoolSourcedId": "100", "userSourcedId": "S1001", "role": "student", "primary": "false", "beginDate": "2026-08-17", "endDate": "2026-12-19"},
        {"sourcedId": "E2", "classSourcedId": "C4001", "schoolSourcedId": "100", "userSourcedId": "T2001", "role": "teacher", "primary": "true", "beginDate": "2026-08-17", "endDate": "2026-12-19"},
    ),
    "demographics": ({"sourcedId": "S1001", "birthDate": "2012-03-09", "sex": "female"},),
    "contacts": (
        {"student": "S1001", "contact": "G3001", "givenName": "Eva", "familyName": "Ruiz", "email": "eva.ruiz@mail.example", "sms": "+15555550101", "phone": "+15555550102", "relationship": "Mother", "role": "parent", "legal_guardian": "true", "type": "Guardian", "priority": "1"},
    ),
}  # fmt: skip
"""Records of an invented district, by table and column; all of them fit together."""


def example(layouts: LayoutSet, sheet: Sheet, given: Mapping[str, str], date_form: str | None = None) -> str:
    """The example of a file as CSV text, with a header unless the file has none; empty where no row can be invented."""
    for name, text in given.items():
        if name == sheet.name or any(patterns.rank(w.files, name) is not None for w in sheet.layouts):
            return text
    if not sheet.layouts:
        return ""
    words = sheet.header
    elements = {e.word: e for e in sheet.elements}
    rows = [[_cell(elements[w], table, record, layouts.version, date_form) for w in words] for table, record in _records(sheet)]
    kept = _columns_used(words, elements, rows)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_delimiter(sheet), lineterminator="\n")
    if not sheet.headerless:
        writer.writerow([words[i] for i in kept])
    for row in rows:
        if any(row):
            writer.writerow([row[i] for i in kept])
    return out.getvalue()


def _delimiter(sheet: Sheet) -> str:
    return sheet.layouts[0].hints.delimiter or ","


def _columns_used(words: Sequence[str], elements: Mapping[str, Element], rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns that say anything in these rows, and those that must be there; a file without a header keeps all."""
    bare = any(e.place is not None for e in elements.values())
    return [i for i, w in enumerate(words) if bare or elements[w].rank < 2 or any(row[i] for row in rows)]


def _records(sheet: Sheet) -> list[tuple[str, Record]]:
    """The records that a file's rows are made of: those of its chief layout, the one that uses most columns by themselves."""
    counted = {w.name: sum(u.layout is w and u.alone for e in sheet.elements for u in e.uses) for w in sheet.layouts}
    chief = max(sheet.layouts, key=lambda w: counted[w.name])
    found = WORLD.get(chief.table) or ({},)
    constant = {t: s.constant for t, s in chief.map if s.constant is not None}
    fitting = [r for r in found if all(r.get(t, v) == v for t, v in constant.items() if t == "role")]
    mapped = chief.source("role")
    if mapped is not None and mapped.values:
        known = {new for _, new in mapped.values}
        fitting = [r for r in fitting if r.get("role") in known] or fitting
    return [(chief.table, record) for record in fitting or found]


def _cell(element: Element, table: str, record: Record, version: str, date_form: str | None) -> str:
    use = next((u for u in element.uses if u.layout.table == table and u.alone), None)
    if use is None or use.source is None:
        return _chiefly(element, table, record)
    value = record.get(use.target)
    if value is None and not element.needed and not element.filled:
        return ""
    if value is None:
        value = "" if extension(use.target) else _invented(use)
    if table == "roles" and use.target == "role" and version == "1.2":
        value = role_in_12(value, "school")
    return _backwards(use, value, date_form)


def _chiefly(element: Element, table: str, record: Record) -> str:
    """The value of a column that a formula takes before any other, as in `coalesce(username, email)`."""
    for use in element.uses:
        formula = use.source.formula if use.source and use.layout.table == table and use.target != "sourcedId" else None
        if formula and formula.startswith(f"coalesce({element.word},"):
            return record.get(use.target, "")
    return ""


def _invented(use: Use) -> str:
    """A value of the right form for a column that the world does not have."""
    field = use.field
    if field is None:
        return ""
    words = next((catalogue().codes[c].values for c in field.codes.values() if c in catalogue().codes), ())
    if field.words is not None:
        words = field.words.values
    if words:
        return words[0]
    if field.format.is_reference:
        return next((r["sourcedId"] for r in WORLD.get(field.ref or "", ()) if _fits(field.ref_type, r)), f"{field.ref}-1")
    return _FORMS.get(field.format, "1" if field.format is Format.GUID else "Example")


def _fits(kind: str | None, record: Record) -> bool:
    return kind is None or record.get("type") == kind or record.get("role") == kind


_FORMS: Mapping[Format, str] = {
    Format.BOOLEAN: "true",
    Format.INTEGER: "1",
    Format.FLOAT: "3.5",
    Format.DATE: "2026-08-17",
    Format.DATETIME: "2026-08-17T06:00:00.000Z",
    Format.YEAR: "2027",
    Format.LIST_TYPED_ID: "{sis:1}",
    Format.LIST_MAPPING: "{a:b}",
}


def _backwards(use: Use, value: str, date_form: str | None) -> str:
    """What a file says for a value: back through recipe and value map."""
    source = use.source
    assert source is not None
    for name in reversed(source.recipe):
        value = _unmade(name, value)
    if use.field is not None and use.field.format is Format.DATE and date_form and not source.recipe:
        value = _dated(value, date_form)
    return next((old for old, new in source.values if new == value), value)


def _unmade(recipe: str, value: str) -> str:
    name, _, argument = recipe.partition(":")
    if name == "date" and argument:
        return _dated(value, argument)
    if name == "strip-prefix":
        return argument + value
    if name == "strip-suffix":
        return value + argument
    if name == "list" and argument:
        return value.replace(",", argument)
    return value


def _dated(value: str, form: str) -> str:
    """An ISO date in a form such as MM/DD/YYYY."""
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
    if parts is None:
        return value
    year, month, day = parts.groups()
    named = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[int(month) - 1]
    spelled = {"YYYY": year, "YY": year[2:], "MMM": named, "MM": month, "M": str(int(month)), "DD": day, "D": str(int(day))}
    return re.sub("YYYY|YY|MMM|MM|M|DD|D", lambda m: spelled[m[0]], form)
