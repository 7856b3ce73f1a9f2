"""The same bytes again: nothing can differ, so nothing is walked; the report of last time is told anew.

This holds only where everything else that decides is the same too: the layouts, the settings, the catalogue, the program, the
day (made rows know the school year), and nothing else has written to the roster since. All of it but the roster's revision is
in the stamp. It is a short cut, never a different answer: the full walk of the same bytes gives an empty plan (law 7).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from homeroom import __version__
from homeroom.roster.catalogue import digest as catalogue_digest
from homeroom.roster.report import ImportReport, TableReport
from homeroom.store.commits import Commit
from homeroom.store.imports import Import
from homeroom.store.sources import Source
from homeroom.sync import ending
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, sets_for
from homeroom.sync.sources import allied, siblings
from homeroom.workbench.values import Plan


def stamp(house: House, slug: str, entry: Import, source: Source, layouts: str | None, now: datetime) -> str:
    """One text for everything but files and roster that decides what an import does."""
    import duckdb

    sets, wanted = sets_for(layouts or source.layouts, Own(house, slug))
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    decides = [
        __version__,
        duckdb.__version__,
        catalogue_digest(),
        wanted,
        [(s.text, s.digest, s.number) for s in sets],
        dict(source.settings),
        sorted(allied(house, source)),
        sorted(siblings(house, source)),
        house.stores.roster(slug).held_stamp(),
        [asdict(own) for own in house.stores.control.schools.own(slug, source.id)],
        [[p.source, p.table, p.theirs, p.ours] for p in house.stores.control.taken_over.of(slug)],
        entry.kind,
        now.astimezone(zone).date().isoformat(),
    ]
    return "sha256:" + hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def same_as_last(house: House, slug: str, entry: Import, source: Source, digest: str, mark: str) -> Import | None:
    """The last import of this source, if it walked the same bytes under the same stamp and the roster has not moved since."""
    store = house.stores.roster(slug)
    for last in store.imports.last(20, source=source.id):
        if last.number >= entry.number or last.dry_run:
            continue
        if last.status != "done" or last.outcome == "failed" or last.delivery is None:
            return None
        known = store.imports.report(last.number) or {}
        same = known.get("stamp") == mark and store.deliveries.get(last.delivery).digest == digest
        return last if same and last.revision_after == store.revision() else None
    return None


def repeat(house: House, slug: str, entry: Import, started: ImportReport, last: Import, now: datetime) -> ImportReport:
    """End an import with what the last one found: no change, the same rows refused, the same issues."""
    store = house.stores.roster(slug)
    known = ImportReport.from_json(store.imports.report(last.number) or {})
    made = replace(
        known,
        number=entry.number,
        delivery=entry.delivery,
        trigger=entry.trigger,
        dry_run=entry.dry_run,
        revision_before=started.revision_before,
        revision_after=started.revision_before,
        tables={name: _unchanged(t) for name, t in known.tables.items()},
        started_at=started.started_at,
        finished_at=datetime.now(UTC),
        seconds=ending.walking_time(started),
        layouts_why="The same files as last time, under the same rules: nothing can have changed.",
    )
    commit = Commit(
        number=entry.number,
        attempt=entry.attempt,
        source=entry.source,
        revision_before=started.revision_before,
        now=now,
        outcome=made.outcome,
        report=made.as_json(),
        delivery=entry.delivery,
        issues_of=last.number,
    )
    store.finish(None, Plan(tables={}, hash="", first=False), commit)
    return made


def _unchanged(table: TableReport) -> TableReport:
    """The records that last time ended as part of the roster are the ones that stand unchanged now."""
    return TableReport(unchanged=table.added + table.updated + table.unchanged + table.restored, refused=table.refused)
