"""Dates: what is read without guessing, and what is not."""

from __future__ import annotations

import pytest

from checks.night import NOW, Night
from checks.test_checks_references import ENROLLMENTS, SESSIONS, district
from homeroom.checks.rules import Rules


def sessions(*days: str) -> dict[str, str]:
    """Sessions that begin on the given days (a required column) and end far away."""
    rows = "".join(f"y{i},Year,term,{day},2099-12-31,2027\n" for i, day in enumerate(days))
    return {"academicSessions": "sourcedId,title,type,startDate,endDate,schoolYear\n" + rows}


def begins(night: Night) -> list[str]:
    return list(night.cells("academicSessions", "startDate").values())


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-08-15T00:00:00.000Z", "2026-08-15"),
        ("2026-08-15T23:30:00-05:00", "2026-08-15"),
        ("2026-08-15 00:00:00", "2026-08-15"),
        ("2026/8/5", "2026-08-05"),
        ("2026.08.15", "2026-08-15"),
        ("20260815", "2026-08-15"),
        ("15-AUG-2026", "2026-08-15"),
        ("Aug 15, 2026", "2026-08-15"),
        ("08/15/2026", "2026-08-15"),
        ("15.8.2026", "2026-08-15"),
        ("8/15/2026 12:00:00 AM", "2026-08-15"),
        ("05/05/2026", "2026-05-05"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_a_date_that_names_its_day_alone(written: str, day: str) -> None:
    with Night(sessions(f'"{written}"')) as night:
        assert begins(night) == [day]
        assert {i[0] for i in night.issues()} == (set() if written == day else {"date-form"})


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "date-impossible"),
        ("02/30/2026", "date-impossible"),
        ("13/25/2026", "date-impossible"),
        ("03/04/2026", "date-ambiguous"),
        ("8/15/26", "date-unreadable"),
        ("next August", "date-unreadable"),
        ("46249", "date-unreadable"),
        ("2026-08-15x", "date-unreadable"),
    ],
)
def test_what_is_not_guessed(written: str, code: str) -> None:
    with Night(sessions(written, "2026-08-01")) as night:
        assert begins(night) == ["2026-08-01"]
        assert [i[0] for i in night.issues()] == [code]


def test_the_whole_column_decides_what_one_cell_cannot() -> None:
    with Night(sessions("03/04/2026", "03/25/2026")) as night:
        assert begins(night) == ["2026-03-04", "2026-03-25"]
    with Night(sessions("03/04/2026", "25/03/2026")) as night:
        assert begins(night) == ["2026-04-03", "2026-03-25"]


def test_a_column_in_two_minds_decides_nothing() -> None:
    with Night(sessions("03/04/2026", "25/03/2026", "03/25/2026")) as night:
        assert begins(night) == ["2026-03-25", "2026-03-25"]
        assert [i[0] for i in night.issues()] == ["date-ambiguous", "date-form"]


def test_at_night_the_unchanged_rows_of_the_file_decide_as_well() -> None:
    before, tonight = sessions("03/25/2026"), sessions("03/25/2026", "03/04/2026")
    with Night(tonight, last=before) as night:
        assert begins(night) == ["2026-03-04"]
        assert night.keys("academicSessions") == ["y1"]


def test_a_set_form_needs_no_column_and_may_have_short_years() -> None:
    rules = Rules("1.1", NOW, date_forms={"academicSessions.startDate": "%d/%m/%y"})
    with Night(sessions("03/04/26", "2026-08-15"), rules=rules) as night:
        assert begins(night) == ["2026-04-03", "2026-08-15"]
    rules = Rules("1.1", NOW, date_forms={"*": "%d/%m/%Y"})
    with Night(sessions("03/04/2026"), rules=rules) as night:
        assert begins(night) == ["2026-04-03"]


def test_an_optional_date_is_left_blank_and_the_row_stays() -> None:
    with Night(district(enrollments=ENROLLMENTS.replace("2026-08-15", "2026-02-30"))) as night:
        assert night.cells("enrollments", "beginDate") == {"e1": None, "e2": None}
        assert night.issues() == [("date-impossible", "e1", "beginDate", "2026-02-30", False)]
        assert night.admitted["enrollments"].tallies[0].accepted == 2


def test_reversed_and_unlikely_dates_are_kept_and_told() -> None:
    with Night({"academicSessions": SESSIONS.replace("2027-06-10", "0202-06-10")}) as night:
        assert [i[0] for i in night.issues()] == ["date-unlikely", "dates-reversed"]
        assert night.cells("academicSessions", "endDate") == {"y1": "0202-06-10"}


@pytest.mark.parametrize(
    ("written", "year"),
    [("2027", "2027"), ("2026-2027", "2027"), ("2026/27", "2027"), ("2026-2028", None), ("27", None), ("2027.0", "2027")],
)
def test_a_school_year_is_named_by_its_end(written: str, year: str | None) -> None:
    with Night({"academicSessions": SESSIONS.replace("10,2027", f"10,{written}")}) as night:
        assert night.cells("academicSessions", "schoolYear") == ({"y1": year} if year else {})
