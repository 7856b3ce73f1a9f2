"""Encodings, delimiters, line ends and headers as districts send them, by mistake or by dialect."""

from __future__ import annotations

from typing import Any

import pytest

from homeroom.roster.faults import Misuse
from homeroom.workbench.values import Hints

TABLE = "sourcedId,givenName,email\n1,José,jose@example.org\n2,Zoë,zoe@example.org\n"
ROWS = [("1", "José", "jose@example.org"), ("2", "Zoë", "zoe@example.org")]


@pytest.mark.parametrize(
    ("encoding", "name", "guessed"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8", False),
        ("utf-16", "utf-16-le", False),
        ("utf-16-le", "utf-16-le", True),
        ("utf-16-be", "utf-16-be", True),
        ("utf-32", "utf-32-le", False),
        ("cp1252", "cp1252", True),
    ],
)
def test_encodings_are_known_or_guessed(desk: Any, encoding: str, name: str, guessed: bool) -> None:
    read = desk.read(TABLE.encode(encoding))
    assert read.rows == ROWS
    assert read.inspected.columns == ("sourcedId", "givenName", "email")
    assert (read.inspected.encoding, read.inspected.encoding_guessed) == (name, guessed)
    assert ("encoding-guessed" in read.codes) == guessed


def test_a_byte_that_windows_does_not_know_makes_it_latin_1(desk: Any) -> None:
    read = desk.read(b"id,name\n1,Jos\xe9\n2,\x81x\n")
    assert read.inspected.encoding == "latin-1"
    assert read.rows[0] == ("1", "José")


def test_one_bad_byte_in_a_good_file_costs_only_that_character(desk: Any) -> None:
    rows = b"".join(b"%d,Jos\xc3\xa9\n" % i for i in range(3000))
    read = desk.read(b"id,name\n" + rows + b"x,Zo\xeb\n" + b"y,last\n")
    assert read.inspected.encoding == "utf-8"
    assert not read.inspected.encoding_guessed
    assert read.rows[2999:] == [("2999", "José"), ("x", "Zo\ufffd"), ("y", "last")]
    assert [(t.code, t.row, t.line, t.refused) for t in read.told] == [("bytes-unreadable", 3001, 3002, False)]


def test_one_bad_byte_that_no_one_types_leaves_plain_ascii_utf_8(desk: Any) -> None:
    read = desk.read(b"id,name\n1,Oak\n2,El\xffm\n")
    assert read.inspected.encoding == "utf-8"
    assert read.rows[1] == ("2", "El\ufffdm")


def test_an_accent_in_plain_ascii_is_windows_and_a_guess(desk: Any) -> None:
    """Nothing else in the file can be changed by the guess, and the name is saved."""
    rows = b"".join(b"%d,Oak\n" % i for i in range(3000))
    read = desk.read(b"id,name\n" + rows + b"x,Zo\xeb\n")
    assert read.inspected.encoding == "cp1252"
    assert read.rows[-1] == ("x", "Zoë")


def test_a_hinted_encoding_is_obeyed_and_a_meaningless_one_refused(desk: Any) -> None:
    assert desk.read("id,name\n1,Łódź\n".encode("cp1250"), Hints(encoding="windows-1250")).rows == [("1", "Łódź")]
    assert desk.read("id,name\n1,日本\n".encode("shift_jis"), Hints(encoding="shift_jis")).rows == [("1", "日本")]
    for encoding in ("klingon", "base64"):
        with pytest.raises(Misuse, match=encoding):
            desk.look(b"id\n1\n", Hints(encoding=encoding))
    with pytest.raises(Misuse, match="delimiter"):
        desk.look(b"id\n1\n", Hints(delimiter="||"))


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize(("end", "name"), [("\n", "lf"), ("\r\n", "crlf"), ("\r", "cr")])
def test_delimiters_and_line_ends_take_the_fast_road(desk: Any, delimiter: str, end: str, name: str) -> None:
    text = end.join(delimiter.join(r) for r in [("id", "name", "x"), ("1", "Oak; Ann, Jr|s", ""), ("2", "", "z")])
    data = (text if delimiter == "§" else text.replace("Oak; Ann, Jr|s", '"Oak; Ann, Jr|s"')).encode()
    for tail in (b"", end.encode(), end.encode() * 3):
        read = desk.read(data + tail)
        assert read.rows == [("1", "Oak; Ann, Jr|s", ""), ("2", "", "z")]
        assert (read.inspected.delimiter, read.inspected.line_ends) == (delimiter, name)
        assert not read.table.numbered, read.inspected.survey


def test_a_pipe_file_called_csv_with_commas_in_every_cell(desk: Any) -> None:
    read = desk.read(b"id|name|list\n1|Oak, Ann|a,b\n2|Elm, Bo|c,d\n")
    assert read.inspected.delimiter == "|"
    assert read.rows[0] == ("1", "Oak, Ann", "a,b")


def test_lists_in_semicolons_do_not_win_over_the_comma(desk: Any) -> None:
    read = desk.read(b"id,name,guardians\n1,Oak,g1;g2;g3;g4\n2,Elm,g5;g6;g7;g8\n")
    assert read.inspected.delimiter == ","


def test_a_tie_goes_to_the_comma(desk: Any) -> None:
    assert desk.look(b"a,b;c\n1,2;3\n").delimiter == ","


def test_mixed_line_ends_are_healed_and_reported(desk: Any) -> None:
    read = desk.read(b"id,name\r\n1,Oak\n2,Elm\r3,Fir\r\n")
    assert read.rows == [("1", "Oak"), ("2", "Elm"), ("3", "Fir")]
    assert read.at_lines == [2, 3, 4]
    assert read.inspected.line_ends == "mixed"
    assert read.repairs["line-ends-mixed"] == 1


@pytest.mark.parametrize(("first", "others"), [("\r\n", "\n"), ("\n", "\r\n"), ("\r", "\r\n"), ("\r\n", "\r")])
def test_a_header_that_ends_otherwise_than_its_rows(desk: Any, first: str, others: str) -> None:
    """DuckDB, told how the rows end, would skip the header and all rows with it."""
    read = desk.read(f"id,name{first}1,Oak{others}2,Elm{others}".encode())
    assert read.rows == [("1", "Oak"), ("2", "Elm")]
    assert read.at_lines == [2, 3]
    assert read.repairs["line-ends-mixed"] == 1


def test_powerschool_prefixes_and_invisible_characters_are_taken_off(desk: Any) -> None:
    head = '\ufeff"USERS.sourcedId", USERS.givenName\u00a0,\u200bUSERS.metadata.gpa,metadata.x,[13]FirstDay,No. of days'
    look = desk.look((head + "\n1,2,3,4,5,6\n").encode())
    assert look.columns == ("sourcedId", "givenName", "metadata.gpa", "metadata.x", "[13]FirstDay", "No. of days")
    counts = {r.code: r.count for r in look.repairs}
    assert counts["header-prefix"] == 3
    assert counts["byte-order-mark"] == 1
    assert desk.look(b"USERS.id,USERS.x\n1,2\n", Hints(strip_prefix=False)).columns == ("USERS.id", "USERS.x")


def test_a_prefix_stays_where_it_tells_two_columns_apart(desk: Any) -> None:
    assert desk.look(b"STUDENTS.id,TEACHERS.id,STUDENTS.name\n1,2,3\n").columns == ("STUDENTS.id", "TEACHERS.id", "name")


def test_doubled_and_blank_header_words_become_unique_and_are_told(desk: Any) -> None:
    read = desk.read(b"id,Name,name,,name (2),\n1,2,3,4,5,6\n")
    assert read.inspected.columns == ("id", "Name", "name (3)", "column 4", "name (2)", "column 6")
    assert [t.code for t in read.told] == ["header-doubled", "header-blank", "header-blank"]
    assert read.told[0].column == "name (3)"


def test_a_header_with_one_delimiter_too_many_fits_its_rows(desk: Any) -> None:
    read = desk.read(b"id,name,\n1,Oak\n2,Elm\n")
    assert read.inspected.columns == ("id", "name")
    assert read.rows == [("1", "Oak"), ("2", "Elm")]


def test_a_human_title_above_the_header_is_skipped(desk: Any) -> None:
    title = "Pinewood District, user export\r\n\r\nRun on 2026-08-01,,,\r\n"
    read = desk.read((title + "id,first,last,role\r\n1,Ann,Oak,student\r\n").encode())
    assert read.inspected.header_line == 4
    assert read.rows == [("1", "Ann", "Oak", "student")]
    assert read.at_lines == [5]
    assert read.repairs["title-skipped"] == 3


def test_a_narrow_header_over_unquoted_lists_is_no_title(desk: Any) -> None:
    look = desk.look(b"id,guardians\n1,a,b,c,d,e,f\n2,a,b,c,d,e,f\n")
    assert look.columns == ("id", "guardians")


def test_a_missing_header_is_seen_and_can_be_said(desk: Any) -> None:
    data = b"10001,Algebra I,03220100\n10002,Biology,03220200\n"
    read = desk.read(data)
    assert read.inspected.headerless
    assert read.inspected.columns == ("column 1", "column 2", "column 3")
    assert len(read.rows) == 2
    assert read.at_lines == [1, 2]
    assert read.codes == ["header-missing"]
    assert len(desk.read(data, Hints(header=True)).rows) == 1
    said = desk.read(data, Hints(header=False))
    assert (len(said.rows), said.codes, said.inspected.repairs) == (2, [], ())


CODES = Hints(header=False, columns=("local_code", "title", "state_code"))


def test_the_positions_of_a_file_without_a_header_bear_the_words_of_the_layout(desk: Any) -> None:
    read = desk.read(b"A1,Algebra Grade 7,0322\nB2,Biology,0323\n", CODES)
    assert read.inspected.columns == ("local_code", "title", "state_code")
    assert (len(read.rows), read.codes) == (2, [])
    assert desk.look(b"A1,Algebra\n", CODES).columns == ("local_code", "title")
    assert desk.look(b"A1,Algebra,0322,x\n", CODES).columns == ("local_code", "title", "state_code", "column 4")


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (b"Local_Code,Title,State Code", ("local_code", "title", "state_code")),
        (b"STATE_CODE,TITLE,LOCAL_CODE", ("state_code", "title", "local_code")),
        (b"CourseCode,CourseName,StateNumber", ("local_code", "title", "state_code")),
    ],
)
def test_a_header_that_somebody_switched_on_is_no_row(desk: Any, head: bytes, columns: tuple[str, ...]) -> None:
    read = desk.read(head + b"\nA1,Algebra,0322\n", CODES)
    assert read.inspected.columns == columns
    assert read.rows == [("A1", "Algebra", "0322")]
    assert read.at_lines == [2]
    assert read.codes == ["header-unexpected"]


@pytest.mark.parametrize("first", [b"A1,Algebra", b"Course,Art", b"101,Title", b"First Name,Last Grade\nSchool Code,Course Name"])
def test_data_that_reads_like_words_is_not_taken_for_a_header(desk: Any, first: bytes) -> None:
    read = desk.read(first + b"\nB2,Biology\n", Hints(header=False))
    assert read.codes == []
    assert len(read.rows) == first.count(b"\n") + 2


@pytest.mark.parametrize(
    "head", [b"id,2026,2027", b"School,Name,Period 1", b"A,B,C", b"StudentID,x,1", b"Nom,Pr\xc3\xa9nom,Classe"]
)
def test_an_unusual_header_is_still_a_header(desk: Any, head: bytes) -> None:
    assert not desk.look(head + b"\n1,2,3\n4,5,6\n").headerless


def test_the_sample_holds_the_first_rows(desk: Any) -> None:
    look = desk.look(b"id,name\n" + b"".join(b"%d,x\n" % i for i in range(50)))
    assert look.sample[0] == ("0", "x")
    assert len(look.sample) == 20


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"  \n", b"\x1a", b"\xff\xfe"])
def test_nothing_is_an_empty_table_and_no_fault(desk: Any, data: bytes) -> None:
    read = desk.read(data)
    assert read.inspected.fault is None
    assert read.inspected.columns == ()
    assert (read.table.rows, read.rows) == (0, [])


@pytest.mark.parametrize("data", [b"id,name", b"id,name\n", b"id,name\r\n\r\n", b"\xef\xbb\xbfid,name\r"])
def test_a_header_alone_is_a_table_without_rows(desk: Any, data: bytes) -> None:
    read = desk.read(data)
    assert read.inspected.columns == ("id", "name")
    assert (read.table.rows, read.rows) == (0, [])


def test_utf_16_cut_off_in_the_middle_of_a_character(desk: Any) -> None:
    read = desk.read("id,name\n1,Oak\n2,Elm".encode("utf-16") + b"\x00")
    assert read.rows == [("1", "Oak"), ("2", "Elm\ufffd")]
    assert [(t.code, t.line) for t in read.told] == [("bytes-unreadable", 3)]
