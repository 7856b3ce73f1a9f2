"""The corridor: one delivery through the rooms, in the only order there is, up to the plan and its judgement.

Nothing is committed here. The same walk serves a dry run, a night, an approval and the demo; what differs is what the
caller does with the `Walked` that comes out. The store is only reached through the functions in `Ground`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeroom.checks.admit import admit
from homeroom.checks.rules import Rules
from homeroom.compare.limits import ActiveCounts, Limits, judge
from homeroom.compare.plan import plan as make_plan
from homeroom.compare.sift import sift
from homeroom.compare.snapshot import Snapshot, fingerprint
from homeroom.layouts.choice import Choice, choose
from homeroom.layouts.making import make
from homeroom.layouts.manifest import Manifest, read_manifest
from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.shaping import bind, shape
from homeroom.reading.archives import LeftAlone, unpack
from homeroom.reading.inspect import inspect
from homeroom.reading.tables import read
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Refused
from homeroom.sync.surplus import placer_for
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import (
    Admitted,
    Feed,
    Hints,
    Inspected,
    Judgement,
    Lookup,
    Mode,
    Plan,
    Sifted,
    SourceFile,
    TextTable,
)

STEPS = ("unpack", "read", "layouts", "compare with last night", "check", "plan", "judge")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk stands on: how this source is read, and what the store already holds.

    `snapshots` are last night's, by table; `touched` brings the keys of a table that others changed since a snapshot and
    returns their relation, or None. `allied` are sources of the same system. `first`: the roster is empty.
    """

    sets: Sequence[LayoutSet]
    wanted: str | None
    kind: Mode
    source: int
    allied: Collection[int]
    hints: Hints
    rules: Rules
    limits: Limits
    first: bool
    snapshots: Mapping[str, Snapshot]
    touched: Callable[[str, Snapshot], str | None]
    lookup: Lookup
    active: Callable[[], ActiveCounts]
    now: datetime


@dataclass(frozen=True, slots=True)
class Walked:
    """Everything that a walk found out."""

    choice: Choice
    manifest: Manifest | None
    inspected: tuple[Inspected, ...]
    left_alone: tuple[LeftAlone, ...]
    texts: Mapping[int, TextTable]
    feeds: tuple[Feed, ...]
    sifted: Mapping[str, Sifted]
    admitted: Mapping[str, Admitted]
    fingerprints: Mapping[str, str]
    plan: Plan
    judgement: Judgement


def walk(bench: Workbench, files: Sequence[SourceFile], ground: Ground, tell: Callable[[str], None]) -> Walked:
    """Walk a delivery's files. `tell` hears each step's name. Raises Refused when the delivery cannot be taken at all."""
    tell("unpack")
    unpacked = unpack(files, bench.folder / "unpacked")
    tell("read")
    inspected = tuple(inspect(f, ground.hints) for f in unpacked.files)
    manifest = read_manifest(inspected)
    choice = choose(ground.sets, inspected, ground.wanted, manifest)
    _refuse_faults(inspected, choice)
    tell("layouts")
    texts, feeds = _shape(bench, inspected, choice, manifest, ground)
    tell("compare with last night")
    sifted, fingerprints = _sift(bench, feeds, ground)
    tell("check")
    admitted = {name: admit(bench, catalogue()[name], s, ground.rules, ground.lookup) for name, s in sifted.items()}
    tell("plan")
    plan = make_plan(
        bench,
        [(catalogue()[name], a) for name, a in admitted.items()],
        ground.source,
        ground.lookup,
        ground.first,
        ground.allied,
    )
    tell("judge")
    judgement = judge(bench, plan, ground.limits, ground.active, tuple(sifted.values()))
    return Walked(
        choice=choice,
        manifest=manifest,
        inspected=inspected,
        left_alone=unpacked.left_alone,
        texts=texts,
        feeds=feeds,
        sifted=sifted,
        admitted=admitted,
        fingerprints=fingerprints,
        plan=plan,
        judgement=judgement,
    )


def _refuse_faults(inspected: Sequence[Inspected], choice: Choice) -> None:
    """A file that the set needs and that is no table (a web page, a spreadsheet) stops the delivery."""
    for look in inspected:
        if look.fault is not None and look.file.number in choice.named:
            raise Refused(look.fault.code, file=look.file.name, why=look.fault.message)


def _shape(
    bench: Workbench,
    inspected: Sequence[Inspected],
    choice: Choice,
    manifest: Manifest | None,
    ground: Ground,
) -> tuple[dict[int, TextTable], tuple[Feed, ...]]:
    bound = {n: (layout, bind(layout, _numbered(inspected, n))) for n, layout in choice.matches.items()}
    texts: dict[int, TextTable] = {}
    feeds: list[Feed] = []
    for number, (layout, binding) in bound.items():
        look = _numbered(inspected, number)
        place = placer_for(look, binding, bound, inspected, ground.rules.version, ground.lookup, bench)
        texts[number] = read(bench, look, place)
        mode = manifest.mode(layout.table) if manifest else ground.kind
        feeds.append(shape(bench, layout, binding, texts[number], mode))
    feeds.extend(make(bench, choice.set, feeds, ground.now))
    return texts, tuple(feeds)


def _sift(bench: Workbench, feeds: Sequence[Feed], ground: Ground) -> tuple[dict[str, Sifted], dict[str, str]]:
    sifted: dict[str, Sifted] = {}
    fingerprints: dict[str, str] = {}
    for table in catalogue():
        mine = [f for f in feeds if f.table == table.name]
        if not mine:
            continue
        mark = fingerprint(mine, ground.rules.fingerprint())
        fingerprints[table.name] = mark
        snapshot = ground.snapshots.get(table.name)
        if snapshot is not None and snapshot.fingerprint != mark:
            snapshot = None
        touched = ground.touched(table.name, snapshot) if snapshot else None
        sifted[table.name] = sift(bench, table, mine, snapshot, touched)
    return sifted, fingerprints


def _numbered(inspected: Sequence[Inspected], number: int) -> Inspected:
    return next(look for look in inspected if look.file.number == number)
