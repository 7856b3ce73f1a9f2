"""Settings of sources in the language of the reader: the one table (`sync.source_settings`) is English, and its sentences are in the catalogue.

A per cent sign is doubled, since places in sentences are written with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeroom.doors.console.words import desk_says
from homeroom.doors.console.words.speech import Speech
from homeroom.roster.words import Listed, Said, filled
from homeroom.sync.setting import Setting
from homeroom.sync.source_settings import SETTINGS


def label(name: str) -> str:
    """What a setting is called beside its name: `remove_share` is "Remove share"."""
    return _CALLED.get(name) or name.replace("_", " ").capitalize()


_CALLED = {
    "url": "Address",
    "client_id": "Client ID",
    "student_id": "Student number",
    "id_prefix": "Prefix for ids",
    "way": "Road",
}
"""Where a name alone would say too little."""


def wrong(speech: Speech, name: str, fault: Said | Listed) -> str:
    """What is wrong with the value of a setting, called as it is on the page."""
    called = speech.say(label(name))
    return desk_says.told(speech, Said("{fault}", {"fault": filled(fault, setting=called)}))


def meaning(setting: Setting) -> str:
    """The sentence about what it is."""
    return setting.meaning.replace("%", "%%")


def effect(setting: Setting) -> str:
    """The sentence about what Homeroom does by it."""
    return setting.effect.replace("%", "%%")


def in_words(text: str) -> str:
    """A sentence that names settings as programs do, with `remove_share` said as it stands on the page of the source: “Remove share”."""
    return _NAMED.sub(lambda found: f"“{label(found[1]) if found[1] in _NAMES else found[1]}”", text)


_NAMED = re.compile(r"`([^`]+)`")
_NAMES = frozenset(setting.name for setting in SETTINGS)


def sentences() -> Iterator[str]:
    """All of them, for the catalogue."""
    for setting in SETTINGS:
        yield from (label(setting.name), meaning(setting), effect(setting), setting.group)
        if setting.unit:
            yield setting.unit
