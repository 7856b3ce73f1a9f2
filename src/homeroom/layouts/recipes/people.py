"""Recipes for people: names in one cell, capitals in names, e-mail addresses."""

from __future__ import annotations

from homeroom.layouts.recipes.kitchen import Recipe, RecipeFault, or_as_it_is, part, recipe
from homeroom.roster.words import _

MENU: list[Recipe] = []

_SUFFIX = r"(?:(?i:jr|sr|ii|iii|iv|esq|phd|md)\.?)"
_ORDERS = ("last-first", "first-last")
_LEAD = r"(?i:de|del|da|das|dos|di|du|la|las|los|le|van|von|der|den|ter|st\.?|san|santa|y|al|el|bin|ibn|mc|mac)"


def _order(argument: str, name: str) -> bool:
    """Whether the family name stands first. Raises RecipeFault."""
    if argument not in _ORDERS:
        raise RecipeFault(
            _("{argument} is no order of names.", argument=argument),
            _("Write {name}:last-first or {name}:first-last.", name=name),
        )
    return argument == "last-first"


_BEFORE_COMMA = rf"^\s*([^,]+?)\s*(?:,\s*{_SUFFIX}\s*)?(?:,.*)?$"
_BEHIND_COMMA = rf"^[^,]*,\s*(?:{_SUFFIX}\s*,\s*)?([^,]*?)\s*$"
_LAST = rf"^.*?\S\s+((?:{_LEAD}\s+)*\S+(?:,?\s+{_SUFFIX})?)\s*$"
_ALL_BUT_LAST = rf"^\s*(\S.*?)\s+(?:{_LEAD}\s+)*\S+(?:,?\s+{_SUFFIX})?\s*$"


@recipe(
    MENU, "family-name", ("last-first", "de la Cruz, Ana Maria", "de la Cruz"), ("last-first", "Cruz, Jr., Ana", "Cruz"),
    ("first-last", "Ana Maria de la Cruz", "de la Cruz"), ("last-first", "Cruz", "Cruz"),
    argument="last-first",
)  # fmt: skip
def _family_name(value: str, argument: str) -> str:
    """The family name out of a whole name. `last-first`: what stands before the comma. `first-last`: the last word, with a `de`,
    `van`, `St.` before it and a `Jr.` behind it."""
    found = part(value, _BEFORE_COMMA if _order(argument, "family-name") else _LAST)
    return or_as_it_is(f"nullif({found}, '')", value)


def _given(value: str, argument: str, name: str) -> str:
    """All given names, '' where there are none."""
    if _order(argument, name):
        return f"CASE WHEN contains({value}, ',') THEN {part(value, _BEHIND_COMMA)} ELSE '' END"
    return part(value, _ALL_BUT_LAST)


@recipe(
    MENU, "given-name", ("last-first", "de la Cruz, Ana Maria", "Ana"), ("first-last", "Ana Maria Lopez", "Ana"),
    ("last-first", "Cruz", None),
    argument="last-first", cuts=True,
)  # fmt: skip
def _given_name(value: str, argument: str) -> str:
    """The first given name out of a whole name."""
    first = part(f"({_given(value, argument, 'given-name')})", r"^(\S+)")
    return f"nullif({first}, '')"


@recipe(
    MENU, "middle-name", ("last-first", "Cruz, Ana Maria Luz", "Maria Luz"), ("last-first", "Cruz, Ana", None),
    argument="last-first", cuts=True,
)  # fmt: skip
def _middle_name(value: str, argument: str) -> str:
    """The given names after the first out of a whole name."""
    others = part(f"({_given(value, argument, 'middle-name')})", r"^\S+\s+(.+)$")
    return f"nullif({others}, '')"


@recipe(
    MENU, "name-case", ("", "MARIA DE LOS ANGELES", "Maria de los Angeles"), ("", "o'neil-smith", "O'Neil-Smith"),
    ("", "MCDONALD III", "McDonald III"), ("", "McDonald", "McDonald"), ("", "van der Berg", "van der Berg"),
)  # fmt: skip
def _name_case(value: str, argument: str) -> str:
    """Names written all in capitals or all small get a capital for each part; a name in mixed letters is left alone."""
    small = "['de', 'del', 'la', 'las', 'los', 'da', 'dos', 'di', 'van', 'von', 'der', 'den', 'y']"
    capital = "['ii', 'iii', 'iv', 'vi', 'vii']"
    word = (
        f"CASE WHEN list_contains({small}, lower(w)) AND i > 1 THEN lower(w) "
        f"WHEN list_contains({capital}, lower(w)) AND i > 1 THEN upper(w) "
        "WHEN length(w) > 4 AND starts_with(lower(w), 'mc') THEN 'Mc' || upper(w[3]) || lower(substring(w, 4)) "
        "ELSE upper(left(w, 1)) || lower(substring(w, 2)) END"
    )
    made = rf"array_to_string(list_transform(regexp_extract_all({value}, '\pL[\pL\pM]*|[^\pL]+'), lambda w, i: {word}), '')"
    one_case = f"{value} IN (upper({value}), lower({value})) AND length({value}) > 1"
    return f"CASE WHEN {one_case} THEN {made} ELSE {value} END"


@recipe(
    MENU,
    "email",
    ("", "mailto:Ana@Example.org", "ana@example.org"),
    ("", "Ana <ANA@example.org>", "ana@example.org"),
    ("", "n/a", "n/a"),
)
def _email(value: str, argument: str) -> str:
    """An e-mail address alone and in small letters; a name beside it, brackets and `mailto:` are taken off."""
    address = part(f"lower({value})", r"([^\s<>:;,\"'()]+@[^\s<>:;,\"'()]+)")
    return or_as_it_is(f"nullif({address}, '')", value)
