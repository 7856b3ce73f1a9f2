"""What happens to a district from one night to the next, and the disasters that a hub must recognise.

An ordinary night: about 1 % of the students are new, 1 % of the people and classes change, 0.5 % of the students leave with
their enrollments (and contacts whose last child left). Numbers are never given out twice, as in a real system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from homeroom.simulator import words
from homeroom.simulator.dice import Dice
from homeroom.simulator.district import FIRST_NIGHT, zones
from homeroom.simulator.families import Counter, address, household
from homeroom.simulator.records import ALL_GRADES, District, Enrollment, Leaver, Person, Section

ADDED, CHANGED, LEFT = 0.01, 0.01, 0.005


def nights(district: District, count: int, seed: int) -> Iterator[District]:
    """`count` states, the first as given, each next one a night later."""
    for number in range(1, count + 1):
        if number > 1:
            district = next_night(district, seed, number)
        yield district


def next_night(district: District, seed: int, number: int) -> District:
    """The district one ordinary night later; `number` is the night's own, from 2."""
    dice = Dice(seed, "night", number)
    today = (date(district.year - 1, *FIRST_NIGHT) + timedelta(days=number - 1)).isoformat()
    district = _leave(district, dice, today)
    district = _change(district, dice)
    district = _move(district, dice, today)
    district = _arrive(district, dice, today)
    return _open_class(district, dice, today)


def _share(items: Sequence[object], share: float) -> int:
    return max(1, round(len(items) * share)) if items else 0


def _kept(district: District, goes: Callable[[Person], bool]) -> District:
    """Without the people for whom `goes` is true, their enrollments, and contacts who have nobody left."""
    staying = [p for p in district.people if not goes(p)]
    wanted = {c for p in staying for c in p.contacts}
    people = tuple(p for p in staying if p.role != "contact" or p.id in wanted)
    ids = {p.id for p in people}
    return replace(district, people=people, enrollments=tuple(e for e in district.enrollments if e.person in ids))


def _leave(district: District, dice: Dice, today: str) -> District:
    students = district.of("student")
    if len(students) < 3:
        return district
    gone = {p.id for p in dice.some(students, _share(students, LEFT))}
    left = (*district.left, *(Leaver(p, today) for p in students if p.id in gone))
    return replace(_kept(district, lambda p: p.id in gone), left=left)


def _change(district: District, dice: Dice) -> District:
    chosen = {p.id for p in dice.some(district.people, _share(district.people, CHANGED))}
    return replace(district, people=tuple(_changed(p, dice) if p.id in chosen else p for p in district.people))


def _changed(person: Person, dice: Dice) -> Person:
    """A corrected name, a marriage, another address or number, a repeated or skipped grade."""
    kind = dice.pick(("given", "family", "email", "mobile", *(("grade",) if person.role == "student" else ())))
    if kind == "given":
        names = words.GIRLS if person.sex == "female" else words.BOYS
        return person._replace(given=dice.pick([n for n in names if n != person.given]))
    if kind == "family":
        return person._replace(family=f"{person.family.split('-')[0]}-{dice.pick(words.FAMILIES)}")
    if kind == "email":
        return person._replace(email=address(person.given, person.family, person.dcid + 100_000, "mail.example.org"))
    if kind == "grade":
        return person._replace(grade=_other_grade(person.grade))
    return person._replace(mobile=f"{dice.pick(words.AREA_CODES)}-555-01{dice.number(0, 99):02d}")


def _other_grade(grade: str) -> str:
    """The grade below, within the same school where the levels of a district allow it."""
    place = ALL_GRADES.index(grade)
    return ALL_GRADES[place + 1 if place in (0, 6, 9) else place - 1]


def _move(district: District, dice: Dice, today: str) -> District:
    """Students who change from one class to another of the same course and school: the old enrollment ends, a new one begins."""
    twins: dict[tuple[str, str], list[Section]] = {}
    for section in district.sections:
        twins.setdefault((section.course, section.school), []).append(section)
    home = {s.id: twins[s.course, s.school] for s in district.sections}
    movable = [e for e in district.enrollments if e.role == "student" and len(home[e.section]) > 1]
    moving = dice.some(movable, _share(movable, CHANGED / 4))
    people = {e.person for e in moving}
    seated = {(e.person, e.section) for e in district.enrollments if e.person in people}
    gone: set[str] = set()
    added: list[Enrollment] = []
    number = district.free.enrollment
    for old in moving:
        free = [s.id for s in home[old.section] if (old.person, s.id) not in seated]
        if free:
            gone.add(old.id)
            added.append(old._replace(id=f"E{number + len(added)}", section=dice.pick(free), begins=today))
            seated.add((old.person, added[-1].section))
    staying = (e for e in district.enrollments if e.id not in gone)
    return replace(district, enrollments=(*staying, *added), free=district.free._replace(enrollment=number + len(added)))


def _arrive(district: District, dice: Dice, today: str) -> District:
    """New families; each new student joins the classes of a student of the same school and grade."""
    students = district.of("student")
    counter = Counter(district.free.student, district.free.contact)
    neighbourhoods = zones(district.schools)
    children: list[Person] = []
    contacts: list[Person] = []
    wanted = _share(students, ADDED)
    while len(children) < wanted:
        family = household(dice, counter, dice.pick(neighbourhoods), district.year, wanted - len(children))
        children += family.children
        contacts += family.contacts
    people = (*students, *children, *(p for p in district.people if p.role != "student"), *contacts)
    joined = _joined(district, dice, children, today)
    free = district.free._replace(
        student=counter.student, contact=counter.contact, enrollment=district.free.enrollment + len(joined)
    )
    return replace(district, people=people, enrollments=(*district.enrollments, *joined), free=free)


def _joined(district: District, dice: Dice, children: list[Person], today: str) -> list[Enrollment]:
    mates: dict[tuple[str, str], list[str]] = {}
    for student in district.of("student"):
        mates.setdefault((student.schools[0], student.grade), []).append(student.id)
    followed = {c.id: dice.pick(mates[c.schools[0], c.grade]) for c in children if (c.schools[0], c.grade) in mates}
    timetables: dict[str, list[Enrollment]] = {mate: [] for mate in followed.values()}
    for enrollment in district.enrollments:
        if enrollment.person in timetables:
            timetables[enrollment.person].append(enrollment)
    joining = [(child, like) for child, mate in followed.items() for like in timetables[mate]]
    first = district.free.enrollment
    return [like._replace(id=f"E{first + n}", person=child, begins=today) for n, (child, like) in enumerate(joining)]


def _open_class(district: District, dice: Dice, today: str) -> District:
    """New classes, one for each 500 there are: like an existing one, with its teachers and a few of its students besides."""
    sections, enrollments = list(district.sections), list(district.enrollments)
    number, entry = district.free.section, district.free.enrollment
    models = dice.some(district.sections, _share(district.sections, 0.002))
    present: dict[str, list[Enrollment]] = {m.id: [] for m in models}
    for enrollment in district.enrollments:
        if enrollment.section in present:
            present[enrollment.section].append(enrollment)
    for model in models:
        sections.append(model._replace(id=f"C{number}", title=f"{model.title} Support", code=f"{model.code}-{number}"))
        seats = present[model.id]
        chosen = [e for e in seats if e.role == "teacher"] + [e for e in seats if e.role == "student"][:6]
        enrollments += [e._replace(id=f"E{entry + n}", section=f"C{number}", begins=today) for n, e in enumerate(chosen)]
        number, entry = number + 1, entry + len(chosen)
    free = district.free._replace(section=number, enrollment=entry)
    return replace(district, sections=tuple(sections), enrollments=tuple(enrollments), free=free)


def without_school(district: District, school: str) -> District:
    """A disaster: the export's filter lost a school. All its rows are gone: classes, enrollments, students, staff only there."""
    people = []
    for person in district.people:
        rest = tuple(s for s in person.schools if s != school)
        people.append(person._replace(schools=rest) if rest else person)
    left = replace(
        district,
        schools=tuple(s for s in district.schools if s.id != school),
        sections=tuple(s for s in district.sections if s.school != school),
        enrollments=tuple(e for e in district.enrollments if e.school != school),
        people=tuple(people),
    )
    return _kept(left, lambda p: p.schools == (school,))


def rekeyed(district: District, mark: str = "9") -> District:
    """A disaster: a migrated system gives every person another id; the people are the same."""
    new = {p.id: f"{p.id[0]}{mark}{p.id[1:]}" for p in district.people}
    return replace(
        district,
        people=tuple(
            p._replace(id=new[p.id], dcid=int(new[p.id][1:]), contacts=tuple(new[c] for c in p.contacts)) for p in district.people
        ),
        enrollments=tuple(e._replace(person=new[e.person]) for e in district.enrollments),
    )


def shrunk(district: District, share: float, seed: int) -> District:
    """A disaster: only `share` of the students (and what belongs to them) is in the export."""
    students = district.of("student")
    stay = {p.id for p in Dice(seed, "shrunk").some(students, round(len(students) * share))}
    return _kept(district, lambda p: p.role == "student" and p.id not in stay)


def swap_files(folder: Path, one: str, other: str) -> None:
    """A mishap: two files of a written delivery under each other's name."""
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)
