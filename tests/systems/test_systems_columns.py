"""Every column that a system is known to write is read by its set, or left out for a reason that stands here.

`columns.toml` holds the facts. All files of a set are put together with these headers, as the facts name them and once more for
each other spelling that was seen; what is neither read, joined nor ignored must stand in LEFT_OUT, and nothing else may.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from homeroom.layouts.choice import Choice, choose
from homeroom.layouts.nearness import cleaned
from homeroom.roster.catalogue import catalogue
from homeroom.systems import SETS, layout_set
from layoutkit import desk

FACTS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))
LIKE_ONEROSTER = ("aeries", "infinite-campus")
"""Sets of which only what differs from OneRoster 1.1 is known."""
OF_THE_STANDARD = {"datasets", "oneroster-1.0", "oneroster-1.1", "oneroster-1.2", "powerschool-api"}
"""Sets whose columns are those of the catalogue (see the tests of deviations), or no files of a district at all."""
GROUPS = "Canvas's groups are made by teachers at Canvas and have no place in a roster"
LEFT_OUT = {
    ("canvas", "groups.csv"): GROUPS,
    ("canvas", "group_categories.csv"): GROUPS,
    ("canvas", "groups_membership.csv"): GROUPS,
    ("canvas", "change_sis_id.csv"): "nobody gets a new id without a person",
    (
        "microsoft-sds-2.1",
        "userFlags.csv",
    ): "flags of disability and lunch have no place in OneRoster; a district that wants them writes a layout",
    ("powerschool-autosend", "reenrollments.txt"): "the years before this one: no roster",
}
"""Whole files that no layout of the set reads, and why. Single columns are left out by the layouts' own `ignore`."""
STANDARD_WORDS = {"powerschool-dem": None, "schoolstatus": {"identifier"}}
"""Names that are only inferred for a set but are OneRoster's own words, as the set's other columns are: they need no mark. None: all."""


def header(name: str, file: str, spelling: int | None) -> list[str]:
    about = FACTS[name][file]
    also = about.get("also", {})
    words = [w if spelling is None or w not in also else also[w][min(spelling, len(also[w]) - 1)] for w in about["columns"]]
    if name in LIKE_ONEROSTER:
        words += [f for f in catalogue()[file.removesuffix(".csv")].header("1.1") if f not in about["columns"]]
    return words


def put_together(folder: Path, name: str, spelling: int | None) -> tuple[Choice, dict[str, list[str]]]:
    """The choice for all files of a set, and of each file the columns that nothing knows; of a file that is not read, all."""
    with desk(folder) as laid:
        for file in FACTS[name]:
            between = "\t" if file.endswith(".txt") else ","
            laid.put(file, between.join(f'"{w}"' for w in header(name, file, spelling)) + "\n")
        choice = choose([layout_set(name)], laid.files, name, laid.workbench)
    used: dict[int, set[int]] = {}
    known: dict[int, set[str]] = {}
    for match in choice.matches:
        number, binding = match.inspected.file.number, match.binding
        secret = {cleaned(f.name) for f in binding.layout.of.fields if f.secret}
        known.setdefault(number, set()).update({cleaned(w) for w in binding.layout.ignored} | secret)
        used.setdefault(number, set()).update(binding.used)
        for joined in binding.arrangement.joins:
            theirs = {p - joined.first for p in binding.used if joined.first <= p < joined.first + len(joined.inspected.columns)}
            used.setdefault(joined.inspected.file.number, set()).update(theirs)
    unknown = {}
    for look in laid.files:
        number = look.file.number
        left = [
            w
            for i, w in enumerate(look.columns)
            if i not in used.get(number, set()) and cleaned(w) not in known.get(number, set())
        ]
        if left:
            unknown[look.file.name] = left
    return choice, unknown


def test_every_set_that_ships_has_its_facts() -> None:
    assert set(FACTS) | OF_THE_STANDARD == set(SETS)


@pytest.mark.parametrize("spelling", [None, 0, 1, 2])
@pytest.mark.parametrize("name", FACTS)
def test_every_known_column_is_read_or_left_out_for_a_reason(tmp_path: Path, name: str, spelling: int | None) -> None:
    _, unknown = put_together(tmp_path, name, spelling)
    whole = {file for of, file in LEFT_OUT if of == name}
    assert {file: words for file, words in unknown.items() if file not in whole} == {}
    assert {file for file in unknown if file in whole} == whole, "a file that is read now need not stand in LEFT_OUT"


@pytest.mark.parametrize("name", [n for n in FACTS if STANDARD_WORDS.get(n, ()) is not None])
def test_a_column_that_is_only_inferred_is_marked_and_waits_for_a_person(tmp_path: Path, name: str) -> None:
    choice, _ = put_together(tmp_path, name, None)
    waiting = {cleaned(w) for m in choice.matches for w in m.binding.layout.inferred}
    read = {
        (m.inspected.file.name, cleaned(m.inspected.columns[p]))
        for m in choice.matches
        for p in m.binding.used
        if p < len(m.inspected.columns)
    }
    inferred = {(file, cleaned(w)) for file, about in FACTS[name].items() for w in about.get("inferred", ()) if w != "*"}
    standard = STANDARD_WORDS.get(name) or set()
    assert {word for _, word in inferred & read if word not in waiting} == standard


@pytest.mark.parametrize("name", [n for n in FACTS if any(w.inferred for w in layout_set(n).layouts)])
def test_the_page_of_a_set_says_that_columns_are_inferred(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / f"{name}.md").read_text("utf-8")
    assert "inferred" in page.lower()
    reference = (Path(__file__).parents[2] / "docs" / "reference" / "layout-sets.md").read_text("utf-8")
    assert "inferred" in reference.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
