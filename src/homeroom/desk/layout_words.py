"""What a layout does with each column, in words: the mapping as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeroom.layouts import formulas
from homeroom.layouts.layout import EXTENSION, RECORD, Layout, Source
from homeroom.layouts.recipes import RECIPES
from homeroom.roster.words import Said, _

FEW = 6
"""So many words of a value map are told; the others are counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of Homeroom and what it is filled from. `rule`: what is done, one after the other. `filled` of `of` records have it
    now; None where that is not known."""

    target: str
    required: bool
    columns: tuple[str, ...]
    rule: tuple[Said, ...]
    filled: int | None = None
    of: int | None = None


def recipe_words(name: str) -> str:
    """What a recipe does, as the mapping says it: a sentence of the catalogue."""
    return RECIPES[name].meaning.replace("`", "").rstrip(".")


def lines(layout: Layout) -> tuple[Line, ...]:
    """The mapping, in the order of the table's fields."""
    must = {*layout.required, *layout.expected}
    return tuple(
        Line(target, target in must, _columns(layout, source), tuple(_rule(target, source))) for target, source in layout.map
    )


def stored(target: str) -> bool:
    """Whether what the store has in this field is what came: extensions share a column, and every record has a status and a time."""
    return not target.startswith(EXTENSION) and target not in RECORD


def _columns(layout: Layout, source: Source) -> tuple[str, ...]:
    if source.names:
        return source.names[:1] if len(set(map(str.casefold, source.names))) == 1 else source.names
    if source.position is not None:
        named = layout.hints.columns
        return (named[source.position - 1] if source.position <= len(named) else str(source.position),)
    return tuple(formulas.columns(source.formula)) if source.formula is not None else ()


def _rule(target: str, source: Source) -> Iterator[Said]:
    if source.constant is not None:
        yield _("always {word}", word=source.constant)
    elif source.formula is not None:
        yield _("worked out: {formula}", formula=source.formula)
    elif source.plain:
        yield _("as it is; leading zeros stay") if target == "sourcedId" else _("as it is")
    if len(source.names) > 1:
        yield _("the first of these columns that the file has")
    if source.padded:
        yield _("zeros in front up to {length} characters", length=source.padded)
    if source.values:
        yield from _mapped(source)
    for recipe in source.recipe:
        name, _colon, argument = recipe.partition(":")
        meaning = Said(recipe_words(name))
        yield (
            _("{meaning} ({argument})", meaning=meaning, argument=argument)
            if argument
            else Said("{meaning}", {"meaning": meaning})
        )
    if source.default is not None:
        yield _("where blank: {word}", word=source.default)


def _mapped(source: Source) -> Iterator[Said]:
    shown = ", ".join(f"{old} → {new}" for old, new in source.values[:FEW])
    more = len(source.values) - FEW
    yield _("{words} and {count} more", words=shown, count=more) if more > 0 else Said("{words}", {"words": shown})
    yield {
        "refuse": _("other words are refused"),
        "keep": _("other words are kept"),
        "blank": _("other words are left empty"),
    }[source.otherwise]
