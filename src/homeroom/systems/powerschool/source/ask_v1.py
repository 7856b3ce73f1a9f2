"""Single records by `/ws/v1`, which knows each record by itself but not what hangs on a student: no list of a student's classes is there.

So the class enrollments that Homeroom holds are asked for one by one, with those that a notice named; what else is new of a student comes with its class
or in the night.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from homeroom.systems.fetching import Errand, Single
from homeroom.systems.powerschool.client import BrokenAnswer, NotFound, PowerSchool
from homeroom.systems.powerschool.client.shapes import Record, as_list, at, text
from homeroom.systems.powerschool.source import by_v1, guardians, v1_rows
from homeroom.systems.powerschool.source.told import Asked, Row, Told
from homeroom.systems.powerschool.source.troubles import CLOSED
from homeroom.systems.powerschool.source.v1_rows import OFFICE, TAKEN

AHEAD = timedelta(days=45)
"""So long before it begins a school year counts, as in the queries."""
JULY = 7
"""The month in which, in whatever district, one school year is over and the next has not begun."""


@dataclass(slots=True)
class V1:
    """Implements `asking.Asking`. What several records name is asked for once in this errand."""

    sis: PowerSchool
    errand: Errand
    kept: dict[tuple[str, str], Record] = field(default_factory=dict)
    seats: dict[str, set[str]] = field(default_factory=dict)
    """Student -> class enrollments that notices named."""
    adults: dict[str, list[tuple[Record, Row]]] = field(default_factory=dict)
    """Person -> the records of staff with their places."""
    numbers: dict[str, str] = field(default_factory=dict)
    """SCHOOLS.DCID -> the school's number."""

    def rows(self, asked: Asked, single: Single) -> Told | None:
        """What v1 says for one question."""
        dcid = single.key[1:]
        match asked.query, asked.argument:
            case "students", _:
                return Told([v1_rows.student(r) for r in self._there("student", dcid, v1_rows.OF_STUDENTS)])
            case "class_student_roster", "student":
                return self._seats_of(dcid, single)
            case "class_student_roster", _:
                return Told(list(self._seats_in(dcid, single)))
            case "guardians", _:
                return guardians.told(self.sis, self.errand, dcid)
            case "staff", _:
                self.adults[dcid] = self._adult(dcid, single)
                return Told([v1_rows.adult(r) for r, _ in self.adults[dcid]][:1])
            case "staff_locations", _:
                return Told([row for _, row in self.adults[dcid]])
            case "classes", _:
                return Told([self._class(r) for r in self._there("section", dcid)])
            case "class_staff_roster", _:
                return Told([row for r in self._there("section", dcid) if (row := self._lead(r)) is not None])
            case _:
                return None

    def listed(self, query: str, dcids: Collection[str]) -> Sequence[Row]:
        """Courses by themselves; terms and schools among all, as their records name no year of today."""
        if query == "courses":
            return [v1_rows.course(r) for dcid in sorted(dcids) for r in self._there("course", dcid)]
        every = by_v1.terms(self.sis) if query == "terms" else map(v1_rows.school, self.sis.schools())
        return [row for row in every if row.get("dcid") in dcids] if query in ("terms", "locations") else ()

    def adult_of(self, staff: str) -> str | None:
        """The record of a person at a school names the person."""
        return next((text(r.get("users_dcid")) for r in self._there("staff", staff, v1_rows.OF_STAFF)), None)

    def student_of(self, seat: str, held: str | None) -> str | None:
        """The record names the student, among whose class enrollments it is looked at."""
        student = held or next((text(r.get("student_id")) for r in self._there("section_enrollment", seat)), None)
        if student is not None:
            self.seats.setdefault(student, set()).add(seat)
        return student

    def taught(self, entries: Collection[str]) -> tuple[Collection[str], Sequence[Row]]:
        """v1 knows no co-teachers."""
        return (), ()

    def related(self, resource: str, keys: Collection[str]) -> Collection[str]:
        """A contact names its students; of links, entries, addresses and numbers the record is not known without it."""
        if resource != "contact":
            return ()
        found: set[str] = set()
        for key in keys:
            found |= {
                student
                for c in self._contact(key)
                for link in as_list(c.get("contactStudents"))
                if (student := text(link.get("dcid")))
            }
        return found

    def _contact(self, key: str) -> Iterator[Record]:
        try:
            yield self.sis.contact(key)
        except CLOSED:
            return

    def _seats_of(self, student: str, single: Single) -> Told:
        """The held seats and the named ones; whoever left has none. One that is not found says nothing: v1 answers so for what a plug-in may not see, too."""
        if not self._comes(student):
            return Told(())
        held = {row["sourcedId"][1:] for row in single.hanging.get("enrollments", ()) if row["sourcedId"][1:].isdecimal()}
        rows: list[Row] = []
        silent: set[str] = set()
        for seat in sorted(held | self.seats.get(student, set())):
            record = next(self._there("section_enrollment", seat), None)
            section = next(self._there("section", text(record.get("section_id")) or "0"), None) if record is not None else None
            if record is None or section is None:
                silent.add(f"E{seat}")
            elif (row := v1_rows.seat(record, self._number(section), self._today)) is not None:
                rows += [row] if seat in held or self._of_this_year(section) else []
        return Told(rows, frozenset(silent))

    def _seats_in(self, section: str, single: Single) -> Iterator[Row]:
        """The class's list, of students who come; those who are held do, as far as is known of them."""
        held = {row["userSourcedId"] for row in single.hanging.get("enrollments", ()) if "userSourcedId" in row}
        for record in self._there("section", section):
            for seat in self.sis.section_enrollments(section):
                row = v1_rows.seat(seat, self._number(record), self._today)
                if row is not None and (f"S{row['student_dcid']}" in held or self._comes(row["student_dcid"])):
                    yield row

    def _comes(self, student: str) -> bool:
        return any(v1_rows.student(r).get("enroll_status") in TAKEN for r in self._there("student", student, v1_rows.OF_STUDENTS))

    def _adult(self, person: str, single: Single) -> list[tuple[Record, Row]]:
        """A person's records with their places: looked for at the schools where the person is held, then at all; then where they lead."""
        schools = {number: text(s["id"]) or "" for s in self.sis.schools() if (number := text(s.get("school_number")))}
        held = [n for n in single.itself.get("orgSourcedIds", "").split(",") if n in schools]
        found: dict[str, tuple[Record, Row]] = {}
        looked: set[str] = set()
        for numbers in (held, list(schools)):
            self._look(person, [n for n in numbers if n not in looked], schools, found)
            looked |= set(numbers)
            if found:
                break
        if not found:
            return []
        record = next(iter(found.values()))[0]
        elsewhere = {text(a.get("school_id")) for a in as_list(at(record, "school_affiliations.school_affiliation"))}
        self._look(person, [n for n, dcid in schools.items() if dcid in elsewhere and n not in looked], schools, found)
        if (office := v1_rows.kind_at(record, OFFICE)) is not None:
            found[OFFICE] = record, v1_rows.place(record, OFFICE, office)
        return list(found.values())

    def _look(self, person: str, numbers: Sequence[str], schools: dict[str, str], found: dict[str, tuple[Record, Row]]) -> None:
        for number in numbers:
            for record in self.sis.staff(schools[number], expansions=v1_rows.OF_STAFF):
                kind = v1_rows.kind_at(record, schools[number])
                if text(record.get("users_dcid")) == person and kind is not None:
                    found[number] = record, v1_rows.place(record, number, kind)

    def _class(self, section: Record) -> Row:
        course = next(map(v1_rows.course, self._there("course", text(section.get("course_id")) or "0")), {})
        term = next(self._there("term", text(section.get("term_id")) or "0"), {})
        return v1_rows.section(section, course, self._number(section), text(term.get("local_id")) or "")

    def _lead(self, section: Record) -> Row | None:
        """The lead who works at the class's school now. One whose record is not found is a broken answer: it must not look like nobody."""
        staff, school = text(section.get("staff_id")), text(section.get("school_id")) or ""
        if staff is None:
            return None
        record = next(self._there("staff", staff, v1_rows.OF_STAFF), None)
        if record is None:
            raise BrokenAnswer("a class names a teacher whom the server does not have", path="/ws/v1/staff")
        places = as_list(at(record, "school_affiliations.school_affiliation"))
        here = any(text(a.get("school_id")) == school and text(a.get("status")) in ("1", None) for a in places)
        adult = text(record.get("users_dcid"))
        return v1_rows.lead(text(section["id"]) or "", adult, self._number(section)) if here and adult is not None else None

    def _of_this_year(self, section: Record) -> bool:
        term = next(self._there("term", text(section.get("term_id")) or "0"), None)
        begins = self.errand.now.date() + AHEAD
        return term is not None and int(text(term.get("start_year")) or 0) == begins.year - (begins.month < JULY)

    def _number(self, record: Record) -> str:
        """The number of the school that a record names by its DCID."""
        school = text(record.get("school_id")) or "0"
        if school not in self.numbers:
            self.numbers[school] = next((text(r.get("school_number")) or "" for r in self._there("school", school)), "")
        return self.numbers[school]

    def _there(self, kind: str, dcid: str, expansions: Sequence[str] = ()) -> Iterator[Record]:
        """A record, asked for once; nothing where the server has none."""
        if (kind, dcid) not in self.kept:
            try:
                self.kept[kind, dcid] = self.sis.one(kind, dcid, expansions=expansions)
            except NotFound:
                return
        yield self.kept[kind, dcid]

    @property
    def _today(self) -> str:
        return self.errand.now.date().isoformat()
