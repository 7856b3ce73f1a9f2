"""How the values of a source's settings are written, and what is wrong with one: one small value for each kind.

A value is plain JSON. `read` makes it of the text that a person typed; `judge` says what is wrong with it, whoever sent it (command
line, form or API), or None. In its sentences `{setting}` is left open: whoever shows them knows what the setting is called there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeroom.roster.words import Listed, Said, _, in_a_row

Wrong = Said | Listed
Judge = Callable[[Any], Wrong | None]

_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WINDOW = re.compile(r"(\d\d)-(\d\d)\.\.(\d\d)-(\d\d)")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of writing a value. `says` is it in words for people; `depth` is 0 but for objects: how many names lead to an entry.

    `options`: the words to choose from, where there are few; `many`: the value is a list.
    """

    says: Said
    judge: Judge
    read: Callable[[str], Any]
    depth: int = 0
    options: tuple[str, ...] = ()
    many: bool = False


def number(low: float, high: float | None = None) -> Kind:
    """A number from `low` to `high`."""
    says = _("a number, {low} or more", low=f"{low:g}")
    if high is not None:
        says = _("a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
    return Kind(says, lambda v: None if _is_number(v) and v >= low and (high is None or v <= high) else _must(says), loose)


def whole(low: int, high: int | None = None) -> Kind:
    """A whole number from `low` to `high`."""
    says = _("a whole number, {low} or more", low=str(low))
    if high is not None:
        says = _("a whole number from {low} to {high}", low=str(low), high=str(high))

    def judge(value: Any) -> Wrong | None:
        fine = isinstance(value, int) and not isinstance(value, bool) and value >= low and (high is None or value <= high)
        return None if fine else _must(says)

    return Kind(says, judge, loose)


def yes_no() -> Kind:
    """A yes or a no."""
    return Kind(
        _("`true` or `false`"),
        lambda v: None if isinstance(v, bool) else _("{setting} must be true or false."),
        lambda text: _YES.get(text.strip().lower(), text),
        options=("true", "false"),
    )


def one_of(*words: str, yes: str | None = None, no: str | None = None) -> Kind:
    """One of some words. `yes` and `no` are those for which a yes or a no may be given too."""
    says = Said("{words}", {"words": in_a_row((f"`{w}`" for w in words), " or ")})
    must = _("{setting} must be {words}.", words=in_a_row(words, " or "))
    meant = {True: yes, False: no}
    return Kind(
        says,
        lambda v: None if (meant.get(v) if isinstance(v, bool) else v) in words else must,
        lambda typed: (meant.get(_YES[typed.lower()]) if typed.lower() in _YES else None) or typed,
        options=words,
    )


def text(says: Said, pattern: str) -> Kind:
    """A text that matches a pattern from end to end; `says` describes it."""
    whole_text = re.compile(pattern)
    return Kind(says, lambda v: None if isinstance(v, str) and whole_text.fullmatch(v) else _must(says), str)


def checked(says: Said, judge: Callable[[str], Wrong | None]) -> Kind:
    """A text that a function judges."""
    return Kind(says, lambda v: judge(v) if isinstance(v, str) else _must(says), str)


def several(says: Said, judge: Callable[[Any], Said | None]) -> Kind:
    """A list, each item of which is judged; typed as words with commas between them, or as a JSON list."""

    def judged(value: Any) -> Wrong | None:
        if not isinstance(value, list):
            return _must(says)
        return _all_of(w for item in value if (w := judge(item)) is not None)

    return Kind(says, judged, items, many=True)


def mapping(says: Said, judge: Callable[[str, Any], Said | None], inner: Callable[[str], Any], depth: int = 1) -> Kind:
    """An object: `judge` hears each entry's name (names with a dot between them where `depth` is 2) and value.

    Typed as a JSON object, or one entry at a time: `NAME.ENTRY=VALUE`, read by `inner`.
    """

    def judged(value: Any) -> Wrong | None:
        if not isinstance(value, Mapping) or (depth == 2 and not all(isinstance(v, Mapping) for v in value.values())):
            return _must(says)
        entries = value.items() if depth == 1 else [(f"{a}.{b}", v) for a, own in value.items() for b, v in own.items()]
        return _all_of(w for name, item in entries if (w := judge(str(name), item)) is not None)

    def read(typed: str) -> Any:
        return loose(typed) if typed.lstrip().startswith("{") else inner(typed)

    return Kind(says, judged, read, depth)


def _must(says: Said) -> Said:
    return _("{setting} must be {form}.", form=says)


def _all_of(wrong: Iterable[Said]) -> Listed | None:
    """Every mistake once."""
    found: list[Said] = []
    for each in wrong:
        found += [each] if each not in found else []
    return in_a_row(found, " ") if found else None


def window(value: Any) -> Said | None:
    """What is wrong with a stretch of the year, `MM-DD..MM-DD`; it may go over New Year."""
    found = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    days = [(int(found[1]), int(found[2])), (int(found[3]), int(found[4]))] if found else []
    if not days or not all(1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] for month, day in days):
        return _(
            "{setting} cannot use {value}: a stretch of the year is written MM-DD..MM-DD, as 06-15..08-10.", value=repr(value)
        )
    return None


def within(value: str, today: tuple[int, int]) -> bool:
    """Whether a day (month, day) lies in a stretch of the year, its first and last day included.

    >>> within("06-15..08-10", (8, 10)), within("12-20..01-06", (1, 2)), within("12-20..01-06", (7, 1))
    (True, True, False)
    """
    first, _dots, last = value.partition("..")
    day = f"{today[0]:02}-{today[1]:02}"
    return first <= day <= last if first <= last else day >= first or day <= last


def loose(typed: str) -> Any:
    """JSON where it is JSON, else the text itself."""
    try:
        return json.loads(typed)
    except json.JSONDecodeError:
        return typed


def items(typed: str) -> Any:
    """A list from words with commas between them, or from JSON."""
    if typed.lstrip().startswith("["):
        return loose(typed)
    return [loose(word.strip()) if word.strip().isdigit() else word.strip() for word in typed.split(",") if word.strip()]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) != float("inf")
