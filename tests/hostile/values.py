"""Cells: dates, codes, ids, references, what Excel does, what an attacker writes."""

from __future__ import annotations

from hostile.kind import Collection, Files, edited

HOSTILE = Collection()
ROW = "s-06,,,true,0101,student,student06,,Farid,Fable"


@HOSTILE.add("success_with_row_issues", None, "code-unknown", first=True)
def an_unknown_role(files: Files) -> Files:
    """role is wizard: refused, the record lives on."""
    return edited(files, "users.csv", ROW, ROW.replace(",student,", ",wizard,"))


@HOSTILE.add("success", None, "code-case", first=True)
def codes_in_other_letters(files: Files) -> Files:
    """Student, TEACHER, School: healed."""
    files = edited(files, "users.csv", ROW, ROW.replace(",student,", ",Student,"))
    files = edited(files, "users.csv", "0101,teacher,t-01", "0101,TEACHER,t-01")
    return edited(files, "orgs.csv", "Pine Elementary School,school", "Pine Elementary School,School")


@HOSTILE.add("success", None, "boolean-form", first=True)
def booleans_in_other_words(files: Files) -> Files:
    """TRUE, Yes, 1 and Y for true."""
    for n, word in enumerate(("TRUE", "Yes", "1", "Y"), start=6):
        files = edited(files, "users.csv", f"s-{n:02d},,,true", f"s-{n:02d},,,{word}")
    return files


@HOSTILE.add("success_with_row_issues", None, "required-blank", first=True)
def a_required_cell_is_blank(files: Files) -> Files:
    """A student without a family name: refused, the record lives on."""
    return edited(files, "users.csv", "Farid,Fable", "Farid,")


@HOSTILE.add("success_with_row_issues", None, "required-blank", "absence-unprovable", first=True)
def a_row_without_an_id(files: Files) -> Files:
    """A student whose sourcedId is blank: refused, and since it could be anyone, nobody is removed."""
    return edited(files, "users.csv", "\r\ns-06,", "\r\n,")


@HOSTILE.add("success", None, "date-form", first=True, values=(("demographics", "s-01", "birthDate", "2020-01-13"),))
def american_dates(files: Files) -> Files:
    """Every birth date as month/day/year: days above twelve leave one reading."""
    lines = files["demographics.csv"].decode().split("\r\n")
    for n, line in enumerate(lines[1:], start=1):
        if line:
            cells = line.split(",")
            year, month, day = cells[3].split("-")
            lines[n] = ",".join([*cells[:3], f"{month}/{day}/{year}", *cells[4:]])
    return files | {"demographics.csv": "\r\n".join(lines).encode()}


@HOSTILE.add("success_with_row_issues", None, "date-impossible", first=True)
def an_impossible_date(files: Files) -> Files:
    """February the thirtieth in an optional cell: the value is dropped, the row stays."""
    return edited(files, "demographics.csv", "s-01,,,2020-01-13", "s-01,,,2020-02-30")


@HOSTILE.add("success_with_row_issues", None, "date-unreadable", first=True)
def an_unreadable_date(files: Files) -> Files:
    """'last spring' in an optional cell."""
    return edited(files, "enrollments.csv", "s-01,student,,2026-08-17", "s-01,student,,last spring")


@HOSTILE.add("success_with_row_issues", None, "dates-reversed", first=True)
def reversed_dates(files: Files) -> Files:
    """A semester that ends before it begins."""
    return edited(files, "academicSessions.csv", "2026-08-17,2026-12-18", "2026-12-18,2026-08-17")


@HOSTILE.add("success_with_row_issues", None, "duplicate-identical", first=True)
def the_same_row_twice(files: Files) -> Files:
    """One of the two counts, and it is said so."""
    row = files["enrollments.csv"].split(b"\r\n")[2]
    return files | {"enrollments.csv": files["enrollments.csv"] + row + b"\r\n"}


@HOSTILE.add(
    "success_with_row_issues", None, "duplicate-different", first=True, values=(("users", "s-06", "familyName", "Fable"),)
)
def two_rows_that_contradict(files: Files) -> Files:
    """One id, two names: neither can be believed, the record lives on as it was."""
    row = next(line for line in files["users.csv"].split(b"\r\n") if line.startswith(b"s-06,"))
    return files | {"users.csv": files["users.csv"] + row.replace(b"Fable", b"Foible") + b"\r\n"}


@HOSTILE.add("success_with_row_issues", None, "reference-unknown", first=True)
def an_enrollment_of_nobody(files: Files) -> Files:
    """A new enrollment of a student who is nowhere."""
    row = b"e-99,,,c-1,0101,s-404,student,,2026-08-17,2027-05-28\r\n"
    return files | {"enrollments.csv": files["enrollments.csv"] + row}


@HOSTILE.add("success_with_row_issues", None, "reference-dropped", first=True)
def a_guardian_who_is_not_there(files: Files) -> Files:
    """One of two guardians is in no file: the other stays."""
    return edited(files, "users.csv", '"g-01,g-02"', '"g-01,g-77"')


@HOSTILE.add("success_with_row_issues", None, "cycle", first=True)
def orgs_in_a_circle(files: Files) -> Files:
    """The district belongs to a school that belongs to the district."""
    return edited(files, "orgs.csv", "district,4207,", "district,4207,0101")


@HOSTILE.add("success_with_row_issues", None, "agent-of-oneself", first=True)
def somebody_is_his_own_guardian(files: Files) -> Files:
    """A student who is named as his own agent."""
    return edited(files, "users.csv", "student06@example.org,,,g-07", "student06@example.org,,,s-06")


@HOSTILE.add("success_with_row_issues", None, "student-teaches", first=True)
def a_student_who_teaches(files: Files) -> Files:
    """A student with a teacher's enrollment."""
    return edited(files, "enrollments.csv", "s-01,student", "s-01,teacher")


@HOSTILE.add("success_with_row_issues", None, "ids-look-alike", first=True, active={"users": 46})
def ids_that_differ_by_case(files: Files) -> Files:
    """S-06 beside s-06: two people, told, never merged."""
    row = b"S-06,,,true,0101,student,student60,,Frida,Fable,,004060,student60@example.org,,,,02,\r\n"
    return files | {"users.csv": files["users.csv"] + row}


@HOSTILE.add("success_with_row_issues", None, "id-scientific", first=True)
def an_id_that_excel_rewrote(files: Files) -> Files:
    """A long number as 1.23457E+11: nobody's id."""
    row = b"1.23457E+11,,,true,0101,student,student61,,Frida,Fable,,004061,student61@example.org,,,,02,\r\n"
    return files | {"users.csv": files["users.csv"] + row}


@HOSTILE.add("held", "limit_exceeded", "zeros-lost", first=True)
def leading_zeros_lost(files: Files) -> Files:
    """Excel opened every file: school 0101 is now 101. All schools would be replaced, so a person must look."""
    return {name: raw.replace(b"0101", b"101").replace(b"0102", b"102") for name, raw in files.items()}


@HOSTILE.add(first=True, values=(("users", "s-06", "givenName", "<script>alert('x')</script>"),))
def script_in_a_name(files: Files) -> Files:
    """Kept as text, harmless wherever it is shown."""
    return edited(files, "users.csv", ",Farid,", ",<script>alert('x')</script>,")


@HOSTILE.add("success", None, "formula-content", first=True, values=(("users", "s-06", "givenName", "=cmd|' /C calc'!A0"),))
def a_formula_in_a_name(files: Files) -> Files:
    """Kept as text, harmless in every sheet that we make."""
    return edited(files, "users.csv", ",Farid,", ",=cmd|' /C calc'!A0,")


@HOSTILE.add(first=True, values=(("users", "s-06", "familyName", "'); DROP TABLE users;--"),))
def sql_in_a_name(files: Files) -> Files:
    """A name that is a statement in another language."""
    return edited(files, "users.csv", "Farid,Fable", "Farid,'); DROP TABLE users;--")


@HOSTILE.add("success_with_row_issues", None, "value-too-long", first=True)
def a_name_of_5000_letters(files: Files) -> Files:
    """Longer than any name: refused, the record lives on."""
    return edited(files, "users.csv", ",Farid,", "," + "F" * 5000 + ",")


@HOSTILE.add(first=True)
def status_in_a_bulk_file(files: Files) -> Files:
    """Many exports fill status and dateLastModified although the file is bulk: no update."""
    return {
        name: raw.replace(b",,,", b",active,2026-10-05T02:00:00.000Z,") if name == "orgs.csv" else raw
        for name, raw in files.items()
    }


@HOSTILE.add("success_with_row_issues", None, "status-in-bulk", "reference-dropped", first=True, active={"users": 44})
def tobedeleted_in_a_bulk_file(files: Files) -> Files:
    """A guardian marked tobedeleted in a bulk file is not imported as active."""
    return edited(files, "users.csv", "g-06,,,", "g-06,tobedeleted,2026-10-05T02:00:00.000Z,")
