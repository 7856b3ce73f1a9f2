"""Letters to people, as sentences: each is said in its reader's language when it is sent, by whoever knows languages.

The desk knows none. What says a sentence (`Say`) comes from above, from the console that has the translations; without it a letter is
in English. A letter is read on another day, so that nothing in it is "today": moments stand in it as `words.Dated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from homeroom.roster.words import Said, Value, _, in_a_row, plain

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, of a code. A letter names no settings: they are told where they can be changed, on the page to which it leads."""

    said: Said


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is written. Texts are what stands in every language: an address, the words of a person."""

    subject: Said
    paragraphs: tuple[Said | Remedy | str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is for: the language in which they last read the console, if they did, and the zone of the district that it is about."""

    language: str | None
    zone: ZoneInfo = UTC


Say = Callable[[Said, Reader], str]
"""Says a sentence to a reader."""


def in_english(said: Said, reader: Reader) -> str:
    """Say it in English, where nobody knows other languages."""
    return plain(said, reader.zone)


def paragraph(*sentences: Said) -> Said:
    """Sentences, one after the other."""
    return Said("{all}", {"all": in_a_row(sentences, " ")})


def written(letter: Letter, reader: Reader, say: Say) -> tuple[str, str]:
    """Subject and text of a letter, as its reader reads them."""

    def one(each: Said | Remedy | str) -> str:
        match each:
            case Said():
                return say(each, reader)
            case Remedy():
                return _without_settings(say(each.said, reader))
            case _:
                return each

    return say(letter.subject, reader), "\n\n".join(map(one, letter.paragraphs)) + "\n"


def author(who: str) -> tuple[Value, str]:
    """Who did something, as the audit writes it: the person, and the name of the token by which a program did it for them, or nothing."""
    person, _by, token = who.partition(" by token ")
    return (_("command line") if person == "command line" else person), token


def _without_settings(remedy: str) -> str:
    return re.sub(r"`([^`]+)`", r"\1", re.sub(r" \(`[^`]+`\)", "", remedy))
