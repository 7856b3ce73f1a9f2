"""The numbers behind the two drawings: 30 nights, and the bar of a plan. Widths are SVG attributes, since style= is forbidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Night = Literal["ok", "warn", "held", "bad", "run", "nothing", "none"]
"""How a night ended; `nothing`: files were due and none came, `none`: none were due."""

NIGHT_HEIGHTS: dict[str, int] = {"ok": 7, "warn": 12, "held": 16, "bad": 20, "run": 7}
NIGHT_STEP = 5
WIDTH = 1000.0
SMALLEST = 7.0
"""So many units of the bar the smallest part has, so that it is seen."""
SHORTENED = 0.55
"""The share of a bar that unchanged rows have at most, where something changed."""
_GAP = 2.0
_HATCH = 12


@dataclass(frozen=True, slots=True)
class Rect:
    """One block of a bar: where it begins, how wide it is, its colour's class."""

    x: float
    width: float
    fill: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole bar: blocks, the gaps between them, and the strokes that hatch what is removed."""

    blocks: tuple[Rect, ...]
    gaps: tuple[float, ...]
    hatches: tuple[float, ...]


def nights(ends: Sequence[Night]) -> list[tuple[int, Night, int]]:
    """Place, end and height of each night."""
    return [(NIGHT_STEP * at, end, NIGHT_HEIGHTS.get(end, 0)) for at, end in enumerate(ends)]


def bar(added: int = 0, updated: int = 0, removed: int = 0, restored: int = 0, unchanged: int = 0) -> Bar:
    """The bar of a plan. Of a small plan unchanged is shortened, never the others."""
    changed = [(added, "f-ok"), (updated, "f-run"), (removed, "f-bad"), (restored, "f-restore")]
    present = [(count, fill) for count, fill in changed if count]
    total = sum(count for count, _ in present)
    if not total:
        return _laid([(WIDTH, "f-none")] if unchanged else [])
    wanted = max(1 - SHORTENED, total / (total + unchanged))
    room = min(WIDTH * wanted, WIDTH - SMALLEST) if unchanged else WIDTH
    widths = _widths([count for count, _ in present], room)
    parts = [(width, fill) for width, (_, fill) in zip(widths, present, strict=True)]
    used = sum(widths)
    return _laid([*parts, (WIDTH - used, "f-none")] if unchanged else parts)


def share(part: int, whole: int) -> Bar:
    """A bar of what would be removed of all."""
    if not whole or not part:
        return _laid([(WIDTH, "f-none")])
    if part >= whole:
        return _laid([(WIDTH, "f-bad")])
    width = min(max(SMALLEST, WIDTH * part / whole), WIDTH - SMALLEST)
    return _laid([(width, "f-bad"), (WIDTH - width, "f-none")])


def parts(*counted: tuple[int, str]) -> Bar:
    """A bar of any counts with their colours (`ok`, `warn`, `bad`, `held`, `run`, `none`)."""
    present = [(count, fill) for count, fill in counted if count]
    widths = _widths([count for count, _ in present], WIDTH)
    return _laid([(width, f"f-{fill}") for width, (_, fill) in zip(widths, present, strict=True)])


def _widths(counts: Sequence[int], room: float) -> list[float]:
    """Shares of the room, none under the smallest; what the small ones gain the large ones give."""
    total = sum(counts)
    raw = [room * count / total for count in counts]
    short = [max(SMALLEST, width) for width in raw]
    over = sum(short) - room
    spare = sum(width - SMALLEST for width in short)
    return [width - (over * (width - SMALLEST) / spare if spare else 0) for width in short]


def _laid(sized: Sequence[tuple[float, str]]) -> Bar:
    blocks, gaps, hatches, x = [], [], [], 0.0
    for width, fill in sized:
        blocks.append(Rect(round(x, 1), round(width, 1), fill))
        if fill == "f-bad":
            hatches += [round(x + 4 + step, 1) for step in range(0, int(width) - 9, _HATCH)]
        x += width
        if x < WIDTH - 0.5:
            gaps.append(round(x - _GAP, 1))
    return Bar(tuple(blocks), tuple(gaps), tuple(hatches))
