"""The page about the language names everything that the language has."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.layouts import entries, formulas, hints, joins, language, making, rows, sets

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "layout-language.md").read_text(encoding="utf-8")
WORDS = {
    *language.KEYS,
    *hints.KEYS,
    *hints.DELIMITERS,
    *rows.KEYS,
    *rows.ITEM_KEYS,
    *rows.GROUP_KEYS,
    *joins.KEYS,
    *joins.TAKES,
    *entries.OTHERWISE,
    *formulas.FUNCTIONS,
    *making.MAKERS,
}
WORDS |= {key for keys in entries.KEYS.values() for key in keys} | set(sets.KEYS)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_of_the_language_stands_on_its_page(word: str) -> None:
    assert word in PAGE
