"""Sentences that the desk returns as values (`homeroom.desk.words`), said in the reader's language with numbers and times as it writes them."""

from __future__ import annotations

import string
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from homeroom.desk.words import Clock, InWords, Said, Value
from homeroom.doors.console.words import numbers, times

if TYPE_CHECKING:
    from homeroom.doors.console.words.speech import Speech

NOON = time(12)


def said(speech: Speech, sentence: Said) -> str:
    """The whole sentence. It begins with a capital, also where it begins with a value."""
    if sentence.plural is not None and sentence.number is not None:
        text = speech.say_many(sentence.text, sentence.plural, sentence.number)
    else:
        text = speech.say(sentence.text)
    values = {name: _value(speech, value) for name, value in sentence.values.items()}
    written = string.Formatter().vformat(text, (), values)
    return written[:1].upper() + written[1:] if text.startswith("{") else written


def _value(speech: Speech, value: Value) -> str:
    match value:
        case str():
            return value
        case Said():
            return said(speech, value)
        case Clock():
            return times.clock(speech, value.at)
        case InWords():
            return numbers.spelled(speech, value.number)
        case datetime():
            return times.in_sentence(speech, value)
        case date():
            return times.day(speech, datetime.combine(value, NOON, speech.zone))
        case timedelta():
            return times.age(speech, speech.now - value)
        case int() | float():
            return numbers.number(speech, value)
