"""The corridor: one delivery through the rooms, in the only order there is, up to the plan and its judgement.

Nothing is committed here. The same walk serves a dry run, a night, an approval and the demo; what differs is what the
caller does with the `Walked` that comes out. The store is only reached through the functions in `Ground`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from homeroom.checks.admit import admit
from homeroom.checks.rules import Rules
from homeroom.compare import plan as planning
from homeroom.compare.limits import ActiveCounts, Context, LastTime, Limits, judge
from homeroom.compare.night import forget
from homeroom.compare.ownership import EVERYTHING, Ownership
from homeroom.compare.plan import plan as make_plan
from homeroom.compare.snapshot import Snapshot
from homeroom.layouts.as_sent import as_sent
from homeroom.layouts.choice import Choice, choose
from homeroom.layouts.contacts import step as contacts
from homeroom.layouts.contacts.reading import overridden
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.layouts.layout import Kind
from homeroom.layouts.making import make
from homeroom.layouts.manifest import NAME as MANIFEST
from homeroom.layouts.patterns import base_name
from homeroom.layouts.prefixing import prefixed
from homeroom.layouts.schools import matching
from homeroom.layouts.schools.rules import SchoolRules
from homeroom.layouts.schools.stepping import step
from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.taking_over import hand_over, taken_over
from homeroom.reading.archives import LeftAlone, unpack
from homeroom.reading.inspect import inspect
from homeroom.roster.catalogue import Catalogue, Table, catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.faults import Refused
from homeroom.roster.walk_clock import Position
from homeroom.sync import findings, mended_rows, schools_told
from homeroom.sync import reading_otherwise as otherwise
from homeroom.sync.pausing import unproved, without_paused
from homeroom.sync.shaping import Shaped, absent_files, hollow_files, shape_all
from homeroom.sync.sifting import Sifting
from homeroom.treatment.leavers import Absences
from homeroom.treatment.treat import Before, treat_made, treat_shaped
from homeroom.treatment.treatment import Night, Treatment
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

WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
"""Endings of what a spreadsheet saves by itself."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk stands on: how this source is read, and what the store already holds.

    `snapshots` are last night's, by table; `touched` brings the keys of a table that others changed since a snapshot and returns
    their relation, or None. `allied` are sources of the same system. `first`: the roster is empty. `last`: what each table's files
    were last time. `written` makes a relation of the keys of a table that files of certain names wrote last, or is None where there
    are none. `now` is in the district's own time. `agree` puts a set's own datasets together with what the store has of them;
    `lookup` asks the store for the tables of a catalogue. `contacts` overrides single keys of the set's contact rules;
    `students_of`: the students who have one of these people as agent, by ids as sent. `made_before`: how many active people of the source were made from pairs. `treatment` is what the source's settings do to its
    rows, `paused` are tables that rest today, `absent_before` brings what was counted of absent students. `ownership`: which fields
    the source may write. `schools` says which schools step out; `taken_over`: by table, ids of the SIS and those that the roster has
    instead. `usual`: the set that read the files last time, where nobody has named one.
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
    touched: Callable[[Workbench, str, Snapshot], str | None]
    written: Callable[[str, Callable[[str], bool], str], str | None]
    lookup: Callable[[Catalogue], Lookup]
    agree: Callable[[Sequence[Table]], tuple[Table, ...]]
    active: ActiveCounts
    last: Mapping[str, LastTime]
    now: datetime
    contacts: Mapping[str, Any] = field(default_factory=dict)
    students_of: Callable[[Collection[str]], Collection[str]] = lambda people: ()
    made_before: Callable[[], int] = lambda: 0
    treatment: Treatment = field(default_factory=Treatment)
    paused: frozenset[str] = frozenset()
    absent_before: Before | None = None
    ownership: Ownership = EVERYTHING
    schools: SchoolRules = field(default_factory=SchoolRules)
    taken_over: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    usual: str | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """Everything that a walk found out. `skipped`: table -> file number -> rows left out, since their school steps out."""

    choice: Choice
    book: Catalogue
    inspected: tuple[Inspected, ...]
    left_alone: tuple[LeftAlone, ...]
    texts: Mapping[int, TextTable]
    origins: Mapping[int, Inspected]
    feeds: tuple[Feed, ...]
    contacts: contacts.Settled
    sifted: Mapping[str, Sifted]
    admitted: Mapping[str, Admitted]
    fingerprints: Mapping[str, str]
    plan: Plan
    judgement: Judgement
    absences: Absences | None = None
    skipped: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a look goes: every file unpacked, read and bound to a layout, its rows shaped and treated but not yet judged.

    `elsewhere`: table -> relation of the records that files brought which did not come tonight.
    """

    left_alone: tuple[LeftAlone, ...]
    inspected: tuple[Inspected, ...]
    choice: Choice
    rules: Rules
    book: Catalogue
    lookup: Lookup
    shaped: Shaped
    elsewhere: Mapping[str, str]
    treatment: Treatment
    night: Night


def look(bench: Workbench, files: Sequence[SourceFile], ground: Ground, tell: Callable[[str], None]) -> Looked:
    """The first rooms of the walk: what the files are. Raises Refused when the delivery cannot be taken at all."""
    tell("unpack")
    findings.name_files(bench, ())
    unpacked = unpack(files, bench.folder / "unpacked")
    findings.name_files(bench, unpacked.files)
    for left in unpacked.left_alone:
        bench.tell(left.code, value=left.name)
    if not unpacked.files and (books := [left.name for left in unpacked.left_alone if left.name.lower().endswith(WORKBOOKS)]):
        raise Refused("only_workbooks", file=books[0])
    tell("read")
    mended = {f.number for f in unpacked.files if mended_rows.looks_mended(f.name, f.path)}
    read_as = {f.number: _hints(ground, f.name) for f in unpacked.files}
    inspected = tuple(
        inspect(f, mended_rows.hints(read_as[f.number]) if f.number in mended else read_as[f.number]) for f in unpacked.files
    )
    tell("layouts")
    # Mended rows alone are too few to tell one set by: the one that has refused them is meant.
    wanted = ground.wanted or (ground.usual if len(mended) == len(unpacked.files) else None)
    choice = choose(ground.sets, inspected, wanted, bench, _kind(ground))
    if ground.paused:
        choice = without_paused(bench, choice, ground.paused)
    waived = ground.rules.waived | frozenset(choice.layouts.waived)
    rules = replace(ground.rules, version=choice.layouts.version, waived=waived)
    book = catalogue().joined(ground.agree(choice.layouts.datasets))
    lookup = ground.lookup(book)
    shaped = shape_all(bench, choice, ground.kind, rules, lookup, ground.schools.column)
    elsewhere = absent_files(bench, choice, shaped.feeds, ground.written)
    treatment = replace(ground.treatment, ends=ground.treatment.ends or choice.layouts.ends)
    night = Night(bench, book, lookup, rules.date_form, rules.prefix, rules.shared)
    came = [replace(f, partial=f.table in elsewhere) for f in shaped.feeds]
    shaped = replace(shaped, feeds=tuple(treat_shaped(night, treatment, came)))
    return Looked(unpacked.left_alone, inspected, choice, rules, book, lookup, shaped, elsewhere, treatment, night)


def walk(bench: Workbench, files: Sequence[SourceFile], ground: Ground, tell: Callable[[str], None]) -> Walked:
    """Walk a delivery's files. `tell` hears each step's name. Raises Refused when the delivery cannot be taken at all."""
    looked = look(bench, files, ground, tell)
    choice, rules, shaped = looked.choice, looked.rules, looked.shaped
    book, lookup = looked.book, looked.lookup
    settled = settle_contacts(bench, looked, ground)
    contacts.forget(bench)
    made = make(choice.layouts, settled.feeds, ground.now, bench)
    if ground.paused:
        made = unproved(made)
    ours = _taken_over(bench, made, rules, ground, book)
    treated = treat_made(looked.night, looked.treatment, ours, ground.absent_before)
    placed = step(bench, ground.schools, treated.feeds, book, lookup)
    matching.judge(bench, ground.schools, ours)
    feeds, lookup = placed.feeds, placed.lookup
    afresh = treated.afresh | {feed.table for feed in feeds if feed.mended}
    sifted, admitted, fingerprints = _checked(bench, feeds, rules, ground, looked, lookup, afresh, tell)
    tell("plan")
    hand_over(bench, ground.taken_over, list(sifted), {ground.source, *ground.allied}, lookup)
    tables = [planning.Walked(book[name], sifted[name], admitted[name], looked.elsewhere.get(name)) for name in sifted]
    mine, first = ground.ownership, ground.first
    plan = make_plan(bench, tables, ground.source, lookup, first=first, allied=ground.allied, ownership=mine)
    tell("judge")
    skipped = schools_told.counted(bench, sifted) if placed.schools else {}
    aside = {table: sum(files.values()) for table, files in skipped.items()}
    context = Context(tables, ground.last, lookup, hollow_files(bench, choice, sifted, ground.written), aside)
    judgement = judge(bench, plan, ground.limits, schools_told.in_scope(bench, ground.active, placed.schools), context)
    judgement = otherwise.judge(judgement, choice, ground.usual, ground.sets, looked.inspected, plan, ground.limits)
    return Walked(
        choice=choice,
        book=book,
        inspected=looked.inspected,
        left_alone=looked.left_alone,
        texts=shaped.texts,
        origins=shaped.origins,
        feeds=feeds,
        contacts=settled,
        sifted=sifted,
        admitted=admitted,
        fingerprints=fingerprints,
        plan=plan,
        judgement=judgement,
        absences=treated.absences,
        skipped=skipped,
    )


def _checked(
    bench: Workbench,
    feeds: Sequence[Feed],
    rules: Rules,
    ground: Ground,
    looked: Looked,
    lookup: Lookup,
    afresh: Collection[str],
    tell: Callable[[str], None],
) -> tuple[dict[str, Sifted], dict[str, Admitted], Mapping[str, str]]:
    """Compare the feeds with last night, and check what differs: table by table, the next one compared while one is checked."""
    tell("compare with last night")
    sifted: dict[str, Sifted] = {}
    admitted: dict[str, Admitted] = {}
    book = looked.book
    with bench.beside() as second:
        sifting = Sifting(second, feeds, rules, ground, book, settings=looked.treatment.fingerprint, afresh=afresh)
        with closing(sifting.tables()) as tables_ahead:
            coming: Iterable[tuple[str, Sifted]] = tables_ahead
            if any(feed.drops for feed in feeds):
                coming = list(coming)  # what the value maps of all tables dropped is told before the checks speak
                _tell_dropped(bench, coming)
            tell("check")
            rows, done = sum(feed.text.rows or 0 for feed in feeds), 0
            for name, each in coming:
                sifted[name] = each
                tell(Position.at("check", min(done, rows), rows))
                done += sum(count.rows for count in each.counts)
                admitted[name] = admit(bench, book[name], each, rules, lookup)
                forget(bench, each)
    return sifted, admitted, sifting.fingerprints


def _taken_over(bench: Workbench, made: Sequence[Feed], rules: Rules, ground: Ground, book: Catalogue) -> list[Feed]:
    """Ids as the roster has them: with the source's prefix, and those of records that were taken over."""
    prefixes = (prefixed(feed, book[feed.table], rules.prefix, rules.shared) for feed in made)
    pairs = ground.taken_over
    return [taken_over(bench, pairs, feed, book[feed.table]) if pairs else feed for feed in prefixes]


def _kind(ground: Ground) -> Kind:
    return "continuous" if ground.kind == "continuous" else "change_notification"


def _hints(ground: Ground, name: str) -> Hints:
    return hints_for(ground.hints, ground.sets[0].of_kind(_kind(ground)) if ground.wanted is not None else None, name)


def hints_for(own: Hints, layouts: LayoutSet | None, name: str) -> Hints:
    """How a file of a source is read: what the source says about its files goes before what a set says that was named for it."""
    if own.require_prefix and base_name(name).casefold() == MANIFEST:
        own = replace(own, require_prefix=False)  # its two words are the standard's own
    if layouts is None:
        return own
    usual = layouts.hints(name)
    said = {f.name: getattr(own, f.name) for f in fields(Hints)}
    plain = Hints()
    return replace(usual, **{k: v for k, v in said.items() if v != getattr(plain, k)})


def settle_contacts(bench: Workbench, looked: Looked, ground: Ground) -> contacts.Settled:
    """The contact step: pairs of students and contacts become guardians by the rules of the set and the source."""
    choice, rules, lookup = looked.choice, looked.rules, looked.lookup
    background = contacts.Background(
        expected=tuple(w.name for w in choice.layouts.layouts if w.table == CONTACTS),
        made_before=ground.made_before,
        lookup=lookup,
        as_sent=as_sent(bench, looked.book, lookup, rules.prefix, rules.shared, ground.taken_over),
        seasonal=CONTACTS in ground.limits.seasonally_empty,
        students=ground.students_of,
        marks=_marks(choice, ground.sets),
    )
    return contacts.settle(bench, rules_of(choice, ground), looked.shaped.feeds, background)


def _marks(choice: Choice, sets: Sequence[LayoutSet]) -> dict[str, str]:
    """Layouts of pairs in change notifications -> those that read the same files at night, by whose names people are marked."""
    nightly = [
        w for s in sets if s.name == choice.layouts.name for w in s.layouts if w.table == CONTACTS and w.kind == "continuous"
    ]
    mine = [w for w in choice.layouts.layouts if w.table == CONTACTS and w.kind != "continuous"]
    return {w.name: n.name for w in mine for n in nightly if set(w.files) & set(n.files)}


def rules_of(choice: Choice, ground: Ground) -> ContactRules:
    """The contact rules that count: those of the set, single keys overridden by the source."""
    rules = overridden(choice.layouts.contacts, ground.contacts)
    if ground.treatment.credential != "phone" or "needs" in ground.contacts:
        return rules
    # Whoever logs in by the number at home can be reached there; the mobile number is no credential then.
    return replace(rules, needs=tuple("phone" if point == "sms" else point for point in rules.needs))


def _tell_dropped(bench: Workbench, sifted: Iterable[tuple[str, Sifted]]) -> None:
    for name, each in sifted:
        for count in each.counts:
            if count.dropped:
                bench.tell("value-dropped", file=count.file, table=name, count=count.dropped)
