"""Laws of reading: whatever dialect a table is written in, the same cells come back, by either road, and counts add up."""

from __future__ import annotations

import codecs
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from homeroom.reading import tables
from homeroom.reading.totals import is_totals
from homeroom.workbench.values import Hints

LAWFUL = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
ODD = [
    "",
    " ",
    '"',
    '""',
    "'",
    ",",
    "a,b",
    "a|b;c\td",
    " lead",
    "trail ",
    "0012",
    "NULL",
    "null",
    "\\N",
    "#x",
    "\\",
    "José",
    "日本",
]
ODD_CELLS = st.sampled_from([*ODD, "\u00a0", "\u200b", "Total: 5"])
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
BROKEN = st.sampled_from(["a\nb", "a\r\nb", "\r", "\n\n", 'x"\n"y'])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
RUBBISH = st.lists(st.text(st.sampled_from('ab1 ,,"\n\r\t;|é\x00\x1a'), max_size=14), max_size=14)
WESTERN = st.lists(st.lists(st.text("abcé5 ,'", max_size=6), min_size=3, max_size=3), min_size=1, max_size=10)
HEADERS = ["sourcedId", "givenName", "family Name", "grades", "x_1", "orgIds"]
MARKS = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    """A table and one way to write it."""
    width = draw(st.integers(2, 6))
    quoting = draw(st.sampled_from(["all", "minimal", "some"]))
    cells = st.one_of(PLAIN, ODD_CELLS, BROKEN) if draw(st.booleans()) else st.one_of(PLAIN, ODD_CELLS)
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12))
    # Ids lead the rows, as everywhere; it also keeps a row from being blank or a totals line.
    rows = [[f"k-{i}", *row[1:]] for i, row in enumerate(rows)]
    delimiter = draw(st.sampled_from([",", "\t", "|", ";"]))
    end = draw(ENDS)
    some = draw(st.lists(st.booleans(), min_size=width, max_size=width))

    def cell(text: str, at: int) -> str:
        must = any(c in text for c in (delimiter, '"', "\r", "\n")) or text[:1] == " "
        if must or quoting == "all" or (quoting == "some" and some[at]):
            return '"' + text.replace('"', '""') + '"'
        return text

    text = end.join(delimiter.join(cell(c, i) for i, c in enumerate(r)) for r in [HEADERS[:width], *rows])
    title = draw(st.sampled_from(["", "Export of users" + end, "Export" + end + end, end]))
    text = title + text + draw(st.sampled_from(["", end]))
    encoding = draw(st.sampled_from(list(MARKS)))
    data = MARKS[encoding] + text.encode("utf-8" if encoding.startswith("utf-8") else encoding)
    return {"data": data, "rows": [tuple(r) for r in rows], "columns": HEADERS[:width], "delimiter": delimiter}


@LAWFUL
@given(written())
def test_any_table_in_any_dialect_comes_back_exactly(lasting_desk: Any, case: dict[str, Any]) -> None:
    hints = Hints() if len(case["rows"]) else Hints(delimiter=case["delimiter"])
    read = lasting_desk.read(case["data"], hints)
    assert list(read.inspected.columns) == case["columns"]
    assert read.rows == case["rows"]
    assert not read.ragged


@LAWFUL
@given(written())
def test_both_roads_give_the_same_rows_and_lines(lasting_desk: Any, case: dict[str, Any]) -> None:
    hints = Hints(delimiter=case["delimiter"])
    slow = lasting_desk.read(case["data"], hints, slowly=True)
    assert slow.rows == case["rows"]
    fast = tables.read(lasting_desk.workbench, slow.inspected)
    assert lasting_desk.gather(slow.inspected, fast).rows == slow.rows
    assert lasting_desk.gather(slow.inspected, fast).at_lines == slow.at_lines


@LAWFUL
@given(
    st.lists(st.text(st.sampled_from('ab1 ,,"\n\r\t;|é\x00\x1a'), max_size=14), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_rubbish_is_counted_and_never_lost(lasting_desk: Any, lines: list[str], end: str) -> None:
    """The desk checks that counts add up and that the lines are right; here: no exception, no row of the wrong width."""
    data = ("id,name,note" + end + end.join(lines)).encode()
    assume(data.count(b"\0") + data.count(b"\x1a") < 12)
    read = lasting_desk.read(data, Hints(header=True, delimiter=","))
    assert all(len(r) == 3 and None not in r for r in read.rows)
    assert read.numbers == sorted(set(read.numbers))
    slow = lasting_desk.gather(read.inspected, tables.read_slowly(lasting_desk.workbench, read.inspected))
    assert slow.rows == read.rows
    assert slow.numbers == read.numbers
    assert slow.at_lines == read.at_lines


@LAWFUL
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_refused_with_a_reason(lasting_desk: Any, data: bytes) -> None:
    inspected = lasting_desk.look(data)
    if inspected.fault is None:
        lasting_desk.gather(inspected, tables.read(lasting_desk.workbench, inspected))
    else:
        assert inspected.fault.code in ("file_unreadable", "too_many_columns")


@LAWFUL
@given(
    st.lists(st.lists(st.text("abcé5 ,'", max_size=6), min_size=3, max_size=3), min_size=1, max_size=10),
    st.sampled_from(["cp1252", "latin-1"]),
)
def test_a_named_encoding_is_obeyed(lasting_desk: Any, rows: list[list[str]], encoding: str) -> None:
    rows = [[f"k{i}", *r[1:]] for i, r in enumerate(rows)]
    text = "id;a;b\n" + "".join(";".join(r) + "\n" for r in rows)
    assume(not is_totals([c.encode() for c in rows[-1]], 3))
    read = lasting_desk.read(text.encode(encoding), Hints(encoding=encoding, delimiter=";"))
    assert read.rows == [tuple(r) for r in rows]
    assert read.inspected.encoding == encoding
    assert not read.inspected.encoding_guessed
