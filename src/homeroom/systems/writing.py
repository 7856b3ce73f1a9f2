"""What writing to another system is: records that are judged before they are sent, and an outcome for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from homeroom.systems.fetching import Hint

Action = Literal["INSERT", "UPDATE"]
Status = Literal["SUCCESS", "WARNING", "ERROR", "INVALID", "UNKNOWN"]
Record = Mapping[str, Any]
"""One record as it is sent."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A field, and the other system's code or our words for what is wrong with it; never a value."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one record. `id` is the other system's, once it is known.

    `INVALID`: not sent. `UNKNOWN`: it may have been written; with an `id` it is there, and otherwise than it was sent.
    """

    status: Status
    id: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """What would be sent."""

    method: str
    path: str
    body: Mapping[str, Any]


class Writer(Protocol):
    """One connection that writes people. Every function that asks the other system raises Refused when it cannot be asked."""

    @property
    def portion(self) -> int:
        """The most records of one call."""

    @property
    def corrections(self) -> Mapping[str, str]:
        """Columns of users that the other system lets be corrected, and the columns of a sheet that say the same."""

    @property
    def known(self) -> Sequence[str]:
        """The columns of a sheet that there are, without those that a district made itself."""

    def hint(self, id: str) -> Hint:
        """What the other system would say if it told that the person with this id of its own has changed."""

    def strange(self, columns: Sequence[str]) -> list[str]:
        """Columns of a sheet that name no field."""

    def id_of(self, sourced_id: str) -> str | None:
        """The other system's id of a record of the roster; None for one that cannot be written."""

    def find(self, number: str) -> str | None:
        """The id of the person with that number, asked of the other system."""

    def record(self, cells: Mapping[str, str], uid: str, action: Action, id: str | None) -> Record:
        """A row of a sheet as it is sent. A blank cell clears the field."""

    def faults(self, record: Record) -> tuple[Finding, ...]:
        """Everything that the other system would refuse of it, as far as that can be known here."""

    def call(self, records: Sequence[Record]) -> Call:
        """What `send` would send."""

    def send(self, records: Sequence[Record]) -> list[Written]:
        """Write records in one call, sent once. Refused means that nothing of it was written."""

    def provable(self, record: Record) -> bool:
        """Whether `look` can find an INSERT that was written: then one that it does not find was not."""

    def look(self, record: Record) -> Written:
        """What became of a record that was sent and not answered for."""
