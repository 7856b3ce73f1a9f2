"""What changed between two versions of a layout set, in words first and then as text."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from homeroom.layouts import language, sets
from homeroom.layouts.faults import LayoutFaults
from homeroom.layouts.layout import Layout, Source
from homeroom.layouts.sets import LayoutSet

_TOLD_APART = ("name", "title", "layouts", "text", "digest", "number", "datasets")
"""Fields of a set that are compared in other ways, or are no rule."""
_OF_LAYOUT = ("name", "map", "text", "expected", "table", "declared")


@dataclass(frozen=True, slots=True)
class Difference:
    """One change as a sentence. `layout` is empty where the whole set is meant, `target` where the layout is."""

    layout: str
    target: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`changes` in words, None where one of the texts cannot be read as layouts; `text` is the unified difference."""

    changes: tuple[Difference, ...] | None
    text: str

    @property
    def same(self) -> bool:
        """Whether the texts are equal."""
        return not self.text


def compare(old: Mapping[str, str], new: Mapping[str, str], names: tuple[str, str] = ("old", "new")) -> Comparison:
    """Compare the texts of two sets, file name -> TOML; `names` are how the unified text calls them."""
    return Comparison(_in_words(old, new), "".join(_unified(old, new, names)))


def _unified(old: Mapping[str, str], new: Mapping[str, str], names: tuple[str, str]) -> Iterator[str]:
    for file in sorted({*old, *new}):
        before, after = (texts.get(file, "").splitlines(keepends=True) for texts in (old, new))
        for line in difflib.unified_diff(before, after, f"{names[0]}/{file}", f"{names[1]}/{file}"):
            yield line if line.endswith("\n") else line + "\n"


def _in_words(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...] | None:
    try:
        before, after = (sets.read(texts, _own_name(texts)) for texts in (old, new))
    except LayoutFaults:
        return None
    return tuple(_of_sets(before, after))


def _own_name(texts: Mapping[str, str]) -> str:
    """The name that a set gives itself: the comparison does not care about folders."""
    declared = language.read_toml(texts.get(sets.DECLARATION, ""), sets.DECLARATION)
    return str(declared.get("name", "this set"))


def _of_sets(before: LayoutSet, after: LayoutSet) -> Iterator[Difference]:
    for name, old, new in _unlike(before, after, _TOLD_APART):
        yield Difference("", "", f"{name} was {_said(old)} and is {_said(new)}.")
    yield from _of_datasets(before, after)
    was, now = _by_name(before), _by_name(after)
    for name in [n for n in was if n not in now]:
        yield Difference(name, "", f"The layout {name} ({was[name].table}) is gone: its files are no longer read.")
    for name in [n for n in now if n not in was]:
        listed = ", ".join(now[name].files)
        yield Difference(name, "", f"The layout {name} is new: it reads {listed} into {now[name].table}.")
    for name in [n for n in was if n in now]:
        yield from _of_layouts(name, was[name], now[name])


def _of_datasets(before: LayoutSet, after: LayoutSet) -> Iterator[Difference]:
    """What the sets declare of their own: datasets, and columns of datasets."""
    was, now = ({t.name: t for t in found.datasets} for found in (before, after))
    for name in [n for n in was if n not in now]:
        yield Difference("", "", f"The dataset {name} is no longer declared; what is kept of it stays.")
    for name in [n for n in now if n not in was]:
        listed = ", ".join(f.name for f in now[name].model[1:])
        yield Difference("", "", f"The dataset {name} is new, with the columns {listed}.")
    for name in [n for n in was if n in now]:
        old, new = ({f.name: f for f in found[name].model} for found in (was, now))
        for column in [c for c in old if c not in new]:
            yield Difference("", "", f"{name}: the column {column} is no longer declared; what is kept of it stays.")
        for column in [c for c in new if c not in old]:
            yield Difference("", "", f"{name}: the column {column} is new ({new[column].format.value}).")
        for column in [c for c in old if c in new and old[c] != new[c]]:
            yield Difference("", "", f"{name}: the column {column} is declared otherwise.")


def _by_name(found: LayoutSet) -> dict[str, Layout]:
    """Layouts by their own name, without the set's: a copied set is compared with what it was copied from."""
    return {layout.name.rpartition("/")[2]: layout for layout in found.layouts}


def _of_layouts(name: str, before: Layout, after: Layout) -> Iterator[Difference]:
    if before.table != after.table:
        yield Difference(name, "", f"It filled {before.table} and fills {after.table}.")
    for rule, old, new in _unlike(before, after, _OF_LAYOUT):
        yield Difference(name, "", f"{rule} was {_said(old)} and is {_said(new)}.")
    was, now = dict(before.map), dict(after.map)
    for target in [t for t in was if t not in now]:
        yield Difference(name, target, f"{target} is no longer filled; it came from {source_in_words(was[target])}.")
    for target in [t for t in now if t not in was]:
        yield Difference(name, target, f"{target} is new: {source_in_words(now[target])}.")
    for target in [t for t in was if t in now and was[t] != now[t]]:
        yield Difference(
            name, target, f"{target} came from {source_in_words(was[target])}; it comes from {source_in_words(now[target])}."
        )


def _unlike(before: Any, after: Any, but: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """The fields of two values of one kind that differ: name, old, new."""
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in but and old != new:
            yield field.name, old, new


def source_in_words(source: Source) -> str:
    """Where a value comes from and what is done to it, as a part of a sentence."""
    if source.constant is not None:
        origin = f"the fixed text {source.constant!r}"
    elif source.formula is not None:
        origin = f"the formula {source.formula}"
    elif source.position is not None:
        origin = f"cell {source.position} of the row"
    else:
        others = f" (also {', '.join(source.names[1:])})" if len(source.names) > 1 else ""
        origin = f"the column {source.names[0]}{others}"
    treated = [f"{f.name} {_said(value)}" for f in fields(source) if _is_treatment(f.name) and (value := getattr(source, f.name))]
    if source.values:
        treated.append(f"otherwise {source.otherwise}")
    return f"{origin}, {', '.join(treated)}" if treated else origin


def _is_treatment(name: str) -> bool:
    return name not in ("names", "position", "formula", "constant", "otherwise")


def _said(value: Any) -> str:
    """A rule's value as a person reads it."""
    if value is None or value in ((), ""):
        return "nothing"
    if isinstance(value, tuple):
        return ", ".join(" to ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    if value in (True, False):
        return "yes" if value else "no"
    return str(value)
