"""Every change of a row, in order: data versions and events are made of these.

A data version is one number for the whole server that goes up with each change. A subscription (`application name`) stands for a set of
tables; how a real server is told of one is not known, here `POST /__simulator/dataversion` names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from homeroom.simulator.powerschool.tables import TABLES

Verb = Literal["INSERT", "UPDATE", "DELETE", "SCHOOL_ENROLLMENT"]
FIRST_VERSION = 16_323_283
STEP = 7  # the number is the whole server's: others change things too


@dataclass(frozen=True, slots=True)
class Change:
    """One row that changed; `key` is its primary key."""

    version: int
    table: str
    key: int
    verb: Verb


@dataclass(slots=True)
class Ledger:
    """The changes since the start, and the subscriptions to tables."""

    version: int = FIRST_VERSION
    changes: list[Change] = field(default_factory=list)
    subscriptions: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            name: frozenset(t for t, table in TABLES.items() if table.kind == "core") for name in ("Homeroom", "RosterHub")
        }
    )

    def note(self, table: str, key: int, verb: Verb) -> Change:
        """A row changed."""
        self.version += STEP
        change = Change(self.version, table.lower(), key, verb)
        self.changes.append(change)
        return change

    def since(self, application: str, version: int) -> dict[str, set[int]] | None:
        """Keys by table that changed after a version, None for an application that nobody subscribed."""
        tables = next((t for name, t in self.subscriptions.items() if name.lower() == application.lower()), None)
        if tables is None:
            return None
        found: dict[str, set[int]] = {}
        for change in self.changes:
            if change.version > version and change.table in tables:
                found.setdefault(change.table, set()).add(change.key)
        return found
