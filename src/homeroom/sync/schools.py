"""A district's own schools: declared by the operator, matched by a person with the schools that the SIS sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from homeroom.layouts.schools.matching import suggestion
from homeroom.layouts.schools.rules import OwnSchool
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.own_schools import EVERY
from homeroom.sync import sources
from homeroom.sync.house import House

LOOKED_BACK = 20
"""Imports whose reports are asked for schools that the roster does not have."""


@dataclass(frozen=True, slots=True)
class SchoolTold:
    """One line of the list: an own school, a school of the SIS, or both where they match.

    `state`: `matched`; `missing`, matched with an id that no school has; `unmatched`, an own school without a match; `sis-only`.
    `suggested` is the other side's id that may be meant, `why` what speaks for it.
    """

    state: Literal["matched", "missing", "unmatched", "sis-only"]
    own: str | None
    own_name: str | None
    sis: str | None
    sis_name: str | None
    suggested: str | None = None
    why: str | None = None


def add(house: House, slug: str, id: str, name: str, sis: str | None = None, who: str = "command line") -> None:
    """Declare a school of the district, matched at once where `sis` is given. Raises Misuse."""
    _written(house, slug, who, "school-added", {"school": id, "sis": sis}, lambda: _add(house, slug, id, name, sis))


def _add(house: House, slug: str, id: str, name: str, sis: str | None) -> None:
    if not id.strip() or not name.strip():
        raise Misuse("a school needs an id and a name.")
    schools = house.stores.control.schools
    if sis is not None and (taken := next((o for o in schools.own(slug) if o.sis == sis), None)) is not None:
        raise Misuse(
            "{sis} is matched with own school {own} ({name}) already; nothing was added.",
            sis=sis,
            own=taken.id,
            name=taken.name,
        )
    schools.add(slug, id, name)
    if sis is not None:
        schools.match(slug, id, sis)


def remove(house: House, slug: str, id: str, who: str = "command line") -> None:
    """Take an own school back, with its matches. Without any own school nothing is matched any more. Raises Misuse."""
    control = house.stores.control
    _written(house, slug, who, "school-removed", {"school": id}, lambda: control.schools.remove(slug, id))


def match(house: House, slug: str, id: str, sis: str | None, source: int | None = None, who: str = "command line") -> None:
    """Say which school of the SIS an own school is, for all sources or for one; None takes it back. Raises Misuse."""
    if source is not None:
        sources.of(house, slug, source)
    control = house.stores.control
    detail = {"school": id, "sis": sis, "source": source}
    _written(house, slug, who, "school-matched", detail, lambda: control.schools.match(slug, id, sis, source or EVERY))


def _written(house: House, slug: str, who: str, action: str, detail: Mapping[str, Any], act: Any) -> None:
    house.stores.control.districts.get(slug)
    act()
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, action, slug, dict(detail)))


def listed(house: House, slug: str, source: int | None = None) -> list[SchoolTold]:
    """Own schools and those of the SIS: matched first, then what is left on either side, with suggestions. Nothing is changed."""
    house.stores.control.districts.get(slug)
    chosen = sources.of(house, slug, source)
    own = house.stores.control.schools.own(slug, chosen.id if chosen else EVERY)
    known = _known(house, slug)
    taken = {o.sis for o in own if o.sis is not None}
    every = [OwnSchool(o.id, o.name, o.sis) for o in own]
    meant = {sis: found for sis, name in known.items() if sis not in taken and (found := suggestion(sis, name or "", every))}
    by_own = {found[0].id: (sis, found[1]) for sis, found in meant.items()}
    told = [
        SchoolTold("matched" if o.sis in known else "missing", o.id, o.name, o.sis, known.get(o.sis))
        for o in own
        if o.sis is not None
    ]
    told += [SchoolTold("unmatched", o.id, o.name, None, None, *by_own.get(o.id, (None, None))) for o in own if o.sis is None]
    for sis, name in sorted(known.items()):
        if sis not in taken:
            hint = (meant[sis][0].id, meant[sis][1]) if sis in meant else (None, None)
            told.append(SchoolTold("sis-only", None, None, sis, name, *hint))
    return told


def _known(house: House, slug: str) -> dict[str, str | None]:
    """Schools of the SIS by id: those of the last import that told its schools, and the active ones of the roster."""
    store = house.stores.roster(slug)
    found: dict[str, str | None] = {}
    for entry in store.imports.last(LOOKED_BACK):
        report = store.imports.report(entry.number) or {}
        schools = [s for s in report.get("schools", ()) if s["state"] != "missing"]
        if schools or report.get("skipped"):
            found = {s["school"]: s["name"] for s in (*report.get("skipped", ()), *schools)}
            break
    from homeroom.sync.reading_back import rows  # asks the store for records; not every command does

    for row in rows(house, slug, "orgs", "type = 'school' and status = 'active'"):
        found[str(row["sourcedId"])] = row["name"]
    return found
