"""Why a file of a delivery was not read as a table, in the reader's language: reports keep these few words in English, with their values."""

from __future__ import annotations

import string
from functools import cache

from homeroom.roster.codes import codes
from homeroom.roster.phrases import phrase
from homeroom.roster.words import Said, _, read_out

NOTES = (
    _("Joined to the rows of {layouts}"),
    _("It says how the other files are to be read"),
    _("Nothing of this delivery was taken"),
)
"""What `sync.committing` and `sync.reporting` write there, besides titles of codes, sentences of refusals and declared phrases."""


def note(text: str) -> Said:
    """The words of a report as a sentence of the catalogue; as they stand where no sentence is theirs any more."""
    for template, written in _templates():
        if (found := read_out(written, text)) is not None:
            return Said(template, found)
    return phrase(text) or Said("{text}", {"text": text})


@cache
def _templates() -> tuple[tuple[str, str], ...]:
    """What is said and how it was written: titles first, which have no places; then the notes; refusals, without their full stop, last."""
    titles = [(each.title, each.title) for each in codes().values()]
    notes = [(each.text, each.text) for each in NOTES]
    reasons = [(each.message, each.message.rstrip(".")) for each in codes().values() if each.kind == "reason"]
    return (*titles, *notes, *(each for each in reasons if _has_words(each[0])))


def _has_words(template: str) -> bool:
    """Whether a sentence can be known by its own words: one that is all places would be anything."""
    return any(character.isalpha() for plain, *_rest in string.Formatter().parse(template) for character in plain)
