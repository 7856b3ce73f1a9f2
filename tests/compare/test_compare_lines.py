"""Copying the lines of changed records out of a file gives the rows that parsing the whole file again gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from homeroom.compare import tonight
from homeroom.compare.night import night
from homeroom.compare.snapshot import DIGEST, Snapshot, digest_text
from homeroom.reading.inspect import inspect
from homeroom.reading.tables import read
from homeroom.roster.names import text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, SourceFile

COLUMNS = ("sourcedId", "givenName", "familyName")
LAST = ["u1,Ada,North", "u2,Bo,East", 'u3,"Cy, Jr",South', "u4,Di,West", "u5,Ed,Hill"]
TONIGHT = ["u4,Di,West", "u1,Ada,North", 'u3,"Cy, Sr",South', "u6,Flo,Lake", "u5,Ed,Hill", "u6,Flo,Lake"]


def feed(bench: Workbench, number: int, rows: Sequence[str], end: str, before: str) -> Feed:
    path = bench.folder / f"{number}.csv"
    path.write_bytes((before + end.join((",".join(COLUMNS), *rows)) + end).encode())
    table = read(bench, inspect(SourceFile(number, "users.csv", path, path.stat().st_size)))
    cells = ", ".join(f"nullif(c{n}, '') AS \"{c}\"" for n, c in enumerate(COLUMNS))
    return Feed(table, "test/users", "users", COLUMNS, f"SELECT true AS _keep, {cells} FROM {table.relation}")


def snapshot(bench: Workbench, of: Feed) -> Snapshot:
    base = bench.folder / "base.parquet"
    notes = "NULL::VARCHAR AS _told, NULL::VARCHAR AS _mended"
    bench.run(
        f"COPY (SELECT * EXCLUDE (_keep), {notes} FROM ({tonight.records(of, [of])})) TO {text(str(base))} (FORMAT parquet)"
    )
    rows, *parts = bench.rows(f"SELECT count(*), {DIGEST} FROM read_parquet({text(str(base))})")[0]
    return Snapshot("users", "", 1, base, (), COLUMNS, rows, digest_text([(rows, *parts)]))


@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_picked_lines_are_the_parsed_rows(tmp_path: Path, end: str, before: str) -> None:
    with Workbench(tmp_path / "bench") as bench:
        last = snapshot(bench, feed(bench, 0, LAST, end, before))
        picked = feed(bench, 1, TONIGHT, end, before)
        assert picked.text.by_line is not None
        parsed = replace(picked, text=replace(picked.text, by_line=None))
        found = [(night(bench, "users", [each], last, None), bench.rows("FROM shaped_users")) for each in (picked, parsed)]
        assert found[0][1] == found[1][1]
        assert [(row, key, name) for _, row, _, _, key, name, _ in found[0][1]] == [
            (3, "u3", "Cy, Sr"),
            (4, "u6", "Flo"),
            (6, "u6", "Flo"),
        ]
        assert found[0][0].unchanged == found[1][0].unchanged == 3


def test_lines_that_turn_out_to_be_others_are_not_believed(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench:
        last = snapshot(bench, feed(bench, 0, LAST, "\n", ""))
        right = feed(bench, 1, TONIGHT, "\n", "")
        survey = right.text.inspected.survey
        assert survey is not None
        look = replace(right.text.inspected, survey=replace(survey, data_line=survey.data_line + 1))
        wrong = replace(right, text=replace(right.text, inspected=look))
        night(bench, "users", [wrong], last, None)
        assert [row for (row,) in bench.rows("SELECT _row FROM shaped_users")] == [3, 4, 6]
