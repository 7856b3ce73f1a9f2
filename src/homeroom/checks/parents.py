"""Chains of parents that come back to where they began."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.checks.sheet import Sheet, present
from homeroom.workbench.values import Lookup

PARENT = "parentSourcedId"


def find_cycles(sheet: Sheet, rows: str, lookup: Lookup) -> None:
    """Parents that form a ring: the parent of every changed row in it is dropped, and the ring is told once.

    `rows` is the FROM item of the rows that pass so far. No row is refused: a school does not vanish because two
    departments name each other.
    """
    if PARENT not in sheet.sifted.columns:
        return
    bench, name = sheet.workbench, sheet.name
    if not bench.rows(f"SELECT 1 FROM {rows} WHERE {PARENT} IS NOT NULL LIMIT 1"):
        return
    ringed = rings(_parents(sheet, rows, lookup))
    if not ringed:
        return
    bench.load(
        f"ring_{name}", ("sourcedId", "head", "chain"), [(member, ring[0], _chain(ring)) for member, ring in ringed.items()]
    )
    members = (
        f"(SELECT r._file, r._row, r._kh, r.sourcedId, r.{PARENT}, head, chain "
        f"FROM {rows} r JOIN ring_{name} USING (sourcedId) WHERE r.{PARENT} IS NOT NULL)"
    )
    sheet.find(
        members,
        "'cycle'",
        PARENT,
        PARENT,
        effect="'patch'",
        cause=f"'cycle:{name}:' || head",
        detail="json_object('chain', chain)",
    )


def ring_members(sheet: Sheet, rows: str, lookup: Lookup) -> tuple[str, ...]:
    """Ids that are members of a ring, if the changed `rows`, not yet checked, stand beside what is unchanged."""
    if not sheet.workbench.rows(f"SELECT 1 FROM {rows} WHERE {PARENT} IS NOT NULL LIMIT 1"):
        return ()
    return tuple(rings(_parents(sheet, rows, lookup)))


def _parents(sheet: Sheet, rows: str, lookup: Lookup) -> dict[str, str]:
    """Every known link from a record to its parent; tonight's word counts over what is stored."""
    links: dict[str, str] = {}
    bench = sheet.workbench
    if sheet.sifted.mode != "continuous":
        stored = lookup(sheet.name, None)
        links.update(bench.rows(f"SELECT sourcedId, {PARENT} FROM {stored} WHERE status = 'active' AND {PARENT} IS NOT NULL"))
    standing = present(bench, sheet.name, ("sourcedId", PARENT), rows)
    if standing is not None:
        links.update(bench.rows(f"SELECT sourcedId, {PARENT} FROM {standing} WHERE {PARENT} IS NOT NULL"))
    return links


def rings(parents: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The members of every ring, each with its ring, which begins with its smallest id.

    >>> rings({"a": "b", "b": "a", "c": "a"})
    {'a': ('a', 'b'), 'b': ('a', 'b')}
    """
    found: dict[str, tuple[str, ...]] = {}
    done: set[str] = set()
    for start in sorted(parents):
        path: dict[str, int] = {}
        at = start
        while at in parents and at not in done and at not in path:
            path[at] = len(path)
            at = parents[at]
        if at in path:
            ring = list(path)[path[at] :]
            turn = ring.index(min(ring))
            whole = tuple(ring[turn:] + ring[:turn])
            found.update(dict.fromkeys(whole, whole))
        done.update(path)
    return dict(sorted(found.items()))


def _chain(ring: tuple[str, ...]) -> str:
    shown = ring if len(ring) <= 5 else (*ring[:5], "...")
    return " > ".join((*shown, ring[0]))
