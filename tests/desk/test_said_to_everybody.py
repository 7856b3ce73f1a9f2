"""Every sentence that rooms below the doors can say to a person is one for everybody: no command, no option."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import homeroom
from homeroom.desk.layout_words import recipe_words
from homeroom.doors.console import words
from homeroom.doors.console.words.desk_says import told
from homeroom.layouts.recipes import RECIPES
from homeroom.roster.words import Said
from homeroom.sync.source_settings import SETTINGS
from made_language import every_sentence

HOME = Path(homeroom.__file__).parent
ROOMS = ("sync", "desk", "store", "outbound", "reading", "deliveries", "layouts", "systems")
COMMAND = re.compile(r"--[a-z]|homeroom (?!teacher|master key)[a-z]")
NO_SENTENCES = {"homeroom file"}


def sentences() -> Iterator[tuple[str, str]]:
    """Every text of the rooms, with where it stands, but for what documents code and what is given as the command of a Misuse."""
    for room in ROOMS:
        for path in sorted((HOME / room).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            left = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            left |= {id(part) for n in ast.walk(tree) for command in commands(n) for part in ast.walk(command)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
                    yield f"{path.relative_to(HOME)}:{node.lineno}", node.value


def commands(node: ast.AST) -> list[ast.expr]:
    """What a fault or a finding names for the command line alone."""
    if not isinstance(node, ast.Call):
        return []
    named = [word.value for word in node.keywords if word.arg == "command"]
    match node.func:
        case ast.Name("Misuse"):
            return [*named, *node.args[1:]]
        case ast.Name("Found"):
            return [*named, *node.args[4:]]
        case ast.Attribute(ast.Call(ast.Name("super")), "__init__"):
            return [*named, *node.args[1:]]
    return named


def test_no_sentence_names_a_command_or_an_option() -> None:
    """They are read in the console and by programs, too; what serves on the command line stands beside them."""
    found = [(where, said) for where, said in sentences() if COMMAND.search(said) and said not in NO_SENTENCES]
    assert found == []
    for setting in SETTINGS:
        assert not COMMAND.search(setting.meaning + setting.effect), setting.name


def test_recipes_are_said_in_the_reader_s_language() -> None:
    known = every_sentence()
    assert all(recipe_words(name) in known for name in RECIPES)
    heard: list[str] = []

    class Hears:
        def gettext(self, sentence: str) -> str:
            heard.append(sentence)
            return f"¡{sentence}!"

    speech = replace(words.ENGLISH, sentences=Hears())  # type: ignore[arg-type]
    assert told(speech, Said("{meaning}", {"meaning": Said(recipe_words("upper"))})) == "¡¡All letters become capitals!!"
