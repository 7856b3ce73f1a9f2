"""take-over: a record that Homeroom holds is what the SIS calls by another id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, printable, say, table
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment

if TYPE_CHECKING:
    from homeroom.store.taken_over import TakenOver


def take_over(
    slug: str,
    kind: str | None = None,
    own_id: str | None = None,
    sis_id: str | None = None,
    /,
    *,
    file: Path | None = None,
    undo: str | None = None,
    source: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Say that a record which Homeroom holds is what the SIS calls by another id; with a district alone, list what was said.

    Parameters
    ----------
    slug
        The district.
    kind
        The table: classes, users, courses, academicSessions or orgs.
    own_id
        The id under which Homeroom holds the record; it keeps it, with its history.
    sis_id
        The id that the SIS has for it, exactly as its files have it.
    file
        A CSV of pairs with the columns own_id and sis_id, in place of one pair. All are kept, or none.
    undo
        Take the pair of this id of the SIS back.
    source
        Number of the source whose SIS is meant; without it the district's only one.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import taking_over as sync

    with opened_house() as house:
        if kind is None:
            return _listed(sync.listed(house, slug, source), as_json)
        if undo is not None:
            return _undone(slug, sync.undo(house, slug, kind, undo, source), as_json)
        if (file is None) == (own_id is None) or (own_id is None) != (sis_id is None):
            raise Misuse("name the own id and the SIS's id, or --file with pairs of them, or --undo with the SIS's id.")
        pairs = sync.read_pairs(file) if file is not None else [(str(own_id), str(sis_id))]
        new = sync.take_over(house, slug, kind, pairs, source)
    if as_json:
        document([_row(p) for p in new])
    else:
        say(printable(f"{len(new)} of {len(pairs)} pairs of {kind} are new; the source's next import reads by them."))
        say(f"To see what that does first: homeroom import {slug} PATH --dry-run")
    return 0


def _listed(pairs: list[TakenOver], as_json: bool) -> int:
    if as_json:
        document([_row(p) for p in pairs])
    else:
        table(
            ["source", "table", "held as", "SIS calls it", "said by", "at"],
            [(p.source, p.table, p.ours, p.theirs, p.said_by, moment(p.said)) for p in pairs],
        )
    return 0


def _undone(slug: str, pair: TakenOver, as_json: bool) -> int:
    if as_json:
        document(_row(pair) | {"undone": True})
        return 0
    say(printable(f"{pair.theirs} is read as itself again with the next import: it is added, and {pair.ours} leaves."))
    say(f"To see that first: homeroom import {slug} PATH --dry-run")
    return 0


def _row(pair: TakenOver) -> dict[str, Any]:
    return {
        "source": pair.source,
        "table": pair.table,
        "own": pair.ours,
        "sis": pair.theirs,
        "by": pair.said_by,
        "at": moment(pair.said),
    }
