"""Rows as systems and people break them: each is healed, refused or named, and none is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest

from homeroom.workbench.values import Hints


def test_short_and_long_rows_are_set_apart_with_their_cells(desk: Any) -> None:
    read = desk.read(b"id,name,grade\n1,Oak,07\n2,Elm\n3,Fir,08,x\n4,Ash,09\n")
    assert read.rows == [("1", "Oak", "07"), ("4", "Ash", "09")]
    assert read.numbers == [1, 4]
    assert read.ragged == [(2, 3, ["2", "Elm"]), (3, 4, ["3", "Fir", "08", "x"])]
    assert [(t.code, t.row, t.line, t.refused) for t in read.told] == [("row-short", 2, 3, True), ("row-long", 3, 4, True)]
    assert read.told[0].detail == {"found": 2, "expected": 3}


def test_a_file_that_ends_in_the_middle_of_a_row_proves_no_absence(desk: Any) -> None:
    """The transfer broke off: half an id is no id, and nobody knows who was still to come."""
    read = desk.read(b"id,name,grade\n1,Oak,07\n2,El")
    assert read.rows == [("1", "Oak", "07")]
    assert (read.table.rows, read.table.unread, read.ragged) == (2, 1, [])
    assert [(t.code, t.row, t.line, t.refused) for t in read.told] == [("file-cut-off", 2, 3, True)]
    whole = desk.read(b"id,name,grade\n1,Oak,07\n2,Elm,08")
    assert (whole.table.rows, whole.table.unread, whole.told) == (2, 0, [])


def test_blank_surplus_cells_are_trimmed(desk: Any) -> None:
    read = desk.read(b"id,name\n1,Oak,,\n2,Elm, \n3,Fir\n")
    assert read.rows == [("1", "Oak"), ("2", "Elm"), ("3", "Fir")]
    assert read.repairs["surplus-blank-trimmed"] == 2


def test_place_puts_the_surplus_of_an_unquoted_row_back(desk: Any) -> None:
    """Seed 001 switches quotes off: two guardians are two cells."""
    data = b"USERS.id,USERS.agents,USERS.email\r1,g1,g2,a@x.org\r2,g3,b@x.org\r3,?,?,?,?\r"

    def place(cells: list[str]) -> list[str] | None:
        return [cells[0], ",".join(cells[1:-1]), cells[-1]] if "@" in cells[-1] else None

    read = desk.read(data, Hints(quoted=False), place)
    assert read.rows == [("1", "g1,g2", "a@x.org"), ("2", "g3", "b@x.org")]
    assert read.repairs["surplus-cells-placed"] == 1
    assert [r[0] for r in read.ragged] == [3]


def test_place_is_not_asked_about_a_row_with_quoted_cells(desk: Any) -> None:
    read = desk.read(b'id,a,b\n1,"x,y",z,w\n', place=lambda cells: cells[:3])
    assert [r[2] for r in read.ragged] == [["1", "x,y", "z", "w"]]


def test_quotes_inside_a_bare_cell_stay_on_the_fast_road(desk: Any) -> None:
    read = desk.read(b'id,name\n1,5" pipe\n2,Robert "Bob" Oak\n3,x\n')
    assert read.rows == [("1", '5" pipe'), ("2", 'Robert "Bob" Oak'), ("3", "x")]
    assert not read.table.numbered
    assert read.repairs["quote-stray"] == 2


def test_bob_bobby_b(desk: Any) -> None:
    read = desk.read(b'id,name\n1,"Bob "Bobby" B"\n2,"x"\n')
    assert read.rows == [("1", 'Bob "Bobby" B'), ("2", "x")]
    assert read.repairs["quote-stray"] == 1


def test_when_quotes_are_off_they_are_text(desk: Any) -> None:
    read = desk.read(b'id,name\n1,"Oak"\n2,"Elm\n', Hints(quoted=False))
    assert read.rows == [("1", '"Oak"'), ("2", '"Elm')]
    assert not read.table.numbered


def test_blanks_around_quotes_belong_to_the_quotes(desk: Any) -> None:
    assert desk.read(b'id,name,x\n1, "Oak, Ann" ,2\n').rows == [("1", "Oak, Ann", "2")]


def test_line_breaks_in_quoted_cells(desk: Any) -> None:
    for end in (b"\n", b"\r", b"\r\n"):
        for inner in (b"\n", b"\r\n", b"\r"):
            data = end.join([b"id,note", b'1,"a' + inner + b'b"', b"2,c", b""])
            read = desk.read(data)
            assert read.rows == [("1", f"a{inner.decode()}b"), ("2", "c")]
            assert read.at_lines == [2, 4]


def test_a_line_break_in_the_only_row_says_nothing_about_line_ends(desk: Any) -> None:
    read = desk.read(b'"sourcedId","givenName"\r\n"k-0","a\nb"')
    assert read.rows == [("k-0", "a\nb")]
    assert read.inspected.line_ends == "crlf"


def test_an_unclosed_quote_is_taken_as_text_where_all_rows_fit(desk: Any) -> None:
    read = desk.read(b'id,name,z\n1,"Oak,x\n2,"Elm",y\n3,Fir,z\n')
    assert read.rows == [("1", '"Oak', "x"), ("2", "Elm", "y"), ("3", "Fir", "z")]
    assert [(t.code, t.line) for t in read.told] == [("quote-mended", 2)]
    assert read.table.unread == 0


def test_an_unclosed_quote_at_the_very_end(desk: Any) -> None:
    assert desk.read(b'id,name\n1,Oak\n2,"Elm\n').rows == [("1", "Oak"), ("2", '"Elm')]


def test_an_unclosed_quote_in_a_long_file_costs_one_row(desk: Any) -> None:
    rows = [b"%d,name %d,x" % (i, i) for i in range(5000)]
    rows[2500] = b'2500,"Oak, Ann,x'
    read = desk.read(b"id,name,z\n" + b"\n".join(rows) + b"\n")
    assert len(read.rows) == 4999
    assert [(r[0], r[1], r[2][0]) for r in read.ragged] == [(2501, 2502, "2500")]
    assert [(t.code, t.line, t.refused) for t in read.told] == [("quote-unclosed", 2502, True)]


def test_lines_that_a_quote_swallowed_are_named_and_prove_nothing(desk: Any) -> None:
    """Read as they stand, rows 3 and 4 would be text in Elm's cell; nobody can say what was meant."""
    read = desk.read(b'id,name,note\n1,Oak,x\n2,"Elm\nbroken\n3,"Fir,y\n4,"Ash",z\n5,q,r\n')
    assert [r[0] for r in read.rows] == ["1", "5"]
    assert read.table.unread == 4
    assert read.at_lines == [2, 7]
    assert [(t.code, t.line, t.detail, t.refused) for t in read.told] == [("lines-swallowed", 3, {"last": 6, "count": 4}, True)]


def test_careless_quotes_in_text_of_several_lines(desk: Any) -> None:
    data = b'id,name,note\n1,Oak,x\n2,Elm,"He said "no, no" and\nleft; then\nwrote "bye, all\nat once"\n3,Fir,"ok"\n'
    read = desk.read(data)
    assert read.rows[1] == ("2", "Elm", 'He said "no, no" and\nleft; then\nwrote "bye, all\nat once')
    assert read.at_lines == [2, 3, 7]
    assert read.repairs["quote-stray"] == 1
    assert read.codes == []


def test_an_unquoted_line_break_of_another_kind_is_joined(desk: Any) -> None:
    read = desk.read(b"id,note,x\r\n1,first\nsecond,y\r\n2,c,z\r\n")
    assert read.rows == [("1", "first\nsecond", "y"), ("2", "c", "z")]
    assert read.at_lines == [2, 4]
    assert "line-break-unquoted" in read.codes


def test_blank_lines_are_skipped_and_counted(desk: Any) -> None:
    read = desk.read(b"id,name\n\n1,Oak\n\n   \n2,Elm\n\n\n")
    assert read.rows == [("1", "Oak"), ("2", "Elm")]
    assert read.at_lines == [3, 6]
    assert read.repairs["blank-lines-skipped"] == 5


@pytest.mark.parametrize(
    "line",
    [
        b"Total: 5000",
        b"Total,5000,",
        b"TOTAL RECORDS = 45",
        b"(45 rows affected)",
        b"45 rows selected.",
        b"Records: 45",
        b'"Total","5,000",""',
        b",,",
        b",,\n,,\n",
        b"\n(45 rows affected)\n\nCompletion time: 2026-08-01T03:00:00",
        b"-- end of report --",
    ],
)
def test_what_stands_after_the_last_record_is_no_row(desk: Any, line: bytes) -> None:
    read = desk.read(b"id,name,grade\n1,Oak,07\n2,Elm,08\n" + line + b"\n")
    assert read.rows == [("1", "Oak", "07"), ("2", "Elm", "08")]
    assert not read.ragged
    assert read.table.ignored >= 1
    assert {"totals-ignored", "empty-rows-ignored"} & set(read.codes)


def test_a_class_called_total_is_a_class(desk: Any) -> None:
    read = desk.read(b"id,title,x\nTotal,5000,a\n7,Total Fitness,\n8,Records Office,\n9,b,c\nTotal Fitness,7,\n")
    assert len(read.rows) == 5
    assert read.table.ignored == 0


def test_empty_rows_in_the_middle_stay_rows(desk: Any) -> None:
    read = desk.read(b"id,name\n1,Oak\n,\n,\n2,Elm\n,\n")
    assert read.rows == [("1", "Oak"), ("", ""), ("", ""), ("2", "Elm")]
    assert read.table.ignored == 1


def test_a_header_repeated_in_the_middle_is_ignored_and_told(desk: Any) -> None:
    read = desk.read(b'USERS.id,name\n1,Oak\nUSERS.id,name\n2,Elm\n"USERS.id" ,NAME\n3,Fir\n')
    assert [r[0] for r in read.rows] == ["1", "2", "3"]
    assert [(t.code, t.line) for t in read.told] == [("header-repeated", 3), ("header-repeated", 5)]
    assert read.table.ignored == 2


def test_two_exports_pasted_together_with_a_mark_between(desk: Any) -> None:
    one = "\ufeffid,name\r\n1,Oak\r\n".encode()
    read = desk.read(one + one.replace(b"1,Oak", b"2,Elm"))
    assert read.rows == [("1", "Oak"), ("2", "Elm")]
    assert read.table.ignored == 1


@pytest.mark.parametrize("odd", [b"\x00", b"\x1a", b"\x07", b"\x0b", b"\x0c", b"\x7f"])
def test_control_characters_are_dropped_and_told(desk: Any, odd: bytes) -> None:
    read = desk.read(b"id,name\n1,O" + odd + b"ak\n2,Elm\n")
    assert read.rows == [("1", "Oak"), ("2", "Elm")]
    assert [(t.code, t.row, t.line) for t in read.told] == [("control-characters-dropped", 1, 2)]


def test_ctrl_z_at_the_end_is_no_row(desk: Any) -> None:
    for end in (b"\x1a", b"\r\n\x1a\r\n", b"\x1a\x1a"):
        read = desk.read(b"id,name\r\n1,Oak\r\n2,Elm\r\n" + end)
        assert read.rows == [("1", "Oak"), ("2", "Elm")]


def test_blanks_zeros_and_words_like_null_are_kept_as_they_are(desk: Any) -> None:
    read = desk.read(b'id,a,b,c\n007,NULL,\\N," "\n008, x ,,""\n#9,-,NaN,None\n')
    assert read.rows == [("007", "NULL", "\\N", " "), ("008", " x ", "", ""), ("#9", "-", "NaN", "None")]


def test_unicode_line_separators_are_text(desk: Any) -> None:
    read = desk.read("id,name\n1,a\u2028b\u0085c\n".encode())
    assert read.rows == [("1", "a\u2028b\u0085c")]


def test_one_column(desk: Any) -> None:
    read = desk.read(b'sourcedId\na\n\n""\n b\n')
    assert read.rows == [("a",), ("",), (" b",)]
    assert read.at_lines == [2, 4, 5]


def test_issues_are_capped_and_counted_exactly(desk: Any) -> None:
    read = desk.read(b"id,name\n" + b"x\n" * 10_250 + b"1,Oak\n")
    short = [t for t in read.told if t.code == "row-short"]
    assert len(short) == 10_001
    assert short[-1].detail == {"more": 250}
    assert len(read.ragged) == 10_250


def test_values_that_could_break_out_of_sql_or_json(desk: Any) -> None:
    hostile = "'); DROP TABLE issues; --"
    read = desk.read(f'id,{hostile},{hostile}\n1,{hostile},\\"\n2,{hostile}\n'.encode(), Hints(delimiter=","))
    assert read.rows == [("1", hostile, '\\"')]
    assert read.ragged[0][2] == ["2", hostile]
    assert read.told[0].value == hostile
