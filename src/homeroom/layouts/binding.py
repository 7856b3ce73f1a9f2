"""Which column of a file feeds which target of a layout.

A header word is taken for a name if it is the same; else the same without regard to case; else the same letters and digits
(also behind the `a_` that PowerQueries put before words, or cut off at 30 characters); else an alias by the same steps; and
last, if exactly one free word and exactly one free target are that near, with one or two slips of the hand. Every step but
the first is told. The order of the file's columns plays no part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from homeroom.layouts.arrangement import Arrangement, arranged
from homeroom.layouts.finding import DOUBLED, How, Wide
from homeroom.layouts.layout import EXTENSION, Layout, Source
from homeroom.layouts.nearness import cleaned, near
from homeroom.roster.faults import Refused
from homeroom.workbench.values import Inspected, SourceFile

KEEP = "keep"
"""Stands among the missing targets for the layout's filter: rows that cannot be judged are not simply all taken."""
ABSENT = -1
"""The position of a formula's optional column that did not come: it is blank in every row."""
ROWS = "rows"
"""Stands among the missing targets for what `[rows]` and `[join]` need."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One target that the file feeds. `cell` is the position (from 0) of its one column; None for formulas and constants."""

    target: str
    source: Source
    how: How
    cell: int | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A layout bound to a file.

    `bound` is in the layout's order. `extensions` are (name, position) of the file's `metadata.` columns, sorted. `reads`
    are the columns, by cleaned header word, that formulas name: (name in the formula, position). `lacking` are the targets
    of the layout's `expected` that the file does not feed, with the word that was looked for. `unused` are the header words
    that nothing reads. `uncomputed`: targets whose formula names a column that did not come. Positions count over all columns
    of the `arrangement`; `used` are those that anything reads.
    """

    layout: Layout
    inspected: Inspected
    bound: tuple[Bound, ...]
    extensions: tuple[tuple[str, int], ...]
    reads: tuple[tuple[str, int], ...]
    lacking: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
    uncomputed: tuple[tuple[str, str], ...]
    arrangement: Arrangement
    used: frozenset[int]

    @property
    def empty(self) -> bool:
        """Whether the file has nothing at all, not even a header: it is read as a file without rows."""
        return not self.inspected.columns

    def missing(self, targets: Sequence[str]) -> tuple[str, ...]:
        """The header words that were looked for in vain, for those of the targets that the file lacks."""
        unjoined = any(target == ROWS for target, _ in self.lacking)  # then the joined columns lack for that reason alone
        found = (
            word
            for target, word in self.lacking
            if target in (*targets, KEEP, ROWS) and not (unjoined and target != ROWS and self.arrangement.wide.join_of(word))
        )
        return () if self.empty else tuple(dict.fromkeys(map(self.spoken, found)))

    def spoken(self, word: str) -> str:
        """A word that was looked for as a person finds it: a column of a joined file with that file's name."""
        name = self.arrangement.wide.join_of(word)
        join = next((j for j in self.layout.joins if j.name.casefold() == name), None)
        if join is None:
            return word
        joined = next((j for j in self.arrangement.joins if j.join is join), None)
        return f"{word.partition('.')[2]} (of {joined.inspected.file.name if joined else join.files[0]})"

    @property
    def readable(self) -> bool:
        """Whether the file has what the layout needs to read it at all."""
        return not self.missing(self.layout.required)

    @property
    def fits(self) -> bool:
        """Whether the file has what the layout expects, so that it may be chosen without being named."""
        return not self.missing(self.layout.expected)

    @property
    def inferred(self) -> tuple[str, ...]:
        """The header words that are read although their meaning is only inferred."""
        proposed = {cleaned(w) for w in self.layout.inferred}
        return tuple(w for i, w in enumerate(self.inspected.columns) if i in self.used and cleaned(w) in proposed)

    @property
    def explained(self) -> int:
        """How many of the file's columns the layout knows: read, or left out on purpose."""
        return explained([self])


def explained(bindings: Sequence[Binding]) -> int:
    """How many columns of one file are known to any of the layouts that read it."""
    known = {cleaned(w) for b in bindings for w in (*b.layout.ignored, *(f.name for f in b.layout.of.fields if f.secret))}
    used = {position for b in bindings for position in b.used}
    return sum(i in used or cleaned(w) in known for i, w in enumerate(bindings[0].inspected.columns))


def bind(layout: Layout, inspected: Inspected, others: Sequence[Inspected] = ()) -> Binding:
    """Bind a layout to a file; `others` are those that it may join. Raises Refused("header_mismatch") where a column is missing without which no row can be read."""
    binding = match(layout, inspected, others)
    if (refused := refusal(binding)) is not None:
        raise refused
    return binding


def refusal(binding: Binding) -> Refused | None:
    """Why the file cannot be read by the layout: the columns that it lacks; None where it has all that are needed."""
    missing = binding.missing(binding.layout.required)
    if not missing:
        return None
    lacks = f"lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
    what = f"has no header line, so that it {lacks}" if binding.inspected.headerless else lacks
    return Refused("header_mismatch", file=binding.inspected.file.name, column=missing[0], what=what)


def match(layout: Layout, inspected: Inspected, others: Sequence[Inspected] = (), without: Collection[str] = ()) -> Binding:
    """Bind a layout to a file as far as it goes; what is missing stands in `lacking`.

    `without`: joins of which nothing is taken tonight, and nothing computed that names their columns.
    """
    if layout.joins and (others or without):
        return _matched(layout, inspected, others, without)
    bound = _by_header(_Same(layout), inspected.columns)
    return replace(bound, inspected=inspected, arrangement=replace(bound.arrangement, inspected=inspected))


@dataclass(frozen=True, slots=True)
class _Same:
    """A layout that is compared by being the same one: to compare all of its text takes as long as to bind it."""

    layout: Layout

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.layout is self.layout

    def __hash__(self) -> int:
        return id(self.layout)


@lru_cache(maxsize=1 << 12)  # every set of layouts is tried on every header, night after night, and most headers stay as they are
def _by_header(same: _Same, columns: tuple[str, ...]) -> Binding:
    """A layout bound to a header, with nothing joined to it. No file is kept with it, and no row of one."""
    nameless = SourceFile(0, "", Path(), 0)
    header = Inspected(nameless, columns, columns, "", False, "", False, "", 0)
    return _matched(same.layout, header, (), ())


def _matched(layout: Layout, inspected: Inspected, others: Sequence[Inspected], without: Collection[str]) -> Binding:
    arrangement = arranged(layout, inspected, others, without)
    header = arrangement.wide
    unsaid = {name.casefold() for name in without}
    found = {target: hit for target, source in layout.map if (hit := _direct(layout, target, arrangement, unsaid))}
    found |= _near(layout, header, found)
    uncomputed: list[tuple[str, str]] = []
    reads: dict[str, int] = {}
    for target, source in layout.map:
        if source.formula is not None:
            absent = _gather(source.formula, source.optional, header, reads, unsaid)
            if absent is None:
                found[target] = Bound(target, source, "formula")
            else:
                uncomputed.append((target, absent))
    if layout.keep is not None and (absent := _gather(layout.keep, layout.keep_optional, header, reads, unsaid)) is not None:
        uncomputed.append((KEEP, absent))
    extensions = _extensions(layout, inspected.columns)
    read = {b.cell for b in found.values() if b.cell is not None} | {c for c in reads.values() if c != ABSENT}
    used = arrangement.consumed | read | {cell for _, cell in extensions}
    lacking = _lacking(layout, found, dict(uncomputed))
    return Binding(
        layout=layout,
        inspected=inspected,
        bound=tuple(found[t] for t, _ in layout.map if t in found),
        extensions=extensions,
        reads=tuple(sorted(reads.items())),
        lacking=(*lacking, *((ROWS, word) for word in arrangement.lacking)),
        unused=tuple(w for i, w in enumerate(inspected.columns) if i not in used),
        uncomputed=tuple(uncomputed),
        arrangement=arrangement,
        used=frozenset(used),
    )


def _direct(layout: Layout, target: str, arrangement: Arrangement, unsaid: Collection[str]) -> Bound | None:
    source, words = layout.source(target), arrangement.words
    assert source is not None
    if source.constant is not None:
        return Bound(target, source, "constant")
    if source.position is not None:
        cell = _cell(layout, source.position - 1, arrangement)
        return Bound(target, source, "position", cell, words[cell]) if cell < arrangement.width else None
    for nth, name in enumerate(source.names):
        if arrangement.wide.join_of(name) in unsaid:
            return None
        if hit := arrangement.wide.find(name):
            how, cell = hit
            return Bound(target, source, "alias" if nth else how, cell, words[cell])
    return None


def _cell(layout: Layout, position: int, arrangement: Arrangement) -> int:
    """Where the cell of a position stands: at its place, unless the file has a header after all that puts its word elsewhere."""
    named = layout.hints.columns
    return arrangement.wide.own.exact.get(named[position], position) if position < len(named) else position


def _near(layout: Layout, header: Wide, found: dict[str, Bound]) -> dict[str, Bound]:
    """Targets still free, taken for free words with a slip of the hand, where only one pairing is possible for both."""
    used = {b.cell for b in found.values()}
    words = {w: i for w, i in header.own.cleaned.items() if i not in used}
    free = {t: s for t, s in layout.map if t not in found and s.names and not any(map(header.join_of, s.names))}
    if not words or not free:
        return {}
    known = {cleaned(n) for _, s in layout.map for n in s.names} | {cleaned(w) for w in layout.ignored}
    known |= {cleaned(f.name) for f in layout.of.fields}
    words = {w: i for w, i in words.items() if w not in known}
    meant = {t: [cleaned(n) for n in s.names] for t, s in free.items()}
    pairs = [(t, w) for t, names in meant.items() for w in words if any(near(w, name) for name in names)]
    targets, taken = [t for t, _ in pairs], [words[w] for _, w in pairs]
    sure = [(t, words[w]) for t, w in pairs if targets.count(t) == 1 and taken.count(words[w]) == 1]
    return {t: Bound(t, free[t], "near-miss", cell, header.own.columns[cell]) for t, cell in sure}


def _gather(formula: str, optional: Sequence[str], header: Wide, reads: dict[str, int], unsaid: Collection[str]) -> str | None:
    """Note the columns that a formula names (ABSENT: optional, not there); returns the first that is missing, then notes none.

    A column of a join in `unsaid` is missing even where it is optional: it is not blank tonight but unknown.
    """
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for layouts that have formulas

    hits = {name: header.find(name) for name in formulas.columns(formula)}
    for name, hit in hits.items():
        if hit is None and (name not in optional or header.join_of(name) in unsaid):
            return name
    reads |= {name: hit[1] if hit else ABSENT for name, hit in hits.items()}
    return None


def _extensions(layout: Layout, columns: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The file's `metadata.` columns by name, where the layout takes them; one that the map names itself is left to the map."""
    if not layout.extensions:
        return ()
    mapped = {t.removeprefix(EXTENSION) for t, _ in layout.map if t.startswith(EXTENSION)}
    named = ((w[len(EXTENSION) :], i) for i, w in enumerate(columns) if w.lower().startswith(EXTENSION) and not DOUBLED.match(w))
    return tuple(sorted((n, i) for n, i in named if n and n not in mapped))


def _lacking(layout: Layout, found: dict[str, Bound], uncomputed: dict[str, str]) -> tuple[tuple[str, str], ...]:
    listed = dict.fromkeys([*layout.expected, *layout.required, *([KEEP] if KEEP in uncomputed else [])])
    return tuple((t, _wanted(layout, t, uncomputed)) for t in listed if t not in found)


def _wanted(layout: Layout, target: str, uncomputed: dict[str, str]) -> str:
    """The word that a person must put into the header so that a target comes."""
    source = layout.source(target)
    if target in uncomputed:
        return uncomputed[target]
    if source and source.names:
        return source.names[0]
    return f"number {source.position}" if source and source.position else target
