"""Take-overs: a person says that a record which Homeroom holds is what a source's SIS calls by another id."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from homeroom.layouts.nearness import cleaned
from homeroom.layouts.taking_over import TABLES
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row, ngettext
from homeroom.store.audit import AuditRow
from homeroom.store.sources import Source
from homeroom.store.taken_over import TakenOver
from homeroom.sync import sources, tuning
from homeroom.sync.house import House

Pair = tuple[str, str]
"""Own id, id of the SIS."""

_OWN = ("own", "ownid", "ours", "homeroom", "homeroomid", "x")
_SIS = ("sis", "sisid", "theirs", "sourcedid", "y")


def take_over(
    house: House, slug: str, table: str, pairs: Sequence[Pair], source: int | None = None, who: str = "command line"
) -> list[TakenOver]:
    """Keep pairs of a table, all or none; returns those that are new. The source's next import reads by them.

    Raises Misuse in one sentence for the first pair that cannot be: an own record that is not there, an id of the SIS that is in the
    roster as itself, two pairs for one record.
    """
    if table not in TABLES:
        raise Misuse("{table} cannot be taken over; {tables} can.", table=table, tables=in_a_row(TABLES))
    chosen = _source(house, slug, source)
    known = [p for p in house.stores.control.taken_over.of(slug, chosen.id) if p.table == table]
    now = datetime.now(UTC)
    new = [
        TakenOver(chosen.id, table, ours, theirs, who, now)
        for ours, theirs in dict.fromkeys(pairs)
        if not any((p.ours, p.theirs) == (ours, theirs) for p in known)
    ]
    _judge(house, slug, chosen, table, known, new)
    if new:
        house.stores.control.taken_over.add(slug, new)
        told = {"own": new[0].ours, "sis": new[0].theirs} if len(new) == 1 else {"pairs": len(new)}
        house.stores.control.audit.add(AuditRow(now, who, "taken-over", slug, {"source": chosen.id, "table": table} | told))
    return new


def undo(house: House, slug: str, table: str, sis: str, source: int | None = None, who: str = "command line") -> TakenOver:
    """Take one pair back. The source's next import reads the SIS's id as itself again. Raises Misuse for one that there is not."""
    chosen = _source(house, slug, source)
    gone = house.stores.control.taken_over.remove(slug, chosen.id, table, sis)
    detail = {"source": chosen.id, "table": table, "own": gone.ours, "sis": gone.theirs}
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "take-over-undone", slug, detail))
    return gone


def listed(house: House, slug: str, source: int | None = None) -> list[TakenOver]:
    """The pairs of a district, or of one source. Raises Misuse for what is not there."""
    house.stores.control.districts.get(slug)
    chosen = sources.of(house, slug, source) if source is not None else None
    return house.stores.control.taken_over.of(slug, chosen.id if chosen else None)


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a CSV file with the columns `own_id` and `sis_id`. Raises Misuse with the line that is wrong."""
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError):
        raise Misuse("{path} cannot be read as a CSV file in UTF-8.", path=str(path)) from None
    header = [cleaned(word) for word in lines[0]] if lines else []
    own = next((i for i, w in enumerate(header) if w in _OWN), None)
    sis = next((i for i, w in enumerate(header) if w in _SIS), None)
    if own is None or sis is None:
        raise Misuse("{path} needs a first line with the columns own_id and sis_id.", path=str(path))
    pairs = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(c.strip() for c in cells):
            continue
        if max(own, sis) >= len(cells) or not cells[own].strip() or not cells[sis].strip():
            raise Misuse(
                "line {number} of {path} lacks one of its two ids; nothing was taken over.", number=str(number), path=str(path)
            )
        pairs.append((cells[own].strip(), cells[sis].strip()))
    return pairs


def _source(house: House, slug: str, number: int | None) -> Source:
    house.stores.control.districts.get(slug)
    chosen = sources.of(house, slug, number)
    if chosen is None:
        count = len(house.stores.control.sources.current(slug))
        raise Misuse(
            ngettext(
                "{slug} has {count} source; choose the one whose SIS is meant.",
                "{slug} has {count} sources; choose the one whose SIS is meant.",
                count,
                slug=slug,
            ),
            command="--source N",
        )
    return chosen


def _judge(house: House, slug: str, source: Source, table: str, known: Sequence[TakenOver], new: Sequence[TakenOver]) -> None:
    """Raises Misuse for the first pair that cannot be."""
    store = house.stores.roster(slug)
    what = catalogue()[table].singular
    taken = {p.theirs: p.ours for p in known}
    given = {p.ours: p.theirs for p in known}
    every = {*given, *(p.ours for p in new)}
    for pair in new:
        ours, theirs = pair.ours, pair.theirs
        if ours == theirs:
            raise Misuse("{what} {ours} has the same id on both sides; there is nothing to take over.", what=what, ours=ours)
        if theirs in taken:
            raise Misuse(
                "the SIS's {theirs} stands for {what} {taken} already; undo that first.",
                theirs=theirs,
                what=what,
                taken=taken[theirs],
                command=f"homeroom take-over {slug} {table} --undo {theirs} --source {source.id}",
            )
        if ours in given:
            raise Misuse(
                "{what} {ours} is what the SIS calls {given} already; undo that first.",
                what=what,
                ours=ours,
                given=given[ours],
                command=f"homeroom take-over {slug} {table} --undo {given[ours]} --source {source.id}",
            )
        held = store.one(table, ours)
        if held is None or held["status"] != "active":
            state = "does not hold" if held is None else "holds as removed"
            raise Misuse(
                "{slug} {state} {what} {ours}, so nothing can be taken over.",
                slug=slug,
                state=state,
                what=what,
                ours=ours,
                command=f"homeroom record {slug} {table} ID",
            )
        itself = tuning.read_as(source, table, theirs)
        there = store.one(table, itself)
        if there is not None and there["status"] == "active" and itself not in every:
            raise Misuse(
                "{what} {itself} is in the roster as itself and has a history of its own; roll back to the revision "
                "before it came, or let a night remove it, and then take over.",
                what=what,
                itself=itself,
            )
        taken[theirs], given[ours] = ours, theirs
