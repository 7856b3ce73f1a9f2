"""A district looked up by its numbers: what a writer asks while it writes, answered without searching."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from homeroom.simulator.records import Course, District, Enrollment, Person, School, Section, Session


@dataclass(frozen=True)
class Register:
    """Records by id; `seats` are the students' enrollments, `posts` the teachers' of each class, the lead teacher first."""

    district: District
    people: dict[str, Person]
    schools: dict[str, School]
    courses: dict[str, Course]
    sections: dict[str, Section]
    sessions: dict[str, Session]
    seats: tuple[Enrollment, ...]
    posts: dict[str, tuple[Enrollment, ...]]

    @cached_property
    def students(self) -> tuple[Person, ...]:
        """All students."""
        return self.district.of("student")

    @cached_property
    def staff(self) -> tuple[Person, ...]:
        """Teachers, administrators and aides, by number."""
        return tuple(p for p in self.district.people if p.role in ("teacher", "administrator", "aide"))

    @cached_property
    def contacts(self) -> tuple[Person, ...]:
        """All contacts, by number."""
        return self.district.of("contact")

    def lead(self, section: Section) -> str:
        """The id of the lead teacher; blank where a class has none."""
        posts = self.posts.get(section.id, ())
        return posts[0].person if posts else ""

    def term(self, section: Section) -> Session:
        """The one session that covers a class: its own, or the year where it meets in several."""
        return self.sessions[section.sessions[0]] if len(section.sessions) == 1 else self.district.sessions[0]

    def pairs(self) -> tuple[tuple[Person, Person, int], ...]:
        """Every student with each contact and the contact's place in the list, from 1."""
        return tuple((s, self.people[c], n) for s in self.students for n, c in enumerate(s.contacts, start=1))


def register(district: District) -> Register:
    """Look a district's records up."""
    posts: dict[str, list[Enrollment]] = {}
    for enrollment in district.enrollments:
        if enrollment.role == "teacher":
            posts.setdefault(enrollment.section, []).append(enrollment)
    return Register(
        district=district,
        people={p.id: p for p in district.people},
        schools={s.id: s for s in district.schools},
        courses={c.id: c for c in district.courses},
        sections={s.id: s for s in district.sections},
        sessions={s.id: s for s in district.sessions},
        seats=tuple(e for e in district.enrollments if e.role == "student"),
        posts={s: tuple(sorted(found, key=lambda e: not e.primary)) for s, found in posts.items()},
    )
