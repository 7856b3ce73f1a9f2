"""What people open in a spreadsheet starts nothing."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom.outbound.sheets import BOM, harmless, sheet


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_becomes_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Zoë", "-5", "+1.5", "1-2", "a=b", "u@x.example", "'quoted"])
def test_everything_else_stays(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(max_size=10))
def test_no_cell_begins_a_formula(cell: str) -> None:
    told = harmless(cell)
    assert told == cell or told == "'" + cell
    assert not told.startswith(("=", "@", "\t", "\r"))


def test_a_sheet_is_csv_with_a_byte_order_mark() -> None:
    text = "".join(sheet(["line", "value"], [[17, '=HYPERLINK("x","y")'], [18, None]]))
    assert text.startswith(BOM + "line,value\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert rows[1:] == [["17", '\'=HYPERLINK("x","y")'], ["18", ""]]
