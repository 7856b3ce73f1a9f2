"""The steps of a walk as people read them: seven, each with its time and one fact; and how far a running import is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from homeroom.desk.finding_words import sentence
from homeroom.desk.readers import Reader, sent
from homeroom.roster.report import ImportReport
from homeroom.roster.walk_clock import StepReport
from homeroom.roster.words import Said, _, ngettext
from homeroom.store.deliveries import Delivery
from homeroom.store.imports import Import
from homeroom.store.totals import Totals
from homeroom.sync.house import House

Name = Literal["received", "read", "mapped", "checked", "compared", "saved", "sent"]
NAMES: tuple[Name, ...] = ("received", "read", "mapped", "checked", "compared", "saved", "sent")
State = Literal["done", "warned", "stopped", "now", "broke", "to come"]

_OF_WALK: dict[str, Name] = {
    "open the delivery": "read",
    "unpack": "read",
    "read": "read",
    "layouts": "mapped",
    "compare with last night": "checked",
    "check": "checked",
    "plan": "compared",
    "judge": "compared",
    "write": "saved",
    "settle": "saved",
}
"""Word of the walk -> step; every other word is said while files are fetched. That rows are first laid beside those of last night is
for the sake of checking only what differs: what would change is told by the plan."""
ALIKE = 7
"""From so many past imports the usual time is taken."""
SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `began` and `seconds` are None where they are not known; `fact` where there is nothing to say."""

    name: Name
    state: State
    began: datetime | None
    seconds: float | None
    fact: Said | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running import is. `done` of `of` rows in the present step, where it tells. `share`: of the usual time, 0 to 0.99.

    `usual`: seconds; None before the first import. `silent`: nothing was heard of it for so long, and of its worker neither.
    `waiting`: no worker has taken it up yet.
    """

    step: Name
    done: int | None
    of: int | None
    seconds: float
    usual: float | None
    share: float
    silent: timedelta | None
    waiting: bool


def step_of(word: str) -> Name:
    """The step that a word of the walk belongs to."""
    return _OF_WALK.get(word, "received")


def steps_told(report: ImportReport, entry: Import, delivery: Delivery | None, apps: tuple[Reader, ...] = ()) -> tuple[Step, ...]:
    """The seven steps of an import that ended or waits. `apps`: those that read the roster."""
    times = _times(report.steps)
    reached = _reached(report, times)
    told = tuple(_step(name, NAMES.index(name), reached, report, entry, delivery, times) for name in NAMES)
    return (*told[:-1], replace(told[-1], fact=sent(report, apps)))


def steps_now(entry: Import, delivery: Delivery | None) -> tuple[Step, ...]:
    """The seven steps of an import that is being walked."""
    walked = (entry.progress or {}).get("walked", ())
    times = _times([StepReport(word, datetime.fromisoformat(at), seconds) for word, at, seconds in walked])
    now = step_of(entry.step) if entry.step is not None else "received"
    found = []
    for name in NAMES:
        began, seconds = times.get(name, (None, None))
        state: State = "now" if name == now else "done" if name in times or (name == "received" and delivery) else "to come"
        fact = _received(delivery) if name == "received" and delivery is not None else None
        found.append(Step(name, state, began or (delivery.sealed_at if name == "received" and delivery else None), seconds, fact))
    return tuple(found)


def progress(house: House, entry: Import, alike: Sequence[Totals], now: datetime) -> Progress:
    """How far a running import is. `alike`: the sums of the last imports of its source that came through."""
    told = entry.progress or {}
    walked = [(str(word), datetime.fromisoformat(at)) for word, at, _seconds in told.get("walked", ())]
    began = walked[0][1] if walked else entry.started_at
    usual = _usual(alike)
    whole = sum(usual.values()) or None
    word, since = walked[-1] if walked else ("", began)
    position = (told["done"] / told["of"]) if told.get("of") else None
    return Progress(
        step=step_of(word) if walked else "received",
        done=told.get("done"),
        of=told.get("of"),
        seconds=max((now - began).total_seconds(), 0.0),
        usual=whole,
        share=_share([w for w, _at in walked], usual, max((now - since).total_seconds(), 0.0), position),
        silent=_silence(house, entry, since, now),
        waiting=entry.executor is None,
    )


def _share(words: Sequence[str], usual: Mapping[str, float], here: float, position: float | None) -> float:
    """The share of the usual time: of the steps that are over all of theirs, of the present one what has passed of it.

    It never goes back, since steps that are over count in full; and it stops at 99 %, whatever the usual time was.
    """
    whole = sum(usual.values())
    if not whole or not words:
        return 0.0
    over = sum(usual.get(word, 0.0) for word in set(words[:-1]) - {words[-1]})
    mine = usual.get(words[-1], 0.0)
    inside = mine * min(position if position is not None else here / mine if mine else 1.0, 1.0)
    return round(min((over + inside) / whole, 0.99), 4)


def _usual(alike: Sequence[Totals]) -> dict[str, float]:
    """Word of the walk -> its usual seconds: the median of the last imports that had such a step."""
    words = {word for each in alike for word in each.steps}
    return {word: median(each.steps.get(word, 0.0) for each in alike) for word in words}


def _silence(house: House, entry: Import, since: datetime, now: datetime) -> timedelta | None:
    """How long nothing was heard of an import that somebody walks; its worker's heartbeat is a sign of its life, too."""
    if entry.executor is None or now - since <= SILENT:
        return None
    beats = [w.seen for w in house.stores.control.workers.all() if w.executor == entry.executor]
    heard = max([since, *beats])
    return now - heard if now - heard > SILENT else None


def _times(told: Sequence[StepReport]) -> dict[Name, tuple[datetime, float]]:
    """Step -> when it first began, and all the seconds that it took: steps take turns."""
    found: dict[Name, tuple[datetime, float]] = {}
    for each in told:
        name = step_of(each.step)
        began, seconds = found.get(name, (each.began, 0.0))
        found[name] = (began, round(seconds + each.seconds, 3))
    return found


def _reached(report: ImportReport, times: Mapping[Name, object]) -> int:
    """The last step that the walk came to; what was told anew without a walk came through."""
    if report.outcome in ("success", "success_with_row_issues"):
        return NAMES.index("saved")
    if report.status == "waiting_for_approval" or (report.reason is not None and report.plan):
        return NAMES.index("compared")
    return max((NAMES.index(name) for name in times), default=0)


def _step(
    name: Name,
    place: int,
    reached: int,
    report: ImportReport,
    entry: Import,
    delivery: Delivery | None,
    times: Mapping[Name, tuple[datetime, float]],
) -> Step:
    began, seconds = times.get(name, (None, None))
    if name == "received" and delivery is not None:
        began = delivery.sealed_at
    through = report.outcome in ("success", "success_with_row_issues")
    state: State = "done" if place <= reached or (through and name == "sent") else "to come"
    fact = _fact(name, report, delivery) if state == "done" else None
    if state == "done" and name == "checked" and fact is not None and _refused(report):
        state = "warned"
    if place == reached and not through:
        state = "stopped" if report.status == "waiting_for_approval" else "broke"
        fact = _stopped(report)
    if name == "saved" and report.status == "waiting_for_approval":
        fact = _("waits for you")
    if report.dry_run and name in ("saved", "sent"):
        state, fact, began, seconds = "to come", _("nothing was saved") if name == "saved" else None, None, None
    return Step(name, state, began if state != "to come" else None, seconds if state != "to come" else None, fact)


def _fact(name: Name, report: ImportReport, delivery: Delivery | None) -> Said | None:
    files, tables = report.files, report.tables.values()
    match name:
        case "received":
            return _received(delivery) if delivery is not None else None
        case "read":
            rows = sum(f.rows for f in files)
            repairs = sum(len(f.repairs) for f in files)
            told = ngettext("{count} row", "{count} rows", rows)
            mended = ngettext("{count} repair", "{count} repairs", repairs)
            return _("{rows}, {repairs}", rows=told, repairs=mended) if repairs else told
        case "mapped":
            return ngettext("{count} row left out by rule", "{count} rows left out by rule", sum(f.ignored for f in files))
        case "checked":
            return ngettext("{count} row refused", "{count} rows refused", _refused(report))
        case "compared":
            added, removed = sum(t.added for t in tables), sum(t.removed for t in tables)
            return _("{added} added, {removed} removed", added=added, removed=removed)
        case "saved":
            if report.revision_after == report.revision_before:
                return _("nothing changed")
            return _("revision {number}", number=str(report.revision_after))
        case _:
            return None


def _received(delivery: Delivery) -> Said:
    octets, files = sum(f.size for f in delivery.files), len(delivery.files)
    if octets < 1e6:
        return ngettext("{count} file, {size} kB, sealed", "{count} files, {size} kB, sealed", files, size=round(octets / 1e3, 1))
    return ngettext("{count} file, {size} MB, sealed", "{count} files, {size} MB, sealed", files, size=round(octets / 1e6, 1))


def _refused(report: ImportReport) -> int:
    return sum(f.refused for f in report.files)


def _stopped(report: ImportReport) -> Said | None:
    if report.limits:
        return ngettext("{count} limit passed", "{count} limits passed", len(report.limits))
    return sentence(report.reason.code, report.reason.message) if report.reason is not None else None
