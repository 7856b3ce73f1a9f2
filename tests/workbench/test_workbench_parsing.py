"""A text is parsed once for a process; every workbench binds, plans and runs it for itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from homeroom.workbench import parsing
from homeroom.workbench.bench import Workbench


def test_the_same_text_means_each_workbenchs_own_tables(tmp_path: Path) -> None:
    text = "CREATE OR REPLACE TABLE seen AS SELECT a || ? AS a FROM given"
    with Workbench(tmp_path / "one") as one, Workbench(tmp_path / "two") as two:
        one.run("CREATE TABLE given AS SELECT 'x' AS a")
        two.run("CREATE TABLE given AS SELECT 1 AS b, unnest(['y', 'z']) AS a")
        assert (one.value(text, ["1"]), two.value(text, ["2"])) == (1, 2)
        assert one.rows("FROM seen") == [("x1",)]
        assert two.rows("FROM seen ORDER BY a") == [("y2",), ("z2",)]
        one.run("DROP TABLE given; CREATE TABLE given AS SELECT ? AS a", ["later"])
        one.run(text, ["!"])
        assert one.rows("FROM seen") == [("later!",)]
        assert parsing.parsed(one.connection, text) is parsing.parsed(two.connection, text)
    with Workbench(tmp_path / "three") as three, pytest.raises(duckdb.CatalogException, match="given"):
        three.run(text, ["3"])


def test_a_text_that_is_no_statement_is_told_and_not_kept(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench:
        for _ in range(2):
            with pytest.raises(duckdb.ParserException, match="SELEC"):
                bench.run("SELEC 1")
        assert bench.value("SELECT 1") == 1


def test_no_more_texts_are_kept_than_are_said(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench:
        kept = parsing.parsed(bench.connection, "SELECT 'asked again and again'")
        for number in range(parsing.KEPT + 50):
            parsing.parsed(bench.connection, f"SELECT {number}")
            assert parsing.parsed(bench.connection, "SELECT 'asked again and again'") is kept
        assert len(parsing._kept) == parsing.KEPT


def test_two_threads_may_run_the_same_text_at_once(tmp_path: Path) -> None:
    text = "SELECT count(*), sum(range + ?) FROM range(20000)"

    def asked(number: int) -> set[tuple[int, int]]:
        with Workbench(tmp_path / f"bench-{number}") as bench:
            return {bench.rows(text, [number])[0] for _ in range(50)}

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(asked, range(8)))
    assert found == [{(20000, 199990000 + 20000 * number)} for number in range(8)]
