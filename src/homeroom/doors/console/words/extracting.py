"""The catalogue of all sentences: `python -m homeroom.doors.console.words.extracting` writes `words/homeroom.pot` anew.

It is sorted by sentence and names files without lines, so that two people who add sentences do not get into each other's way.
A translator copies it to `words/LANGUAGE/homeroom.po` and fills in the `msgstr` lines; nothing else is needed.
"""

from __future__ import annotations

import io
from dataclasses import fields
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from homeroom.desk.layout_words import recipe_words
from homeroom.doors.console.words import of_settings, raised
from homeroom.layouts.recipes import RECIPES
from homeroom.roster import meanings
from homeroom.roster.codes import codes
from homeroom.settings import Settings
from homeroom.systems import remedies

CONSOLE = Path(__file__).resolve().parent.parent
POT = CONSOLE / "words/homeroom.pot"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "say_many": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}}
HEAD = "# The sentences of Homeroom's console.\n# Made by: python -m homeroom.doors.console.words.extracting"


def catalogue() -> Catalog:
    """All sentences of code and templates, those of the rooms below too."""
    made = Catalog(project="homeroom", version="1", header_comment=HEAD, charset="utf-8", fuzzy=False)
    for name, _line, message, comments, context in extract_from_dir(CONSOLE, METHODS, OPTIONS, KEYWORDS, comment_tags=("Note:",)):
        made.add(message, locations=[(f"console/{name}", 0)], auto_comments=comments, context=context)
    for one in raised.found()[0]:
        made.add((one.text, one.plural) if one.plural else one.text, locations=[(one.file.removeprefix("doors/"), 0)])
    for label in meanings.labels():
        made.add(label, locations=[("roster/labels.toml", 0)])
    for code in codes().values():
        for sentence in (code.title, code.plain or code.meaning, code.remedy, code.message, *code.forms, *code.lists.values()):
            made.add(sentence, locations=[(f"roster/codes/{code.room}.toml", 0)])
        if code.counted is not None:
            made.add(code.counted, locations=[(f"roster/codes/{code.room}.toml", 0)])
    for system, sentence in remedies.every():
        made.add(sentence, locations=[(f"systems/{system}/remedies.toml", 0)])
    for each in fields(Settings):
        made.add(each.metadata["says"], locations=[("settings.py", 0)])
    for name in RECIPES:
        made.add(recipe_words(name), locations=[("layouts/recipes", 0)])
    for sentence in of_settings.sentences():
        made.add(sentence, locations=[("sync/source_settings.py", 0)])
    return made


def written() -> bytes:
    """The file as it should be. Dates are left out: the file changes when sentences do."""
    out = io.BytesIO()
    write_po(out, catalogue(), sort_output=True, include_lineno=False, width=130)
    lines = out.getvalue().decode().splitlines(keepends=True)
    dated = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team', '"Report-Msgid')
    return "".join(line for line in lines if not line.startswith(dated)).encode()


if __name__ == "__main__":
    POT.write_bytes(written())
