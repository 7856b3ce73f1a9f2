"""The page of the value recipes: what each does, with examples that the tests run."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.layouts.recipes import RECIPES, Recipe

INTRODUCTION = """
A *recipe* rewrites the values of one column on their way into the roster: `recipe = "grade"` in a line of a layout's `[map]`
([the language](layout-language.md)). What a recipe needs to know stands behind a colon: `recipe = "date:MM/DD/YYYY"`. Several work one
after the other: `recipe = ["trim", "phone:US"]`, at most eight.

A recipe never guesses. What it cannot read stays as it is, and the checks then tell it with its line. Those marked *once* take a part of
the value, and leave nothing where there is no such part, or count on; all others do the same when they are done twice. A blank stays
blank. The tables below are the examples that Homeroom's own tests run.
"""


def page_lines() -> Iterator[str]:
    """The lines of the page, without its mark at the top."""
    yield from ["# Recipes", "", INTRODUCTION.strip(), "", "| recipe | does |", "|---|---|"]
    for found in RECIPES.values():
        yield f"| [`{_spelled(found)}`](#{anchor(found.name)}) | {_cell(found.meaning)}{' *Once.*' if found.cuts else ''} |"
    for found in RECIPES.values():
        yield from ["", f"## {found.name}", "", "| written | before | after |", "|---|---|---|"]
        for example in found.examples:
            written = f"{found.name}:{example.argument}" if example.argument else found.name
            after = _code(example.after) if example.after is not None else "*blank*"
            yield f"| {_code(written)} | {_code(example.before)} | {after} |"


def anchor(name: str) -> str:
    """The address of a recipe's heading within the page."""
    return "".join(c for c in name.lower() if c.isalnum() or c == "-")


def _spelled(found: Recipe) -> str:
    if not found.argument:
        return found.name
    shown = f":{found.argument}"
    return f"{found.name}[{shown}]" if found.optional else found.name + shown


def _code(text: str) -> str:
    """A value as it stands, also where it holds the table's own sign."""
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
