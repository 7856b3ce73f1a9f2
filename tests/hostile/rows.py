"""Rows that are too short, too long, torn by quotes or no rows at all. Each comes after a good night: no record may be lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hostile.kind import Collection, Files, Hostile, base, edited, write

HOSTILE = Collection()


@HOSTILE.add("success_with_row_issues", None, "row-short", first=True)
def a_short_row(files: Files) -> Files:
    """A row that breaks off: refused, and last night's record lives on."""
    return edited(files, "users.csv", "Farid,Fable,,004006,student06@example.org,,,g-07,02,", "Farid,Fable")


@HOSTILE.add("success_with_row_issues", None, "row-long", first=True)
def a_long_row(files: Files) -> Files:
    """An address with a comma, unquoted, shifts every later cell: never read shifted."""
    return edited(files, "users.csv", "Farid,Fable,,004006,student06", "Farid,Fable,12 Elm St,Apt 4,,004006,student06")


@HOSTILE.add("success", None, "surplus-blank-trimmed", first=True)
def surplus_commas_at_the_end(files: Files) -> Files:
    """Excel adds empty cells to some rows: harmless."""
    return edited(files, "users.csv", "student06@example.org,,,g-07,02,\r\n", "student06@example.org,,,g-07,02,,,,\r\n")


@HOSTILE.add("success", None, "quote-stray", first=True, values=(("classes", "c-3", "title", 'Homeroom 4 5" rulers'),))
def a_quote_inside_a_bare_cell(files: Files) -> Files:
    """Five-inch rulers: the sign is text."""
    return edited(files, "classes.csv", "Homeroom 4", 'Homeroom 4 5" rulers')


@HOSTILE.add("success", None, "quote-stray", first=True)
def quotes_inside_quotes(files: Files) -> Files:
    """A nickname that nobody doubled: "Farid "Fred" Jr"."""
    return edited(files, "users.csv", ",Farid,", ',"Farid "Fred" Jr",')


@HOSTILE.add("success_with_row_issues", None, "quote-mended", first=True)
def an_unclosed_quote(files: Files) -> Files:
    """One quote that opens and never closes swallows the lines after it; none of the swallowed people may disappear."""
    return edited(files, "users.csv", ",Farid,", ',"Farid,')


@HOSTILE.add("success_with_row_issues", None, "quote-mended", first=True)
def an_unclosed_quote_that_closes_later(files: Files) -> Files:
    """The quote is closed by the next quoted cell, nine lines on, and the rows between become one."""
    return edited(files, "users.csv", ",Kaia,", ',"Kaia,')


@HOSTILE.add(first=True)
def a_line_break_in_a_cell(files: Files) -> Files:
    """A title typed on two lines, rightly quoted: one row, and later line numbers still tell the truth."""
    return edited(files, "classes.csv", "Homeroom 4", '"Homeroom\r\n4"')


@HOSTILE.add("success", None, "blank-lines-skipped", first=True)
def blank_lines(files: Files) -> Files:
    """Empty lines between and after the rows are no rows."""
    return edited(files, "users.csv", "\r\ns-0", "\r\n\r\ns-0", count=3) | {"classes.csv": files["classes.csv"] + b"\r\n\r\n"}


@HOSTILE.add("success", None, "totals-ignored", first=True)
def a_totals_line(files: Files) -> Files:
    """The report ends with its total: never a person."""
    return files | {"users.csv": files["users.csv"] + b"Total: 45\r\n"}


@HOSTILE.add("success", None, "totals-ignored", first=True)
def an_sql_footer(files: Files) -> Files:
    """A query tool's last words."""
    return files | {"enrollments.csv": files["enrollments.csv"] + b"\r\n(36 rows affected)\r\n"}


@HOSTILE.add("success", None, "header-repeated", first=True)
def the_header_again_in_the_middle(files: Files) -> Files:
    """Two exports pasted together, header included."""
    header = files["users.csv"].split(b"\r\n", 1)[0].decode()
    return edited(files, "users.csv", "\r\ns-16,", f"\r\n{header}\r\ns-16,")


@HOSTILE.add("success_with_row_issues", None, "file-cut-off", "absence-unprovable", first=True)
def a_transfer_that_broke_off(files: Files) -> Files:
    """The file ends in the middle of a row, eight people early: absence proves nothing then."""
    raw = files["users.csv"]
    return files | {"users.csv": raw[: raw.index(b"\r\ng-01") + 4]}


def heavy(cell: int = 100_000_000, columns: int = 1_000_000) -> list[Hostile]:
    """The two that need much memory of a careless reader: a cell of `cell` bytes, a header of `columns` words."""
    return [
        Hostile(
            name="a-huge-cell",
            says=f"A cell of {cell:,} bytes in an otherwise good file: its row is refused, memory stays bounded.",
            make=_made(lambda files: edited(files, "users.csv", ",Farid,", b"," + b"x" * cell + b",")),
            first=True,
            outcome="success_with_row_issues",
            issues=frozenset({"cell-too-long"}),
        ),
        Hostile(
            name="a-header-without-end",
            says=f"A header of {columns:,} columns.",
            make=_made(lambda files: files | {"users.csv": b",".join(b"c%d" % n for n in range(columns)) + b"\r\n"}),
            first=True,
            outcome="failed",
            reason="too_many_columns",
        ),
    ]


def _made(change: Callable[[Files], Files]) -> Callable[[Path], None]:
    return lambda folder: write(change(base()), folder)


HOSTILE += heavy(cell=8_000_000, columns=50_000)
