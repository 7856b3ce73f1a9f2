"""Which rows a page holds."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.simulator.powerschool.calls import Call, Trouble
from homeroom.simulator.powerschool.faults import Faults

MOST = 10**9
"""No page and no size beyond it makes sense."""


@dataclass(frozen=True, slots=True)
class Window:
    """So many rows after so many."""

    limit: int
    offset: int


def window(call: Call, maximum: int, faults: Faults) -> Window:
    """The window of a call with `page` and `pagesize`; a page size above the maximum is cut to it (or refused: fault `overmax`)."""
    maximum = min(maximum, faults.number("maxpage") or maximum)
    page, size = _number(call, "page", 1), _number(call, "pagesize", maximum)
    if size > maximum and faults.has("overmax"):
        raise Trouble(400, f"The page size may not be greater than {maximum}")
    size = min(size or maximum, maximum)
    return placed(max(page, 1), size, faults)


def placed(page: int, size: int, faults: Faults) -> Window:
    """The window of a page; a further page may slip by a row (faults `shift` and `dupe`)."""
    first = (page - 1) * size
    return Window(size, first + faults.slip() if page > 1 else first)


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal():
        raise Trouble(400, f"Invalid value '{text}' for parameter {name}")
    return min(int(text), MOST)


def page_of(call: Call) -> int:
    """The page that is asked for, from 1."""
    return max(_number(call, "page", 1), 1)


def size_of(call: Call, default: int) -> int:
    """The page size that is asked for."""
    return _number(call, "pagesize", default)
