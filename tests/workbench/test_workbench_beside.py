"""A second thread on the same workbench: it sees the tables, keeps its temporary ones, and findings of both are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from homeroom.workbench.bench import Workbench


def test_two_threads_work_on_one_workbench(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench", threads=2) as bench:
        bench.run("CREATE TABLE rows AS SELECT range AS n FROM range(100000)")
        with bench.beside() as second, ThreadPoolExecutor(1) as thread:

            def work() -> int:
                for turn in range(50):
                    second.run(f"CREATE OR REPLACE TEMP TABLE mine AS SELECT n * {turn} AS n FROM rows")
                    second.tell("file-swapped", file=1, row=turn)
                second.run("CREATE TABLE shared AS SELECT sum(n) AS n FROM mine")
                return int(second.value("SELECT count(*) FROM mine"))

            coming = thread.submit(work)
            for turn in range(50):
                bench.run(f"CREATE OR REPLACE TEMP TABLE mine AS SELECT n FROM rows WHERE n < {turn}")
                bench.tell("file-swapped", file=0, row=turn)
            assert coming.result() == 100_000
        assert bench.value("SELECT count(*) FROM mine") == 49
        assert bench.value("SELECT n FROM shared") == 49 * 99_999 * 50_000
        assert bench.rows("SELECT file, count(*) FROM issues GROUP BY file ORDER BY file") == [(0, 50), (1, 50)]


def test_it_is_as_locked_as_the_workbench_itself(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench, bench.beside() as second, pytest.raises(Exception, match="disabled"):
        second.run(f"COPY (SELECT 1) TO '{tmp_path / 'outside.csv'}'")


def test_it_works_by_the_same_settings(tmp_path: Path) -> None:
    asked = "SELECT name, value FROM duckdb_settings() ORDER BY name"
    with Workbench(tmp_path / "bench", threads=2) as bench, bench.beside() as second:
        assert second.rows(asked) == bench.rows(asked)
