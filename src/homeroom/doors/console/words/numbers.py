"""Numbers as people read them (console.md, 9): thousands marks, −, percent, sizes, and `not known` instead of a guess."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from babel.numbers import format_decimal

from homeroom.doors.console.words.marking import N_

if TYPE_CHECKING:
    from homeroom.doors.console.words.speech import Speech

MINUS = "−"
_ONE = Decimal("0.1")
_UNITS = ("kB", "MB", "GB", "TB")


NOT_KNOWN = N_("not known")
_SPELLED = (
    N_("no"), N_("one"), N_("two"), N_("three"), N_("four"), N_("five"), N_("six"), N_("seven"), N_("eight"), N_("nine"), N_("ten"),
    N_("eleven"), N_("twelve"), N_("thirteen"), N_("fourteen"), N_("fifteen"), N_("sixteen"), N_("seventeen"), N_("eighteen"),
    N_("nineteen"), N_("twenty"),
)  # fmt: skip


def number(speech: Speech, value: float | None) -> str:
    """50,743; −6. None is `not known`, never 0. Numbers that are names (import 1284) do not come here."""
    if value is None:
        return speech.say(NOT_KNOWN)
    return format_decimal(value, locale=speech.locale).replace("-", MINUS)


def signed(speech: Speech, value: int | None) -> str:
    """+31, −6, 0: a change."""
    said = number(speech, value)
    return f"+{said}" if value is not None and value > 0 else said


def spelled(speech: Speech, value: int) -> str:
    """A count in words up to twenty, after that in figures."""
    return speech.say(_SPELLED[value]) if 0 <= value < len(_SPELLED) else number(speech, value)


def percent(speech: Speech, part: int | None, whole: int | None) -> str:
    """18.7%: one decimal, and 0% or 100% only where it is exactly so. Of nothing, or of what is not known, it is not known."""
    if part is None or not whole:
        return speech.say(NOT_KNOWN)
    if part in (0, whole):
        return "0%" if part == 0 else "100%"
    share = Decimal(abs(part)) * 100 / Decimal(abs(whole))
    rounded = share.quantize(_ONE, ROUND_HALF_UP)
    if share < _ONE:
        return speech.say(N_("under %(share)s")) % {"share": f"{_decimal(speech, _ONE)}%"}
    if share < 100 <= rounded:
        return speech.say(N_("over %(share)s")) % {"share": f"{_decimal(speech, Decimal('99.9'))}%"}
    return f"{MINUS if (part < 0) != (whole < 0) else ''}{_decimal(speech, rounded)}%"


def size(speech: Speech, octets: int | None) -> str:
    """3.9 MB: units of a thousand, one decimal below a hundred."""
    if octets is None:
        return speech.say(NOT_KNOWN)
    if octets < 1000:
        return speech.say_many("%(num)s byte", "%(num)s bytes", octets) % {"num": octets}
    told = [(Decimal(octets) / 1000**power, unit) for power, unit in enumerate(_UNITS, 1)]
    value, unit = next(((value, unit) for value, unit in told if round(value) < 1000), told[-1])
    tenths = value.quantize(_ONE, ROUND_HALF_UP)
    return f"{number(speech, float(tenths if tenths < 100 else value.quantize(Decimal(1), ROUND_HALF_UP)))} {unit}"


def _decimal(speech: Speech, value: Decimal) -> str:
    return format_decimal(value, format="#,##0.0", locale=speech.locale)
