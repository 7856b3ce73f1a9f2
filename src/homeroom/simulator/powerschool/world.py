"""The state of a pretend server: the district's tables, the plug-in that clients use, tokens, faults, what changed, what was called."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from homeroom.roster.unhurried import unhurried
from homeroom.simulator.district import FIRST_NIGHT, make
from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.faults import Faults
from homeroom.simulator.powerschool.filling import batches
from homeroom.simulator.powerschool.journal import Journal
from homeroom.simulator.powerschool.ledger import Change, Ledger, Verb
from homeroom.simulator.powerschool.plugin import Plugin, credentials
from homeroom.simulator.powerschool.schema import functions
from homeroom.simulator.powerschool.schema.named import Named, shipped
from homeroom.simulator.powerschool.tokens import Tokens

if TYPE_CHECKING:
    from homeroom.simulator.powerschool.packages import Package


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a plug-in subscribed to: pairs of resource (`/ws/v1/student/*`) and kind of event."""

    key: str
    url: str
    wanted: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Switches:
    """Where servers are said to differ: how values of PowerQueries come, what an empty one holds, whether events go out, and what
    `/ws/v1` answers when nothing is asked for."""

    values: Literal["text", "typed"] = "text"
    empty_record: Literal["absent", "list"] = "absent"
    events: Literal["on", "off"] = "on"
    default_format: Literal["xml", "json"] = "xml"


@dataclass(slots=True)
class World:
    """Everything that a handler may look at or change. `today` is the server's ISO day; `year` the one in which the school year ends."""

    tables: sqlite3.Connection
    plugin: Plugin
    tokens: Tokens
    faults: Faults
    ledger: Ledger
    journal: Journal
    name: str
    seed: int
    year: int
    today: str
    url: str = ""
    zone: str = "America/Chicago"
    renewals: int = 0
    outbox: deque[tuple[str, bytes]] = field(default_factory=deque)
    switches: Switches = field(default_factory=Switches)
    subscription: Subscription | None = None
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_call: float = float("-inf")
    installed: dict[str, Named] = field(default_factory=dict)
    own: Callable[[], Mapping[str, Named]] = dict
    """Queries that are there until a plug-in is installed, read when they are first asked for."""
    kept: dict[tuple[str, str, int, str], list[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def queries(self) -> Mapping[str, Named]:
        """The PowerQueries that may be called: shipped ones and those of the installed plug-in."""
        return {**shipped(), **self.brought}

    @property
    def brought(self) -> Mapping[str, Named]:
        """The PowerQueries that did not come with the server."""
        return {**self.own(), **self.installed}

    def install(self, package: Package) -> None:
        """Install and enable a plug-in in place of the one that clients used; its credentials stay, as in an upgrade."""
        self.plugin.name, self.plugin.v1, self.plugin.fields = package.name, package.v1, package.fields
        self.plugin.enabled, self.own, self.installed = True, dict, package.queries

    def throttled(self, now: float) -> bool:
        """Whether a call at this second comes sooner after the last one than the fault `throttle` (milliseconds) allows."""
        early = (now - self.last_call) * 1000 < self.faults.number("throttle")
        if not early:
            self.last_call = now
        return early

    @property
    def stamp(self) -> str:
        """The moment of a change as the tables write it."""
        return f"{self.today} 12:00:00.0"

    @contextmanager
    def changing(self) -> Iterator[Callable[[str, int, Verb], Change]]:
        """A transaction; what it gives notes each changed row. Nothing is noted when the block fails."""
        noted = self.ledger.version, len(self.ledger.changes)
        self.tables.execute("BEGIN")
        try:
            yield self.ledger.note
        except BaseException:
            self.tables.execute("ROLLBACK")
            self.ledger.version = noted[0]
            del self.ledger.changes[noted[1] :]
            raise
        self.tables.execute("COMMIT")

    @property
    def year_end(self) -> str:
        """The day after the last day of the school year: where open stays and seats end."""
        return f"{self.year}-05-29"

    @property
    def year_id(self) -> int:
        """PowerSchool's number of the school year: the year in which it began less 1990."""
        return self.year - 1991


def founded(students: int, seed: int) -> World:
    """The server of a new made-up district. Raises ValueError below one student."""
    with unhurried():
        district = make(students, seed)
        tables = database.opened()
        database.fill(tables, batches(district))
    client_id, client_secret = credentials(seed)
    world = World(
        tables=tables,
        plugin=Plugin(client_id, client_secret),
        tokens=Tokens(seed),
        faults=Faults(),
        ledger=Ledger(),
        journal=Journal(),
        name=district.name,
        seed=seed,
        year=district.year,
        today=date(district.year - 1, *FIRST_NIGHT).isoformat(),
    )
    functions.teach(tables, lambda: world.today)
    return world
