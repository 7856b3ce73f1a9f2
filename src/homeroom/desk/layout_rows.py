"""Rows of the last delivery through a layout: one row before and after, and what a draft would gain, lose or change.

Values leave this module only where records may be seen; otherwise their shapes do: `Xxxxxxx` for a name, `000000` for a number.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from homeroom.desk.rights import Allowed, Closed, allows
from homeroom.desk.sight import Sight
from homeroom.desk.viewer import Viewer
from homeroom.layouts.faults import LayoutFaults
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import Reason
from homeroom.roster.words import Said
from homeroom.store.audit import AuditRow, AuditWanted
from homeroom.store.sources import Source
from homeroom.sync.glancing import glance
from homeroom.sync.house import House
from homeroom.sync.previewing import preview
from homeroom.sync.trying import Example, Tried, try_on

ROWS = 40
"""So many rows of a file can be stepped through: of every fate some."""
NOTED = timedelta(minutes=10)
"""So long one row of the audit speaks for all looks at a delivery while somebody types."""
PATIENCE = 5.0
"""Seconds that a look waits for others."""
_turns = threading.BoundedSemaphore(2)
_SHAPES = ((re.compile(r"[^\W\d_]"), lambda m: "X" if m[0].isupper() else "x"), (re.compile(r"\d"), lambda m: "0"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A column and its value, or its shape; None is empty. `used`: whether the layout reads it."""

    name: str
    value: str | None
    used: bool = True


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row, as it came and as it becomes. `nth` of `shown` rows that can be looked at, of `rows` in the file.

    `values`: whether these are values; else they are shapes. `closed`: the district has not turned support access on.
    `findings`: code titles, with the sentence only where values are seen. `next_refused`: the number of the next refused row.
    """

    file: str
    line: int | None
    outcome: str
    came: tuple[Cell, ...]
    becomes: tuple[Cell, ...]
    findings: tuple[str, ...]
    nth: int
    shown: int
    rows: int
    accepted: int
    values: bool
    closed: bool
    next_refused: int | None


def shape(value: str | None) -> str | None:
    """What a value looks like, without the value: letters are X or x, digits 0."""
    if value is None:
        return None
    for pattern, stand_in in _SHAPES:
        value = pattern.sub(stand_in, value)
    return value


def opened(house: House, viewer: Viewer, slug: str, now: datetime) -> bool:
    """Whether this viewer sees values of rows now."""
    return isinstance(allows(house, viewer, "records.see", slug, now), Allowed)


def delivery_of(house: House, slug: str, sources: tuple[Source, ...]) -> int | None:
    """The newest delivery of these sources that is still kept."""
    store, numbers = house.stores.roster(slug), {s.id for s in sources}
    for entry in store.imports.last(20):
        mine = entry.source in numbers and entry.kind == "continuous"
        if mine and entry.delivery is not None and store.deliveries.get(entry.delivery).shredded_at is None:
            return entry.delivery
    return None


def row(
    house: House, viewer: Viewer, slug: str, name: str, layout: str, used: tuple[str, ...], delivery: int, nth: int, now: datetime
) -> RowShown | Reason | None:
    """A row of a stored delivery by a layout of a set; the reason where nothing of it is taken, None where the layout reads no file
    of it. `used`: the columns that the layout reads. The audit keeps that it was looked at."""
    seen = preview(house, slug, delivery, layouts=name, rows=ROWS, now=now, who=viewer.who)
    if seen.reason is not None:
        return seen.reason
    file = next((f for f in seen.files if f.layout == layout and f.shown), None)
    if file is None:
        return None
    at = min(max(nth, 1), len(file.shown))
    one, values = file.shown[at - 1], opened(house, viewer, slug, now)
    refused = [n for n, r in enumerate(file.shown, 1) if r.outcome == "refused"]
    known = {cleaned(word) for word in used}
    return RowShown(
        file=file.name,
        line=one.line,
        outcome=one.outcome,
        came=tuple(
            Cell(word, _shown(value or None, word, values), cleaned(word.rpartition(".")[2]) in known or cleaned(word) in known)
            for word, value in zip(file.header, one.before, strict=False)
        ),
        becomes=tuple(Cell(target, _shown(value, target, values)) for target, value in one.after if value is not None),
        findings=tuple(_finding(each, values) for each in one.findings),
        nth=at,
        shown=len(file.shown),
        rows=file.rows,
        accepted=file.accepted,
        values=values,
        closed=isinstance(allows(house, viewer, "records.see", slug, now), Closed),
        next_refused=next((n for n in (*(n for n in refused if n > at), *refused) if n != at), None),
    )


@dataclass(frozen=True, slots=True)
class Glanced:
    """One row through the text as it is typed: columns before and after, or their shapes. `why`: what keeps it from being looked at."""

    came: tuple[Cell, ...] = ()
    becomes: tuple[Cell, ...] = ()
    file: str = ""
    table: str = ""
    kept: bool = True
    nth: int = 1
    rows: int = 0
    values: bool = False
    why: Said | None = None


def glanced(
    house: House,
    viewer: Viewer,
    slug: str,
    name: str,
    texts: Mapping[str, str],
    file: str,
    delivery: int,
    nth: int,
    now: datetime,
) -> Glanced | None:
    """A row of a stored delivery through a draft that can be read; None where the draft's file reads nothing of it.

    The audit keeps once in a while that values were looked at, not with every letter that is typed.
    """
    values = opened(house, viewer, slug, now)
    if not _turns.acquire(timeout=PATIENCE):
        return None
    try:
        found = glance(house, slug, delivery, texts, name, file, nth)
    except (LayoutFaults, Misuse, Refused) as why:
        return Glanced(why=why.said)
    finally:
        _turns.release()
    if found is None:
        return None
    if values:
        _note(house, viewer, slug, delivery, now)
    return Glanced(
        came=tuple(Cell(word, _shown(value, word, values), word in found.used) for word, value in found.before),
        becomes=tuple(Cell(target, _shown(value, target, values)) for target, value in found.after if value is not None),
        file=found.file,
        table=found.table,
        kept=found.kept,
        nth=found.nth,
        rows=found.rows,
        values=values,
    )


def _note(house: House, viewer: Viewer, slug: str, delivery: int, now: datetime) -> None:
    wanted = AuditWanted(district=slug, actor=viewer.who, action="delivery-previewed", since=now - NOTED)
    if not any(row.detail.get("delivery") == delivery for row in house.stores.control.audit.page(wanted, 20)):
        house.stores.control.audit.add(AuditRow(now, viewer.who, "delivery-previewed", slug, {"delivery": delivery, "rows": 1}))


def tried(
    house: House, viewer: Viewer, slug: str, name: str, texts: Mapping[str, str], delivery: int, used: str | None, now: datetime
) -> tuple[Tried, bool]:
    """A draft tried on a delivery, and whether its examples carry values; without, there are none: a key is a value too."""
    values = opened(house, viewer, slug, now)
    found = try_on(house, slug, delivery, name, texts, now, used=used, who=viewer.who)
    sight = Sight(None, values=True)

    def seen(example: Example) -> Example:
        return replace(example, fields=tuple((c, sight.value(b, c), sight.value(a, c)) for c, b, a in example.fields))

    tables = tuple(replace(t, examples=tuple(map(seen, t.examples)) if values else ()) for t in found.tables)
    return replace(found, tables=tables), values


def _shown(value: str | None, column: str, values: bool) -> str | None:
    """The value, or its shape. Columns of secrets are never read, so there is only what stands for them."""
    if value is None or is_secret(column):
        return value
    return Sight(None, values=True).value(value, column) if values else shape(value)


def _finding(text: str, values: bool) -> str:
    name, _, sentence = text.partition(": ")
    return sentence if values else code(name).title
