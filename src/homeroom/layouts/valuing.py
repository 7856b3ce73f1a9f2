"""What becomes of a value on its way from a cell to a target: padding, value map, recipe and default, as SQL.

A word that a value map lacks is kept, dropped (and counted), or marked: the checks refuse the rows of marked values, and name
the words that the layout knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.layouts import recipes
from homeroom.layouts.binding import Binding, Bound
from homeroom.layouts.layout import EXTENSION, Source
from homeroom.roster.catalogue import VERSIONS, Field, catalogue
from homeroom.roster.names import UNMAPPED
from homeroom.roster.names import text as literal


def treated(bound: Bound, binding: Binding, value: str) -> str:
    """The value after padding, value map, recipe and default, in this order."""
    source = bound.source
    value = _padded(binding, bound, value)
    if source.values:
        value = _mapped(binding, bound, value)
    if source.recipe:
        cooked = recipes.apply(source.recipe, f"({value})")
        marks = source.values and source.otherwise == "refuse"
        value = f"CASE WHEN starts_with({value}, {literal(UNMAPPED)}) THEN {value} ELSE {cooked} END" if marks else cooked
    return f"coalesce({value}, {literal(source.default)})" if source.default is not None else value


def dropped(binding: Binding, bound: Bound, value: str) -> str:
    """SQL: whether the value map drops a value, or an item of a list."""
    source = bound.source
    value = _padded(binding, bound, value)
    known = _known(source)
    if not _is_list(binding, bound):
        return f"({value} IS NOT NULL AND NOT {known.format(x=value)})"
    items = f"list_transform(string_split({value}, ','), lambda x: nullif(trim(x), ''))"
    return f"({value} IS NOT NULL AND len(list_filter({items}, lambda x: x IS NOT NULL AND NOT {known.format(x='x')})) > 0)"


def marked(binding: Binding) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The targets whose values may be marked, with the words that their value maps know."""
    for bound in binding.bound:
        if bound.source.values and bound.source.otherwise == "refuse":
            yield bound.target, tuple(word for word, _ in bound.source.values)


def _padded(binding: Binding, bound: Bound, value: str) -> str:
    """Zeros in front; in a list, of every item."""
    places = bound.source.padded
    if not places:
        return value
    if not _is_list(binding, bound):
        return _with_zeros(value, places)
    items = f"list_transform(string_split({value}, ','), lambda x: {_with_zeros('trim(x)', places)})"
    return f"array_to_string({items}, ',')"


def _with_zeros(value: str, places: int) -> str:
    return f"CASE WHEN length({value}) < {places} THEN lpad({value}, {places}, '0') ELSE {value} END"


def _mapped(binding: Binding, bound: Bound, value: str) -> str:
    """A value map; of a list target every item passes it. Words are compared without case, unless two of them differ by case only."""
    source = bound.source
    if not _is_list(binding, bound):
        return _word(binding, bound, value)
    items = f"list_filter(list_transform(string_split({value}, ','), lambda x: trim(x)), lambda x: x <> '')"
    made = f"list_transform({items}, lambda x: {_word(binding, bound, 'x')})"
    joined = f"nullif(array_to_string(list_filter({made}, lambda y: y IS NOT NULL), ','), '')"
    if source.otherwise != "refuse":
        return joined
    unknown = f"list_filter({made}, lambda y: starts_with(y, {literal(UNMAPPED)}))"
    return f"CASE WHEN len({unknown}) > 0 THEN {unknown}[1] ELSE {joined} END"


def _word(binding: Binding, bound: Bound, value: str) -> str:
    source = bound.source
    given, pairs = _pairs(source)
    arms = " ".join(f"WHEN {literal(k)} THEN {literal(v) if v.strip() else 'NULL'}" for k, v in pairs.items())
    if source.otherwise != "refuse":
        return f"CASE {given.format(x=value)} {arms} ELSE {'NULL' if source.otherwise == 'blank' else value} END"
    # A word that the map itself gives, or that the column's code list has, needs no translation.
    fine = ", ".join(literal(w) for w in sorted({v.lower() for v in pairs.values()} | _codes(binding, bound)))
    passes = f"lower({value}) IN ({fine}) OR starts_with({value}, 'ext:')"
    return f"CASE {given.format(x=value)} {arms} ELSE CASE WHEN {passes} THEN {value} ELSE {literal(UNMAPPED)} || {value} END END"


def _pairs(source: Source) -> tuple[str, dict[str, str]]:
    """The words of a map as they are compared, and the SQL that brings a value {x} into that form."""
    folded = {k.lower(): v for k, v in source.values}
    strict = len(folded) < len(source.values)
    return ("{x}", dict(source.values)) if strict else ("lower({x})", folded)


def _known(source: Source) -> str:
    given, pairs = _pairs(source)
    return f"({given} IN ({', '.join(map(literal, pairs))}))".replace("{", "{{").replace("}", "}}").replace("{{x}}", "{x}")


def _field(binding: Binding, target: str) -> Field | None:
    return next((f for f in binding.layout.of.model if f.name == target), None)


def _is_list(binding: Binding, bound: Bound) -> bool:
    field = None if bound.target.startswith(EXTENSION) else _field(binding, bound.target)
    return field is not None and field.format.is_list


def _codes(binding: Binding, bound: Bound) -> set[str]:
    """The words of a target's code lists, of every version, in small letters."""
    field = None if bound.target.startswith(EXTENSION) else _field(binding, bound.target)
    if field is None:
        return set()
    lists = [codes for version in VERSIONS if (codes := catalogue().code_list(field, version)) is not None]
    return {w.lower() for codes in lists for w in (*codes.values, *codes.formerly)}
