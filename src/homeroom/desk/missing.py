"""Why is somebody missing? A name or a number, followed through the seven steps of the walk to the first at which it stops.

The newest whole delivery of each source is opened and read as an import would read it; what the roster, the imports and the apps' shares
say is put beside it. Where the files are gone by now, that is said, and the rest answers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from homeroom.desk import app_shares, record_keys, record_names, record_search, rights
from homeroom.desk.finding_words import sentence
from homeroom.desk.missing_words import after, say
from homeroom.desk.record_search import judged
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.words import Said
from homeroom.store.audit import AuditRow
from homeroom.store.deliveries import Delivery
from homeroom.store.history import Record
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync import tracing
from homeroom.sync.house import House
from homeroom.sync.tracing import Row, Trace

Name = Literal["received", "read", "mapped", "checked", "compared", "saved", "sent-on"]
STEPS: tuple[Name, ...] = ("received", "read", "mapped", "checked", "compared", "saved", "sent-on")
State = Literal["done", "stopped", "unknown", "not-reached"]
SINGLE = ("refresh", "notification")
"""What begins deliveries of single records; nobody is missing from those."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step and what it says of the person. `unknown`: nothing can be said, since the files are gone."""

    name: Name
    state: State
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom the words fit: a row of the files, a record of the roster, or both. `why` is the answer in one sentence.

    `stops_at`: the first step that stops; None: the person is where they should be.
    """

    name: str | None
    table: str | None
    key: str | None
    steps: tuple[Step, ...]
    stops_at: Name | None
    why: Said
    remedy: str | None = None
    number_of_import: int | None = None
    sourced_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. `more`: the words fit more rows than are shown."""

    term: str
    candidates: tuple[Candidate, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Looked:
    """One source's newest whole delivery, with what was found in it. `gone`: its files are shredded."""

    source: Source
    delivery: Delivery | None
    walked: Import | None
    trace: Trace | None
    gone: bool = False


def keep(house: House, asking: Viewer, slug: str, term: str, now: datetime) -> str:
    """Keep a question for this session; returns the handle with which the page asks for its answer. Raises NotAllowed, Misuse."""
    rights.demand(house, asking, "records.see", slug, now)
    if asking.session is None:
        raise Misuse("A program has no session to keep a question in: ask at once.")
    return record_search.keep(house, asking, slug, {"asked": judged(term)}, now)


def kept(house: House, asking: Viewer, slug: str, handle: str, now: datetime) -> Answer | None:
    """The answer to a question that was kept; None when its time is over and for anybody else's. Raises NotAllowed."""
    rights.demand(house, asking, "records.see", slug, now)
    raw = record_search.kept(house, asking, slug, handle, now)
    return ask(house, asking, slug, raw["asked"], now) if raw is not None and "asked" in raw else None


def ask(house: House, asking: Viewer, slug: str, term: str, now: datetime) -> Answer:
    """Follow whoever the words fit. Written down in the audit, with no word of what was asked. Raises NotAllowed, Misuse."""
    rights.demand(house, asking, "records.see", slug, now)
    said = judged(term)
    store = house.stores.roster(slug)
    looks = [_look(house, slug, source, said, now) for source in house.stores.control.sources.current(slug)]
    known = dict(_known(house, slug, store, said))
    candidates = list(_candidates(house, slug, looks, known))
    house.stores.control.audit.add(AuditRow(now, asking.who, "missing-asked", slug, {"found": len(candidates)}))
    more = any(look.trace is not None and look.trace.more for look in looks)
    return Answer(said, tuple(candidates) or (_nowhere(looks, _zone(house, slug)),), more)


def _look(house: House, slug: str, source: Source, term: str, now: datetime) -> _Looked:
    store = house.stores.roster(slug)
    newest = next(iter(store.deliveries.last(1, source=source.id, but=SINGLE)), None)
    if newest is None:
        return _Looked(source, None, None, None)
    walked = next((i for i in store.imports.last(50, source=source.id) if i.delivery == newest.number and not i.dry_run), None)
    try:
        return _Looked(source, newest, walked, tracing.trace(house, slug, newest.number, term, now))
    except Refused as refusal:
        if refusal.reason != "delivery_gone":
            raise
        return _Looked(source, newest, walked, None, gone=True)


def _known(house: House, slug: str, store: RosterStore, term: str) -> Iterator[tuple[str, Record]]:
    """The people of the roster whom the words fit, removed ones too; where an id is exactly so, only those."""
    best = store.search("users", term, tracing.MOST).best
    exact = [number for rank, number in best if rank in (0, 10)]
    rows = store.by_id("users", exact or [number for _, number in best], ("sourcedId",))
    for number in exact or [number for _, number in best]:
        record = store.record("users", str(rows[number]["sourcedId"]))
        if record is not None:
            yield str(record.values["sourcedId"]), record


def _candidates(house: House, slug: str, looks: list[_Looked], known: dict[str, Record]) -> Iterator[Candidate]:
    """One candidate for each row; then those whom only the roster knows."""
    store, met = house.stores.roster(slug), set[str]()
    for look in looks:
        for row in look.trace.rows if look.trace is not None else ():
            record = known.get(row.key or "") or (store.record("users", row.key) if row.key else None)
            met.add(row.key or "")
            yield _judged(house, slug, look, row, record)
    for key, record in known.items():
        if key not in met:
            its = next((each for each in looks if each.source.id == record.source), looks[0] if looks else None)
            yield _judged(house, slug, its, None, record)


def _judged(house: House, slug: str, look: _Looked | None, row: Row | None, record: Record | None) -> Candidate:
    """Put the steps together, and let the first that stops speak."""
    active, zone = record is not None and record.values["status"] == "active", _zone(house, slug)
    said = {**_of_files(look, row, zone, active), **_of_import(look, row, record), **_of_roster(house, slug, record, zone)}
    steps, stopped = list[Step](), None
    for step in STEPS:
        state, sentence = said[step]
        if stopped is not None:
            steps.append(Step(step, "not-reached"))
            continue
        steps.append(Step(step, state, sentence))
        if state == "stopped":
            stopped = steps[-1]
    name = record_names.name("users", record.values) if record is not None else None
    key = _key(house, slug, record)
    why = stopped.said if stopped is not None and stopped.said is not None else None
    if why is None:
        why = say("is-here" if active else "files-gone")
    found = say("found-at", file=row.file, line=str(row.line or "?")) if row is not None and stopped is not None else None
    number = record.number_of_import if record is not None else None
    return Candidate(
        name=name,
        table="users" if key else None,
        key=key,
        steps=tuple(steps),
        stops_at=stopped.name if stopped is not None else None,
        why=after(found, why) if found is not None and stopped is not None and stopped.name != "received" else why,
        remedy=row.remedy if row is not None else None,
        sourced_id=str(record.values["sourcedId"]) if record is not None else None,
        number_of_import=look.walked.number if stopped and stopped.name == "compared" and look and look.walked else number,
    )


Says = dict[Name, tuple[State, Said | None]]


def _of_files(look: _Looked | None, row: Row | None, zone: tzinfo, active: bool = False) -> Says:
    """The first four steps: what the newest delivery says."""
    done: tuple[State, Said | None] = ("done", None)
    if look is None or look.delivery is None:
        return {"received": ("stopped", say("nothing-came")), "read": done, "mapped": done, "checked": done}
    if look.gone:
        gone = say("delivery-gone", delivery=str(look.delivery.number), day=look.delivery.sealed_at.astimezone(zone).date())
        unknown: tuple[State, Said | None] = ("unknown", None)
        return {"received": ("unknown", gone), "read": unknown, "mapped": unknown, "checked": unknown}
    assert look.trace is not None
    if look.trace.reason is not None:
        reason = sentence(look.trace.reason.code, look.trace.reason.message)
        return {"received": ("done", None), "read": ("stopped", reason), "mapped": done, "checked": done}
    if row is None:
        names = ", ".join(f.name for f in look.delivery.files)
        absent = say("not-in-files-kept" if active else "not-in-files", files=names)
        return {"received": ("stopped", absent), "read": done, "mapped": done, "checked": done}
    says: Says = {"mapped": done, "checked": done}
    says |= {"received": ("done", say("in-file", file=row.file)), "read": ("done", say("at-line", line=str(row.line or "?")))}
    if row.layout is not None:
        says["mapped"] = ("done", say("read-by", layout=row.layout))
    return says | _fate(row)


def _fate(row: Row) -> Says:
    match row.fate:
        case "unused":
            return {"mapped": ("stopped", say("no-layout", file=row.file, why=row.says or "-"))}
        case "kept-out":
            cells = ", ".join(f"{word} is {value if value is not None else 'empty'}" for word, value in row.cells)
            word = "kept-out" if cells else "kept-out-bare"
            return {"mapped": ("stopped", say(word, cells=cells, rule=row.rule or "-"))}
        case "contact":
            return {"mapped": ("stopped", say("contact-out", says=row.says or "-"))}
        case "school":
            return {"mapped": ("stopped", say("school-out", school=row.school or "-", rule=row.rule or "-"))}
        case "setting":
            return {"mapped": ("stopped", say("setting", says=row.says) if row.says else say("setting-bare"))}
        case "refused":
            return {"checked": ("stopped", say("refused", says=row.says) if row.says else say("refused-bare"))}
        case "repeated":
            return {"checked": ("stopped", say("repeated"))}
        case "leaving":
            return {"compared": ("stopped", say("leaving"))}
    return {}


def _of_import(look: _Looked | None, row: Row | None, record: Record | None) -> Says:
    """Whether what the delivery says came to be: the import that walked it waits, was turned down, failed, or runs."""
    says: Says = {"compared": ("done", None)}
    if row is not None and row.fate == "leaving":
        says = _fate(row)
    walked = look.walked if look is not None else None
    active = record is not None and record.values["status"] == "active"
    if row is None or active or row.fate != "accepted":
        return says
    if walked is None:
        return {"compared": ("stopped", say("not-imported"))}
    if walked.status == "waiting_for_approval":
        return {"compared": ("stopped", say("waits", number=str(walked.number)))}
    if walked.status == "running":
        return {"compared": ("stopped", say("runs", number=str(walked.number)))}
    if walked.status == "rejected" or walked.outcome == "failed":
        reason = (walked.reason or {}).get("message", "")
        return {"compared": ("stopped", say("failed", number=str(walked.number), reason=reason))}
    return says


def _of_roster(house: House, slug: str, record: Record | None, zone: tzinfo) -> Says:
    """The last two steps: whether the roster has the record, and whether any app is shown it."""
    if record is None:
        return {"saved": ("stopped", say("not-saved")), "sent-on": ("done", None)}
    if record.values["status"] != "active":
        last = next((c for c in record.changes if c.verb == "remove"), None)
        if last is None:
            said = say("removed-bare")
        elif last.who is not None:
            said = say("removed-by", who=last.who, day=last.at.astimezone(zone).date())
        else:
            said = say("removed", number=str(last.number_of_import), day=last.at.astimezone(zone).date())
        return {"saved": ("stopped", said), "sent-on": ("done", None)}
    seen = app_shares.seen(house, slug, house.stores.roster(slug).table("users"), record.values)
    readers = ", ".join(s.app for s in seen if s.sees)
    hidden = ", ".join(s.app for s in seen if not s.sees)
    if not readers:
        return {"saved": ("done", say("saved")), "sent-on": ("stopped", say("no-app"))}
    sent = say("seen-by-not-by", apps=readers, hidden=hidden) if hidden else say("seen-by", apps=readers)
    return {"saved": ("done", say("saved")), "sent-on": ("done", sent)}


def _zone(house: House, slug: str) -> tzinfo:
    return ZoneInfo(house.stores.control.districts.get(slug).timezone)


def _key(house: House, slug: str, record: Record | None) -> str | None:
    if record is None:
        return None
    return record_keys.of(house, slug).make("users", int(record.values["id"] or 0))


def _nowhere(looks: list[_Looked], zone: tzinfo) -> Candidate:
    """Nobody of that name or number, neither in the files nor in the roster."""
    look = next((each for each in looks if each.delivery is not None), looks[0] if looks else None)
    state, said = _of_files(look, None, zone)["received"]
    first = Step("received", "unknown" if state == "unknown" else "stopped", said)
    if look is not None and look.trace is not None and look.trace.reason is not None:
        first = Step("received", "done")
        second = Step("read", "stopped", sentence(look.trace.reason.code, look.trace.reason.message))
        rest = tuple(Step(name, "not-reached") for name in STEPS[2:])
        return Candidate(None, None, None, (first, second, *rest), "read", second.said or say("nobody"), look.trace.reason.remedy)
    rest = tuple(Step(name, "not-reached") for name in STEPS[1:])
    return Candidate(None, None, None, (first, *rest), "received", said or say("nobody"))
