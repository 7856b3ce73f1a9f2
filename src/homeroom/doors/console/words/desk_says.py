"""Sentences of the rooms below (`homeroom.roster.words.Said`) as this reader reads them: translated whole, each value written in its own way."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from babel.lists import format_list

from homeroom.doors.console.words import numbers, times
from homeroom.doors.console.words.speech import Speech
from homeroom.roster.codes import anew
from homeroom.roster.faults import Fault
from homeroom.roster.report import Reason
from homeroom.roster.words import Clock, Dated, InWords, Listed, Said, Value, speaks_first


def told(speech: Speech, said: Said) -> str:
    """The sentence. A value that begins it gets a capital letter."""
    text = speech.say(said.text) if said.plural is None else speech.say_many(said.text, said.plural, said.number or 0)
    if not said.values:
        return text
    named = {name: _written(speech, value) for name, value in said.values.items()}
    written = string.Formatter().vformat(text, (), named)
    return written[:1].upper() + written[1:] if speaks_first(said, text) else written


def why(speech: Speech, fault: Fault) -> str:
    """The sentence of a fault."""
    return told(speech, fault.said)


def reason(speech: Speech, why: Reason) -> str:
    """The stored sentence of a reason."""
    return told(speech, anew(why.code, why.message))


def _written(speech: Speech, value: Value) -> str:
    match value:
        case Said():
            return told(speech, value)
        case Listed():
            return _rowed(speech, [_written(speech, each) for each in value.values], value)
        case Clock():
            return times.clock(speech, value.at)
        case Dated():
            return times.dated(speech, value.at)
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


def _rowed(speech: Speech, written: list[str], listed: Listed) -> str:
    style = _STYLES.get(listed.joint)
    complete = style is not None and {"start", "middle", "end"} <= set(speech.locale.list_patterns.get(style, {}))
    return format_list(written, style, locale=speech.locale) if complete and style else listed.joint.join(written)


_STYLES: Mapping[str, Literal["standard", "or", "unit"]] = {" and ": "standard", " or ": "or", ", ": "unit"}
"""What languages call the ways of putting a list together; few have not all of them, and then it is as in English."""
