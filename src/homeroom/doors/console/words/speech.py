"""How one reader is spoken to: the sentences of a catalogue, and numbers and times as that language writes them."""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from homeroom.doors.console.words import numbers, times

LANGUAGES = Path(__file__).resolve().parent
"""Where translations lie, each in a folder of its language."""
SOURCE = "en"
HOME = Locale("en", "US")
"""Who asks for no language that there is reads this."""
MOST_WANTED = 12
"""So many languages of a browser's wish are looked at."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One reader at one moment. `zone` is the district's on its pages, else the reader's; `own` the reader's, where known."""

    locale: Locale
    sentences: gettext.NullTranslations
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    own: ZoneInfo | None = None

    @property
    def language(self) -> str:
        """The tag for `<html lang>`."""
        return str(self.locale).replace("_", "-")

    def say(self, sentence: str) -> str:
        """The sentence of the catalogue, or itself."""
        return self.sentences.gettext(sentence)

    def say_many(self, one: str, many: str, count: int) -> str:
        """The form for a count."""
        return self.sentences.ngettext(one, many, count)

    def number(self, value: float | None) -> str:
        """50,743; − for less than nothing; `not known` for None."""
        return numbers.number(self, value)

    def when(self, moment: datetime | None, *, zone: bool = True) -> str:
        """today, 2:11 AM CST."""
        return times.when(self, moment, zone=zone)

    def age(self, moment: datetime | None) -> str:
        """just now, 4 min, 29 h, 3 days."""
        return times.age(self, moment)

    def duration(self, span: timedelta | float | None) -> str:
        """0.4 s, 3 min 20 s."""
        return times.duration(self, span)


ENGLISH = Speech(HOME, gettext.NullTranslations(), datetime(2026, 1, 1, tzinfo=UTC))
"""What is said where nobody in particular is spoken to, in tests and tools."""


@cache
def catalogue(language: str, folder: Path = LANGUAGES) -> gettext.NullTranslations:
    """The sentences of a language, read from its one file. English needs none."""
    place = folder / language / "homeroom.po"
    if not place.is_file():
        return gettext.NullTranslations()
    with place.open("rb") as opened:
        read = read_po(opened, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def offered(folder: Path = LANGUAGES) -> tuple[str, ...]:
    """The languages that there are."""
    return (SOURCE, *sorted(p.parent.name for p in folder.glob("*/homeroom.po") if p.parent.name != SOURCE))


def chosen(wish: str, folder: Path = LANGUAGES) -> tuple[Locale, gettext.NullTranslations]:
    """What a browser's `Accept-Language` comes to: the first language there is, written as its region does."""
    for tag in _wanted(wish):
        language = tag.split("-")[0].lower()
        if language in offered(folder):
            return _locale(tag, language), catalogue(language, folder)
    return HOME, catalogue(SOURCE, folder)


def _wanted(wish: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in wish.split(",")[:MOST_WANTED]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]


def _locale(tag: str, language: str) -> Locale:
    if tag.lower() == HOME.language:
        return HOME
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return HOME if language == HOME.language else Locale(language)
