"""Templates into text. Everything that is filled in is escaped; a name that is not there is a mistake that shows at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Macro

from homeroom import __version__
from homeroom.desk import note_words
from homeroom.doors.console import assets, drawing, words
from homeroom.doors.console.words import desk_says, numbers, of_settings, times

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def files() -> assets.Assets:
    """The files beside the pages, read once."""
    return assets.read()


@cache
def environment(*more: Path) -> Environment:
    """The environment of the console; `more` are further folders of templates, such as that of the gallery of parts."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, *more]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(_say, _say_many, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"asset": files().url, "speech": words.speech, "version": __version__, "drawing": drawing, "N_": words.N_}
    made.filters |= {
        "number": lambda value: numbers.number(words.speech(), value),
        "signed": lambda value: numbers.signed(words.speech(), value),
        "spelled": lambda value: numbers.spelled(words.speech(), value),
        "percent_of": lambda part, whole: numbers.percent(words.speech(), part, whole),
        "size": lambda value: numbers.size(words.speech(), value),
        "when": _when,
        "in_sentence": lambda moment: times.in_sentence(words.speech(), moment),
        "day": _day,
        "full": lambda moment: times.full(words.speech(), moment),
        "clock": _clock,
        "age": lambda moment: times.age(words.speech(), moment),
        "ago": lambda moment: times.ago(words.speech(), moment),
        "duration": _duration,
        "machine_time": times.machine,
        "elsewhere": lambda moment: times.elsewhere(words.speech(), moment),
        "told": lambda said: desk_says.told(words.speech(), said),
        "note": lambda text: desk_says.told(words.speech(), note_words.note(text)),
        "reason": lambda why: desk_says.reason(words.speech(), why),
        "said": _say,
        "in_words": of_settings.in_words,
        "whole": lambda value: str(int(value)) if isinstance(value, float) and value == int(value) else str(value),
        "masked": lambda text: "•••-••-••••" if text else "",
    }
    made.globals["ui"] = _parts(made)
    return made


def _parts(made: Environment) -> SimpleNamespace:
    """All macros of `parts/`, by name: pages, and the parts themselves, call them as `ui.NAME`."""
    parts = SimpleNamespace()
    made.globals["ui"] = parts
    for place in sorted((TEMPLATES / "parts").glob("*.html")):
        module = made.get_template(f"parts/{place.name}").module
        for name, macro in vars(module).items():
            if isinstance(macro, Macro):
                assert not hasattr(parts, name), f"two parts are called {name}"
                setattr(parts, name, macro)
    return parts


def _say(sentence: str) -> str:
    return words.speech().say(sentence)


def _say_many(one: str, many: str, count: int) -> str:
    return words.speech().say_many(one, many, count).replace("%(num)s", words.speech().number(count).replace("%", "%%"))


def _when(moment: datetime | None, zone: bool = True) -> str:
    return times.when(words.speech(), moment, zone=zone)


def _day(moment: datetime | date) -> str:
    return times.day(words.speech(), moment)


def _clock(moment: datetime | time, zone: bool = True) -> str:
    return times.clock(words.speech(), moment, zone=zone)


def _duration(span: timedelta | float | None) -> str:
    return times.duration(words.speech(), span)
