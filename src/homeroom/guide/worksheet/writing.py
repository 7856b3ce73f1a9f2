"""Writing the worksheet: what to fill in is open, everything else is locked, and no text is ever a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from homeroom.guide.worksheet import form

HELP = (
    "Please fill in the open (yellow) cells from reports of your own student information system, not from the files that you send.",
    "We compare each figure with what arrived. Figures that differ show what is missing from an export, before anybody works with it.",
    "Leave a cell empty if you do not know the figure: it counts as not answered, not as zero.",
    "Take all figures on one day. The tolerance says by how many percent a figure may differ, since people come and go every day.",
    "In Samples give ids and counts, no names. Choose students of several schools, one of whom has just changed school.",
    "Ids are texts: write them exactly as your system shows them, with zeros in front.",
    "Send the file back as you send the data, or hand it over in person. Do not send it by e-mail.",
)
"""The instructions, line by line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worksheet is written for. `schools` are (id, name) of those that are known; `terms` titles; `marks`: ask for marks and GPA."""

    slug: str
    district: str
    schools: tuple[tuple[str, str], ...] = ()
    terms: tuple[str, ...] = ()
    marks: bool = False


def write(asked: Asked, out: Path) -> None:
    """Write the worksheet to a new file."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(out), options) as book:
        book.set_properties({"title": "Data validation worksheet"})
        _Writer(book, asked).all()


class _Writer:
    """One workbook being written."""

    def __init__(self, book: Any, asked: Asked) -> None:
        self.book, self.asked = book, asked
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E6ECF5"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.given = book.add_format({"num_format": "@"})
        self.number = book.add_format(
            {"locked": False, "bg_color": "#FFF8DC", "border": 1, "border_color": "#C9BE8B", "num_format": "0.##"}
        )
        self.text = book.add_format(
            {"locked": False, "bg_color": "#FFF8DC", "border": 1, "border_color": "#C9BE8B", "num_format": "@"}
        )
        self.day = book.add_format(
            {"locked": False, "bg_color": "#FFF8DC", "border": 1, "border_color": "#C9BE8B", "num_format": "yyyy-mm-dd"}
        )

    def all(self) -> None:
        self._readme()
        self._totals()
        self._schools()
        self._terms()
        self._samples()
        marks = self.book.add_worksheet(form.MARKS)
        marks.write_string(0, 0, form.MARK)
        marks.write_number(0, 1, form.EDITION)
        marks.write_string(1, 0, self.asked.slug)
        marks.very_hidden()
        marks.protect()

    def _sheet(self, name: str, headers: Sequence[str], widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for number, (word, width) in enumerate(zip(headers, widths, strict=True)):
            sheet.write_string(0, number, word, self.head)
            sheet.set_column(number, number, width)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.protect("", {"format_columns": True})
        return sheet

    def _readme(self) -> None:
        sheet = self.book.add_worksheet(form.README)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 70)
        sheet.write_string(0, 0, "Data validation worksheet", self.title)
        sheet.write_string(1, 0, "District")
        sheet.write_string(1, 1, self.asked.district, self.given)
        sheet.write_string(2, 0, "Tolerance in percent")
        sheet.write_number(2, 1, form.TOLERANCE, self.number)
        _judge(sheet, (2, 1, 2, 1), "decimal", 0, 50, "A number of percent from 0 to 50.")
        sheet.write_string(3, 0, "Filled in by")
        sheet.write_blank(3, 1, None, self.text)
        sheet.write_string(4, 0, "Day of the figures")
        sheet.write_blank(4, 1, None, self.day)
        for row, line in enumerate(HELP, 6):
            sheet.merge_range(row, 0, row, 1, "", self.wrapped)
            sheet.write_string(row, 0, line, self.wrapped)
            sheet.set_row(row, 32)
        sheet.protect()

    def _totals(self) -> None:
        sheet = self._sheet(form.TOTALS, ("Question", "Your figure"), (60, 16))
        for row, (key, question) in enumerate(form.TOTAL_QUESTIONS.items(), 1):
            sheet.write_string(row, 0, question)
            sheet.write_blank(row, 1, None, self.number)
            share = key == "guarded"
            _judge(
                sheet,
                (row, 1, row, 1),
                "decimal" if share else "integer",
                0,
                100 if share else 100_000_000,
                "A number, not a text.",
            )

    def _schools(self) -> None:
        headers = form.SCHOOL_COLUMNS
        sheet = self._sheet(form.SCHOOLS, headers, (14, 32, *(10 for _ in headers[2:])))
        known = self.asked.schools
        last = len(known) + form.SPARE_SCHOOLS
        for row in range(1, last + 1):
            for column, value in enumerate(known[row - 1] if row <= len(known) else ("", "")):
                if row <= len(known):
                    sheet.write_string(row, column, value, self.given)
                else:
                    sheet.write_blank(row, column, None, self.text)
            for column in range(2, len(headers)):
                sheet.write_blank(row, column, None, self.number)
        _judge(
            sheet,
            (1, 2, last, len(headers) - 1),
            "integer",
            0,
            10_000_000,
            "A whole number. Leave it empty if you do not know it.",
        )

    def _terms(self) -> None:
        sheet = self._sheet(form.TERMS, form.TERM_COLUMNS, (32, 14, 14, 12))
        for row in range(1, max(form.TERM_ROWS, len(self.asked.terms)) + 1):
            if row <= len(self.asked.terms):
                sheet.write_string(row, 0, self.asked.terms[row - 1], self.given)
            else:
                sheet.write_blank(row, 0, None, self.text)
            sheet.write_blank(row, 1, None, self.day)
            sheet.write_blank(row, 2, None, self.day)
            sheet.write_blank(row, 3, None, self.number)
            _judge(sheet, (row, 3, row, 3), "integer", 0, 10_000_000, "A whole number.")

    def _samples(self) -> None:
        headers = (*form.SAMPLE_COLUMNS, *(form.MARK_COLUMNS if self.asked.marks else ()))
        sheet = self._sheet(form.SAMPLES, ("Sample", *headers), (14, *(18 for _ in headers)))
        last = form.STUDENT_SAMPLES + form.TEACHER_SAMPLES
        for row in range(1, last + 1):
            sheet.write_string(row, 0, f"Student {row}" if row <= form.STUDENT_SAMPLES else "Teacher")
            for column, word in enumerate(headers, 1):
                plain = word in ("Person's id", "School ids", "Grade", "GPA")
                sheet.write_blank(row, column, None, self.text if plain else self.number)
                if not plain:
                    _judge(sheet, (row, column, row, column), "decimal", 0, 10_000, "A number.")


def _judge(sheet: Any, area: tuple[int, int, int, int], kind: str, least: float, most: float, says: str) -> None:
    """Let a spreadsheet refuse what is no such number."""
    rule = {"validate": kind, "criteria": "between", "minimum": least, "maximum": most, "ignore_blank": True}
    sheet.data_validation(*area, rule | {"error_title": "This cell", "error_message": says})


def write_result(rows: Sequence[Sequence[str]], headers: Sequence[str], out: Path) -> None:
    """Write the outcome of a comparison as a sheet."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    colours = {"match": "#DFF2E1", "within tolerance": "#EEF6DF", "mismatch": "#F9DEDC", "not answered": "#EEEEEE"}
    with Workbook(str(out), options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6ECF5"})
        shades = {
            word: book.add_format({"bg_color": colour, "text_wrap": True, "valign": "top"}) for word, colour in colours.items()
        }
        sheet = book.add_worksheet(form.RESULT)
        for column, word in enumerate(headers):
            sheet.write_string(0, column, word, head)
            sheet.set_column(column, column, (22, 34, 16, 16, 18, 90)[column])
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, shades.get(row[4]))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(headers) - 1)
