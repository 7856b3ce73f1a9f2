"""OneRoster 1.1 CSV as a careful system writes it: UTF-8, CRLF, RFC 4180, a manifest, every file bulk.

Headers are those of the CSV Tables 1.1 of April 2017, written out here on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator.records import District, Person
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, as_sent
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.writer import Writer

BASE = "sourcedId,status,dateLastModified,"
HEADERS: dict[str, str] = {
    "orgs": BASE + "name,type,identifier,parentSourcedId",
    "academicSessions": BASE + "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses": BASE + "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": BASE + "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods",
    "users": BASE + "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.language",
    "enrollments": BASE + "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "demographics": BASE + "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
    "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
}
ABSENT = ("categories", "classResources", "courseResources", "lineItems", "resources", "results")
RACE_COLUMNS = ("native", "asian", "black", "pacific", "white", "two")
BULK = ("", "")  # status and dateLastModified are blank in bulk files


def sheet(table: str, rows: Iterator[Row], headers: dict[str, str] = HEADERS) -> Sheet:
    """One OneRoster file."""
    return Sheet(f"{table}.csv", table, tuple(headers[table].split(",")), list(rows))


def orgs(district: District) -> Iterator[Row]:
    """The district, then its schools."""
    yield (district.id, *BULK, district.name, "district", district.id, "")
    for s in district.schools:
        yield (s.id, *BULK, s.name, "school", s.id, district.id)


def sessions(district: District) -> Iterator[Row]:
    """The school year and its parts."""
    for s in district.sessions:
        yield (s.id, *BULK, s.title, s.kind, s.begins, s.ends, s.parent, str(s.year))


def courses(district: District) -> Iterator[Row]:
    """What is taught, district-wide."""
    for c in district.courses:
        yield (c.id, *BULK, district.sessions[0].id, c.title, c.code, ",".join(c.grades), district.id, c.subject, "")


def classes(district: District) -> Iterator[Row]:
    """The sections."""
    subjects = {c.id: c.subject for c in district.courses}
    for s in district.sections:
        lists = (",".join(s.sessions), subjects[s.course], "", ",".join(s.periods))
        yield (s.id, *BULK, s.title, ",".join(s.grades), s.course, s.code, s.kind, s.room, s.school, *lists)


def users(district: District) -> Iterator[Row]:
    """Everyone."""
    for p in district.people:
        role = contacts.role(p) if p.role == "contact" else p.role
        ids = f"{{{'studentNumber' if p.role == 'student' else 'staffNumber'}:{p.number}}}" if p.number else ""
        names = (username(p), ids, p.given, p.family, p.middle, p.number)
        yield (
            *(p.id, *BULK, "true", ",".join(p.schools), role, *names, p.email, p.mobile, p.phone),
            *(",".join(p.contacts), p.grade, "", p.language),
        )


def username(person: Person) -> str:
    """The log-in name: the e-mail address up to the sign, else the id in lower case."""
    return person.email.split("@")[0] or person.id.lower()


def enrollments(district: District) -> Iterator[Row]:
    """Who is in which class."""
    for e in district.enrollments:
        primary = ("true" if e.primary else "false") if e.role == "teacher" else ""
        yield (e.id, *BULK, e.section, e.school, e.person, e.role, primary, e.begins, "")


def demographics(district: District) -> Iterator[Row]:
    """Birth date and sex of the students, and what the federal questions ask."""
    for p in district.people:
        if p.role == "student":
            races = tuple("true" if p.race == r else "false" for r in RACE_COLUMNS)
            yield (p.id, *BULK, p.born, p.sex, *races, "true" if p.hispanic else "false", "", "", "", "")


def manifest(version: str, bulk: list[str], absent: tuple[str, ...]) -> Sheet:
    """The control file: which file is there, and how it is meant."""
    rows = [("manifest.version", "1.0"), ("oneroster.version", version)]
    modes = [(f"file.{t}", "bulk") for t in bulk] + [(f"file.{t}", "absent") for t in absent]
    rows += [*sorted(modes), ("source.systemName", "Homeroom's made-up district"), ("source.systemCode", "made-up")]
    return Sheet("manifest.csv", "manifest", ("propertyName", "value"), rows)


def sheets(district: District) -> tuple[Sheet, ...]:
    """Manifest and seven files."""
    makers = (orgs, sessions, courses, classes, users, enrollments, demographics)
    made = [sheet(table, maker(district)) for table, maker in zip(HEADERS, makers, strict=True)]
    return (manifest("1.1", list(HEADERS), ABSENT), *made)


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows: nothing is lost but what a contact is to a student."""
    return as_sent(sheets(district), dict.fromkeys(HEADERS, "sourcedId"), ("status", "dateLastModified", "password"))


WRITER = Writer("oneroster-1.1", Form(), sheets, expected)
