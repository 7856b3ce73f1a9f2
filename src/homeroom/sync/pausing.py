"""Tables that rest for a while although others go on: their files are left unread, and nothing about them is removed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from homeroom.layouts.choice import Choice
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed

WHY = "Its table is paused at this time of the year"


def without_paused(bench: Workbench, choice: Choice, paused: Collection[str]) -> Choice:
    """The choice without what reads files of paused tables; the report says so of every file."""
    resting = [m for m in choice.matches if m.layout.table in paused]
    if not resting:
        return choice
    going = tuple(m for m in choice.matches if m.layout.table not in paused)
    for match in resting:
        code = "changes-paused" if match.mode != "continuous" else "table-paused"
        bench.tell(code, file=match.inspected.file.number, table=match.layout.table, what=match.layout.table)
    read = {m.inspected.file.number for m in going}
    joined = {n for m in going for n in m.binding.arrangement.files}
    idle = {m.inspected.file.number: m.inspected for m in resting} | {look.file.number: look for look in choice.joined}
    unread = tuple((look, WHY) for n, look in sorted(idle.items()) if n not in read and n not in joined)
    return replace(
        choice,
        matches=going,
        unmatched=(*choice.unmatched, *unread),
        joined=tuple(look for look in choice.joined if look.file.number in joined),
    )


def unproved(feeds: Sequence[Feed]) -> list[Feed]:
    """The feeds, so that nobody takes a record for gone that is made from rows of several tables: some of these rest."""
    return [replace(f, spares="true") if f.made and "/made-" in f.layout else f for f in feeds]
