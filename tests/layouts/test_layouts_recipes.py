"""Every recipe does what its examples say, leaves alone what it cannot read, and never does more the second time."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts.recipes import RECIPES, Recipe, RecipeFault, apply
from homeroom.layouts.recipes.grades import SPELLINGS
from homeroom.layouts.recipes.words import BOOLEAN, ROLES_11, ROLES_12, SEXES
from homeroom.roster.catalogue import catalogue


def spelled(recipe: Recipe, argument: str) -> str:
    return f"{recipe.name}:{argument}" if argument else recipe.name


EXAMPLES = [(spelled(r, e.argument), e.before, e.after) for r in RECIPES.values() for e in r.examples]
NAMES = sorted({name for name, _, _ in EXAMPLES})
KEEPING = [n for n in NAMES if not RECIPES[n.partition(":")[0]].cuts]
"""Recipes that leave what they cannot read."""


def cooked(recipe: str | list[str], *values: str | None) -> list[str | None]:
    """What a recipe makes of values, in one query."""
    sql = f"SELECT {apply(recipe, 'x')} FROM (SELECT unnest(?::VARCHAR[]) AS x)"
    return [row[0] for row in duckdb.execute(sql, [list(values)]).fetchall()]


@pytest.mark.parametrize(("recipe", "before", "after"), EXAMPLES)
def test_examples(recipe: str, before: str, after: str | None) -> None:
    assert cooked(recipe, before) == [after]


@pytest.mark.parametrize("recipe", NAMES)
def test_blank_stays_blank(recipe: str) -> None:
    assert cooked(recipe, None) == [None]


@pytest.mark.parametrize("recipe", KEEPING)
def test_rubbish_stays_as_it_is(recipe: str) -> None:
    assert cooked(recipe, "§!", "?", "-", "'") == ["§!", "?", "-", "'"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda r: r.name)
def test_every_recipe_says_what_it_is_for(recipe: Recipe) -> None:
    assert recipe.meaning.endswith(".")
    assert recipe.examples
    assert bool(recipe.argument) == any(e.argument for e in recipe.examples)


ODD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LIKELY = st.text(st.sampled_from("0123456789/-.:, APMapmKGthx+()'@ñß'İ"), max_size=18)


_TWICE = "SELECT {} FROM (SELECT unnest(?::VARCHAR[]) AS x)"
_ALL = _TWICE.format(", ".join(apply(name, "x") for name in NAMES))
_ALL_AGAIN = _TWICE.format(
    ", ".join(f"CASE WHEN {apply([n, n], 'x')} IS NOT DISTINCT FROM {apply(n, 'x')} THEN x END" for n in KEEPING)
)


@settings(deadline=None, max_examples=5)
@given(st.lists(ODD | LIKELY, min_size=1, max_size=40))
def test_no_recipe_ever_fails_or_loses_a_value_and_twice_is_once(values: list[str]) -> None:
    once = duckdb.execute(_ALL, [values]).fetchall()
    for name, *made in zip(NAMES, *once, strict=True):
        if name in KEEPING:
            assert [v for v, m in zip(values, made, strict=True) if m is None and v.strip()] == [], name
    again = duckdb.execute(_ALL_AGAIN, [values]).fetchall()
    for name, *same in zip(KEEPING, *again, strict=True):
        assert same == values, name


@settings(deadline=None, max_examples=30)
@given(
    st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    st.sampled_from(["MM/DD/YYYY", "DD.MM.YYYY", "YYYYMMDD", "D-MMM-YYYY", "excel"]),
)
def test_every_day_comes_back_from_every_form(day: date, form: str) -> None:
    written = {
        "MM/DD/YYYY": f"{day.month}/{day.day}/{day.year}",
        "DD.MM.YYYY": f"{day:%d.%m.%Y}",
        "YYYYMMDD": f"{day:%Y%m%d}",
        "D-MMM-YYYY": f"{day.day}-{day:%b}-{day.year}",
        "excel": str((day - date(1899, 12, 30)).days),
    }[form]
    assert cooked(f"date:{form}", written) == [day.isoformat()]


@settings(deadline=None, max_examples=20)
@given(st.integers(1850, 2000), st.integers(0, 99), st.integers(1, 28))
def test_two_digits_mean_the_hundred_years_that_are_written(first: int, year: int, day: int) -> None:
    found = cooked(f"date:MM/DD/YY@{first}", f"02/{day}/{year:02d}")[0]
    assert found is not None
    assert first <= int(found[:4]) < first + 100
    assert found[2:4] == f"{year:02d}"


def test_days_that_do_not_exist_and_other_forms_stay() -> None:
    assert cooked("date:MM/DD/YYYY", "02/30/2026", "8/14/26", "2026-08-14", "8-14-2026", "0/1/2026") == [
        "02/30/2026", "8/14/26", "2026-08-14", "8-14-2026", "0/1/2026",
    ]  # fmt: skip
    assert cooked("date:MMM D, YYYY", "Sept. 3, 2026", "Marember 3, 2026") == ["2026-09-03", "Marember 3, 2026"]
    assert cooked("date:excel", "60", "8", "20260814", "46248.5") == ["60", "8", "20260814", "2026-08-14"]


def test_phones_of_many_kinds() -> None:
    assert cooked(
        "phone", "312.555.0147", "1 (312) 555-0147", "3125550147 ext. 9", "312-555-0147x12", "Cell: 312 555 0147", "011 44 20 7946 0018",
        "+1 312 555 0147", "+44 (0)20 7946 0018", "112-555-0147", "312-155-0147", "5550147", "2222222222", "312-555-0147 (work)",
    ) == [
        "+13125550147", "+13125550147", "+13125550147", "+13125550147", "+13125550147", "011 44 20 7946 0018",
        "+13125550147", "+442079460018", "112-555-0147", "312-155-0147", "5550147", "2222222222", "312-555-0147 (work)",
    ]  # fmt: skip


def test_names_in_one_cell() -> None:
    cells = ["St. John, Mary Ann", "Smith Jr., Al", "Smith, III, Al B.", "Lee", "van der Berg,Jan"]
    assert cooked("family-name:last-first", *cells) == ["St. John", "Smith Jr.", "Smith", "Lee", "van der Berg"]
    assert cooked("given-name:last-first", *cells) == ["Mary", "Al", "Al", None, "Jan"]
    assert cooked("middle-name:last-first", *cells) == ["Ann", None, "B.", None, None]
    turned = ["Mary Ann St. John", "Al Smith Jr.", "Jan van der Berg", "Lee"]
    assert cooked("family-name:first-last", *turned) == ["St. John", "Smith Jr.", "van der Berg", "Lee"]
    assert cooked("given-name:first-last", *turned) == ["Mary", "Al", "Jan", None]


def test_grades_in_lists_and_ranges() -> None:
    cells = [
        "PK-2",
        "K,1",
        "TK-1",
        "9 to 12",
        "grades 6-8",
        "K & 1",
        "Math/Art",
        "7;8;9",
        "12-9",
        "x,3",
        "PK4",
        "-2",
        "99",
        "K-K",
    ]
    assert cooked("grade", *cells) == [
        "PK,KG,01,02", "KG,01", "TK,KG,01", "09,10,11,12", "06,07,08", "KG,01", "Math/Art", "07,08,09", "12-9", "x,03", "PK", "PK",
        "99", "K-K",
    ]  # fmt: skip


def test_word_tables_lead_to_words_of_the_standard_and_no_spelling_stands_twice() -> None:
    codes = catalogue().codes
    for table, known in [
        (SPELLINGS, codes["grade"].values), (ROLES_11, codes["userRole11"].values), (ROLES_12, codes["orgRole12"].values),
        (SEXES, codes["sex12"].values), (BOOLEAN, ("true", "false")),
    ]:  # fmt: skip
        words = [w for spellings in table.values() for w in spellings]
        assert set(table) == set(known)
        assert len(words) == len(set(words)), sorted(w for w in words if words.count(w) > 1)
        assert all(key.lower() in table[key] or key.isdigit() for key in table)


def test_recipes_follow_one_another() -> None:
    assert cooked(["trim", "split:2:/", "padded:4"], " a / 12 ", "x/ 7", "y") == ["0012", "0007", None]
    assert len(apply(["trim"] * 8, "x")) < 2000


WRONG = [
    "grades", "grade:x", "date", "date:YY/MM/DD", "date:MM/DD", "date:%Y", "date:now", "date:MM/DD/YY", "date:MM/DD/YYYY@1950",
    "date:YYYY-DD-MM", "date:MM/DD/YYYY|DD/MM/YYYY", "date:MM/DD/YY@50", "phone:XX", "split:2", "split:0:-", "split:x:-", "padded:0",
    "padded:1000", "family-name", "given-name:middle", "trim:x", "list",
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_recipes_say_what_to_write(wrong: str) -> None:
    with pytest.raises(RecipeFault) as fault:
        apply(wrong, "v")
    assert fault.value.remedy


@pytest.mark.parametrize("recipe", ["date:MM'DD'YYYY", "strip-prefix:'", "strip-suffix:') OR 1=1 --", "split:1:'", "list:'"])
def test_an_argument_cannot_leave_its_quotes(recipe: str) -> None:
    assert cooked(recipe, "a") == ["a"]
