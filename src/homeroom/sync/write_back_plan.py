"""What is to be done with each row of a write-back: nothing, read back, send, or not even that.

    known of the row already                    what is done
    written, in this batch or as this insert    nothing: the outcome is told again
    UNKNOWN                                     read back first, with the action that it had then
    anything else, or nothing                   judged; sent where nothing is wrong with it

A row that says no action is an UPDATE where the roster or the system itself knows the student, else an INSERT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast

from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.store.write_backs import OPEN, Outcome
from homeroom.sync.write_back_rows import ID, NUMBER, UID, SheetRow
from homeroom.systems.writing import Action, Finding, Record, Writer

Item = TypeVar("Item")
_ASKED_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """One row: as it would be sent, what is wrong with it, and what is known of it from before."""

    row: SheetRow
    action: str
    record: Record
    id: str | None = None
    findings: tuple[Finding, ...] = ()
    stands: Outcome | None = None

    @property
    def done(self) -> bool:
        """It was written before."""
        return self.stands is not None and self.stands.done

    @property
    def open(self) -> bool:
        """It may have been written before."""
        return self.stands is not None and self.stands.status == OPEN

    @property
    def sendable(self) -> bool:
        """It is to be sent now."""
        return not (self.findings or self.done or self.open)


def plan(
    rows: Sequence[SheetRow], writer: Writer, store: RosterStore, source: int, family: frozenset[int], batch: int | None
) -> list[Planned]:
    """Decide for every row. Asks the other system only for students whom neither the row nor the roster identifies. Raises Refused."""
    stands = {o.row: o for o in store.write_backs.outcomes(batch)} if batch is not None else {}
    inserts = store.write_backs.inserted(source, (r.uid for r in rows), (r.digest for r in rows))
    known = _known(rows, writer, store, family)
    made: list[Planned] = []
    seen: set[str] = set()
    for row in rows:
        before = _before(row, stands, inserts)
        if row.uid in seen:
            made.append(Planned(row, row.action, {}, findings=(Finding(UID, "comes twice"),)))
        elif before is not None:
            made.append(_again(row, before, writer))
        else:
            made.append(_fresh(row, writer, known, inserts))
        seen.add(row.uid)
    return made


def _before(row: SheetRow, stands: Mapping[int, Outcome], inserts: Sequence[Outcome]) -> Outcome | None:
    """What is known of a row: of this batch, or of the same row that was inserted by another."""
    mine = stands.get(row.number)
    if mine is not None and (mine.done or mine.status == OPEN):
        return mine
    same = [o for o in inserts if o.digest == row.digest]
    return next((o for o in same if o.done), same[0] if same else None)


def _again(row: SheetRow, before: Outcome, writer: Writer) -> Planned:
    action = cast(Action, before.action)
    id = before.remote_id if action == "UPDATE" else None
    return Planned(row, action, writer.record(row.cells, row.uid, action, id), id, stands=before)


def _fresh(row: SheetRow, writer: Writer, known: Mapping[str, str], inserts: Sequence[Outcome]) -> Planned:
    if row.action not in ("", "INSERT", "UPDATE"):
        return Planned(row, "", {}, findings=(Finding("action", "must be INSERT, UPDATE or blank"),))
    id = None if row.action == "INSERT" else _identified(row, writer, known)
    if row.action == "UPDATE" and id is None:
        wrong = Finding(NUMBER, "no student has this number") if row.cells.get(NUMBER) else Finding(ID, "is required for UPDATE")
        return Planned(row, "UPDATE", {}, findings=(wrong,))
    action: Action = "INSERT" if id is None else "UPDATE"
    record = writer.record(row.cells, row.uid, action, id)
    findings = writer.faults(record)
    if action == "INSERT" and any(o.client_uid == row.uid for o in inserts):
        findings = (*findings, Finding(UID, "stands for a row that was inserted before, and that one said something else"))
    return Planned(row, action, record, id, findings)


def _identified(row: SheetRow, writer: Writer, known: Mapping[str, str]) -> str | None:
    """The id of the student whom a row is about: by its own word, by the roster, or asked of the other system."""
    if own := row.cells.get(ID):
        return own
    number = row.cells.get(NUMBER)
    if not number:
        return None
    return known.get(number) or writer.find(number)


def _known(rows: Sequence[SheetRow], writer: Writer, store: RosterStore, family: frozenset[int]) -> dict[str, str]:
    """Student number -> id, as far as the roster has one active student with that number from this system."""
    asked = {r.cells[NUMBER] for r in rows if r.cells.get(NUMBER) and not r.cells.get(ID) and r.action != "INSERT"}
    found: dict[str, set[str]] = {}
    columns = ("sourcedId", "identifier", "from_source")
    for numbers in portions(sorted(asked), _ASKED_AT_ONCE):
        where = [Where("identifier", tuple(numbers))]
        page = store.page("users", 2 * len(numbers), status="active", where=where, columns=columns)
        for sourced_id, number, source in page.rows:
            if source in family and (id := writer.id_of(str(sourced_id))) is not None:
                found.setdefault(str(number), set()).add(id)
    return {number: ids.pop() for number, ids in found.items() if len(ids) == 1}


def portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Items in lists of at most `size`, in their order."""
    pending = iter(items)
    while some := list(islice(pending, size)):
        yield some
