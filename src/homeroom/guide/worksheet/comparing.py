"""Comparing a worksheet with what arrived, figure by figure, with a likely cause where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from homeroom.guide.worksheet.figures import GRADES, Figures, Person, School
from homeroom.guide.worksheet.form import TOTAL_QUESTIONS, Answers, SampleAnswer, SchoolAnswer, TermAnswer

Verdict = Literal["match", "within tolerance", "mismatch", "not answered"]
HEADERS = ("About", "Figure", "Expected", "Arrived", "Result", "What may be the cause")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `about` is the district, a school, a term or a sample; figures are texts, empty where there is none."""

    about: str
    figure: str
    expected: str
    arrived: str
    verdict: Verdict
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All lines, how many of each verdict, and what could not be read. `agrees`: nothing differs and something was answered."""

    lines: tuple[Line, ...]
    unread: tuple[str, ...]
    tolerance: float

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Verdict -> how many lines."""
        verdicts: tuple[Verdict, ...] = ("match", "within tolerance", "mismatch", "not answered")
        return {v: sum(line.verdict == v for line in self.lines) for v in verdicts}

    @property
    def agrees(self) -> bool:
        """Whether the district's figures are those that arrived, and every cell could be read."""
        counts = self.counts
        return not counts["mismatch"] and not self.unread and counts["match"] + counts["within tolerance"] > 0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        lines = [asdict(line) for line in self.lines]
        return {
            "agrees": self.agrees,
            "counts": dict(self.counts),
            "tolerance": self.tolerance,
            "lines": lines,
            "unread": list(self.unread),
        }


def compare(answers: Answers, figures: Figures) -> Comparison:
    """Put every answer beside what arrived."""
    lines = [*_totals(answers, figures), *_schools(answers, figures), *_terms(answers, figures), *_samples(answers, figures)]
    return Comparison(tuple(lines), answers.unread, answers.tolerance)


def judged(expected: float | None, arrived: float | None, tolerance: float) -> Verdict:
    """The verdict on one number; the tolerance is percent of what was expected."""
    if expected is None:
        return "not answered"
    if arrived is None:
        return "mismatch"
    if expected == arrived:
        return "match"
    return "within tolerance" if abs(arrived - expected) * 100 <= tolerance * expected else "mismatch"


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:g}" if number % 1 else f"{int(number):,}"


def _line(about: str, figure: str, expected: float | None, arrived: float | None, tolerance: float, cause: str) -> Line:
    verdict = judged(expected, arrived, tolerance)
    return Line(about, figure, _shown(expected), _shown(arrived), verdict, cause if verdict == "mismatch" else "")


FEWER = {
    "students": "Fewer students than expected: is a school, a grade or a status (pre-registered) left out of the export, or were rows refused?",
    "staff": "Fewer staff than expected: are staff without a class, or of the district office, left out of the export?",
    "guardians": "Fewer guardians than expected: a contact that is neither parent nor legal guardian, or has no e-mail or mobile number, is left out.",
    "guarded": "Fewer students with a guardian: look at the contacts' relationship and legal-guardian flag, and at their e-mail addresses and numbers.",
    "classes": "Fewer classes than expected: does the export take only the current term, or only classes with students?",
    "enrollments": "Fewer seats than expected: are teachers' own seats in the export, and the terms to come?",
}
MORE = {
    "students": "More students than expected: former students, test students or a second school year may be in the export.",
    "staff": "More staff than expected: former staff or test accounts may be in the export.",
    "guardians": "More guardians than expected: one person may stand in your system twice, under two ids.",
    "guarded": "More students with a guardian than expected: emergency contacts may be exported as guardians.",
    "classes": "More classes than expected: classes of last year, or of other terms, may be in the export.",
    "enrollments": "More seats than expected: students who have left a class may still be in the export.",
}


def cause(key: str, expected: float | None, arrived: float | None) -> str:
    """A likely cause in words, where a number differs."""
    if expected is None or arrived is None or expected == arrived:
        return ""
    if arrived == 0:
        return f"Nothing of this arrived. {FEWER[key]}"
    return (FEWER if arrived < expected else MORE)[key]


def _totals(answers: Answers, figures: Figures) -> Iterator[Line]:
    arrived: Mapping[str, float | None] = {
        "students": figures.students,
        "staff": figures.staff,
        "guardians": figures.guardians,
        "classes": figures.classes,
        "enrollments": figures.enrollments,
        "guarded": figures.guarded,
    }
    for key, question in TOTAL_QUESTIONS.items():
        expected, came = answers.totals.get(key), arrived[key]
        yield _line("District", question, expected, came, answers.tolerance, cause(key, expected, came))


def _schools(answers: Answers, figures: Figures) -> Iterator[Line]:
    for answer in answers.schools:
        school = figures.schools.get(answer.id)
        if school is None:
            yield _unknown_school(answer, figures)
        else:
            yield from _school(answer, school, answers.tolerance)
    asked = {a.id for a in answers.schools}
    for key, school in figures.schools.items():
        if key not in asked and (school.students or school.classes) and answers.schools:
            told = "This school arrived and is not on the worksheet: is it meant to be shared?"
            yield Line(f"School {key}", "Students", "", _shown(school.students), "not answered", told)


def _unknown_school(answer: SchoolAnswer, figures: Figures) -> Line:
    alike = [key for key in figures.schools if key.lstrip("0") == answer.id.lstrip("0")]
    said = "No school with this id arrived. The id must be written exactly as in the files."
    if alike:
        said = f"No school with this id arrived, but {alike[0]} did: zeros in front count. Correct the one that is wrong."
    return Line(f"School {answer.id}", "School", answer.id, alike[0] if alike else "", "mismatch", said)


def _school(answer: SchoolAnswer, school: School, tolerance: float) -> Iterator[Line]:
    about = f"School {answer.id}"
    arrived = {
        "Students": ("students", school.students),
        "Staff": ("staff", school.staff),
        "Classes": ("classes", school.classes),
    }
    arrived["Seats in classes"] = ("enrollments", school.enrollments)
    for column, (key, came) in arrived.items():
        expected = answer.figures.get(column)
        yield _line(about, column, expected, came, tolerance, cause(key, expected, came))
    for grade in GRADES:
        expected = answer.figures.get(f"Grade {grade}")
        came = school.grades.get(grade, 0)
        if expected is not None:
            told = cause("students", expected, came)
            others = sorted(set(school.grades) - set(GRADES))
            if came == 0 and others:
                told = f"No student of this grade arrived, but grades that no list has: {', '.join(others[:5])}. How does the export write grades?"
            yield _line(about, f"Students of grade {grade}", expected, came, tolerance, told)


def _terms(answers: Answers, figures: Figures) -> Iterator[Line]:
    for answer in answers.terms:
        found = figures.terms.get(answer.title)
        about = f"Term {answer.title}"
        if answer.start is None and answer.end is None and answer.classes is None:
            continue
        if found is None:
            names = ", ".join(list(figures.terms)[:8]) or "none"
            yield Line(about, "Term", answer.title, "", "mismatch", f"No term of this name arrived. Those that did: {names}.")
            continue
        yield from _days(about, answer, found.start, found.end)
        if answer.classes is not None:
            told = cause("classes", answer.classes, found.classes)
            yield _line(about, "Classes", answer.classes, found.classes, answers.tolerance, told)


def _days(about: str, answer: TermAnswer, start: str | None, end: str | None) -> Iterator[Line]:
    """First and last day. OneRoster's end is the day after the last, so either way of counting is right."""
    if answer.start is not None:
        same = answer.start == start
        told = "" if same else "The first day differs: correct the term in your system, or the worksheet."
        yield Line(about, "First day", answer.start, start or "", "match" if same else "mismatch", told)
    if answer.end is not None:
        same = end is not None and end in (answer.end, _next(answer.end))
        told = (
            ""
            if same
            else "The last day differs. The end that arrives may be the day after the last day of school; both are taken as right."
        )
        yield Line(about, "Last day", answer.end, end or "", "match" if same else "mismatch", told)


def _next(day: str) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return day


def _samples(answers: Answers, figures: Figures) -> Iterator[Line]:
    for number, answer in enumerate(answers.samples, 1):
        about = f"Sample {number} ({answer.id})"
        found = figures.people.get(answer.id)
        if found is None:
            told = "Nobody with this id arrived: left out of the export, refused (see the import's findings), or another kind of number."
            yield Line(about, "Person", answer.id, "", "mismatch", told)
        else:
            yield from _sample(about, answer, found)


def _sample(about: str, answer: SampleAnswer, found: Person) -> Iterator[Line]:
    if answer.schools:
        yield _same(
            about,
            "Schools",
            ", ".join(sorted(answer.schools)),
            ", ".join(sorted(found.schools)),
            "Look at the school of the person and of the classes.",
        )
    if answer.grade:
        here, there = _grade(answer.grade), ", ".join(found.grades)
        yield _same(about, "Grade", here, there, "Look at the grade level in the export.")
    for figure, expected, came in (
        ("Number of classes", answer.classes, found.classes),
        ("Number of guardians", answer.guardians, found.guardians),
        ("Courses with a mark", answer.courses, found.courses),
        ("Credits earned", answer.credits, found.credits),
    ):
        if expected is not None:
            yield _line(about, figure, expected, came, 0, SAMPLE_CAUSES[figure])
    if answer.gpa:
        same = any(_equal(answer.gpa, value) for value in found.gpa)
        told = "" if same else "The GPA differs: weighted or unweighted, or of another day?"
        yield Line(about, "GPA", answer.gpa, ", ".join(found.gpa), "match" if same else "mismatch", told)


SAMPLE_CAUSES = {
    "Number of classes": "Look whether classes of other terms count on one side only.",
    "Number of guardians": "A contact that the rules leave out does not count; `homeroom contacts` says why.",
    "Courses with a mark": "Look whether the marks file holds past terms too.",
    "Credits earned": "Look whether the marks file holds past terms, and whether credits are earned or attempted.",
}


def _same(about: str, figure: str, expected: str, arrived: str, told: str) -> Line:
    return Line(
        about, figure, expected, arrived, "match" if expected == arrived else "mismatch", "" if expected == arrived else told
    )


def _grade(written: str) -> str:
    """A grade as the code list has it: 9 is 09."""
    return written.zfill(2) if written.isdigit() else {"K": "KG", "PREK": "PK"}.get(written.upper(), written)


def _equal(one: str, other: str) -> bool:
    try:
        return float(one.replace(",", ".")) == float(other)
    except ValueError:
        return one == other
