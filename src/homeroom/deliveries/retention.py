"""The retention of raw files: which deliveries are over age, shredding them, and sweeping what a torn write left in the store.

The clock is an argument. A delivery is shredded by deleting its objects; the `Sealed` value (names, sizes, hashes) may be kept
as the record of what came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from obstore.store import ObjectStore

from homeroom.deliveries import objects
from homeroom.deliveries.seal import Sealed

KEEP = timedelta(days=14)
SWEEP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery whose raw files lie in the store: when it was sealed, and whether it must stay (a hold waits on it)."""

    district: str
    number: int
    sealed_at: datetime
    needed: bool = False


def expired(kept: Iterable[Kept], now: datetime, keep: timedelta = KEEP) -> list[Kept]:
    """The deliveries that are older than `keep` and that nothing waits on, oldest first."""
    return sorted((k for k in kept if not k.needed and now - k.sealed_at > keep), key=lambda k: k.sealed_at)


def shred(store: ObjectStore, sealed: Sealed) -> int:
    """Delete a delivery's objects; returns how many were there. Doing it again does nothing."""
    there = [file.stored for file in sealed.files if objects.size(store, file.stored) is not None]
    objects.remove(store, there)
    return len(there)


def shred_district(store: ObjectStore, district: str) -> int:
    """Delete every raw object of a district, whoever wrote it; returns how many."""
    there = [each.path for each in objects.under(store, f"deliveries/{district}")]
    objects.remove(store, there)
    return len(there)


def sweep(store: ObjectStore, district: str, known: Collection[str], now: datetime, after: timedelta = SWEEP_AFTER) -> int:
    """Delete a district's objects that no delivery names (a seal that was killed) and that are older than `after`.

    Returns how many.
    """
    kept = frozenset(known)
    lost = [
        each.path
        for each in objects.under(store, f"deliveries/{district}")
        if each.path not in kept and now - each.changed > after
    ]
    objects.remove(store, lost)
    return len(lost)
