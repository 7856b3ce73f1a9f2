"""Reading a worksheet that was filled in: cells as people fill them, with what cannot be read told and not guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from homeroom.guide.worksheet import form
from homeroom.guide.worksheet.form import Answers, SampleAnswer, SchoolAnswer, TermAnswer
from homeroom.guide.worksheet.sheets import Rows, opened
from homeroom.roster.faults import Misuse

LONGEST = 255


def read(path: Path, slug: str) -> Answers:
    """Read the answers. Raises Misuse for a file that is no worksheet, or another district's."""
    sheets = opened(path, (form.MARKS, form.README, form.TOTALS, form.SCHOOLS, form.TERMS, form.SAMPLES))
    whose = _whose(path, sheets)
    if whose != slug:
        raise Misuse("{file} is the worksheet of another district than {slug}.", file=path.name, slug=slug)
    reader = _Reader([])
    return Answers(
        district=whose,
        tolerance=reader.tolerance(sheets.get(form.README, [])),
        totals=reader.totals(sheets.get(form.TOTALS, [])),
        schools=tuple(reader.schools(sheets.get(form.SCHOOLS, []))),
        terms=tuple(reader.terms(sheets.get(form.TERMS, []))),
        samples=tuple(reader.samples(sheets.get(form.SAMPLES, []))),
        unread=tuple(reader.unread),
    )


def _whose(path: Path, sheets: Mapping[str, Rows]) -> str:
    marks = sheets.get(form.MARKS, [])
    cells = [row[0] if row else "" for row in marks]
    if len(cells) < 2 or cells[0] != form.MARK or form.TOTALS not in sheets:
        raise Misuse(
            "{file} is not a worksheet of Homeroom, or its sheets were renamed. Fill in the file that you were given.",
            file=path.name,
        )
    if len(marks[0]) < 2 or marks[0][1] != form.EDITION:
        raise Misuse(
            "{file} was made by another version of Homeroom. Have a new one made.", file=path.name, command="homeroom worksheet"
        )
    return str(cells[1])


class _Reader:
    """One reading; `unread` collects sentences about cells that say something that is no answer."""

    def __init__(self, unread: list[str]) -> None:
        self.unread = unread

    def tolerance(self, rows: Rows) -> float:
        said = next((row[1] for row in rows if len(row) > 1 and row[0] == "Tolerance in percent"), "")
        number = self.number(said, form.README, "Tolerance in percent")
        if number is None or number > 50:
            return form.TOLERANCE
        return number

    def totals(self, rows: Rows) -> dict[str, float]:
        keys = {question: key for key, question in form.TOTAL_QUESTIONS.items()}
        found: dict[str, float] = {}
        for row in rows[1:]:
            question = str(row[0]) if row else ""
            if question in keys and len(row) > 1:
                number = self.number(row[1], form.TOTALS, question)
                if number is not None:
                    found[keys[question]] = number
        return found

    def schools(self, rows: Rows) -> Iterator[SchoolAnswer]:
        for row in self._named(rows, form.SCHOOLS):
            key = word(row.get("School id", ""))
            figures: dict[str, float] = {}
            for column in form.SCHOOL_COLUMNS[2:]:
                number = self.number(row.get(column, ""), form.SCHOOLS, f"{column} of school {key or '?'}")
                if number is not None:
                    figures[column] = number
            if key:
                yield SchoolAnswer(key, figures)
            elif figures:
                self.unread.append(f"{form.SCHOOLS}: a row has figures and no school id.")

    def terms(self, rows: Rows) -> Iterator[TermAnswer]:
        for row in self._named(rows, form.TERMS):
            title = word(row.get("Term", ""))
            if title:
                classes = self.number(row.get("Classes", ""), form.TERMS, f"Classes of {title}")
                yield TermAnswer(
                    title, self.day(row.get("First day", ""), title), self.day(row.get("Last day", ""), title), classes
                )

    def samples(self, rows: Rows) -> Iterator[SampleAnswer]:
        for row in self._named(rows, form.SAMPLES):
            key = word(row.get("Person's id", ""))
            if key:
                label = str(row.get("Sample", "a sample"))
                yield SampleAnswer(
                    id=key,
                    schools=tuple(filter(None, (s.strip() for s in re.split("[,;]", word(row.get("School ids", "")))))),
                    grade=word(row.get("Grade", "")) or None,
                    classes=self.number(row.get("Number of classes", ""), form.SAMPLES, f"Number of classes, {label}"),
                    guardians=self.number(row.get("Number of guardians", ""), form.SAMPLES, f"Number of guardians, {label}"),
                    courses=self.number(row.get("Courses with a mark", ""), form.SAMPLES, f"Courses with a mark, {label}"),
                    credits=self.number(row.get("Credits earned", ""), form.SAMPLES, f"Credits earned, {label}"),
                    gpa=word(row.get("GPA", "")) or None,
                )

    def _named(self, rows: Rows, sheet: str) -> Iterator[dict[str, Any]]:
        header: Sequence[str] = [str(cell) for cell in rows[0]] if rows else []
        for row in rows[1:]:
            yield dict(zip(header, row, strict=False))

    def number(self, cell: Any, sheet: str, what: str) -> float | None:
        """A figure: a number, or a text that is one (`1,204`); blank is no answer."""
        if isinstance(cell, bool):
            cell = str(cell)
        if isinstance(cell, str):
            text = cell.strip().removesuffix("%").strip()
            if not text:
                return None
            plain = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text
            cell = float(plain) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", plain) else None
        if not isinstance(cell, int | float) or not math.isfinite(cell) or not 0 <= cell <= 1e12:
            self.unread.append(f"{sheet}: {what} is not a number.")
            return None
        return float(cell)

    def day(self, cell: Any, title: str) -> str | None:
        """A day as ISO text: a date cell, or a text YYYY-MM-DD."""
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        text = str(cell).strip()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return text
        if text:
            self.unread.append(f"{form.TERMS}: a day of {title} is not a date as 2026-08-17.")
        return None


def word(cell: Any) -> str:
    """A text, or a number as a person meant it: 100.0 is 100. Control characters and what is too long are cut off."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "".join(c for c in str(cell) if c.isprintable()).strip()[:LONGEST]
