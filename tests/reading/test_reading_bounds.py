"""Memory and time stay bounded whatever arrives, and the pass over a file costs little beside reading it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from homeroom.workbench.values import Hints

READ_IN_A_PROCESS = textwrap.dedent(
    """
    import resource, sys
    from pathlib import Path
    from homeroom.reading import tables
    from homeroom.reading.inspect import inspect
    from homeroom.workbench.bench import Workbench
    from homeroom.workbench.values import SourceFile

    folder, kind = Path(sys.argv[1]), sys.argv[2]
    with Workbench(folder) as bench:
        path = bench.folder / "in"
        with path.open("wb") as out:
            out.write(b"id,name,note\\n1,Oak,x\\n2,")
            for _ in range(200):
                out.write((b'"' if kind == "quoted" and _ == 0 else b"") + b"y" * (1 << 20 if kind != "lines" else 60))
                out.write(b"\\n" if kind == "lines" else b"")
                if kind == "rows":
                    out.write(b",z\\n3,")
            out.write(b",z\\n3,Elm,x\\n" if kind != "quoted" else b'",z\\n3,Elm,x\\n')
        file = SourceFile(0, "users.csv", path, path.stat().st_size)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        table = tables.read(bench, inspect(file))
        rows = bench.value(f"SELECT count(*) FROM {table.relation}")
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(rows, table.rows, table.unread, (after - before) // 1024)
    """
)


@pytest.mark.parametrize("kind", ["cell", "quoted"])
def test_a_cell_of_200_mb_costs_little_memory(tmp_path: Path, kind: str) -> None:
    command = [sys.executable, "-c", READ_IN_A_PROCESS, str(tmp_path / "bench"), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, all_rows, unread, grown = map(int, done.stdout.split())
    assert (rows, all_rows, unread) == (2, 3, 0)
    assert grown < 120, f"{grown} MB"


def test_a_cell_that_is_too_long_is_refused_with_its_key(desk: Any) -> None:
    for size in (1_100_000, 12_000_000):
        read = desk.read(b"id,name\n1,Oak\nk-2," + b"y" * size + b"\n3,Elm\n")
        assert [r[0] for r in read.rows] == ["1", "3"]
        assert [(r[0], r[1], r[2][0]) for r in read.ragged] == [(2, 3, "k-2")]
        assert [(t.code, t.line, t.refused) for t in read.told] == [("cell-too-long", 3, True)]


def test_a_cell_just_short_enough_is_read(desk: Any) -> None:
    for quote in (b"", b'"'):
        read = desk.read(b"id,name\n1," + quote + b"y" * 1_000_000 + quote + b"\n3,Elm\n")
        assert len(read.rows[0][1]) == 1_000_000


def test_the_longest_cell_can_be_set(desk: Any) -> None:
    read = desk.read(b"id,name\n1," + b"y" * 300_000 + b"\n2,x\n", cell_bytes=1 << 18)
    assert [r[0] for r in read.rows] == ["2"]


def test_a_wide_row_in_a_narrow_table(desk: Any) -> None:
    read = desk.read(b"id,name\n1,Oak\n2" + b",x" * 1_000_000 + b"\n3,Elm\n", Hints(delimiter=","))
    assert [r[0] for r in read.rows] == ["1", "3"]
    assert read.ragged[0][2][0] == "2"


def test_quotes_that_never_close_do_not_make_reading_slow(desk: Any) -> None:
    rows = b"".join(b'%d,"Oak %d,x\n' % (i, i) for i in range(20_000))
    read = desk.read(b"id,name,z\n" + rows)
    assert len(read.rows) + len(read.ragged) + read.table.unread == 20_000
    assert len(read.rows) > 19_900
