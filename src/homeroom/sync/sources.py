"""Sources: the ways in which a district's data arrives, and the accounts that push it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homeroom.compare.allowance import Limits
from homeroom.roster.faults import Misuse
from homeroom.roster.words import _, in_a_row
from homeroom.store.accounts import Account
from homeroom.store.audit import AuditRow
from homeroom.store.sources import NAMES, Source
from homeroom.sync import reach, source_settings, tuning
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, named
from homeroom.sync.secrets import closed

BUILT = ("sftp", "sftp-pull", "upload", "powerschool")
"""The kinds that this version can run."""
READ_BY = {"powerschool": "powerschool-api"}
"""Kinds of sources whose deliveries are made by Homeroom itself, and the layout set that reads them unless another is named."""


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
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    who: str = "command line",
) -> Added:
    """Add a source; one of kind sftp gets an account of its own. `settings` are values by the names of `source_settings`, `secrets`
    what it needs to log in elsewhere. It need not be reachable yet: a source is saved before it can connect.

    Raises Misuse for what cannot be, naming every wrong value at once; nothing is added then.
    """
    if kind not in BUILT:
        raise Misuse(
            "a source of kind {kind} cannot be added yet: this version takes {kinds}.", kind=kind, kinds=in_a_row(BUILT, " and ")
        )
    control = house.stores.control
    control.districts.get(slug)
    if layouts is None:
        layouts = READ_BY.get(kind)
    given = {"name": name, "layouts": layouts, "start": start} | {n: v for n, v in (settings or {}).items() if v is not None}
    columns, inside = _settled(house, slug, None, {n: v for n, v in given.items() if v is not None}, kind)
    kept = reach.marked(source_settings.kept({}, inside), kind, inside, who, house.settings)
    now = datetime.now(UTC)
    source = control.sources.add(
        slug,
        kind,
        columns.get("name") or _usual_name(house, slug, kind),
        now,
        layouts=columns.get("layouts"),
        start=columns.get("start"),
        settings=kept,
    )
    if secrets:
        source = control.sources.change(source.id, secret=closed(house, source.id, secrets))
    if columns.get("enabled") is False:
        source = control.sources.change(source.id, enabled=False)
    username = None
    if kind == "sftp":
        username = f"{slug}-{source.id}"
        control.accounts.add(Account(username, source.id, password_hash, public_keys))
    named_settings = sorted(n for n, v in given.items() if v is not None)
    detail = {"source": source.id, "kind": kind, "settings": named_settings}
    control.audit.add(AuditRow(now, who, "source-added", slug, detail))
    return Added(source, username)


def of(house: House, slug: str, number: int | None) -> Source | None:
    """The source with that number, or the district's only one that is not archived; None where there is none or more than one.

    Raises Misuse when the number is not one of this district's sources.
    """
    if number is None:
        current = house.stores.control.sources.current(slug)
        return current[0] if len(current) == 1 else None
    mine = house.stores.control.sources.of(slug)
    found = next((s for s in mine if s.id == number), None)
    if found is None:
        listed = in_a_row(str(s.id) for s in mine) if mine else _("none")
        raise Misuse(
            "district {slug} has no source {number}; its sources are: {listed}.", slug=slug, number=str(number), listed=listed
        )
    return found


def change(house: House, slug: str, number: int, values: Mapping[str, Any], who: str = "command line") -> Source:
    """Change settings of a source by name; None puts a default back, what is not named stays as it is.

    A secret is for the server that it was given for: where somebody who is not on the machine itself leads a source to another server, it
    is forgotten, or whoever listens there would be told it.

    Raises Misuse, naming every wrong value at once; nothing is changed then. The audit trail keeps who changed what, and when.
    """
    source = of(house, slug, number)
    assert source is not None
    in_use(source)
    columns, inside = _settled(house, slug, source, values, source.kind)
    before = {name: source_settings.said(source, name) for name in values}
    kept = reach.marked(source_settings.kept(source.settings, inside), source.kind, inside, who, house.settings)
    leads = who != reach.COMMAND_LINE and source.secret is not None and reach.elsewhere(source.settings, kept, source.kind)
    forgotten = {"secret": None} if leads else {}
    changed = house.stores.control.sources.change(source.id, **_columns(columns, source), settings=kept, **forgotten)
    after = {name: source_settings.said(changed, name) for name in values}
    moved = {name: [before[name], after[name]] for name in values if before[name] != after[name]}
    if moved:
        detail = {"source": source.id, "changed": moved}
        house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "source-changed", slug, detail))
    if leads:
        detail = {"source": source.id, "secrets": []}
        house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "source-secret-changed", slug, detail))
    return changed


def in_use(source: Source) -> Source:
    """The source, where something may be done with it. Raises Misuse for an archived one."""
    if source.archived is not None:
        raise Misuse("This source is archived: take it back first.")
    return source


def set_secrets(house: House, slug: str, number: int, secrets: Mapping[str, str], who: str = "command line") -> Source:
    """Give a source what it needs to log in elsewhere, in place of what it had. It is kept encrypted and never shown again."""
    source = of(house, slug, number)
    assert source is not None
    in_use(source)
    if source.kind not in source_settings.PULLED:
        raise Misuse(
            "source {number} of {slug} is of kind {kind}, which logs in nowhere; it has no secret.",
            number=str(number),
            slug=slug,
            kind=source.kind,
        )
    changed = house.stores.control.sources.change(source.id, secret=closed(house, source.id, secrets))
    detail = {"source": source.id, "secrets": sorted(secrets)}
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "source-secret-changed", slug, detail))
    return changed


def set_limits(house: House, slug: str, number: int, changes: dict[str, Any], who: str = "command line") -> Source:
    """Change the limits of a source by the names that `Limits` has for them. Raises Misuse naming every wrong value."""
    Limits.parse(changes)
    renamed = {source_settings.LIMITS.get(name, name): value for name, value in changes.items()}
    return change(house, slug, number, renamed, who)


def allied(house: House, source: Source) -> frozenset[int]:
    """The sources that carry the same system's records as this one: those that it names, and those that name it."""
    named_here = set(source_settings.value(source, "same_system"))
    naming = {
        s.id for s in house.stores.control.sources.of(source.district) if source.id in source_settings.value(s, "same_system")
    }
    return frozenset(named_here | naming)


def _settled(
    house: House, slug: str, source: Source | None, values: Mapping[str, Any], kind: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Judged values: those that are columns of the source, and those that lie in its settings. Raises Misuse."""
    source_settings.judge(values, kind)
    if source is None:
        _enough(values, kind)
    if values.get("same_system"):
        _are_others(house, slug, source, values["same_system"])
    made = dict(values)
    if made.get("layouts") is not None:
        made["layouts"] = named(made["layouts"], Own(house, slug))
    inside = {n: v for n, v in made.items() if source_settings.setting(n).kept}
    return {n: v for n, v in made.items() if n not in inside}, inside


def _enough(values: Mapping[str, Any], kind: str) -> None:
    """Raise Misuse for a new source that could never find its way."""
    needed = [s.name for s in source_settings.SETTINGS if s.required and kind in s.kinds]
    if missing := [name for name in needed if values.get(name) is None]:
        raise Misuse(
            "a source of kind {kind} needs {missing}.",
            kind=kind,
            missing=in_a_row(missing),
            command=" ".join(f"--{n.replace('_', '-')}" for n in missing),
        )


def _usual_name(house: House, slug: str, kind: str) -> str:
    """What a source is called to which nobody gave a name: what it is, with a number where the district has another one like it."""
    taken = {s.name for s in house.stores.control.sources.of(slug)}
    names = itertools.chain([NAMES[kind]], (f"{NAMES[kind]} {number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _columns(columns: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Column values with what stands for None: a source is never without a name, and open unless it is closed."""
    standing = {"name": NAMES[source.kind], "enabled": True}
    return {n: standing.get(n) if v is None else v for n, v in columns.items()}


def _are_others(house: House, slug: str, source: Source | None, numbers: list[int]) -> None:
    mine = {s.id for s in house.stores.control.sources.of(slug)} - {source.id if source else None}
    if strange := sorted(set(numbers) - mine):
        listed = in_a_row(map(str, sorted(mine))) if mine else _("none")
        raise Misuse(
            "same_system cannot name {strange}: the other sources of {slug} are: {listed}.",
            strange=in_a_row(map(str, strange)),
            slug=slug,
            listed=listed,
        )


def siblings(house: House, source: Source) -> frozenset[int]:
    """The district's other sources that speak of one school each, where this one does too."""
    if tuning.school_of(source) is None:
        return frozenset()
    others = house.stores.control.sources.of(source.district)
    return frozenset(s.id for s in others if s.id != source.id and tuning.school_of(s) is not None)
