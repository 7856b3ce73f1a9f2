"""What recipes are made with: how one is declared, and the pieces of SQL that several share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from homeroom.roster.names import text as literal
from homeroom.roster.words import Said, _, plain

Build = Callable[[str, str], str]
"""build(value, argument) gives SQL over a short name for the value, which it may use as often as it likes."""


class RecipeFault(Exception):
    """A recipe's name or argument is wrong; `todo` says what to write."""

    def __init__(self, said: Said, todo: Said) -> None:
        self.said, self.todo = said, todo
        super().__init__(plain(said))

    @property
    def remedy(self) -> str:
        """What to write, in English."""
        return plain(self.todo)


@dataclass(frozen=True, slots=True)
class Example:
    """What a recipe makes of a value; `after` is None where nothing is left of it."""

    argument: str
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe.

    `argument` shows what stands after the colon and is empty where nothing may; `optional` says that it may be left out.
    `cuts`: the recipe takes a part of the value, so that a value without such a part becomes blank, and a second time may take a
    part of the part. All others leave what they cannot read, and done twice they do the same as done once.
    """

    name: str
    meaning: str
    argument: str
    build: Build
    examples: tuple[Example, ...]
    optional: bool = False
    cuts: bool = False


def recipe(
    menu: list[Recipe],
    name: str,
    *examples: tuple[str, str, str | None],
    argument: str = "",
    optional: bool = False,
    cuts: bool = False,
) -> Callable[[Build], Build]:
    """Put a recipe on a family's menu; the function's docstring is its meaning, `examples` are (argument, before, after)."""

    def declare(build: Build) -> Build:
        told = " ".join((build.__doc__ or "").split())
        menu.append(Recipe(name, told, argument, build, tuple(Example(*e) for e in examples), optional, cuts))
        return build

    return declare


def let(expression: str, body: str) -> str:
    """SQL for `body` with the value of `expression` under the name `v`, computed once.

    A lambda over a list of one costs about 25 ns a row; naming a long expression several times costs that expression each time,
    and a chain of recipes would grow without bound.
    """
    return f"list_transform([{expression}], lambda v: {body})[1]"


def found(table: Mapping[str, Sequence[str]], folded: str) -> str:
    """SQL for the key in whose row the folded value stands, else NULL. A third of the time of a CASE with as many words."""
    pairs = [(word, key) for key, words in table.items() for word in words]
    words = ", ".join(literal(word) for word, _ in pairs)
    keys = ", ".join(literal(key) for _, key in pairs)
    return f"([{keys}])[list_position([{words}], {folded})]"


def or_as_it_is(made: str, value: str) -> str:
    """SQL for what was made, or the value itself where nothing could be made."""
    return f"coalesce({made}, {value})"


def matches(value: str, pattern: str) -> str:
    """SQL that says whether a whole value has the form of a pattern."""
    return f"regexp_full_match({value}, {literal(pattern)})"


def part(value: str, pattern: str, group: int = 1) -> str:
    """SQL for a group of a pattern; '' where the pattern does not fit."""
    return f"regexp_extract({value}, {literal(pattern)}, {group})"


def count_of(argument: str, name: str, most: int) -> int:
    """A number that an argument must be. Raises RecipeFault."""
    if not argument.isascii() or not argument.isdigit() or not 1 <= int(argument) <= most:
        raise RecipeFault(
            _("{argument} is no length.", argument=argument), _("Write {name}:N with N from 1 to {most}.", name=name, most=most)
        )
    return int(argument)
