"""Value recipes: named ways to rewrite a value, as SQL expressions over one text expression.

A recipe that cannot read a value leaves it as it stands: the checks then refuse it and say so, with its line. A recipe never
invents anything, and never touches what it would have to guess. To add one, write a function with `@recipe(...)` in the module
of its family; its examples are run by the tests and shown in the reference. An argument follows the name after a colon:
`date:MM/DD/YYYY`. Several recipes in a list work one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.recipes import dates, grades, people, phones, texts, words
from homeroom.layouts.recipes.kitchen import Example, Recipe, RecipeFault, let
from homeroom.roster.words import _

__all__ = ["RECIPES", "Example", "Recipe", "RecipeFault", "apply"]

FAMILIES = (texts, people, phones, dates, grades, words)
"""The modules of recipes, in the order of the reference page."""

RECIPES: Mapping[str, Recipe] = MappingProxyType({r.name: r for family in FAMILIES for r in family.MENU})
"""All recipes by name."""


def apply(spelled: str | Sequence[str], expression: str) -> str:
    """The SQL of a recipe as a layout spells it (`grade`, `date:MM/DD/YYYY`), or of several one after the other.

    Blank (NULL) stays blank. Raises RecipeFault.
    """
    for one in [spelled] if isinstance(spelled, str) else spelled:
        expression = let(expression, _body(one))
    return expression


def _body(spelled: str) -> str:
    """One recipe's SQL over the value `v`."""
    name, _colon, argument = spelled.partition(":")
    if name not in RECIPES:
        raise RecipeFault(_("There is no recipe {name}.", name=name), did_you_mean(name, RECIPES))
    known = RECIPES[name]
    if argument and not known.argument:
        raise RecipeFault(_("The recipe {name} takes no argument.", name=name), _("Write {name} alone.", name=name))
    if not argument and known.argument and not known.optional:
        raise RecipeFault(
            _("The recipe {name} lacks its argument.", name=name),
            _("Write {name}:{argument}.", name=name, argument=known.argument),
        )
    return known.build("v", argument)
