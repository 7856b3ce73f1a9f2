"""What goes on board of a ferry for a commit: only what the plan really has, table by table."""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.roster.names import quoted
from homeroom.store.commits import Commit
from homeroom.store.delta import Delta
from homeroom.store.ferry import Ferry
from homeroom.store.issues import COLUMNS
from homeroom.store.roster_tables import links
from homeroom.workbench.bench import Workbench


def load(boat: Ferry, each: Delta) -> None:
    """Take on board what the plan really has: most nights change few tables, and each of them in one way or two."""
    name, adds = each.table.name, f"({each.numbered()})"
    if each.adds:
        boat.load(f"add_{name}", each.rows(adds))
    if each.alters:
        boat.load(f"update_{name}", each.updates())
    if "remove" in each.verbs:
        boat.load(f"remove_{name}", each.removals())
    for link in links(name):
        if each.adds or each.alters:
            boat.load(f"link_{link.name}", each.links(link.column, adds))
        if each.alters:
            boat.load(f"unlink_{link.name}", each.unlinks(link.column))


def load_roster(boat: Ferry, deltas: Sequence[Delta], commit: Commit) -> None:
    """Take every row of the roster that will be written on board."""
    for each in deltas:
        load(boat, each)
    _load_shared(boat, deltas, commit)


def load_rest(boat: Ferry, workbench: Workbench, rest: Sequence[Delta], every: Sequence[Delta], commit: Commit) -> None:
    """What is not the first ferry's: the other tables, the counts and changes of all, the issues."""
    for each in rest:
        load(boat, each)
    _load_shared(boat, every, commit)
    load_issues(boat, workbench, commit)


def _load_shared(boat: Ferry, deltas: Sequence[Delta], commit: Commit) -> None:
    boat.load("block", " UNION ALL ".join(f"({d.blocks(f'({d.numbered()})')})" for d in deltas))
    boat.load("tally", " UNION ALL ".join(f"({d.tallies()})" for d in deltas))
    if commit.revision_before:
        every = " UNION ALL ".join(f"({d.changes()})" for d in deltas)
        boat.load("change", f"SELECT row_number() OVER () AS seq, * FROM ({every})")


def load_issues(boat: Ferry, workbench: Workbench, commit: Commit) -> None:
    """Take the import's findings on board, and what its source says of fields that people hold."""
    if commit.offers is not None:
        boat.load("offers", f"SELECT * FROM {commit.offers}")
    if commit.issues is not None:
        # PostgreSQL's text holds no NUL, and a raw value may: it is shown by its symbol
        shown = {name: f"replace({quoted(name)}, chr(0), '␀') AS {quoted(name)}" for name in ("file", "column", "key", "value")}
        boat.load("issue", f"SELECT {', '.join(shown.get(c, quoted(c)) for c in COLUMNS)} FROM {commit.issues} ORDER BY seq")
