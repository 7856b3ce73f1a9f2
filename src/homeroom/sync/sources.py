"""Sources: the ways in which a district's data arrives, and the accounts that push it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homeroom.compare.limits import Limits
from homeroom.roster.faults import Misuse
from homeroom.store.accounts import Account
from homeroom.store.journal import AuditRow
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, named

BUILT = ("sftp", "upload")
"""The kinds that this version can run."""


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was just made, and the user name of its account if it has one."""

    source: Source
    username: str | None


def add(
    house: House,
    slug: str,
    kind: str,
    *,
    name: str | None = None,
    layouts: str | None = None,
    start: str | None = None,
    password_hash: str | None = None,
    public_keys: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
    who: str = "command line",
) -> Added:
    """Add a source; one of kind sftp gets an account of its own. Raises Misuse for what cannot be."""
    if kind not in BUILT:
        raise Misuse(f"a source of kind {kind} cannot be added yet: this version takes {' and '.join(BUILT)}.")
    control = house.stores.control
    control.districts.get(slug)
    layouts = named(layouts, Own(house, slug))
    Limits.parse(dict((settings or {}).get("limits", {})))
    if (settings or {}).get("quiet_seconds", 0) < 0:
        raise Misuse("--quiet-seconds must not be negative.")
    now = datetime.now(UTC)
    source = control.sources.add(slug, kind, name or kind, now, layouts=layouts, start=start, settings=settings)
    username = None
    if kind == "sftp":
        username = f"{slug}-{source.id}"
        control.accounts.add(Account(username, source.id, password_hash, public_keys))
    control.audit.add(AuditRow(now, who, "source-added", slug, {"source": source.id, "kind": kind}))
    return Added(source, username)


def of(house: House, slug: str, number: int | None) -> Source | None:
    """The source with that number, or the district's only one; None where there is none or more than one.

    Raises Misuse when the number is not one of this district's sources.
    """
    mine = house.stores.control.sources.of(slug)
    if number is None:
        return mine[0] if len(mine) == 1 else None
    found = next((s for s in mine if s.id == number), None)
    if found is None:
        listed = ", ".join(str(s.id) for s in mine) or "none"
        raise Misuse(f"district {slug} has no source {number}; its sources are: {listed}.")
    return found


def set_limits(house: House, slug: str, number: int, changes: dict[str, Any], who: str = "command line") -> Source:
    """Change the limits of a source; what is not named stays. Raises Misuse naming every wrong value."""
    source = of(house, slug, number)
    assert source is not None
    limits = {**source.settings.get("limits", {}), **changes}
    Limits.parse(limits)
    changed = house.stores.control.sources.change(source.id, settings={**source.settings, "limits": limits})
    house.stores.control.audit.add(
        AuditRow(datetime.now(UTC), who, "limits-changed", slug, {"source": source.id, "limits": sorted(changes)})
    )
    return changed
