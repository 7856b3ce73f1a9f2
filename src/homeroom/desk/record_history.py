"""What happened to a record, newest first, and where each of its fields came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from homeroom.desk.record_links import Links, Ref
from homeroom.roster.holding import MEMBER, WHOLE, is_field
from homeroom.roster.meanings import label_of_field
from homeroom.store.audit import AuditWanted
from homeroom.store.history import Change, Record, Revision
from homeroom.store.imports import Import
from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.sync import record_keys
from homeroom.sync.house import House
from homeroom.sync.lock_days import CLOCK

MOST = 200
"""Events that a page shows."""
MOST_UNLOCKED = 2000
"""Locks of a district that ended, the newest: so many are looked through for those of one record."""

What = Literal[
    "first", "added", "updated", "removed", "restored", "locked", "unlocked", "joined-class", "left-class", "came-back-to-class"
]
_VERBS: Mapping[str, What] = {"add": "added", "update": "updated", "remove": "removed", "restore": "restored"}
_SEATS: Mapping[str, What] = {"add": "joined-class", "remove": "left-class", "restore": "came-back-to-class"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from, and when. `file` and `line` where a file is known to have brought it; `who` where a person set it.

    `kind` is the kind of the source (`sftp`, `powerschool`, ...), `trigger` what began the import.
    """

    at: datetime
    revision: int
    number_of_import: int | None
    who: str | None
    kind: str | None
    trigger: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change; None is blank."""

    field: str
    label: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the record. `about`: the class that was joined or left."""

    what: What
    at: datetime
    revision: int | None
    number_of_import: int | None
    trigger: str | None
    who: str | None
    fields: tuple[Difference, ...] = ()
    about: Ref | None = None


class Walks:
    """The imports that wrote a record, each asked for once."""

    def __init__(self, house: House, slug: str) -> None:
        self._house = house
        self._store = house.stores.roster(slug)
        self._kinds = {s.id: s.kind for s in house.stores.control.sources.of(slug)}
        self._imports: dict[int, Import] = {}
        self._revisions: dict[int, Revision | None] = {}
        self._files: dict[tuple[int, str], str | None] = {}

    def began(self, number: int | None) -> Import | None:
        """The import of a number."""
        if number is None:
            return None
        if number not in self._imports:
            self._imports[number] = self._store.imports.get(number)
        return self._imports[number]

    def revision(self, number: int) -> Revision | None:
        """The revision of a number, unless it was purged."""
        if number not in self._revisions:
            found = self._store.revisions(1, before=number + 1)
            self._revisions[number] = found[0] if found and found[0].number == number else None
        return self._revisions[number]

    def source(self, record: Record, field: str, value: str | None) -> Source | None:
        """Where a field of a record came from: by its newest change, else by the record's own beginning. None: from nowhere."""
        stored = "metadata" if field.startswith(MEMBER) else field
        last = next((c for c in record.changes if _wrote(c, field, stored)), None)
        if last is not None:
            return self._source(record, last.at, last.revision, last.number_of_import, last.who)
        first = self.revision(record.first_revision)
        if first is None or value is None:
            return None
        return self._source(record, first.at, first.number, first.number_of_import, first.who)

    def _source(self, record: Record, at: datetime, revision: int, number: int | None, who: str | None) -> Source:
        walked = self.began(number)
        kind = self._kinds.get(walked.source or 0) if walked is not None else None
        own = number is not None and number == record.number_of_import
        file = record.file if own else self._file(number, record.table)
        line = record.line if own else None
        return Source(at, revision, number, who, kind, walked.trigger if walked is not None else None, file, line)

    def _file(self, number: int | None, table: str) -> str | None:
        """The file of an older import that can only have brought the table's rows: of the line nothing is kept."""
        if number is None:
            return None
        if (number, table) not in self._files:
            report = self._store.imports.report(number) or {}
            names = {f["name"] for f in report.get("files", ()) if f["table"] == table}
            self._files[number, table] = names.pop() if len(names) == 1 else None
        return self._files[number, table]


def of_record(house: House, slug: str, record: Record, links: Links, walks: Walks) -> tuple[Event, ...]:
    """The events of a record, newest first: its own, the locks that stand and those that ended, and for people the classes that they
    joined and left."""
    store = house.stores.roster(slug)
    events = [_event(record.table, change, walks) for change in record.changes]
    if not any(e.what == "added" for e in events) and (first := walks.revision(record.first_revision)) is not None:
        began = walks.began(first.number_of_import)
        trigger = began.trigger if began is not None else None
        events.append(Event("first", first.at, first.number, first.number_of_import, trigger, first.who))
    for hold in record.holds:
        if is_field(hold.word):
            label = "" if hold.word == WHOLE else label_of_field(record.table, hold.word)
            held = (Difference(hold.word, label, None, None),)
            events.append(Event("locked", hold.since, None, None, None, hold.who, held))
    events += _unlocked(house, slug, record)
    if record.table == "users":
        events += _seats(store, record, links, walks)
    return tuple(sorted(events, key=lambda e: (e.at, e.revision or 0), reverse=True)[:MOST])


def _unlocked(house: House, slug: str, record: Record) -> list[Event]:
    """Locks that ended, by a person or on their day: the audit tells of them, and of which record, by a KEY."""
    ended = house.stores.control.audit.page(AuditWanted(district=slug, action="record-unlocked"), MOST_UNLOCKED)
    keys, number = record_keys.of(house, slug) if ended else None, record.values["id"]
    events = []
    for row in ended:
        detail = row.detail
        mine = detail.get("table") == record.table and detail.get("record")
        if keys is not None and mine and keys.open(record.table, str(detail["record"])) == number:
            words = [str(word) for word in detail.get("fields", ())]
            labels = ["" if word == WHOLE else label_of_field(record.table, word) for word in words]
            told = tuple(Difference(word, label, None, None) for word, label in zip(words, labels, strict=True) if label)
            events.append(Event("unlocked", row.at, None, None, None, None if row.actor == CLOCK else row.actor, told))
    return events


def _event(table: str, change: Change, walks: Walks) -> Event:
    fields = tuple(Difference(name, label_of_field(table, name), *pair) for name, pair in change.fields.items())
    return _told(_VERBS[change.verb], change, walks, fields)


def _seats(store: RosterStore, record: Record, links: Links, walks: Walks) -> list[Event]:
    page = store.page(
        "enrollments",
        MOST,
        where=[Where("userSourcedId", (str(record.values["sourcedId"]),))],
        columns=("sourcedId", "classSourcedId"),
    )
    classes = {str(seat): str(klass) for seat, klass in page.rows}
    changes = [c for c in store.changes_of_records("enrollments", classes, MOST) if c.verb in _SEATS] if classes else []
    links.ask("classes", (classes[c.sourced_id] for c in changes))
    return [_told(_SEATS[c.verb], c, walks, about=links.one("classes", classes[c.sourced_id])) for c in changes]


def _told(what: What, change: Change, walks: Walks, fields: tuple[Difference, ...] = (), about: Ref | None = None) -> Event:
    walked = walks.began(change.number_of_import)
    trigger = walked.trigger if walked is not None else None
    return Event(what, change.at, change.revision, change.number_of_import, trigger, change.who, fields, about)


def _wrote(change: Change, field: str, stored: str) -> bool:
    """Whether a change wrote a field: it names it, or the record came with it."""
    return change.verb == "add" or field in change.fields or (stored != field and stored in change.fields)
