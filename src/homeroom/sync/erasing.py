"""Removing what belongs to a district whose time to be kept is over: raw files, the roster, folders, keys, sources and ties of people.

The order is what a crash needs: first it is written down what there is, and from then on nothing can be kept; then the raw files, the
folders and the roster's store go, each of which can be done again; last, in one transaction, everything in the control store. Whoever
comes after a crash begins at the top, and what is gone already is gone. What stays is the audit, and the line of the deletion.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from homeroom.deliveries.retention import shred_district
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.audit import AuditRow, AuditWanted
from homeroom.store.deletions import Deletion
from homeroom.store.imports import Sought
from homeroom.store.roster import RosterStore
from homeroom.sync.house import House

CLOCK = "the deletion clock"
"""Who it is in the audit trail."""
STEPS = ("counted", "raw files", "folders", "roster", "control store", "audit", "done")
"""What has been done at each point where `tell` is called."""
ACT = "district-deleted"
MOST_DELIVERIES = 100_000


def erase_due(house: House, now: datetime) -> int:
    """Erase the districts whose time to be kept is over; returns how many are gone. One that cannot go now is tried again."""
    gone = 0
    for asked in house.stores.control.deletions.due(now):
        try:
            erase(house, asked.district, now)
            gone += 1
        except TryAgain as trouble:
            _log().warning("district-not-deleted-yet", district=asked.district, kind=type(trouble).__name__)
        except Exception as trouble:  # noqa: BLE001
            # An object store that does not answer for one district must not keep the others.
            _log().error("district-not-deleted", district=asked.district, kind=type(trouble).__name__)
    return gone


def erase(house: House, slug: str, now: datetime, who: str = CLOCK, tell: Callable[[str], None] = lambda step: None) -> Deletion:
    """Remove everything of a district that is due. Taken up where a crash left it. `tell` hears of each of `STEPS` once it is done.

    Raises Misuse for a district that is not to be deleted, or not yet; TryAgain while somebody walks in it or erases it.
    """
    _due(house, slug, now)
    with house.stores.presence(f"erase {slug}"), house.stores.alone(slug):
        asked = _due(house, slug, now)
        if asked.begun is None:
            _begin(house, asked, now)
            asked = _due(house, slug, now)
        tell("counted")
        _raw(house, slug)
        tell("raw files")
        _folders(house, asked)
        tell("folders")
        house.stores.erase(slug)
        tell("roster")
        house.stores.control.deletions.depart(asked, now)
        tell("control store")
        _write_down(house, slug, now, who)
        tell("audit")
        house.stores.control.deletions.finish(asked.id, now)
        tell("done")
    found = house.stores.control.deletions.of(slug)
    assert found is not None
    return found


def forget_here(house: House, known: set[int]) -> None:
    """Let go of what this process and this machine still have of districts that are gone. `known`: those that it was done for."""
    for asked in house.stores.control.deletions.went():
        if asked.id not in known:
            house.stores.forget(asked.district)
            _folders(house, asked)
            known.add(asked.id)


def _due(house: House, slug: str, now: datetime) -> Deletion:
    asked = house.stores.control.deletions.of(slug)
    if asked is None or asked.done is not None:
        house.stores.control.districts.get(slug)
        raise Misuse("The district {slug} is not to be deleted.", slug=slug, command=f"homeroom district delete {slug}")
    if asked.begun is None and now < asked.due:
        raise Misuse(
            "The district {slug} can be kept until {due}, and is not deleted before.",
            slug=slug,
            due=asked.due.isoformat(timespec="minutes"),
        )
    return asked


def _begin(house: House, asked: Deletion, now: datetime) -> None:
    """Write down what there is, by kind, while it is there."""
    slug, control = asked.district, house.stores.control
    store = house.stores.roster(slug)
    accounts = [account.username for source in control.sources.of(slug) for account in control.accounts.of(source.id)]
    records = sum(counts.active + counts.tobedeleted for counts in store.counts().values())
    deliveries = len(store.deliveries.last(MOST_DELIVERIES))
    counts = {"records": records, "revision": store.revision(), "imports": _imports(store), "deliveries": deliveries}
    control.deletions.begin(asked.id, accounts, counts, now)


def _imports(store: RosterStore) -> int:
    return store.imports.search(Sought(), 1, 0)[1]


def _raw(house: House, slug: str) -> None:
    """Every raw object, whoever wrote it; of a local folder the empty folder, too."""
    shred_district(house.raw, slug)
    if house.settings.storage is None and (left := Path(house.settings.raw) / "deliveries" / slug).is_dir():
        shutil.rmtree(left)


def _folders(house: House, asked: Deletion) -> None:
    """Folders for pushed files, by the names of the accounts; nobody else's lies in them."""
    for username in asked.accounts:
        folder = house.settings.spool / username
        if folder.parent == house.settings.spool and folder.is_dir():
            shutil.rmtree(folder)


def _write_down(house: House, slug: str, now: datetime, who: str) -> None:
    """One line in the audit: what went, who asked, when and why. After a crash only if it is not there yet."""
    control = house.stores.control
    if control.audit.count(AuditWanted(district=slug, action=ACT)):
        return
    asked = control.deletions.of(slug)
    assert asked is not None
    detail = {
        "name": asked.name,
        "asked_by": asked.asked_by,
        "asked": asked.asked.isoformat(),
        "reason": asked.reason,
        **asked.counts,
    }
    control.audit.add(AuditRow(now, who, ACT, slug, detail))


def _log() -> Any:
    import structlog  # it brings rich along: not for commands that log nothing

    return structlog.get_logger("homeroom.erasing")
