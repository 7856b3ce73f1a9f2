"""Records of `/ws/v1` as rows of the files, whether they came from a list or alone. What v1 does not say is blank."""

from __future__ import annotations

from homeroom.systems.powerschool.client.shapes import Record, as_list, at, text

OFFICE = "0"
"""The number of the district office, in which no list of staff is."""
YEARS_BEGIN = 1990
"""A school year's number is the year in which it begins less this."""
STAFF = ("1", "2")
"""Teachers and other staff, of the kinds of staff."""
TAKEN = ("0", "-1")
"""The enrolment statuses of students who come: active and pre-registered."""
OF_STUDENTS = ("demographics", "school_enrollment", "contact_info")
OF_STAFF = ("emails", "school_affiliations")

Row = dict[str, str]


def school(record: Record) -> Row:
    """A row of locations."""
    return _row(record, dcid="id", school_number="school_number", name="name", low_grade="low_grade", high_grade="high_grade")


def district(record: Record) -> Row:
    """A row of districts."""
    return _row(record, district_number="district_number", district_name="name")


def term(record: Record, number: str) -> Row:
    """A row of terms, of the school with that number."""
    row = _row(
        record, dcid="id", termid="local_id", name="name", abbreviation="abbreviation", firstday="start_date", lastday="end_date",
        portion="portion",
    )  # fmt: skip
    year = int(text(at(record, "start_year")) or 0) - YEARS_BEGIN
    return row | {"schoolid": number, "yearid": str(year), "isyearrec": "1" if row.get("portion") == "1" else "0"}


def course(record: Record) -> Row:
    """A row of courses."""
    return _row(record, dcid="id", course_number="course_number", course_name="course_name")


def adult(record: Record) -> Row:
    """A row of staff: the person of a record that stands for one person at one school."""
    return _row(
        record, dcid="users_dcid", teachernumber="local_id", first_name="name.first_name", middle_name="name.middle_name",
        last_name="name.last_name", email_addr="emails.work_email", teacherloginid="teacher_username",
    )  # fmt: skip


def kind_at(record: Record, school: str) -> str | None:
    """As what a staff record's person works now at a school (its `id`, 0 for the office): 1 teacher, 2 staff; None for neither."""
    here = [a for a in as_list(at(record, "school_affiliations.school_affiliation")) if text(a.get("school_id")) == school]
    return min({text(a.get("type")) or "" for a in here if text(a.get("status")) in ("1", None)} & set(STAFF), default=None)


def place(record: Record, number: str, kind: str) -> Row:
    """A row of staff at schools."""
    ids = _row(record, dcid="id", users_dcid="users_dcid")
    return ids | {"schoolid": number, "staffstatus": kind}


def section(record: Record, course: Row, number: str, termid: str) -> Row:
    """A row of classes, of a course's row and the school with that number."""
    row = _row(record, dcid="id", section_number="section_number", external_expression="external_expression")
    named = {name: course[name] for name in ("course_number", "course_name") if name in course}
    return row | named | {"schoolid": number, "termid": termid}


def lead(section: str, adult: str, number: str) -> Row:
    """A row of teachers of classes: v1 knows the lead alone."""
    return {"section_dcid": section, "users_dcid": adult, "schoolid": number, "is_lead": "1"}


def student(record: Record) -> Row:
    """A row of students, of whatever status."""
    return _row(
        record, dcid="id", student_number="local_id", state_studentnumber="state_province_id", first_name="name.first_name",
        middle_name="name.middle_name", last_name="name.last_name", schoolid="school_enrollment.school_number",
        grade_level="school_enrollment.grade_level", enroll_status="school_enrollment.enroll_status_code",
        entrydate="school_enrollment.entry_date", exitdate="school_enrollment.exit_date", student_web_id="student_username",
        email="contact_info.email", dob="demographics.birth_date", gender="demographics.gender",
    )  # fmt: skip


def seat(record: Record, number: str, today: str) -> Row | None:
    """A row of class enrollments; None for one that does not count: dropped, on the first day or since."""
    row = _row(
        record, dcid="id", section_dcid="section_id", student_dcid="student_id", dateenrolled="entry_date", dateleft="exit_date"
    )
    begins, ends = row.get("dateenrolled", ""), row.get("dateleft", "")
    counts = text(record.get("dropped")) != "true" and ends > begins and ends > today
    return row | {"schoolid": number} if counts else None


def _row(record: Record, **paths: str) -> Row:
    """A row of texts: column -> what stands at a path of the record; blanks are left out."""
    return {column: found for column, path in paths.items() if (found := text(at(record, path))) is not None}
