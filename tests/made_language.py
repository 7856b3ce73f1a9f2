"""A translation of everything into a language that is none: whatever still stands in small letters was not translated."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from homeroom.doors.console.words import extracting

LETTERS = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in string.ascii_letters})
KEPT = re.compile(r"(\{\w+(?:![rs])?\}|\{\{|\}\}|%\(\w+\)s|%%|<[^>]*>|&\w+;)")


every_sentence = cache(extracting.catalogue)
"""The catalogue, for tests that only read it: to go through all code and templates takes seconds."""


def wide(text: str) -> str:
    """A sentence in that language: every letter is a wide one, places stay as they are."""
    return "".join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in KEPT.split(text))


def translated(folder: Path) -> Path:
    """The folder of translations, with the one file of that language, `eo`."""
    made = Catalog(locale="eo")
    for message in every_sentence():
        if message.id:
            made.add(message.id, wide(message.id) if isinstance(message.id, str) else tuple(map(wide, message.id)))
    (folder / "eo").mkdir()
    with (folder / "eo/homeroom.po").open("wb") as out:
        write_po(out, made)
    return folder
