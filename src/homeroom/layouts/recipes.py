"""Value recipes: named ways to rewrite a value, as SQL expressions over one text expression.

A recipe that cannot read a value leaves it as it stands: the checks then refuse it and say so, with its line.
To add one, write a function with `@recipe(...)`; its examples are run by the tests and shown in the reference.
An argument follows the name after a colon: `date:MM/DD/YYYY`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from homeroom.roster.names import text as literal


class RecipeFault(Exception):
    """A recipe's name or argument is wrong; `remedy` says what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe. `build(expression, argument)` gives SQL; it may name the expression several times.

    `argument` says what stands after the colon, or is empty where nothing may. `examples` are (argument, before, after).
    """

    name: str
    meaning: str
    argument: str
    build: Callable[[str, str], str]
    examples: tuple[tuple[str, str, str], ...]


_RECIPES: dict[str, Recipe] = {}
RECIPES: Mapping[str, Recipe] = MappingProxyType(_RECIPES)
"""All recipes by name."""


def recipe(
    name: str, *examples: tuple[str, str, str], argument: str = ""
) -> Callable[[Callable[[str, str], str]], Callable[[str, str], str]]:
    """Declare a recipe; the function's docstring is its meaning."""

    def declare(build: Callable[[str, str], str]) -> Callable[[str, str], str]:
        _RECIPES[name] = Recipe(name, (build.__doc__ or "").strip(), argument, build, examples)
        return build

    return declare


def apply(spelled: str, expression: str) -> str:
    """The SQL of a recipe as a layout spells it (`grade`, `date:MM/DD/YYYY`). Raises RecipeFault."""
    name, _, argument = spelled.partition(":")
    if name not in RECIPES:
        raise RecipeFault(f"There is no recipe {name}.", f"Known are: {', '.join(sorted(RECIPES))}.")
    known = RECIPES[name]
    if bool(argument) != bool(known.argument):
        wanted = f"Write {name}:{known.argument}." if known.argument else f"Write {name} alone."
        raise RecipeFault(f"The recipe {name} {'lacks its argument' if known.argument else 'takes no argument'}.", wanted)
    return known.build(expression, argument)


def _words(expression: str, table: Mapping[str, tuple[str, ...]], folded: str) -> str:
    """A CASE that gives the key for every spelling in its row, and the value itself for any other."""
    arms = " ".join(f"WHEN {folded} IN ({', '.join(map(literal, words))}) THEN {literal(to)}" for to, words in table.items())
    return f"CASE {arms} ELSE {expression} END"


@recipe("trim", ("", "  Ana   Maria ", "Ana Maria"), ("", "O'Neil", "O'Neil"))
def _trim(expression: str, argument: str) -> str:
    """Blanks at both ends are taken off and runs of blanks inside become one."""
    return rf"nullif(trim(regexp_replace({expression}, '\s+', ' ', 'g')), '')"


_ORDINALS = {
    "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "6th": "sixth", "7th": "seventh",
    "8th": "eighth", "9th": "ninth", "10th": "tenth", "11th": "eleventh", "12th": "twelfth",
}  # fmt: skip
_GRADES: Mapping[str, tuple[str, ...]] = {
    "IT": ("it", "infant", "infant/toddler", "toddler"),
    "PR": ("pr", "preschool", "pre-school", "-3"),
    "PK": ("pk", "prek", "pre-k", "pre k", "prekindergarten", "pre-kindergarten", "-1", "-2", "pk3", "pk4", "p3", "p4", "ec"),
    "TK": ("tk", "transitional kindergarten"),
    "KG": ("kg", "k", "kn", "kf", "kh", "kinder", "kindergarten", "0", "00", "kg1", "0k"),
    **{
        f"{n:02d}": (str(n), f"{n:02d}", nth, f"{nth} grade", f"{word} grade", word, f"grade {n}", f"gr {n}", f"gr{n}", f"g{n}")
        for n, (nth, word) in enumerate(_ORDINALS.items(), 1)
    },
    "13": ("13", "grade 13"),
    "PS": ("ps", "postsecondary", "post-secondary"),
    "UG": ("ug", "ungraded"),
    "Other": ("other", "oth"),
}


@recipe(
    "grade", ("", "K", "KG"), ("", "0", "KG"), ("", "-1", "PK"), ("", "3", "03"), ("", "9th Grade", "09"),
    ("", "07, 8", "07,08"), ("", "Twelfth", "12"), ("", "x7", "x7"),
)  # fmt: skip
def _grade(expression: str, argument: str) -> str:
    """Any usual spelling of a school grade becomes its CEDS code (`K`, `0` to `KG`; `3rd grade` to `03`); lists item by item."""
    one = _words("trim(g)", _GRADES, "lower(trim(g))")
    alone = one.replace("trim(g)", f"({expression})")
    several = f"array_to_string(list_transform(string_split({expression}, ','), lambda g: {one}), ',')"
    return f"CASE WHEN contains({expression}, ',') THEN {several} ELSE {alone} END"


@recipe("boolean", ("", "Y", "true"), ("", "0", "false"), ("", "TRUE", "true"), ("", "maybe", "maybe"))
def _boolean(expression: str, argument: str) -> str:
    """Yes and no in any usual spelling become `true` and `false`."""
    spelled = {"true": ("true", "t", "yes", "y", "1", "on", "x"), "false": ("false", "f", "no", "n", "0", "off")}
    return _words(expression, spelled, f"lower({expression})")


_TOKENS = {"YYYY": "%Y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}


@recipe(
    "date", ("MM/DD/YYYY", "8/14/2026", "2026-08-14"), ("DD.MM.YYYY", "14.08.2026", "2026-08-14"),
    ("YYYYMMDD", "20260814", "2026-08-14"), ("MM/DD/YYYY", "31/12/2026", "31/12/2026"),
    ("DD-MMM-YYYY", "04-Jul-2026", "2026-07-04"),
    argument="MM/DD/YYYY",
)  # fmt: skip
def _date(expression: str, argument: str) -> str:
    """A date written in the given form becomes YYYY-MM-DD; the form is made of YYYY, MM, MMM (Jan), DD and signs between."""
    pieces = re.findall(r"YYYY|MMM|MM|M|DD|D|[^A-Za-z%]", argument)
    signs = [p for p in pieces if p in _TOKENS]
    if "".join(pieces) != argument or sorted(s[0] for s in signs) != ["D", "M", "Y"]:
        raise RecipeFault(f"{argument} is no form of a date.", "Write it with YYYY, MM (or MMM) and DD, as in date:MM/DD/YYYY.")
    form = "".join(_TOKENS.get(p, p) for p in pieces)
    return f"coalesce(strftime(try_strptime({expression}, {literal(form)}), '%Y-%m-%d'), {expression})"


_ROLES = {
    "student": ("student", "learner", "pupil"),
    "teacher": ("teacher", "instructor", "faculty"),
    "parent": ("parent", "mother", "father", "mom", "dad"),
    "guardian": ("guardian", "legal guardian"),
    "relative": ("relative",),
    "aide": ("aide", "paraprofessional", "para"),
    "proctor": ("proctor",),
    "administrator": ("administrator", "admin", "principal"),
}


@recipe(
    "role-1.1",
    ("", "Student", "student"),
    ("", "Mother", "parent"),
    ("", "LEGAL GUARDIAN", "guardian"),
    ("", "visitor", "visitor"),
)
def _role(expression: str, argument: str) -> str:
    """A role in any usual spelling becomes OneRoster 1.1's word; mother and father are parents."""
    return _words(expression, _ROLES, f"lower({expression})")


@recipe(
    "email",
    ("", "mailto:Ana@Example.org", "ana@example.org"),
    ("", "Ana <ANA@example.org>", "ana@example.org"),
    ("", "n/a", "n/a"),
)
def _email(expression: str, argument: str) -> str:
    """An e-mail address alone and in small letters; a name beside it, brackets and `mailto:` are taken off."""
    found = rf"regexp_extract(lower({expression}), '([^\s<>:;,]+@[^\s<>:;,]+)', 1)"
    return f"coalesce(nullif({found}, ''), {expression})"
