"""The fields of a student that may be written: type, length, when, and into which column. From seed 004's table of fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "date"]
REQUIRED_ON_INSERT = (
    "name/last_name",
    "name/first_name",
    "school_enrollment/grade_level",
    "school_enrollment/entry_date",
    "school_enrollment/exit_date",
    "school_enrollment/school_number",
)
NEVER_BLANK = ("name/last_name", "name/first_name")


@dataclass(frozen=True, slots=True)
class Rule:
    """One field: its path below `student`, its column, how long it may be (0: no bound), whether UPDATE may set it."""

    path: str
    column: str
    kind: Kind = "text"
    length: int = 0
    update: bool = True


def _rules(text: str) -> dict[str, Rule]:
    found = {}
    for line in text.split("\n"):
        words = line.split()
        if words:
            kind, _, length = (words[2] if len(words) > 2 else "text").partition(":")
            found[words[0]] = Rule(words[0], words[1], kind, int(length or 0), "insert" not in words[3:])  # type: ignore[arg-type]
    return found


RULES = _rules("""
local_id Student_Number integer insert
state_province_id State_StudentNumber text:32
name/last_name Last_Name text:50
name/first_name First_Name text:50
name/middle_name Middle_Name text:30
school_enrollment/enroll_status_code Enroll_Status integer insert
school_enrollment/enroll_status Enroll_Status text:2 insert
school_enrollment/grade_level Grade_Level integer insert
school_enrollment/entry_date EntryDate date insert
school_enrollment/exit_date ExitDate date insert
school_enrollment/school_number SchoolID integer insert
school_enrollment/entry_code EntryCode text:10 insert
school_enrollment/entry_comment TransferComment text:4000 insert
school_enrollment/exit_code ExitCode text:10 insert
school_enrollment/exit_comment ExitComment text:4000 insert
school_enrollment/district_of_residence DistrictOfResidence text:20 insert
school_enrollment/track Track text:20 insert
school_enrollment/full_time_equivalency/fteid FTEID number:10 insert
addresses/physical/street Street text:60
addresses/physical/city City text:50
addresses/physical/state_province State text:2
addresses/physical/postal_code Zip text:10
addresses/physical/grid_location Geocode text:40
addresses/mailing/street Mailing_Street text:60
addresses/mailing/city Mailing_City text:50
addresses/mailing/state_province Mailing_State text:2
addresses/mailing/postal_code Mailing_Zip text:10
addresses/mailing/grid_location Mailing_Geocode text:40
contact/emergency_contact_name1 Emerg_Contact_1 text:60
contact/emergency_phone1 Emerg_Phone_1 text:30
contact/emergency_contact_name2 Emerg_Contact_2 text:60
contact/emergency_phone2 Emerg_Phone_2 text:60
contact/guardian_email GuardianEmail text
contact/guardian_fax GuardianFax text:30
contact/mother Mother text:60
contact/father Father text:60
contact/doctor_name Doctor_Name text:60
contact/doctor_phone Doctor_Phone text:30
contact_info/email @email text
demographics/gender Gender text:2
demographics/birth_date DOB date
demographics/district_entry_date DistrictEntryDate date
demographics/projected_graduation_year Sched_YearOfGraduation integer
initial_enrollment/district_entry_date DistrictEntryDate date
initial_enrollment/district_entry_grade_level DistrictEntryGradeLevel number:10
initial_enrollment/school_entry_date SchoolEntryDate date
initial_enrollment/school_entry_grade_level SchoolEntryGradeLevel number:10
phones/main/number Home_Phone text:30
schedule_setup/home_room Home_Room text:60
schedule_setup/next_school Next_School number:10
schedule_setup/sched_next_year_grade Sched_NextYearGrade number:10
""")
"""By path. A column that begins with `@` lies in other tables."""
BLOCKS = tuple(
    tuple(f"addresses/{kind}/{part}" for part in ("street", "city", "state_province", "postal_code"))
    for kind in ("physical", "mailing")
)
PAIRS = (
    ("contact/emergency_contact_name1", "contact/emergency_phone1"),
    ("contact/emergency_contact_name2", "contact/emergency_phone2"),
    ("contact/doctor_name", "contact/doctor_phone"),
)
READ_ONLY = frozenset({"student_username", "school_enrollment/enroll_status_description", "school_enrollment/school_id"})
ALONE = frozenset({"client_uid", "action", "id"})


def flat(record: dict[str, Any], above: str = "") -> dict[str, Any]:
    """The leaves of a record by path; extension data and attributes are not among them."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        path = f"{above}{key}"
        if key.startswith(("@", "_")) or path in ALONE:
            continue
        if isinstance(value, dict):
            found |= flat(value, f"{path}/")
        else:
            found[path] = value
    return found


def value_of(rule: Rule, value: Any) -> tuple[Any, str | None]:
    """The value as it is stored, or what is wrong with it, in the server's words."""
    if value is None or value == "":
        return None, None
    text = str(value).strip()
    if rule.kind == "integer" and not re.fullmatch(r"-?[0-9]{1,18}", text):
        return None, "Value must be an integer"
    if rule.kind == "number" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return None, "Value must be a number"
    if rule.length and len(text) > rule.length:
        return None, f"Value may not contain more than {rule.length} character(s)."
    if rule.kind == "date":
        return _date(text)
    if rule.kind == "number":
        return int(float(text)), None
    return (int(text) if rule.kind == "integer" else text), None


def _date(text: str) -> tuple[str | None, str | None]:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text).isoformat(), None
    except ValueError:
        return None, "Value must be a date in the format YYYY-MM-DD"
