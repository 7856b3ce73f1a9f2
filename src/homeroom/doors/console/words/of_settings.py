"""Settings of sources in the language of the reader: the one table (`sync.source_settings`) is English, and its sentences are in the catalogue.

A per cent sign is doubled, since places in sentences are written with one.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.sync.setting import Setting
from homeroom.sync.source_settings import SETTINGS


def label(name: str) -> str:
    """What a setting is called beside its name: `remove_share` is "Remove share"."""
    return name.replace("_", " ").capitalize()


def meaning(setting: Setting) -> str:
    """The sentence about what it is."""
    return setting.meaning.replace("%", "%%")


def effect(setting: Setting) -> str:
    """The sentence about what Homeroom does by it."""
    return setting.effect.replace("%", "%%")


def sentences() -> Iterator[str]:
    """All of them, for the catalogue."""
    for setting in SETTINGS:
        yield from (label(setting.name), meaning(setting), effect(setting), setting.group)
        if setting.unit:
            yield setting.unit
