"""The values that a commit takes beside the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from homeroom.roster.catalogue import Catalogue, Table, catalogue
from homeroom.roster.report import Outcome, Status
from homeroom.store.absences import AbsenceRows
from homeroom.store.deliveries import State
from homeroom.store.outbox import Outgoing
from homeroom.store.snapshots import SnapshotRow

Kind = Literal["import", "rollback", "refresh", "retention", "person"]


@dataclass(frozen=True, slots=True)
class Origin:
    """A file that the import read: its number in the workbench, its name, and the physical line of its header (0: none).

    A record's line is the plan's `_line` where it brings one, else record number + header line: exact unless a cell before
    it holds a line break.
    """

    number: int
    name: str
    header_line: int = 1


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything of an import that is committed together with the plan (law 1).

    `number` and `attempt` are the import's; an attempt that was overtaken may not commit. `revision_before` is the revision
    that the plan was made against: a roster that has moved since refuses the plan. `source` becomes the owner of the records
    that are written. `snapshots` is asked last, inside the transaction: their files are written while the rows are, and whole
    and on the disk when it answers. `report` is the whole import report as plain JSON values, with the revision that will be (the plan
    changes something: `revision_before` + 1). `issues` names a workbench relation with the columns of `issues.COLUMNS`; `issues_of` an import whose issues are told again.
    `now` becomes the moment of the revision and `dateLastModified` of every record that is written. `datasets` are the declared
    tables beyond the catalogue that the plan may speak of; the commit makes those that are new. `absences`: students who stay
    though no file lists them, all of the source; None: nothing was learned of them.
    `offers` names a workbench relation
    of what the source says of held fields. What a person does by hand has no import (`number` None) and says `who` did it.
    """

    number: int | None
    attempt: int
    source: int | None
    revision_before: int
    now: datetime
    kind: Kind = "import"
    status: Status = "done"
    outcome: Outcome | None = "success"
    reason: Mapping[str, str] | None = None
    report: Mapping[str, Any] | None = None
    files: tuple[Origin, ...] = ()
    issues: str | None = None
    issues_of: int | None = None
    outbox: tuple[Outgoing, ...] = ()
    snapshots: Callable[[], Sequence[SnapshotRow]] = tuple
    delivery: int | None = None
    delivery_state: State = "walked"
    datasets: tuple[Table, ...] = ()
    absences: AbsenceRows | None = None
    offers: str | None = None
    who: str | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person made it, and no import."""
        return self.number is None

    @property
    def book(self) -> Catalogue:
        """Every table that the plan may speak of."""
        return catalogue().joined(self.datasets)
