"""Why a file of a delivery was not read as a table, in the reader's language: reports keep these few words in English, with their values."""

from __future__ import annotations

import re
import string
from functools import cache

from homeroom.roster.codes import codes
from homeroom.roster.phrases import phrase
from homeroom.roster.words import Said, _

NOTES = (
    _("Joined to the rows of {layouts}"),
    _("It says how the other files are to be read"),
    _("Nothing of this delivery was taken"),
)
"""What `sync.committing` and `sync.reporting` write there, besides titles of codes, sentences of refusals and declared phrases."""


def note(text: str) -> Said:
    """The words of a report as a sentence of the catalogue; as they stand where no sentence is theirs any more."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return Said(template, found.groupdict())
    return phrase(text) or Said("{text}", {"text": text})


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Titles first, which have no places; then the notes; sentences of refusals last, which stand there without their full stop."""
    titles = [(each.title, each.title) for each in codes().values()]
    notes = [(each.text, each.text) for each in NOTES]
    reasons = [
        (each.message, each.message.rstrip("."))
        for each in codes().values()
        if each.kind == "reason" and _has_words(each.message)
    ]
    return tuple((said, _pattern(written)) for said, written in (*titles, *notes, *reasons))


def _has_words(template: str) -> bool:
    """Whether a sentence can be known by its own words: one that is all places would be anything."""
    return any(character.isalpha() for plain, *_rest in string.Formatter().parse(template) for character in plain)


def _pattern(template: str) -> re.Pattern[str]:
    made, known = "", set[str]()
    for plain, name, _spec, _conversion in string.Formatter().parse(template):
        made += re.escape(plain)
        if name:
            made += f"(?P={name})" if name in known else f"(?P<{name}>.+?)"
            known.add(name)
    return re.compile(made, re.DOTALL)
