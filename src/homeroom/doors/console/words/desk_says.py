"""Sentences of the desk (`homeroom.desk.words.Said`) as this reader reads them: translated whole, each value written in its own way."""

from __future__ import annotations

import string
from datetime import date, datetime, timedelta

from homeroom.desk.words import Clock, InWords, Said, Value, speaks_first
from homeroom.doors.console.words import numbers, times
from homeroom.doors.console.words.speech import Speech


def told(speech: Speech, said: Said) -> str:
    """The sentence. A value that begins it gets a capital letter."""
    text = speech.say(said.text) if said.plural is None else speech.say_many(said.text, said.plural, said.number or 0)
    named = {name: _written(speech, value) for name, value in said.values.items()}
    written = string.Formatter().vformat(text, (), named)
    return written[:1].upper() + written[1:] if speaks_first(said, text) else written


def _written(speech: Speech, value: Value) -> str:
    match value:
        case Said():
            return told(speech, value)
        case Clock():
            return times.clock(speech, value.at)
        case InWords():
            return numbers.spelled(speech, value.number)
        case datetime():
            return times.in_sentence(speech, value)
        case timedelta():
            return times.age(speech, speech.now - value) if value >= timedelta(minutes=1) else times.duration(speech, value)
        case date():
            return times.day(speech, value)
        case int() | float():
            return numbers.number(speech, value)
        case _:
            return value
