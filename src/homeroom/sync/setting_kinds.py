"""How the values of a source's settings are written, and what is wrong with one: one small value for each kind.

A value is plain JSON. `read` makes it of the text that a person typed; `judge` says in a few words what is wrong with it, whoever
sent it (command line, form or API), or None. The words follow the setting's name: `remove_share must be ...`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any], str | None]

_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WINDOW = re.compile(r"(\d\d)-(\d\d)\.\.(\d\d)-(\d\d)")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of writing a value. `says` is it in words for people; `depth` is 0 but for objects: how many names lead to an entry.

    `options`: the words to choose from, where there are few; `many`: the value is a list.
    """

    says: str
    judge: Judge
    read: Callable[[str], Any]
    depth: int = 0
    options: tuple[str, ...] = ()
    many: bool = False


def number(low: float, high: float | None = None) -> Kind:
    """A number from `low` to `high`."""
    says = f"a number from {low:g} to {high:g}" if high is not None else f"a number, {low:g} or more"
    return Kind(says, lambda v: None if _is_number(v) and v >= low and (high is None or v <= high) else f"must be {says}", loose)


def whole(low: int, high: int | None = None) -> Kind:
    """A whole number from `low` to `high`."""
    says = f"a whole number from {low} to {high}" if high is not None else f"a whole number, {low} or more"

    def judge(value: Any) -> str | None:
        fine = isinstance(value, int) and not isinstance(value, bool) and value >= low and (high is None or value <= high)
        return None if fine else f"must be {says}"

    return Kind(says, judge, loose)


def yes_no() -> Kind:
    """A yes or a no."""
    return Kind(
        "`true` or `false`",
        lambda v: None if isinstance(v, bool) else "must be true or false",
        lambda text: _YES.get(text.strip().lower(), text),
        options=("true", "false"),
    )


def one_of(*words: str, yes: str | None = None, no: str | None = None) -> Kind:
    """One of some words. `yes` and `no` are those for which a yes or a no may be given too."""
    says = " or ".join(f"`{w}`" for w in words)
    meant = {True: yes, False: no}
    return Kind(
        says,
        lambda v: None if (meant.get(v) if isinstance(v, bool) else v) in words else f"must be {' or '.join(words)}",
        lambda typed: (meant.get(_YES[typed.lower()]) if typed.lower() in _YES else None) or typed,
        options=words,
    )


def text(says: str, pattern: str) -> Kind:
    """A text that matches a pattern from end to end; `says` describes it."""
    whole_text = re.compile(pattern)
    return Kind(says, lambda v: None if isinstance(v, str) and whole_text.fullmatch(v) else f"must be {says}", str)


def checked(says: str, judge: Callable[[str], str | None]) -> Kind:
    """A text that a function judges."""
    return Kind(says, lambda v: judge(v) if isinstance(v, str) else f"must be {says}", str)


def several(says: str, judge: Callable[[Any], str | None]) -> Kind:
    """A list, each item of which is judged; typed as words with commas between them, or as a JSON list."""

    def judged(value: Any) -> str | None:
        if not isinstance(value, list):
            return f"must be {says}"
        return "; ".join(dict.fromkeys(w for item in value if (w := judge(item)) is not None)) or None

    return Kind(says, judged, items, many=True)


def mapping(says: str, judge: Callable[[str, Any], str | None], inner: Callable[[str], Any], depth: int = 1) -> Kind:
    """An object: `judge` hears each entry's name (names with a dot between them where `depth` is 2) and value.

    Typed as a JSON object, or one entry at a time: `NAME.ENTRY=VALUE`, read by `inner`.
    """

    def judged(value: Any) -> str | None:
        if not isinstance(value, Mapping) or (depth == 2 and not all(isinstance(v, Mapping) for v in value.values())):
            return f"must be {says}"
        entries = value.items() if depth == 1 else [(f"{a}.{b}", v) for a, own in value.items() for b, v in own.items()]
        return "; ".join(dict.fromkeys(w for name, item in entries if (w := judge(str(name), item)) is not None)) or None

    def read(typed: str) -> Any:
        return loose(typed) if typed.lstrip().startswith("{") else inner(typed)

    return Kind(says, judged, read, depth)


def window(value: Any) -> str | None:
    """What is wrong with a stretch of the year, `MM-DD..MM-DD`; it may go over New Year."""
    found = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    days = [(int(found[1]), int(found[2])), (int(found[3]), int(found[4]))] if found else []
    if not days or not all(1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] for month, day in days):
        return f"cannot use {value!r}: a stretch of the year is written MM-DD..MM-DD, as 06-15..08-10"
    return None


def within(value: str, today: tuple[int, int]) -> bool:
    """Whether a day (month, day) lies in a stretch of the year, its first and last day included.

    >>> within("06-15..08-10", (8, 10)), within("12-20..01-06", (1, 2)), within("12-20..01-06", (7, 1))
    (True, True, False)
    """
    first, _, last = value.partition("..")
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
