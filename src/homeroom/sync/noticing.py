"""Notices of change on their way into an import: heard at a door or asked for, folded, read together, and then forgotten.

An import of single records begins without a delivery and fetches first, as every pull does. A notice is forgotten only once the import
that read its record has its delivery: a process that dies before leaves the notice, and the record is read again. What no notice
told, or what was lost, the nightly pull brings.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeroom.store.imports import Import
from homeroom.store.notices import ALL, Notice
from homeroom.store.sources import Source
from homeroom.sync import gate
from homeroom.sync.house import House
from homeroom.sync.schedule import Enqueue, zone_of
from homeroom.sync.single_records import NOTIFICATION, POLL, TOLD
from homeroom.sync.source_settings import value
from homeroom.sync.tuning import paused
from homeroom.systems.fetching import Errand, Hint, Notified, Road
from homeroom.systems.roads import ROADS

STORM = 2000
"""More records than that are not read one by one: everything is pulled once instead."""
RETRY = timedelta(minutes=10)
"""So long after an import of notices that failed the next one waits."""
APART = timedelta(seconds=5)
"""Imports of one source's notices begin at least so far apart."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one import is to read. `whole`: everything instead of single records. `version`: what to ask from at the next round."""

    notices: tuple[Notice, ...] = ()
    hints: frozenset[Hint] = frozenset()
    whole: bool = True
    version: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing changed."""
        return not self.whole and not self.hints


def source_behind(house: House, secret: str) -> Source | None:
    """The open source whose door a secret opens."""
    given = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    found = house.stores.control.notices.behind(given)
    if found is None or not hmac.compare_digest(found[1], given):
        return None
    source = house.stores.control.sources.get(found[0])
    open_here = source.enabled and house.stores.control.districts.stays(source.district)
    return source if open_here and notified(source) is not None else None


def notified(source: Source) -> Notified | None:
    """How the source's system tells of changes, if it does."""
    return ROADS[source.kind].notified if source.kind in ROADS else None


def hear(house: House, source: Source, body: bytes, now: datetime) -> int:
    """Keep the hints of a body that came for a source; returns how many records it names. Nothing else of it is kept."""
    way = notified(source)
    hints = way.heard(body) if way is not None else frozenset()
    if not hints:
        _log().info("notice-names-no-record", district=source.district, source=source.id, bytes=len(body))
    house.stores.control.notices.hear(source.id, ((h.resource, h.key) for h in hints), now, STORM)
    return len(hints)


def hear_written(house: House, source: Source, hints: Iterable[Hint], now: datetime) -> None:
    """Keep what Homeroom wrote to a system itself, as if the system had told of it: it is read back as any notice is."""
    house.stores.control.notices.hear(source.id, ((h.resource, h.key) for h in hints), now, STORM)


def call_up(house: House, now: datetime, enqueue: Enqueue) -> int:
    """Begin an import for every source whose notices have waited long enough; returns how many."""
    begun = 0
    for waiting in house.stores.control.notices.waiting():
        source = house.stores.control.sources.get(waiting.source)
        try:
            begun += _call(house, source, waiting.since, now, enqueue)
        except Exception as trouble:  # noqa: BLE001
            # One district's odd setting must not keep the others' notices waiting.
            _log().error("notices-not-called", district=source.district, source=source.id, kind=type(trouble).__name__)
    return begun


def rests(house: House, source: Source, now: datetime) -> bool:
    """Whether the source is paused now, or its district is to be deleted: notices wait."""
    if not house.stores.control.districts.stays(source.district):
        return True
    return bool(value(source, "pause")) and paused(source, now.astimezone(zone_of(house, source)))


def _call(house: House, source: Source, since: datetime, now: datetime, enqueue: Enqueue) -> int:
    wait = timedelta(seconds=value(source, "notice_seconds"))
    if not source.enabled or notified(source) is None or now < since + wait or gate.closed(house, source.district):
        return 0
    if rests(house, source, now):
        return 0
    imports = house.stores.roster(source.district).imports
    newest = [e for e in imports.last(10, source=source.id) if e.trigger in TOLD]
    if any(e.status == "running" for e in newest) or (newest and _failed(newest[0]) and now < newest[0].started_at + RETRY):
        return 0
    if not house.stores.control.notices.claim(source.id, now, now - max(wait, APART)):
        return 0
    entry = imports.begin(source=source.id, delivery=None, kind="change_notification", trigger=NOTIFICATION, now=now)
    enqueue(source.district, entry.number)
    return 1


def _failed(entry: Import) -> bool:
    """Whether an import could not read what it was begun for."""
    return entry.outcome == "failed" and entry.delivery is None


def round_of(house: House, source: Source, entry: Import, road: Road, errand: Errand, known: Mapping[str, Any]) -> Round:
    """What an import that fetches is to read. An import that was once whole stays so: half a district must not look like all."""
    if entry.trigger not in TOLD or road.notified is None:
        return Round()
    notices = house.stores.control.notices.of(source.id)
    hints = {Hint(n.resource, n.key) for n in notices}
    whole, version = entry.kind == "continuous" or Hint(ALL, ALL) in hints, None
    if entry.trigger == POLL:
        more, version = _changed(house, source, road.notified, errand, known)
        whole, hints = whole or more is None, hints | (more or frozenset())
    return Round(notices, frozenset(hints), whole or len(hints) > STORM, version)


def _changed(
    house: House, source: Source, way: Notified, errand: Errand, known: Mapping[str, Any]
) -> tuple[frozenset[Hint] | None, int | None]:
    """What changed since the last version that was carried through, None for everything; and the version now, where one is told."""
    application, since = value(source, "changes_application"), _version(house, source, known)
    found = way.changes(errand, application, since) if application and since is not None else None
    if found is not None:
        return found.hints, found.version
    # The version from which the next round goes on is asked for before everything is read, so that nothing falls between.
    start = way.changes(errand, application, 0) if application else None
    return None, start.version if start is not None else None


def _version(house: House, source: Source, known: Mapping[str, Any]) -> int | None:
    """The newest version whose changes are in the roster: that of the last round if its import was carried through."""
    kept = known.get("changes", {})
    if kept.get("application") != value(source, "changes_application"):
        return None
    entry = next(
        (e for e in house.stores.roster(source.district).imports.last(200, source=source.id) if e.number == kept["import"]), None
    )
    done = entry is not None and entry.status == "done" and entry.outcome != "failed"
    version: int | None = kept["version"] if done else kept["before"]
    return version


def looked(house: House, source: Source, this: Round) -> dict[str, Any]:
    """What is kept of versions where nothing changed up to the one that was told, if one was."""
    if this.version is None:
        return {}
    application = value(source, "changes_application")
    return {"changes": {"application": application, "version": this.version, "before": this.version, "import": None}}


def remembered(house: House, source: Source, entry: Import, this: Round, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of versions once an import has its delivery; whether it was carried through is looked at in the next round."""
    if this.version is None:
        return {"changes": known["changes"]} if "changes" in known else {}
    kept = {
        "application": value(source, "changes_application"),
        "version": this.version,
        "before": _version(house, source, known),
        "import": entry.number,
    }
    return {"changes": kept}


def _log() -> Any:
    import structlog  # it brings rich along: not for commands that only refresh a record

    return structlog.get_logger("homeroom.notices")
