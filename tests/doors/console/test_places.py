"""Every sentence that rooms below the console can say to a person, as the console says it: no command, no option."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import homeroom
from homeroom.desk.layout_words import recipe_words
from homeroom.desk.words import Said
from homeroom.doors.console import words
from homeroom.doors.console.words.desk_says import told
from homeroom.doors.console.words.extracting import catalogue
from homeroom.doors.console.words.places import placed
from homeroom.layouts.recipes import RECIPES
from homeroom.roster.codes import codes
from homeroom.sync.source_settings import SETTINGS

HOME = Path(homeroom.__file__).parent
ROOMS = ("sync", "desk", "store", "outbound", "reading", "deliveries", "layouts", "systems")
COMMAND = re.compile(r"--[a-z]|homeroom (?!teacher|master key)[a-z]")
FOR_COMMANDS_ONLY = {"homeroom file", "name either a path or --delivery N.", "with the next `homeroom write-back`"}
"""What only a command, or the reference of settings, ever says; and what is no sentence."""


def sentences() -> Iterator[str]:
    """Every text of the rooms that names a command or an option, with words in its places; what documents code is left out."""
    for room in ROOMS:
        for path in sorted((HOME / room).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            notes = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            pieces = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (notes | pieces):
                    yield node.value


ALL = sorted(
    {
        *(s for s in sentences() if COMMAND.search(s) and s not in FOR_COMMANDS_ONLY),
        *(text for code in codes().values() for text in (code.meaning, code.remedy, code.message) if COMMAND.search(text)),
        *(text for s in SETTINGS for text in (s.meaning, s.effect) if COMMAND.search(text)),
    }
)


def test_there_are_such_sentences() -> None:
    assert len(ALL) > 30


@pytest.mark.parametrize("sentence", ALL)
def test_the_console_names_no_command_and_no_option(sentence: str) -> None:
    said = placed(sentence)
    assert not COMMAND.search(said), said
    assert not re.search(r"  | [.,]", said), said


def test_what_is_said_instead() -> None:
    assert placed("district oak has several sources; name one: --source 1 or 2.") == (
        "district oak has several sources; choose one of them: 1 or 2."
    )
    assert (
        placed("a source of kind sftp-pull needs host, port: give --host, --port.")
        == "a source of kind sftp-pull needs host, port."
    )
    assert (
        placed("Fetch the whole source with homeroom pull.") == "Fetch the whole source with Fetch now on the page of the source."
    )
    assert placed("Somebody's -- own words stay.") == "Somebody's -- own words stay."


def test_recipes_are_said_in_the_reader_s_language() -> None:
    known = catalogue()
    assert all(recipe_words(name) in known for name in RECIPES)
    heard: list[str] = []

    class Hears:
        def gettext(self, sentence: str) -> str:
            heard.append(sentence)
            return f"¡{sentence}!"

    speech = replace(words.ENGLISH, sentences=Hears())  # type: ignore[arg-type]
    assert told(speech, Said("{meaning}", {"meaning": Said(recipe_words("upper"))})) == "¡¡All letters become capitals!!"
