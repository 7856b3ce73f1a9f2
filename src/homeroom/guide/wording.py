"""What a column must look like, in words: from its format, its code list, and what the layout does with its values."""

from __future__ import annotations

from homeroom.guide.elements import Element, Sheet, Use, extension
from homeroom.guide.markdown import code, codes, plain
from homeroom.guide.occasion import Reading
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.recipes import RECIPES
from homeroom.layouts.sets import LayoutSet
from homeroom.roster import meanings
from homeroom.roster.catalogue import CodeList, Format, catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.contacts import meanings as contact_meanings
from homeroom.roster.datasets import is_own

MOST_WORDS = 10
"""Longer code lists are shown once, at the end of the guide."""


def meaning(element: Element) -> str:
    """What a column is, in a sentence."""
    use = element.chief
    if use is None or not use.target:
        return "Says which rows belong together, or which are taken."
    if not use.alone and cleaned(use.target) != cleaned(element.word):
        return f"Helps to work out {code(use.target)}."
    name = extension(use.target)
    if name is not None:
        return f"Kept beside the record as {code(name)}."
    if use.layout.table == CONTACTS:
        return contact_meanings().get(use.target, "")
    return "" if is_own(use.layout.table) else meanings.of_field(use.layout.table, use.target)


def form(element: Element, layouts: LayoutSet, sheets: tuple[Sheet, ...], reading: Reading) -> str:
    """How the cells of a column are written."""
    use = element.chief
    if use is None or use.source is None or not use.alone:
        return "Text."
    said = [_mapped(use), *(_cooked(recipe) for recipe in use.source.recipe)]
    if use.source.padded:
        said.append(f"Zeros are put in front up to {use.source.padded} characters.")
    said = [s for s in said if s]
    if not use.source.values:
        said.insert(0, _plain_form(use, layouts, sheets, reading))
    if use.source.default is not None:
        said.append(f"Blank means {code(use.source.default)}.")
    return " ".join(s for s in said if s)


def _mapped(use: Use) -> str:
    source = use.source
    if source is None or not source.values:
        return ""
    listed = ", ".join(
        f"{code(old)}" + (f" ({plain(new)})" if old.casefold() != new.casefold() else "") for old, new in source.values
    )
    rest = {
        "refuse": "Another word refuses the row.",
        "keep": "Other words are taken as they are.",
        "blank": "Other words are dropped.",
    }
    return f"One of {listed}. {rest[source.otherwise]}"


def _cooked(recipe: str) -> str:
    name, _, argument = recipe.partition(":")
    known = RECIPES[name]
    if name == "trim":
        return ""
    told = known.meaning  # our own text, in which code is marked
    if argument and known.argument:
        told += f" Here: {code(argument)}."
    return told


def _plain_form(use: Use, layouts: LayoutSet, sheets: tuple[Sheet, ...], reading: Reading) -> str:
    field = use.field
    if field is None:
        return "Text."
    if field.format.is_reference and field.ref:
        return referred(field.ref, layouts, sheets, several=field.format.is_list)
    if field.format is Format.DATE:
        set_form = reading.date_form(use.layout.table, use.target)
        if set_form:
            return f"A date as {code(set_form)}."
        return "A date as `YYYY-MM-DD`. Another form is read if the whole column leaves only one way to read it."
    words = code_list(use, layouts.version)
    if words is not None:
        several = "One or several, with commas between them, of " if field.format.is_list else "One of "
        listed = codes(words.values) if len(words.values) <= MOST_WORDS else f"the [code list {plain(words.name)}](#code-lists)"
        return several + listed + ("; other words are kept with a warning." if words.open else ".")
    return plain(catalogue().formats[field.format])


def code_list(use: Use, version: str) -> CodeList | None:
    """The words that a column may hold, or None where it is free."""
    return catalogue().code_list(use.field, version) if use.field is not None else None


def referred(table: str, layouts: LayoutSet, sheets: tuple[Sheet, ...], *, several: bool) -> str:
    """What a reference names, in the words of the set's own files."""
    for sheet in sheets:
        for element in sheet.elements:
            if any(u.layout.table == table and u.target == "sourcedId" and u.alone for u in element.uses):
                which = "Several, with commas between them, that stand" if several else "One that stands"
                return f"{which} in {code(element.word)} of {code(sheet.name)}."
    if any(table == "orgs" for _ in layouts.makes):
        return "The school's id" + ("s, with commas between them." if several else ".")
    return plain(catalogue().formats[Format.LIST_GUID_REF if several else Format.GUID_REF])
