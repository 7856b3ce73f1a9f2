"""What the console says, in the reader's language. English is the source: a sentence in code or template is its own key.

    from homeroom.doors.console.words import _, ngettext

    _("Import %(number)s was rejected", number=588)
    ngettext("%(num)s row was refused", "%(num)s rows were refused", 37)

A sentence is always whole, with named placeholders; a per cent sign is written twice. `N_` marks a sentence in a table that is
read before anybody asks; `_` says it later. Templates use the same words: `{{ _("...") }}`, `{% trans %}`.

A translation is one file: `words/LANGUAGE/homeroom.po`. See `speech` for how a reader gets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from homeroom.doors.console.words.marking import N_
from homeroom.doors.console.words.speech import ENGLISH, Speech

_spoken: ContextVar[Speech] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def spoken(speech: Speech) -> Iterator[None]:
    """Let everything that is said inside be said so. It belongs to the thread (or task) that asked."""
    before = _spoken.set(speech)
    try:
        yield
    finally:
        _spoken.reset(before)


def speech() -> Speech:
    """How the reader of this moment is spoken to: language, zone, and what time it is."""
    return _spoken.get()


def gettext(sentence: str, /, **named: object) -> str:
    """A sentence in the reader's language, its placeholders filled."""
    return speech().say(sentence) % named


def ngettext(one: str, many: str, num: int, /, **named: object) -> str:
    """A sentence that counts. `%(num)s` in it is the number as people write it."""
    return speech().say_many(one, many, num) % ({"num": speech().number(num)} | named)


_ = gettext

__all__ = ["ENGLISH", "N_", "Speech", "_", "gettext", "ngettext", "speech", "spoken"]
