"""The page about the language names everything that the language has."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.layouts import entries, formulas, language, making, sets

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "layout-language.md").read_text(encoding="utf-8")
WORDS = {*language.KEYS, *language.READ, *language.DELIMITERS, *entries.OTHERWISE, *formulas.FUNCTIONS, *making.MAKERS}
WORDS |= {key for keys in entries.KEYS.values() for key in keys} | set(sets.KEYS)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_of_the_language_stands_on_its_page(word: str) -> None:
    assert word in PAGE
