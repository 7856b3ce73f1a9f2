"""Letters in the language of whoever gets them: what the desk says them with (`homeroom.desk.letters.Say`)."""

from __future__ import annotations

from pathlib import Path

from homeroom.desk.letters import Reader, Say
from homeroom.doors.console.words import desk_says
from homeroom.doors.console.words.speech import LANGUAGES, Speech, chosen
from homeroom.roster.words import Said


def in_own_language(languages: Path = LANGUAGES) -> Say:
    """What says a sentence in its reader's language, from the translations in a folder; in English where there is none of it."""

    def say(said: Said, reader: Reader) -> str:
        locale, sentences = chosen(reader.language or "", languages)
        return desk_says.told(Speech(locale, sentences, zone=reader.zone), said)

    return say
