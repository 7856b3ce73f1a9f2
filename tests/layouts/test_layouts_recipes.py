"""Every recipe does what its examples say, and leaves alone what it cannot read."""

from __future__ import annotations

import duckdb
import pytest

from homeroom.layouts.recipes import RECIPES, RecipeFault, apply

EXAMPLES = [(f"{r.name}:{a}" if a else r.name, before, after) for r in RECIPES.values() for a, before, after in r.examples]


@pytest.mark.parametrize(("recipe", "before", "after"), EXAMPLES)
def test_examples(recipe: str, before: str, after: str) -> None:
    assert duckdb.execute(f"SELECT {apply(recipe, 'v')} FROM (SELECT ? AS v)", [before]).fetchone() == (after,)


@pytest.mark.parametrize("recipe", sorted({r for r, _, _ in EXAMPLES}))
def test_blank_stays_blank_and_rubbish_stays_as_it_is(recipe: str) -> None:
    rows = duckdb.execute(f"SELECT {apply(recipe, 'v')} FROM (VALUES (NULL::VARCHAR), ('§!')) t(v)").fetchall()
    assert rows == [(None,), ("§!",)]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda r: r.name)
def test_every_recipe_says_what_it_is_for(recipe: object) -> None:
    assert recipe.meaning.endswith(".")  # type: ignore[attr-defined]
    assert recipe.examples  # type: ignore[attr-defined]


WRONG = ["grades", "grade:x", "date", "date:YY/MM/DD", "date:MM/DD", "date:%Y", "date:now"]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_recipes_say_what_to_write(wrong: str) -> None:
    with pytest.raises(RecipeFault) as fault:
        apply(wrong, "v")
    assert fault.value.remedy


def test_an_argument_cannot_leave_its_quotes() -> None:
    assert "''" in apply("date:MM'DD'YYYY", "v")
