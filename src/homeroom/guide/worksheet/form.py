"""The form of the worksheet: its sheets and columns, which writer and reader share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeroom.guide.worksheet.figures import GRADES

MARK = "homeroom-worksheet"
EDITION = 1
MARKS = "Homeroom"
"""The hidden sheet that says whose worksheet this is."""
README, TOTALS, SCHOOLS, TERMS, SAMPLES, RESULT = "Read me", "Totals", "Schools", "Terms", "Samples", "Result"

TOTAL_QUESTIONS: Mapping[str, str] = {
    "students": "Students, active and pre-registered",
    "staff": "Teachers and other staff",
    "guardians": "Parents and guardians (people, not pairs)",
    "classes": "Classes (sections) of this year",
    "enrollments": "Seats in classes, of students and teachers together",
    "guarded": "Students with at least one parent or guardian, in percent",
}
"""Key -> question."""

SCHOOL_COLUMNS = ("School id", "School", "Students", "Staff", "Classes", "Seats in classes", *(f"Grade {g}" for g in GRADES))
TERM_COLUMNS = ("Term", "First day", "Last day", "Classes")
SAMPLE_COLUMNS = ("Person's id", "School ids", "Grade", "Number of classes", "Number of guardians")
MARK_COLUMNS = ("Courses with a mark", "Credits earned", "GPA")
"""More columns of the samples, where the layout set brings marks or GPA."""

STUDENT_SAMPLES, TEACHER_SAMPLES = 5, 1
SPARE_SCHOOLS = 30
TERM_ROWS = 8
TOLERANCE = 2.0
"""Percent by which a figure may differ if the worksheet says nothing else: a day passes between filling in and sending."""


@dataclass(frozen=True, slots=True)
class SchoolAnswer:
    """What was answered for one school: column of `SCHOOL_COLUMNS` -> figure; blank cells are left out."""

    id: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TermAnswer:
    """What was answered for one term."""

    title: str
    start: str | None
    end: str | None
    classes: float | None


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """What was answered for one person; None and empty where nothing was."""

    id: str
    schools: tuple[str, ...] = ()
    grade: str | None = None
    classes: float | None = None
    guardians: float | None = None
    courses: float | None = None
    credits: float | None = None
    gpa: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """A worksheet that was filled in. `unread` are sentences about cells that could not be read."""

    district: str
    tolerance: float
    totals: Mapping[str, float]
    schools: tuple[SchoolAnswer, ...] = ()
    terms: tuple[TermAnswer, ...] = ()
    samples: tuple[SampleAnswer, ...] = ()
    unread: tuple[str, ...] = field(default=())
