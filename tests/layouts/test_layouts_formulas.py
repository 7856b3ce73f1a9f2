"""Formulas: what may be written, what may not, and the second wall behind the first."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts import formulas
from homeroom.layouts.formulas import FormulaFault
from homeroom.workbench.bench import Workbench

CELLS = {"a": "'x-1'", "b": "'7'", "email": "NULL::VARCHAR", "First Name": "'Ana'"}

ATTACKS = [
    "(select 1)",
    "a in (select a from users)",
    "exists (select 1)",
    "read_text('/etc/passwd')",
    "read_csv('/etc/passwd')",
    "getenv('HOME')",
    "current_setting('temp_directory')",
    "version()",
    "pg_read_file('/etc/passwd')",
    "columns('.*')",
    "columns(*)",
    "*",
    "a.b",
    "information_schema.tables.table_name",
    "list_transform([1, 2], x -> x + 1)",
    "list_transform([1], lambda x: x)",
    "unnest([1, 2])",
    "generate_series(1, 1000000000)",
    "range(1000000000)",
    "repeat(a, 1000000000)",
    "lpad(a, 1000000000, 'x')",
    "lpad(a, cast(b as int), 'x')",
    "rpad(a, 256, 'x')",
    "row_number() over ()",
    "sum(b)",
    "string_agg(a, ',')",
    "first(a)",
    "cast(a as regtype)",
    "cast(a as blob)",
    "cast(a as json)",
    "cast(a as int[])",
    "cast(a as struct(x int))",
    "copy users to '/tmp/x'",
    "attach '/tmp/x.db'",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '100GB'",
    "pragma version",
    "drop table issues",
    "1; select 2",
    "a; drop table issues",
    "a -- comment",
    "a /* comment */",
    "nextval('s')",
    "random()",
    "now()",
    "current_date",
    "today()",
    "?",
    "$1",
    ":name",
    "@a",
    "{'x': a}",
    "[a, b]",
    "a[1]",
    "array[1]",
    "struct_pack(x := a)",
    "interval '1 day'",
    "a collate nocase",
    "a at time zone 'UTC'",
    "b'1'",
    "x'41'",
    "try(a)",
    "error('x')",
    "query('select 1')",
    "query_table('issues')",
    "getvariable('x')",
    "sql_auto_complete('x')",
    "chr(65)",
    "format('{}', a)",
    "printf('%d', 1)",
    "case when (select true) then a end",
    "replace(replace(replace(a, 'x', 'xxxxxxxxxx'), 'x', 'xxxxxxxxxx'), 'x', 'xxxxxxxxxx')",
    "regexp_replace(a, '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g')",
    "replace(a, b, a)",
    "(" * 900 + "a" + ")" * 900,
    "not " * 500 + "true",
    "- " * 900 + "1",
    "case when true then " * 60 + "a" + " end" * 60,
    "a || " * 500 + "a",
    "a\0",
    "",
    "   ",
    "lower(",
    "'unclosed",
    "a from users",
    "a as b",
    "distinct a",
    "lower(a).upper()", "a.lower()", "[x for x in [1, 2]]", "lower(x := a)", "lower(a order by b)", "lower(distinct a)",
    "count(*) filter (where true)", "sum(b) over (partition by a)", "lag(a) over (order by b)", "from users", "values (1)",
    "with x as (select 1) select 1", "describe users", "show tables", "call pragma_version()", "prepare v as select 1", "execute v",
    "explain select 1", "export database '/tmp/x'", "create macro f() as 1", "create table t as select 1", "delete from issues",
    "insert into issues values (1)", "glob('/**')", "parquet_scan('/tmp/x')", "read_blob('/etc/passwd')", "read_json('/etc/passwd')",
    "sniff_csv('/etc/passwd')", "duckdb_settings()", "duckdb_secrets()", "pragma_table_info('issues')", "set_config('x', 'y')",
    "current_timestamp", "current_schema()", "uuid()", "hash(a)", "md5(a)", "#1", "a[1:2]", r"e'\x41'", "$$a$$", "$t$a$t$",
    "U&'\\0041'", "timestamp '2026-01-01'", "row(1, 2)", "(a, b)", "a in b", "a = any([1])", "a = all(select 1)",
    "not exists (select 1)", "cast(a as hugeint)", "a::decimal(38, 38)", "cast(a as enum('x'))", "cast(a as map(int, int))",
    "cast(a as union(x int))", "a::users", "try_cast(a as json)", "regexp_extract_all(a, 'x')", "regexp_matches(a, b)",
    "regexp_extract(a, b)", "regexp_matches(a, '((((x{100}){100}){100}){100})')", "regexp_matches(a, '(((')",
    "regexp_matches(a, '" + "x?" * 101 + "')", "map {'a': 1}", "struct_extract({'a': 1}, 'a')", "a -> '$.x'", "a ->> 'x'",
    "a ** 1000000", "b ^ 10000", "a << 1", "a is distinct from b", "extract(year from a)", "nextval('x')", "pg_sleep(10)",
    "system('id')", "write_log('x')", "pg_catalog.version()", "main.lower(a)", "ＬＯＷＥＲ(a)", "lоwer(a)", "lower\u200b(a)",
    "a /**/ || b", "case a when 1 then (select 1) end", "a between (select 1) and 2", "coalesce(*columns(*))", "printf('%999999999d', 1)",
    "bar(1, 0, 1, 1000000000)", "array_agg(a)", "a like 'x' escape (select 'y')", "a.b.c", '"issues"."code"', ":1", "?1", "$name",
    "@@version", "lower(a) within group (order by a)", "strptime(a, b)", "strftime(now(), '%Y')", " || ".join(["a"] * 300),
    "regexp_matches(a, 'x') or " * 12 + "true", "replace(a, 'x', '" + "y" * 60 + "') || " + " || ".join(["a"] * 10),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a[:30] or "blank")
def test_attacks_are_refused(attack: str) -> None:
    with pytest.raises(FormulaFault) as refused:
        formulas.check(attack)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("lower(coalesce(email, a))", "x-1"),
        ("a || '@' || b", "x-1@7"),
        ("case when a = 'x-1' then 'one' else 'other' end", "one"),
        ("if(b > '5', 'big', 'small')", "big"),
        ("substring(a, 1, 1) || left(b, 1) || right(a, 1)", "x71"),
        ("replace(a, '-', '')", "x1"),
        ("regexp_replace(a, '[^0-9]', '', 'g')", "1"),
        ("regexp_extract(a, '-([0-9])', 1)", "1"),
        ("split_part(a, '-', 2)", "1"),
        ("lpad(b, 3, '0')", "007"),
        ("cast(b as int) + 1", "8"),
        ("b::int * 2", "14"),
        ("concat_ws(' ', a, email, b)", "x-1 7"),
        ('upper("first name")', "ANA"),
        ("trim('  ' || a)", "x-1"),
        ("cast(a as int)", None),
        ("cast(b as bigint) * 9223372036854775807", None),
        ("coalesce(cast(email as int), 3)", "3"),
        ("starts_with(a, 'x') and b is not null and not contains(a, 'y')", "true"),
        ("a in ('x-1', 'y') or a like 'z%' or b between '1' and '2'", "true"),
        ("greatest(a, b)", "x-1"),
        ("nullif(a, 'x-1')", None),
        ("'it''s' || a", "it'sx-1"),
        ("length(a) - strpos(a, '-')", "1"),
        ("round(cast(b as double) / 2, 1)", "3.5"),
        ("strftime(strptime('8/14/2026', '%m/%d/%Y'), '%Y')", "2026"),
        ("coalesce(strftime(strptime(a, '%m/%d/%Y'), '%Y'), 'no day')", "no day"),
        ("floor(cast(b as double) / 2) || ceil(cast(b as double) / 2)", "3.04.0"),
        ("ltrim('  x') || rtrim('y  ')", "xy"),
        ("ifnull(email, 'none')", "none"),
    ],
)
def test_useful_formulas_compute(formula: str, value: str | None, tmp_path: Path) -> None:
    formulas.check(formula)
    with Workbench(tmp_path / "bench") as workbench:
        assert workbench.value(f"SELECT {formulas.compile(formula, CELLS)}") == value


def test_a_condition_says_yes_or_no() -> None:
    assert formulas.check("enroll_status in ('0', '-1')", condition=True) == ("enroll_status",)
    with pytest.raises(FormulaFault, match="yes or no"):
        formulas.check("lower(a)", condition=True)
    with pytest.raises(FormulaFault, match="does not fit together"):
        formulas.check("a + b")
    assert duckdb.execute(f"SELECT {formulas.compile_condition('cast(a as int) > 1', CELLS)}").fetchone() == (False,)


def test_an_unknown_column_is_told_with_the_likely_one() -> None:
    with pytest.raises(FormulaFault) as refused:
        formulas.compile("lower(emial)", CELLS)
    assert "Did you mean email?" in refused.value.remedy


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.db'",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "LOAD httpfs",
        "FROM '/etc/passwd'",
        "SELECT * FROM '../../../etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM read_parquet('https://example.org/x')",
        "EXPORT DATABASE '/tmp/out'",
        "IMPORT DATABASE '/etc'",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "PRAGMA memory_limit = '9GB'",
        "PRAGMA threads = 64",
        "PRAGMA profiling_output = '/tmp/out'",
        "CALL enable_logging(storage = 'file', storage_path = '/tmp/out')",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
        "SELECT getenv('HOME')",
    ],
)
def test_the_second_wall_stands_without_the_first(sql: str, tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as workbench, pytest.raises(duckdb.Error):
        workbench.run(sql)


def test_the_dearest_formulas_that_pass_are_bounded_over_a_million_rows(tmp_path: Path) -> None:
    """Processor seconds of one core, with much room for a busy machine; typical formulas take a tenth of one."""
    dear = ["regexp_matches(a, '(a+)+$') or " * 9 + "false", " || ".join(["a"] * 50)]
    with Workbench(tmp_path / "bench", memory_mb=300) as workbench:
        workbench.run("CREATE TABLE cells AS SELECT 'Given ' || i AS a FROM range(100000) r(i)")
        for formula in dear:
            begin = time.process_time()
            workbench.value(f"SELECT sum(length({formulas.compile(formula, {'a': 'a'})})) FROM cells")
            assert (time.process_time() - begin) * 10 < 40


def test_a_formula_that_cannot_be_read_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """sqlglot would write the statement, in which a child's name may stand."""
    with pytest.raises(FormulaFault):
        formulas.check("execute v where name = 'Ana'")
    assert caplog.text == ""


_WORDS = (
    "a", "b", "'t'", "1", "lower(", "concat(", ")", "(", "||", "+", "and", "not", "select", "from", ",", "case", "when", "then",
    "end", "in", "cast(", "as", "int", "[", "]", ";", "--", "'", '"', "over", "*", ".", "::", "x", ":", "->",
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join))
def test_whatever_passes_runs_and_yields_text_and_the_rest_is_a_fault(formula: str) -> None:
    try:
        named = formulas.check(formula)
    except FormulaFault:
        return
    row = duckdb.execute(f"SELECT {formulas.compile(formula, dict.fromkeys(named, chr(39) + '7' + chr(39)))}").fetchone()
    assert row is not None
    assert row[0] is None or isinstance(row[0], str)


def test_a_formula_over_other_cells_is_written_anew() -> None:
    assert formulas.compile("lower(a)", {"A": "c0"}) != formulas.compile("lower(a)", {"A": "c1"})
    assert formulas.compile("lower(a)", {"A": "c0", "b": "c9"}) == formulas.compile("lower(a)", {"a": "c0"})
    with pytest.raises(FormulaFault, match="no column a"):
        formulas.compile("lower(a)", {"b": "c0"})
