"""Writing back: people updated or inserted in a source's own system, from a sheet or from the corrections that people hold.

Off unless the source's setting `write_back` is on. Every row is judged before anything is sent. A row is written down as UNKNOWN before it
is sent and gets its outcome after the answer, so that whatever cuts a batch off, the same rows given again go on where it ended: what was
written is not sent again, and what may have been written is read back first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom.deliveries.workfolders import claim
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import ImportReport, moment
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.store.write_backs import OPEN, Batch, Outcome
from homeroom.sync import noticing, pulling, source_settings, sources
from homeroom.sync.house import House
from homeroom.sync.refresh import read_written
from homeroom.sync.write_back_plan import Planned, plan, portions
from homeroom.sync.write_back_rows import of_corrections, of_sheet, whole_digest
from homeroom.systems.roads import ROADS
from homeroom.systems.writing import Call, Writer, Written

FILE, RECORDS = "file", "records"


def clock() -> datetime:
    """The time now."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WroteBack:
    """What a write-back did, or (`batch` None) would do. `sent`: records that went out in this run; `calls`: of a dry run."""

    batch: int | None
    source: int
    origin: str
    sent: int
    outcomes: tuple[Outcome, ...]
    calls: tuple[Call, ...] = ()
    report: ImportReport | None = None
    """The import that read what was written into the roster; None where nothing was, or the roster is to wait."""

    @property
    def counts(self) -> dict[str, int]:
        """Records by status; in a dry run `SEND` are those that would be sent."""
        return dict(sorted(Counter(o.status for o in self.outcomes).items()))

    def as_json(self) -> dict[str, Any]:
        """Plain values. Values of records stand in the calls of a dry run only."""
        dry = self.batch is None
        made = {"batch": self.batch, "source": self.source, "origin": self.origin, "dry_run": dry, "sent": self.sent}
        calls = {"calls": [{"method": c.method, "path": c.path, "body": c.body} for c in self.calls]} if dry else {}
        read = {} if self.report is None else {"import": self.report.number, "import_outcome": self.report.outcome}
        return {**made, "counts": self.counts, **read, **calls, "results": [told(o) for o in self.outcomes]}


def write_back(
    house: House,
    slug: str,
    sheet: Path | None,
    *,
    source: int | None = None,
    dry_run: bool = False,
    who: str,
    now: Callable[[], datetime] = clock,
    tell: Callable[[str], None] = lambda step: None,
) -> WroteBack:
    """Write the rows of a sheet, or (None) the corrections that people hold, to the system of a source, and read what was written
    into the roster by a small import of its own.

    Raises Misuse for what is wrong with the sheet, the source or its settings, and Refused when the system does not let Homeroom in or
    refuses a whole call: what came before has its outcomes, and the rest is as it was.
    """
    chosen = _chosen(house, slug, source)
    if not dry_run and not source_settings.value(chosen, "write_back"):
        raise Misuse(
            "writing back is off for source {number} of {slug}; look at a dry run, then switch `write_back` on.",
            number=str(chosen.id),
            slug=slug,
            command=f"homeroom source set {slug} {chosen.id} write_back=true",
        )
    store = house.stores.roster(slug)
    family = frozenset({chosen.id}) | sources.allied(house, chosen)
    with house.stores.fetching(slug, chosen.id), _writer(house, chosen, now(), tell) as writer:
        origin = RECORDS if sheet is None else FILE
        rows = of_corrections(store, writer, family) if sheet is None else of_sheet(sheet, writer)
        known = store.write_backs.find(chosen.id, whole_digest(rows))
        planned = plan(rows, writer, store, chosen.id, family, known.number if known else None)
        if dry_run:
            return _dry(chosen, origin, planned, writer, who, now())
        batch = store.write_backs.begin(chosen.id, origin, whole_digest(rows), len(rows), who, now())
        try:
            with _audited(house, slug, store, batch, who, now):
                sent = _Run(store, batch.number, writer, who, now, tell).through(planned)
        finally:
            outcomes = tuple(store.write_backs.outcomes(batch.number))
            fresh = _written(outcomes, planned) if store.revision() else []
            noticing.hear_written(house, chosen, map(writer.hint, fresh), now())
    report = read_written(house, chosen, now(), tell) if fresh else None
    return WroteBack(batch.number, chosen.id, origin, sent, outcomes, report=report)


def _written(outcomes: Sequence[Outcome], planned: Sequence[Planned]) -> list[str]:
    """The other system's ids of what this run wrote, or found written."""
    before = {p.row.number for p in planned if p.done}
    return [o.remote_id for o in outcomes if o.done and o.remote_id is not None and o.row not in before]


def batches(house: House, slug: str) -> list[dict[str, Any]]:
    """The write-backs of a district, newest first, with counts by status."""
    house.stores.control.districts.get(slug)
    return [
        {
            "batch": b.number,
            "source": b.source,
            "origin": b.origin,
            "rows": b.rows,
            "who": b.who,
            "began": moment(b.began),
            "ended": moment(b.ended) if b.ended else None,
            "reason": b.reason,
            "counts": counts,
        }
        for b, counts in house.stores.roster(slug).write_backs.last()
    ]


def results(house: House, slug: str, number: int) -> list[dict[str, Any]]:
    """What became of the records of one write-back. Raises Misuse for one that there is not."""
    house.stores.control.districts.get(slug)
    kept = house.stores.roster(slug).write_backs
    return [told(o) for o in kept.outcomes(kept.get(number).number)]


def told(outcome: Outcome) -> dict[str, Any]:
    """One outcome as plain values."""
    return {
        "row": outcome.row,
        "client_uid": outcome.client_uid,
        "action": outcome.action,
        "status": outcome.status,
        "id": outcome.remote_id,
        "findings": [{"field": field, "code": code} for field, code in outcome.findings],
        "at": moment(outcome.at),
        "who": outcome.who,
    }


def _chosen(house: House, slug: str, number: int | None) -> Source:
    """The source to write to: the one with that number, or the district's only one that can be written to. Raises Misuse."""
    house.stores.control.districts.get(slug)
    if number is not None:
        found = sources.of(house, slug, number)
        assert found is not None
        mine = [found]
    else:
        mine = house.stores.control.sources.current(slug)
    able = [s for s in mine if s.kind in ROADS and ROADS[s.kind].writer is not None]
    if len(able) != 1:
        if able:
            raise Misuse(
                "{slug} has several sources that can be written to; choose one of them: {sources}.",
                slug=slug,
                sources=in_a_row(str(s.id) for s in able),
                command="--source N",
            )
        raise Misuse("{slug} has no such source that can be written to: only those of kind powerschool can.", slug=slug)
    if not able[0].enabled:
        raise Misuse("source {number} of {slug} is closed; nothing is written to it.", number=str(able[0].id), slug=slug)
    return able[0]


@contextmanager
def _writer(house: House, source: Source, now: datetime, tell: Callable[[str], None]) -> Iterator[Writer]:
    make = ROADS[source.kind].writer
    assert make is not None
    with (
        claim(house.settings.work, f"{source.district}-write-{source.id}") as work,
        make(pulling.errand(house, source, {}, work.path, now, 0.0, tell)) as writer,
    ):
        yield writer


@contextmanager
def _audited(house: House, slug: str, store: RosterStore, batch: Batch, who: str, now: Callable[[], datetime]) -> Iterator[None]:
    """Say in the audit trail that a batch begins and how it ended, and write down that it ended unless this process dies."""
    about = {"source": batch.source, "batch": batch.number, "origin": batch.origin, "rows": batch.rows}
    house.stores.control.audit.add(AuditRow(now(), who, "write-back-started", slug, about))
    reason: str | None = "cut_off"
    try:
        yield
        reason = None
    except Refused as refusal:
        reason = refusal.reason
        raise
    finally:
        store.write_backs.end(batch.number, now(), reason)
        counts = Counter(o.status for o in store.write_backs.outcomes(batch.number))
        detail = {**about, "counts": dict(sorted(counts.items())), "reason": reason}
        house.stores.control.audit.add(AuditRow(now(), who, "write-back-ended", slug, detail))


def _dry(source: Source, origin: str, planned: Sequence[Planned], writer: Writer, who: str, now: datetime) -> WroteBack:
    """What would be sent, and what would not."""
    sendable = [p for p in planned if p.sendable]
    calls = [writer.call([p.record for p in some]) for some in portions(sendable, writer.portion)]
    outcomes = [p.stands if p.stands else _outcome(p, "SEND" if p.sendable else "INVALID", who, now) for p in planned]
    return WroteBack(None, source.id, origin, 0, tuple(outcomes), tuple(calls))


def _outcome(planned: Planned, status: str, who: str, now: datetime, written: Written | None = None) -> Outcome:
    row, findings = planned.row, written.findings if written else planned.findings
    id = (written.id if written else None) or planned.id
    return Outcome(
        row.number, row.uid, row.digest, planned.action, status, id, tuple((f.field, f.code) for f in findings), now, who
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One run through a batch's rows."""

    store: RosterStore
    batch: int
    writer: Writer
    who: str
    now: Callable[[], datetime]
    tell: Callable[[str], None]

    def through(self, planned: Sequence[Planned]) -> int:
        """Keep what is known, read back what is open, send what is left; returns how many records were sent."""
        self._keep([self._known(p) for p in planned if p.done or p.findings])
        if doubtful := [p for p in planned if p.open]:
            self.tell("read back")
        again = [p for p in doubtful if self._still_to_send(p)]
        sendable = sorted([*again, *(p for p in planned if p.sendable)], key=lambda p: p.row.number)
        for some in portions(sendable, self.writer.portion):
            self.tell("write")
            self._send(some)
        return len(sendable)

    def _known(self, planned: Planned) -> Outcome:
        if planned.stands is None:
            return _outcome(planned, "INVALID", self.who, self.now())
        before = planned.stands
        return Outcome(
            planned.row.number, planned.row.uid, before.digest, before.action, before.status, before.remote_id, before.findings,
            before.at, before.who,
        )  # fmt: skip

    def _still_to_send(self, planned: Planned) -> bool:
        """Read a row of unknown outcome back. An UPDATE that is not there may be sent again; so may an INSERT, if its number proves that it
        is not there."""
        found = self.writer.look(planned.record)
        if found.status != OPEN:
            self._keep([_outcome(planned, found.status, self.who, self.now(), found)])
            return False
        if planned.action == "UPDATE" or (found.id is None and self.writer.provable(planned.record)):
            return True
        self._keep([_outcome(planned, OPEN, self.who, self.now(), found)])
        return False

    def _send(self, some: Sequence[Planned]) -> None:
        self._keep([_outcome(p, OPEN, self.who, self.now()) for p in some])
        try:
            written = self.writer.send([p.record for p in some])
        except Refused:
            self.store.write_backs.forget(self.batch, [p.row.number for p in some])
            raise
        self._keep([_outcome(p, w.status, self.who, self.now(), w) for p, w in zip(some, written, strict=True)])

    def _keep(self, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            self.store.write_backs.keep(self.batch, outcomes)
