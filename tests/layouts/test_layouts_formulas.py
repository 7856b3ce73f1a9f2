"""Formulas: what may be written, what may not, and the second wall behind the first."""

from __future__ import annotations

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
    "a::varchar(5)",
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
]


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
    ],
)
def test_the_second_wall_stands_without_the_first(sql: str, tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as workbench, pytest.raises(duckdb.Error):
        workbench.run(sql)


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
