"""Recipes for texts and codes: blanks, capitals, digits, prefixes, pieces."""

from __future__ import annotations

import re

from homeroom.layouts.recipes.kitchen import Recipe, RecipeFault, count_of, matches, or_as_it_is, part, recipe
from homeroom.roster.names import text as literal
from homeroom.roster.words import _

MENU: list[Recipe] = []


@recipe(MENU, "trim", ("", "  Ana   Maria ", "Ana Maria"), ("", "O'Neil", "O'Neil"))
def _trim(value: str, argument: str) -> str:
    """Blanks at both ends are taken off and runs of blanks inside become one."""
    odd = rf"regexp_matches({value}, '^\s|\s\s|[^\S ]|\s$')"  # most cells need nothing, and looking is cheaper than writing
    return rf"CASE WHEN {odd} THEN nullif(trim(regexp_replace({value}, '\s+', ' ', 'g')), '') ELSE {value} END"


@recipe(MENU, "upper", ("", "ab-1", "AB-1"))
def _upper(value: str, argument: str) -> str:
    """All letters become capitals."""
    return f"upper({value})"


@recipe(MENU, "lower", ("", "AB-1", "ab-1"))
def _lower(value: str, argument: str) -> str:
    """All letters become small."""
    return f"lower({value})"


@recipe(MENU, "title", ("", "ALGEBRA i, honors", "Algebra I, Honors"))
def _title(value: str, argument: str) -> str:
    """The first letter of each word becomes a capital, all others small. For names of people there is `name-case`."""
    word = "upper(left(w, 1)) || lower(substring(w, 2))"
    return rf"array_to_string(list_transform(regexp_extract_all({value}, '\S+|\s+'), lambda w: {word}), '')"


@recipe(MENU, "digits", ("", "S-00 123", "00123"), ("", "none", "none"))
def _digits(value: str, argument: str) -> str:
    """Only the digits stay; a value without any is left alone."""
    return or_as_it_is(f"nullif(regexp_replace({value}, '[^0-9]', '', 'g'), '')", value)


@recipe(MENU, "padded", ("6", "123", "000123"), ("6", "1234567", "1234567"), ("6", "A12", "A12"), argument="6")
def _padded(value: str, argument: str) -> str:
    """Zeros are put in front of numbers with fewer digits; a value with anything but digits is left alone."""
    length = count_of(argument, "padded", 64)
    number = matches(value, f"[0-9]{{1,{length}}}")
    return f"CASE WHEN {number} THEN lpad({value}, {length}, '0') ELSE {value} END"


@recipe(MENU, "first-word", ("", "Ana Maria Lopez", "Ana"))
def _first_word(value: str, argument: str) -> str:
    """The first word alone."""
    word = part(value, r"^\s*(\S+)")
    return or_as_it_is(f"nullif({word}, '')", value)


@recipe(MENU, "last-word", ("", "Ana Maria Lopez", "Lopez"))
def _last_word(value: str, argument: str) -> str:
    """The last word alone."""
    word = part(value, r"(\S+)\s*$")
    return or_as_it_is(f"nullif({word}, '')", value)


@recipe(
    MENU, "split", ("2:-", "ALG1-03", "03"), ("-1:/", "pinewood/north/room 5", "room 5"), ("1:space", "P1 (A)", "P1"),
    ("2:-", "ALG1", None),
    argument="2:-", cuts=True,
)  # fmt: skip
def _split(value: str, argument: str) -> str:
    """The piece of that number between the signs; -1 is the last piece. `space`, `comma` and `colon` may be written out."""
    number, _colon, sign = argument.partition(":")
    if not re.fullmatch(r"-?[1-9][0-9]?", number) or not sign:
        raise RecipeFault(
            _("{argument} names no piece.", argument=argument), _("Write split:NUMBER:SIGN, as in split:2:- or split:-1:space.")
        )
    sign = {"space": " ", "comma": ",", "colon": ":"}.get(sign, sign)
    return f"nullif(trim(split_part({value}, {literal(sign)}, {int(number)})), '')"


@recipe(MENU, "strip-prefix", ("STU", "STU123", "123"), ("STU", "T123", "T123"), argument="STU", cuts=True)
def _strip_prefix(value: str, argument: str) -> str:
    """This beginning is taken off values that have it and something behind it."""
    begins = f"starts_with({value}, {literal(argument)}) AND length({value}) > {len(argument)}"
    return f"CASE WHEN {begins} THEN substring({value}, {len(argument) + 1}) ELSE {value} END"


@recipe(MENU, "strip-suffix", ("@", "ana@", "ana"), (".0", "1207.0", "1207"), argument=".0", cuts=True)
def _strip_suffix(value: str, argument: str) -> str:
    """This ending is taken off values that have it and something before it."""
    ends = f"ends_with({value}, {literal(argument)}) AND length({value}) > {len(argument)}"
    return f"CASE WHEN {ends} THEN left({value}, length({value}) - {len(argument)}) ELSE {value} END"


@recipe(MENU, "list", (";", "Math; Art;", "Math,Art"), ("|", "12|13", "12,13"), (";", "Math", "Math"), argument=";")
def _list(value: str, argument: str) -> str:
    """A list with another sign between its items becomes one with commas, as OneRoster writes lists; empty items go.

    Values that hold a comma already are left alone.
    """
    items = f"list_filter(list_transform(string_split({value}, {literal(argument)}), lambda i: trim(i)), lambda i: i <> '')"
    return f"CASE WHEN contains({value}, ',') THEN {value} ELSE coalesce(nullif(array_to_string({items}, ','), ''), {value}) END"
