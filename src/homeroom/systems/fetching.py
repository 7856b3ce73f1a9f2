"""What a road to another system is: a function that brings files into a folder, and says what to remember of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from homeroom.deliveries.seal import Incoming
from homeroom.systems.reach import Reach
from homeroom.systems.writing import Writer

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """One round to another system.

    `settings` are the source's connection settings by name, `secrets` what the vault opened for this round. `known` is what the
    last whole round remembered. `folder` is an empty work folder that is gone after the import. `now` carries the district's
    own time zone. `quiet_seconds`: a file that changed less long ago may still be growing; 0 where a person asked for it. `prefix`
    stands before the ids of this source's people in the roster, and in no id of the other side. `reach`: where the round may connect.
    """

    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    known: Mapping[str, Any]
    folder: Path
    now: datetime
    quiet_seconds: float
    tell: Tell
    prefix: str = ""
    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a round brought: plain files for the seal, and what is to be remembered once they are sealed.

    `unchanged`: everything is as `known` says, and nothing was brought. `learnt` are connection settings that were found out on
    the way (the server's host key). `left` are files that were left alone, with the reason's code.
    `noted` is what went otherwise than last time, for the audit trail.
    """

    files: tuple[Incoming, ...]
    known: Mapping[str, Any]
    unchanged: bool = False
    learnt: Mapping[str, Any] = field(default_factory=dict)
    left: tuple[tuple[str, Literal["growing", "older"]], ...] = ()
    noted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Single:
    """One record that is to be looked at now. `hanging`: table -> stored rows that hang on it, by column; `itself`: the record as it is
    held, empty for one that is not. All ids are the other system's own.

    What hangs on it and is no longer there elsewhere is told as removed: one record's rows are asked for whole.
    `by_number`: the key is the number of a student who is not held, and the system's own id is to be asked for.
    """

    table: str
    key: str
    itself: Mapping[str, str] = field(default_factory=dict)
    hanging: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    by_number: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """What another system says it changed: its word for a kind of record, and the record's key there. Nothing more is believed."""

    resource: str
    key: str


class Held(Protocol):
    """What Homeroom holds of the district, as far as a road needs it to make records of hints. All ids are the other system's own."""

    def single(self, table: str, key: str) -> Single:
        """A record with the stored rows that hang on it."""
        ...

    def cell(self, table: str, key: str, column: str) -> str | None:
        """One cell of a record that is held, or None."""
        ...

    def keys(self, table: str, column: str, value: str) -> Sequence[str]:
        """The active records of a table that have a value in a column."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed on the other side since a version, and the version now."""

    version: int
    hints: frozenset[Hint]


@dataclass(frozen=True, slots=True)
class Notified:
    """How another system tells of changes.

    `heard` finds the hints in a body that it sent; it takes any bytes. `some` brings the records that hints mean, each with what hangs
    on it, as files of one delivery; what is no longer there is left out. `changes` asks what changed since a version, None where the
    other side does not know that version any more, or does not keep versions. `subscribe` asks to be told at an address, by a text of
    ours that comes back with each notice; `unsubscribe` ends it. All but `heard` raise Refused.
    """

    heard: Callable[[bytes], frozenset[Hint]]
    some: Callable[[Errand, Collection[Hint], Held], Fetched]
    changes: Callable[[Errand, str, int], Changes | None]
    subscribe: Callable[[Errand, str, str], None]
    unsubscribe: Callable[[Errand], None]


@dataclass(frozen=True, slots=True)
class Road:
    """One way to another system. Both raise Refused with a declared reason (`connection`, `credentials`, ...) when they cannot go.

    `fetch` goes there and comes back with files. `look` only says what is there, as plain JSON values by name, for a person who
    sets the source up; it writes nothing and pins nothing. `one` brings a single record and what hangs on it, and `hangs(table)` says
    which tables' rows hang on a record, and by which column; both where the other system can be asked for one. `notified` is there where
    it tells of changes. `writer` writes to it, where people can be written there.
    """

    fetch: Callable[[Errand], Fetched]
    look: Callable[[Errand], dict[str, Any]]
    one: Callable[[Errand, Single], Fetched] | None = None
    hangs: Callable[[str], Mapping[str, str]] = lambda table: {}
    notified: Notified | None = None
    writer: Callable[[Errand], AbstractContextManager[Writer]] | None = None
