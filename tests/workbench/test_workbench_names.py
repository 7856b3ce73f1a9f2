"""What a workbench knows of its own names, and how it plans where rows are few."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.workbench.bench import Workbench


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE plain (a VARCHAR)", "plain"),
        ("CREATE OR REPLACE TABLE again AS SELECT 1 AS a", "again"),
        ("CREATE TABLE IF NOT EXISTS once (a VARCHAR)", "once"),
        ("CREATE OR REPLACE VIEW seen AS SELECT 1 AS a", "seen"),
        ("CREATE OR REPLACE TEMP TABLE mine AS SELECT 1 AS a", "mine"),
        ('CREATE TABLE "two words" (a VARCHAR)', "two words"),
        ('CREATE TABLE "a ""quote""" (a VARCHAR)', 'a "quote"'),
        ("CREATE TABLE first_of (a VARCHAR); CREATE TABLE second_of (a VARCHAR)", "second_of"),
        ('CREATE TABLE "stored_userProfiles" (a VARCHAR)', "stored_userprofiles"),
    ],
)
def test_a_name_that_was_made_is_there_until_it_is_dropped(tmp_path: Path, statement: str, name: str) -> None:
    with Workbench(tmp_path / "bench") as bench:
        assert (bench.exists(name), bench.columns(name)) == (False, ())
        bench.run(statement)
        assert (bench.exists(name), bench.columns(name)) == (True, ("a",))
        bench.run(f'DROP {"VIEW" if "VIEW" in statement else "TABLE"} "{name.replace(chr(34), chr(34) * 2)}"')
        assert (bench.exists(name), bench.columns(name)) == (False, ())


def test_names_are_made_by_either_thread_and_whichever_way_a_statement_is_run(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench, bench.beside() as second:
        second.run("CREATE TABLE beside AS SELECT 1 AS a")
        assert bench.value("CREATE TABLE counted AS SELECT 1 AS a") == 1
        bench.load("given", ["a"], [["x"]])
        with bench.connection.cursor() as cursor:
            cursor.execute(made := "CREATE TABLE elsewhere AS SELECT 1 AS a")
            bench.note(made)
        for each in (bench, second):
            assert [each.columns(name) for name in ("beside", "counted", "given", "elsewhere", "issues")][:4] == [("a",)] * 4
            assert each.exists("issues")


def test_few_rows_are_planned_as_they_stand_with_the_same_answers(tmp_path: Path) -> None:
    asked = """
        SELECT a.n, (SELECT count(*) FROM r b WHERE b.n < a.n) AS less, a.n IN (SELECT n + 1 FROM r) AS after,
               EXISTS (SELECT 1 FROM r c WHERE c.n = a.n * 2) AS doubled, row_number() OVER (ORDER BY a.n DESC) AS place
        FROM r a, r d WHERE a.n = d.n ORDER BY a.n
    """
    with Workbench(tmp_path / "few", rows="few") as few, Workbench(tmp_path / "many") as many:
        for bench, optimized in ((few, False), (many, True)):
            assert bench.value("SELECT current_setting('enable_optimizer')") is optimized
            bench.run("CREATE TABLE r AS SELECT range AS n FROM range(30)")
        assert few.rows(asked) == many.rows(asked)
        with few.beside() as second:
            assert second.value("SELECT current_setting('enable_optimizer')") is False
