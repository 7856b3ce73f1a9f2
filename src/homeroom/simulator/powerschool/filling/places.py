"""Schools, terms, courses and what the district has set up: codes, full-time equivalencies, preferences.

The district office is school 0 and the graduates are school 999999, as in PowerSchool; a closed and a summer school carry the custom
field by which integrations leave them out. Courses stand under school 0: district-wide. Last year's terms are kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.numbering import PORTION, abbreviation
from homeroom.simulator.powerschool.database import Batch, Value
from homeroom.simulator.records import Person, School, Session
from homeroom.simulator.register import Register
from homeroom.simulator.spelling import POWERSCHOOL_GRADES

GRADUATES = 999999
OFFICE = 0
FIRST_SCHOOL_DCID = 2
ENTRY_CODES = (("E1", "First entry this year"), ("E2", "Transfer from within the district"), ("R1", "Re-entry"))
EXIT_CODES = (("W1", "Moved away"), ("W2", "Transfer within the district"), ("G1", "Graduated"))
DISTRICTS_OF_RESIDENCE = (("100", "This district"), ("0205", "The district across the river"))
FULL_TIME, HALF_TIME = 1, 2
CODES: tuple[tuple[int, str, str], ...] = (
    *((n, "Relationship", c) for n, c in enumerate(
        ("Mother", "Father", "Grandmother", "Grandfather", "Aunt", "Uncle", "Sister", "Foster Parent", "Stepfather", "Neighbor"), 11)),
    (31, "Relationship", "Not Set"),
    *((n, "Email", c) for n, c in enumerate(("Current", "Work"), 41)),
    *((n, "Phone", c) for n, c in enumerate(("Mobile", "Home", "Work"), 51)),
    *((n, "Address", c) for n, c in enumerate(("Home", "Mailing"), 61)),
    *((n, "Gender", c) for n, c in enumerate(("F", "M"), 71)),
    *((n, "Prefix", c) for n, c in enumerate(("Ms", "Mr"), 81)),
    *((n, "State", c) for n, c in enumerate(("TX", "OK", "NM"), 91)),
)  # fmt: skip
CODE_NUMBERS = {(kind, code): number for number, kind, code in CODES}
STAMP = " 06:00:00.0"


def school_dcids(book: Register) -> dict[str, int]:
    """SCHOOLS.DCID by the number of the school."""
    return {s.id: n for n, s in enumerate(book.district.schools, FIRST_SCHOOL_DCID)} | {"0": 1}


def last_year(sessions: tuple[Session, ...]) -> tuple[Session, ...]:
    """The same parts of the year one year earlier."""

    def before(day: str) -> str:
        return f"{int(day[:4]) - 1}{day[4:]}"

    return tuple(
        s._replace(
            id=str(int(s.id) - 100),
            title=s.title.replace(f"{s.year - 1}-{s.year}", f"{s.year - 2}-{s.year - 1}"),
            begins=before(s.begins),
            ends=before(s.ends),
            year=s.year - 1,
        )
        for s in sessions
    )


def term_dcid(place: int, session: Session) -> int:
    """TERMS.DCID: the school's place before the term's number, since every school repeats the numbers."""
    return int(f"{place}{session.id}")


def batches(book: Register) -> Iterator[Batch]:
    """Schools to preferences."""
    yield Batch(
        "Schools",
        "DCID ID School_Number Name Abbreviation Low_Grade High_Grade Alternate_School_Number SchoolAddress SchoolCity SchoolState "
        "SchoolZip SchoolPhone SchoolFax Principal PrincipalEmail AsstPrincipal AsstPrincipalEmail WhenModified",
        _schools(book),
    )
    ignored = (
        (dcid, 1) for s, dcid in zip(book.district.schools, _numbers(book), strict=True) if s.level in ("closed", "summer")
    )
    yield Batch("U_Schools_Extension", "SchoolsDCID IgnoreForIntegration", ignored)
    yield Batch("Terms", "DCID ID SchoolID YearID Name Abbreviation FirstDay LastDay Portion IsYearRec", _terms(book))
    yield Batch(
        "Courses",
        "DCID ID Course_Number Course_Name SchoolID CreditType Credit_Hours Alt_Course_Number Code WhenModified",
        _courses(book),
    )
    yield Batch("CodeSet", "CodeSetID CodeType Code Description", ((n, k, c, c) for n, k, c in CODES))
    yield Batch("RoleDef", "ID Name RoleKey", ((25, "Lead Teacher", "lead"), (26, "Co-teacher", "coteacher")))
    yield Batch("Gen", "DCID ID Cat Name ValueT SchoolID", _gen())
    year = book.district.year - 1991
    yield Batch(
        "Fte",
        "ID Name SchoolID YearID Dflt_Att_Mode_Code",
        ((FULL_TIME, "Full Time", 0, year, "ATT_ModeDaily"), (HALF_TIME, "Half Time", 0, year, "ATT_ModeDaily")),
    )
    number = facts.district_number(book.district)
    yield Batch(
        "Prefs",
        "ID Name Value SchoolID YearID",
        ((1, "districtnumber", number, 0, 0), (2, "districtname", book.district.name, 0, 0)),
    )


def _gen() -> Iterator[tuple[Value, ...]]:
    lists = (("entrycodes", ENTRY_CODES), ("exitcodes", EXIT_CODES), ("districtresidence", DISTRICTS_OF_RESIDENCE))
    number = 900
    for kind, codes in lists:
        for code, meaning in codes:
            number += 1
            yield (number, number + 100, kind, code, meaning, 0)


def _schools(book: Register) -> Iterator[tuple[Value, ...]]:
    heads: dict[str, list[Person]] = {}
    for person in book.staff:
        if person.role == "administrator":
            for place in person.schools:
                heads.setdefault(place, []).append(person)
    stamp = book.district.sessions[0].begins + STAMP
    office = (1, 1, OFFICE, "District Office", "DO", None, None, int(facts.district_number(book.district)))
    yield (*office, "1 Main Street", facts.CITY, facts.STATE, "76001", "555-555-0100", *[None] * 5, stamp)
    for number, (school, dcid) in enumerate(zip(book.district.schools, _numbers(book), strict=True), 1):
        yield _school(book, school, dcid, number, heads.get(school.id, []), stamp)
    yield (9999, 9999, GRADUATES, "Graduated Students", "GS", *[None] * 13, stamp)


def _numbers(book: Register) -> Iterator[int]:
    dcids = school_dcids(book)
    return (dcids[s.id] for s in book.district.schools)


def _school(book: Register, school: School, dcid: int, number: int, heads: list[Person], stamp: str) -> tuple[Value, ...]:
    low, high = (int(POWERSCHOOL_GRADES[g]) for g in (school.grades[0], school.grades[-1])) if school.grades else (0, 0)
    state = int(facts.district_number(book.district) + facts.campus(school))
    zip_code = f"7600{number % 10}" if number % 3 else f"0{1000 + number}"  # a zero in front stays only where it is kept as text
    fax = f"555-555-{number % 10000:04d}" if school.level == "high" else None
    leads: list[Value] = []
    for head in (*heads, None, None)[:2]:
        leads += [f"{head.given} {head.family}", head.email] if head else [None, None]
    place = (
        f"{number * 100} {school.name.split()[0]} Road",
        facts.CITY,
        facts.STATE,
        zip_code,
        f"555-010-{number % 10000:04d}",
        fax,
    )
    short = "".join(w[0] for w in school.name.split())[:20]
    return (dcid, dcid + 100, int(school.id), school.name, short, low, high, state, *place, *leads, stamp)


def _terms(book: Register) -> Iterator[tuple[Value, ...]]:
    every = (*last_year(book.district.sessions), *book.district.sessions)
    for place, school in enumerate(book.district.schools, 1):
        for s in every:
            whole = 1 if s.kind == "schoolYear" else 0
            ids = (term_dcid(place, s), int(s.id), int(school.id), s.year - 1991)
            yield (*ids, s.title, abbreviation(s.title), s.begins, s.ends, int(PORTION[s.kind]), whole)


def _courses(book: Register) -> Iterator[tuple[Value, ...]]:
    stamp = book.district.sessions[0].begins + STAMP
    for c in book.district.courses:
        number = int(c.id[1:])
        yield (number, number + 700, c.code, c.title[:40], OFFICE, c.subject, "1.0", facts.state_course(c), None, stamp)
