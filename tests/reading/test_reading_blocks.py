"""Files larger than one block: what lies across a boundary is read like everything else, by both roads."""

from __future__ import annotations

import random
from typing import Any

import pytest

from homeroom.reading import streams, tables
from homeroom.reading.lines import lines


def made(end: bytes, seed: int, *, quotes: bool, breaks: bool) -> bytes:
    """About five blocks of rows of uneven length."""
    dice = random.Random(seed)
    rows = [b"id,name,note,grades"]
    size = 0
    while size < 5 * streams.CHUNK:
        name = dice.choice([b"Oak", b"Jos\xc3\xa9 \xe6\x97\xa5", b"E" * dice.randrange(400)])
        note = b'"a, ""b""' + (end if breaks else b"") + b'"' if quotes and dice.random() < 0.3 else b"n"
        rows.append(b"%d,%b,%b,%b" % (len(rows), name, note, dice.choice([b"", b"07", b'"07,08"' if quotes else b"08"])))
        size += len(rows[-1])
    return end.join(rows) + dice.choice([b"", end])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(("quotes", "breaks"), [(False, False), (True, False), (True, True)])
def test_both_roads_over_many_blocks(desk: Any, end: bytes, quotes: bool, breaks: bool) -> None:
    data = made(end, len(end) + 10 * quotes, quotes=quotes, breaks=breaks)
    read = desk.read(data)
    assert not read.table.numbered, read.inspected.survey
    slow = desk.gather(read.inspected, tables.read_slowly(desk.workbench, read.inspected))
    assert slow.rows == read.rows
    assert slow.at_lines == read.at_lines
    assert [r[0] for r in read.rows] == [str(i + 1) for i in range(len(read.rows))]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_odd_rows_far_apart_cost_nothing_else(desk: Any, end: bytes) -> None:
    rows = [b"%d,name %d,%b" % (i, i, b"x" * (i % 90)) for i in range(40_000)]
    rows[7] = b"7,short"
    rows[15_000] = b'15000,5" pipe,x'
    rows[20_000] = b"id,name,note"
    rows[30_000] = b"30000,O\x00ak,x"
    rows[39_999] = b"Total: 39999"
    data = end.join([b"id,name,note", *rows]) + end
    read = desk.read(data)
    table = read.table
    assert (len(read.rows), table.ragged is not None, table.ignored, table.rows) == (39_997, True, 2, 40_000)
    assert read.numbers == [i + 1 for i in range(40_000) if i not in (7, 20_000, 39_999)]
    assert read.at_lines == [n + 1 for n in read.numbers]
    assert [(t.code, t.line) for t in read.told] == [
        ("row-short", 9),
        ("header-repeated", 20_002),
        ("control-characters-dropped", 30_002),
        ("totals-ignored", 40_001),
    ]


def test_bad_bytes_and_other_encodings_over_many_blocks(desk: Any) -> None:
    data = made(b"\n", 5, quotes=True, breaks=True)
    read = desk.read(data)
    again = desk.read(data.decode().encode("utf-16"))
    assert again.rows == read.rows
    assert lines(again.table, [1, 500, len(read.rows)]) == lines(read.table, [1, 500, len(read.rows)])
    cut = data.rindex("é".encode())
    broken = desk.read(data[:cut] + data[cut + 1 :])
    assert broken.inspected.encoding == "utf-8"
    assert len(broken.rows) == len(read.rows)
    assert broken.codes == ["bytes-unreadable"]


def test_a_line_end_on_the_very_boundary(desk: Any) -> None:
    for shift in range(-3, 4):
        first = b"id,name\r\n1," + b"x" * (streams.CHUNK - 13 + shift) + b"\r\n"
        for rest in (b"2,y\r\n3,z\r\n", b"2,y,\r\n3,z\r\n"):
            read = desk.read(first + rest)
            assert [r[0] for r in read.rows] == ["1", "2", "3"]
            assert read.at_lines == [2, 3, 4]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_cell_quoted_over_many_blocks(desk: Any, end: bytes) -> None:
    rows = [b'"%d","name %d",""' % (i, i) for i in range(30_000)]
    read = desk.read(end.join([b'"id","name","note"', *rows]) + end)
    assert not read.table.numbered
    assert read.rows[-1] == ("29999", "name 29999", "")
    # One quote in the wrong place is seen: the same quotes and delimiters in the same order, but not at the cells' edges.
    for wrong in (b'x"20000","name","y"', b'"20000"x,"name","y"', b'"20000",x"name","y"', b'"20000","name","y"x'):
        rows[20_000] = wrong
        odd = desk.read(end.join([b'"id","name","note"', *rows]) + end)
        assert odd.table.numbered
        assert len(odd.rows) + len(odd.ragged) == 30_000
        assert odd.rows[-1] == ("29999", "name 29999", "")
