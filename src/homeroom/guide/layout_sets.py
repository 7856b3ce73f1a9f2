"""The page of the layout sets: which files each reads, under which header words, and what becomes of every column.

Made from the very layouts that an import runs on, so that what a district is told is what is enforced.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.guide.recipes_page import anchor as recipe_anchor
from homeroom.layouts import inherit
from homeroom.layouts.layout import Layout, Source
from homeroom.layouts.making import known
from homeroom.layouts.rows import made
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.catalogue import DATASET
from homeroom.roster.contacts import CONTACTS
from homeroom.systems import layout_sets

INTRODUCTION = """
A *layout set* is what Homeroom knows about the files of one system: their names, their columns, and what each column becomes in the
roster. `homeroom layouts show NAME` prints a set as its text; [the language](layout-language.md) says how to write one.

These hold for every set. Capital letters, blanks, a byte order mark and a prefix such as `USERS.` in header words do not matter, nor does
the order of the columns. Encoding, delimiter, quotes and line ends are found by themselves. `{date}` in a file name stands for a date, with
or without a time, such as `20261121` or `_2026-11-21`. A column that no layout names is reported and not stored. Files may come loose, in a ZIP or as gzip.
"""


def page_lines() -> Iterator[str]:
    """The lines of the page, without its mark at the top."""
    yield from ["# Layout sets", "", INTRODUCTION.strip(), "", "| set | reads | files that must all come |", "|---|---|---|"]
    for found in layout_sets():
        yield f"| [`{found.name}`](#{anchor(found.name)}) | {found.title} | {_required(found)} |"
    yield ""
    for found in layout_sets():
        yield from _set(found)


def anchor(name: str) -> str:
    """The address of a heading within its page, as Markdown viewers make it from the heading's words."""
    return "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _required(found: LayoutSet) -> str:
    listed = ", ".join(f"`{found.file_of(table)}`" for table in found.required)
    return listed or ("what `manifest.csv` promises; without one, none" if found.manifest else "none")


def _set(found: LayoutSet) -> Iterator[str]:
    yield from [f"## {found.name}", "", f"{found.title}. Rows are checked by the rules of OneRoster {found.version}.", ""]
    yield from [found.help.strip(), ""]
    if found.makes:
        yield from ["What is made, because it does not come:", ""]
        yield from [f"- `{known(name).target}`: {known(name).meaning}" for name in found.makes]
        yield ""
    for layout in found.layouts:
        version = DATASET if layout.of.dataset else found.version
        yield from _inherited(layout, version) if _is_inherited(layout, version) else _own(layout)


def _is_inherited(layout: Layout, version: str) -> bool:
    return dict(layout.map) == inherit.inherited(layout.of, version)


def _inherited(layout: Layout, version: str) -> Iterator[str]:
    """A file of the standard: its exact header; the table's page has the rest."""
    yield from [
        f"### {layout.name}",
        "",
        f"`{layout.files[0]}` becomes [`{layout.table}`]({_page(layout)}). Names that are read:",
    ]
    yield f"{_words(layout.files)}. Always needed: {_words(layout.required)}."
    yield from ["", "```csv", ",".join(layout.of.header(version)), "```", ""]


def _own(layout: Layout) -> Iterator[str]:
    """A file of a system's own: every column, and what becomes of it."""
    yield from [
        f"### {layout.name}",
        "",
        f"`{layout.files[0]}` becomes [`{layout.table}`]({_page(layout)}). Names that are read:",
    ]
    yield f"{_words(layout.files)}."
    yield from ["", layout.notes, ""] if layout.notes else [""]
    yield from ["| header word | also written | becomes | needed |", "|---|---|---|---|"]
    for target, source in layout.map:
        if source.names:
            needed = "yes" if target in layout.required else ""
            yield f"| `{source.names[0]}` | {_words(source.names[1:])} | `{target}`{_treated(source)} | {needed} |"
    yield ""
    for target, source in layout.map:
        if source.formula:
            yield f"- `{target}` is worked out: `{source.formula}`{_absent(source)}"
        elif source.constant is not None:
            yield f"- `{target}` is always `{source.constant}`."
    if (each := layout.rows.each) is not None:
        yield f"- Several rows are made of one record: {_words(made(each))} are new columns of each."
    for join in layout.joins:
        same = " and ".join(f"`{here}` is its `{there}`" for here, there in join.on)
        may = ", which may be absent" if join.optional else ""
        yield f"- `{join.name}.…` are columns of `{join.files[0]}`{may}: where {same}."
    if layout.inferred:
        yield f"- Only inferred, and confirmed by whoever names the set: {_words(layout.inferred)}."
    if layout.ignored:
        yield f"- Known and left out: {_words(layout.ignored)}."
    yield ""


def _page(layout: Layout) -> str:
    """The page of what a layout fills, from this page."""
    return "contact-rules.md#columns-of-a-pair" if layout.table == CONTACTS else f"tables/{layout.table}.md"


def _treated(source: Source) -> str:
    said = []
    if source.padded:
        said.append(f"zeros in front up to {source.padded} characters")
    if source.values:
        said.append("; ".join(f"{old} is {new}" for old, new in source.values))
    if source.recipe:
        said.append(
            "recipe " + ", then ".join(f"[`{r}`](recipes.md#{recipe_anchor(r.partition(':')[0])})" for r in source.recipe)
        )
    if source.default is not None:
        said.append(f"`{source.default}` where blank")
    return f" ({'; '.join(said)})" if said else ""


def _absent(source: Source) -> str:
    return f" (may be absent: {_words(source.optional)})." if source.optional else "."


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
