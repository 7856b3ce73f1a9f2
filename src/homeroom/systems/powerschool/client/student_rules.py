"""The rules that PowerSchool has for fields of a student when one is inserted or updated, checked before anything is sent.

Source: the field tables of the API notes of seed 004. Three rules are our own, since a server would take the record and not do what it
says: a field that there is not, or that may not be written, is refused and not left aside, and nobody leaves before the entry date.
Messages name fields, never values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from homeroom.systems.powerschool.client.shapes import as_list, at, flat, text

Action = Literal["INSERT", "UPDATE"]
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One field. `on`: I(nsert), U(pdate); empty: read only. `longest` in characters; `form`: text, whole, number or date."""

    on: str
    longest: int | None = None
    form: Literal["text", "whole", "number", "date"] = "text"
    needed: bool = False
    never_blank: bool = False


RULES: Mapping[str, Rule] = {
    "id": Rule("U", form="whole", needed=True),
    "local_id": Rule("I", form="whole"),
    "state_province_id": Rule("IU", 32),
    "student_username": Rule("", 20),
    "name.last_name": Rule("IU", 50, needed=True, never_blank=True),
    "name.first_name": Rule("IU", 50, needed=True, never_blank=True),
    "name.middle_name": Rule("IU", 30),
    "school_enrollment.enroll_status_code": Rule("I", form="whole"),
    "school_enrollment.enroll_status": Rule("I", 2),
    "school_enrollment.enroll_status_description": Rule(""),
    "school_enrollment.grade_level": Rule("I", form="whole", needed=True),
    "school_enrollment.entry_date": Rule("I", form="date", needed=True),
    "school_enrollment.exit_date": Rule("I", form="date", needed=True),
    "school_enrollment.school_number": Rule("I", form="whole", needed=True),
    "school_enrollment.school_id": Rule(""),
    "school_enrollment.entry_code": Rule("I", 10),
    "school_enrollment.entry_comment": Rule("I", 4000),
    "school_enrollment.exit_code": Rule("I", 10),
    "school_enrollment.exit_comment": Rule("I", 4000),
    "school_enrollment.district_of_residence": Rule("I", 20),
    "school_enrollment.track": Rule("I", 20),
    "school_enrollment.full_time_equivalency.fteid": Rule("I", 10, "number"),
    "school_enrollment.full_time_equivalency.name": Rule(""),
    **{
        f"addresses.{which}.{part}": Rule("IU", longest)
        for which in ("physical", "mailing")
        for part, longest in (("street", 60), ("city", 50), ("state_province", 2), ("postal_code", 10), ("grid_location", 40))
    },
    "contact.emergency_contact_name1": Rule("IU", 60),
    "contact.emergency_phone1": Rule("IU", 30),
    "contact.emergency_contact_name2": Rule("IU", 60),
    "contact.emergency_phone2": Rule("IU", 60),
    "contact.guardian_email": Rule("IU"),
    "contact.guardian_fax": Rule("IU", 30),
    "contact.mother": Rule("IU", 60),
    "contact.father": Rule("IU", 60),
    "contact.doctor_name": Rule("IU", 60),
    "contact.doctor_phone": Rule("IU", 30),
    "contact_info.email": Rule("IU"),
    "demographics.gender": Rule("IU", 2),
    "demographics.birth_date": Rule("IU", form="date"),
    "demographics.district_entry_date": Rule("IU", form="date"),
    "demographics.projected_graduation_year": Rule("IU", form="whole"),
    "initial_enrollment.district_entry_date": Rule("IU", form="date"),
    "initial_enrollment.district_entry_grade_level": Rule("IU", 10, "number"),
    "initial_enrollment.school_entry_date": Rule("IU", form="date"),
    "initial_enrollment.school_entry_grade_level": Rule("IU", 10, "number"),
    "phones.main.number": Rule("IU", 30),
    "schedule_setup.home_room": Rule("IU", 60),
    "schedule_setup.next_school": Rule("IU", 10, "number"),
    "schedule_setup.sched_next_year_grade": Rule("IU", 10, "number"),
}
"""Path of a field -> its rule."""

TOGETHER = (
    *(
        tuple(f"addresses.{which}.{part}" for part in ("street", "city", "state_province", "postal_code"))
        for which in ("physical", "mailing")
    ),
    ("contact.emergency_contact_name1", "contact.emergency_phone1"),
    ("contact.emergency_contact_name2", "contact.emergency_phone2"),
    ("contact.doctor_name", "contact.doctor_phone"),
)
"""Fields of which all are sent or none."""
TRACKS = ("A", "B", "C", "D", "E", "F")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong with a field, in words."""

    field: str
    what: str


def problems(student: Mapping[str, Any]) -> list[Problem]:
    """Everything that PowerSchool would refuse of a student record that is to be sent; empty when it may go."""
    action = text(student.get("action"))
    if action not in ("INSERT", "UPDATE"):
        return [Problem("action", "must be INSERT or UPDATE")]
    found = list(_fields(student, action[0]))
    if _said(student, "client_uid") is None:
        found.append(Problem("client_uid", "is required: the answer is told apart by it"))
    found += [
        Problem(p, "is required for INSERT")
        for p, r in RULES.items()
        if action == "INSERT" and r.needed and "I" in r.on and not _said(student, p)
    ]
    if action == "UPDATE" and not _said(student, "id"):
        found.append(Problem("id", "is required for UPDATE"))
    return sorted({*found, *_groups(student), *_words(student, action)})


def _fields(student: Mapping[str, Any], letter: str) -> Iterator[Problem]:
    plain = {k: v for k, v in student.items() if k not in ("client_uid", "action", "_extension_data")}
    for path, value in flat(plain):
        rule = RULES.get(path)
        if rule is None:
            yield Problem(path, "is not a field of a student")
        elif letter not in rule.on:
            yield Problem(
                path, "cannot be written" if not rule.on else f"cannot be written on {'INSERT' if letter == 'I' else 'UPDATE'}"
            )
        else:
            yield from _value(path, rule, value)
    for path, rule in RULES.items():
        if rule.never_blank and _present(plain, path) and not _said(plain, path):
            yield Problem(path, "may not be blank")


def _value(path: str, rule: Rule, value: str) -> Iterator[Problem]:
    value = value.strip()
    if rule.longest is not None and len(value) > rule.longest:
        yield Problem(path, f"has more than {rule.longest} characters")
    if rule.form == "whole" and not _WHOLE.fullmatch(value):
        yield Problem(path, "must be a whole number")
    if rule.form == "number" and not _NUMBER.fullmatch(value):
        yield Problem(path, "must be a number")
    if rule.form == "date" and not _is_date(value):
        yield Problem(path, "must be a date as YYYY-MM-DD")


def _groups(student: Mapping[str, Any]) -> Iterator[Problem]:
    for group in TOGETHER:
        said = [p for p in group if _said(student, p)]
        block = group[0].rpartition(".")[0]
        alone = said or (block.startswith("addresses") and _said(student, f"{block}.grid_location"))
        if alone and len(said) < len(group):
            yield from (Problem(p, "is required beside the other fields of its block") for p in group if p not in said)


def _words(student: Mapping[str, Any], action: str) -> Iterator[Problem]:
    """Rules between values: status, gender, track, dates."""
    code, letter = (_said(student, f"school_enrollment.enroll_status{end}") for end in ("_code", ""))
    if code and letter:
        yield Problem("school_enrollment.enroll_status", "cannot be sent together with enroll_status_code")
    if action == "INSERT" and code and _WHOLE.fullmatch(code.strip()) and int(code) in (2, 3):
        yield Problem("school_enrollment.enroll_status_code", "cannot be 2 or 3 (transferred out, graduated) on INSERT")
    if action == "INSERT" and letter and letter.upper() not in ("A", "I", "P", "H"):
        yield Problem("school_enrollment.enroll_status", "must be A, I, P or H on INSERT")
    if (gender := _said(student, "demographics.gender")) and gender not in ("M", "F"):
        yield Problem("demographics.gender", "must be M or F")
    if (track := _said(student, "school_enrollment.track")) and track not in TRACKS:
        yield Problem("school_enrollment.track", "must be one of A to F")
    entry, leaving = (_said(student, f"school_enrollment.{p}") for p in ("entry_date", "exit_date"))
    if entry and leaving and _is_date(entry.strip()) and _is_date(leaving.strip()) and leaving.strip() < entry.strip():
        yield Problem("school_enrollment.exit_date", "is before the entry date")


def extension(tables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Fields of extension tables in the shape in which they are written: `{table: {field: value}}` in."""
    listed = [
        {"name": table, "recordFound": False, "_field": [{"name": n, "type": "String", "value": v} for n, v in fields.items()]}
        for table, fields in tables.items()
    ]
    return {"_table_extension": listed}


def _said(student: Mapping[str, Any], path: str) -> str | None:
    """What a field says, as it was written; None where it says nothing but spaces."""
    found = text(at(student, path))
    return found if found is not None and found.strip() else None


def _present(student: Mapping[str, Any], path: str) -> bool:
    parent, _, leaf = path.rpartition(".")
    inside = at(student, parent) if parent else student
    return isinstance(inside, Mapping) and leaf in inside


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


__all__ = ["RULES", "TOGETHER", "Problem", "Rule", "as_list", "extension", "problems"]
