"""The record that a person works on: found under the district's lock, changed in one transaction, told in the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.roster.report import TableReport, Verb
from homeroom.store.audit import AuditRow
from homeroom.store.commits import Commit
from homeroom.store.holding import Hold, Holding
from homeroom.store.roster import RosterStore
from homeroom.sync import record_keys
from homeroom.sync.house import House
from homeroom.sync.lock_days import judged, today
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan

COUNTED: Mapping[Verb, str] = {"update": "updated", "remove": "removed", "restore": "restored"}


@dataclass(frozen=True, slots=True)
class Record:
    """The record that a person works on, as it is stored, and what is held of it. The district's lock is in hand."""

    house: House
    slug: str
    store: RosterStore
    table: Table
    key: str
    values: Mapping[str, Any]
    holds: Mapping[str, Hold]
    who: str
    now: datetime

    def hold(self, word: str, why: str | None, offered: Mapping[str, str | None], until: date | None = None) -> Hold:
        """A new hold of this record. Raises Misuse for a day on which none can end."""
        judged(until, today(self.house, self.slug, self.now))
        return Hold(self.table.name, self.key, word, self.now, self.who, why, offered, until)

    def holding(self, *put: Hold, free: tuple[str, ...] = ()) -> Holding:
        """What is held of this record from now on, and what no more."""
        return Holding(self.table.name, self.key, put, free)

    def only(self, held: Holding) -> int:
        """Change what is held, and no value; returns the revision."""
        self.store.hold(held)
        return self.store.revision()

    def change(self, bench: Workbench, verb: Verb, values: Mapping[str, str | None], held: Holding) -> int:
        """Write new values or another status, and what is held from now on; returns the new revision."""
        name = self.table.name
        bench.load("by_hand", ["sourcedId"], [[self.key]])
        stored = self.store.bring(bench, self.table, "by_hand")
        cells = ", ".join(f"{'?::VARCHAR' if c in values else quoted(c)} AS {quoted(c)}" for c in self.table.columns[1:])
        given = [values[c] for c in self.table.columns[1:] if c in values]
        bench.run(
            f'CREATE OR REPLACE TABLE {quoted(f"plan_{name}")} AS SELECT ? AS verb, id, "sourcedId", {cells} '
            f'FROM {quoted(stored)} WHERE "sourcedId" = ?',
            [verb, *given, self.key],
        )
        plan = Plan(tables={name: replace(TableReport(), **{COUNTED[verb]: 1})}, hash="", first=False)
        commit = Commit(
            number=None,
            attempt=0,
            source=None,
            revision_before=self.store.revision(),
            now=self.now,
            kind="person",
            who=self.who,
            datasets=self.store.datasets(),
        )
        return self.store.by_hand(bench, plan, commit, held)

    def audit(self, action: str, **detail: Any) -> None:
        """Say in the audit trail what was done to which record, by its KEY; no id and no value of it."""
        key = record_keys.of(self.house, self.slug).make(self.table.name, int(self.values["id"]))
        told = {"table": self.table.name, "record": key, **detail}
        self.house.stores.control.audit.add(AuditRow(self.now, self.who, action, self.slug, told))


@contextmanager
def found(house: House, slug: str, name: str, key: str, who: str, now: datetime | None) -> Iterator[Record]:
    """Take the district's lock and find the record. Raises Misuse for an unknown one."""
    house.stores.control.districts.get(slug)
    with house.stores.lock(slug):
        store = house.stores.roster(slug)
        table = store.table(name)
        values = store.one(name, key)
        if values is None:
            raise Misuse("{slug} has no record {key!r} in {name}.", slug=slug, key=key, name=name)
        holds = {h.word: h for h in store.held(name, key)}
        yield Record(house, slug, store, table, key, values, holds, who, now or datetime.now(UTC))


@contextmanager
def bench_of(record: Record) -> Iterator[Workbench]:
    """A workbench for what is done to the record."""
    with claim(record.house.settings.work, f"{record.slug}-by-hand") as folder, Workbench(folder.path) as bench:
        yield bench
