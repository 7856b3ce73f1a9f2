"""Layouts judged before they are used: every mistake of their texts, and how they fit files that were delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom.deliveries.workfolders import claim
from homeroom.layouts import binding as bindings
from homeroom.layouts import language, sets
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.shaping import shape
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.names import quoted
from homeroom.roster.words import _
from homeroom.sync.proposing import texts_at
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import TextTable

FIRST = 5
"""How many rows are shown of a file."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One file as one layout reads it. `bound`: (target, header word or origin, how it was found). `missing` are header words that
    the layout needs or expects and that the file lacks; `refused` says why the file could not be read at all. `rows`: the first,
    as they come out, in the order of `columns`. `joined`: the layout only joins it to its own file."""

    file: str
    layout: str | None
    bound: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    refused: str | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    joined: bool = False

    @property
    def good(self) -> bool:
        """Whether the file can be read and nothing that is expected is missing. A file that no layout names is nobody's fault."""
        return self.refused is None and not self.missing


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: the mistakes of the texts, and without any the set and how files fit it."""

    faults: tuple[LayoutFault, ...]
    layouts: tuple[Layout, ...] = ()
    fits: tuple[Fit, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the layouts may be used."""
        return not self.faults and all(fit.good for fit in self.fits)


def check(texts: Mapping[str, str], name: str, work: Path, on: Path | None = None) -> Checked:
    """Judge the texts of a set (or one layout's), and how they fit what lies at `on`: a file, folder or archive.

    What is copied of the files lies below `work` meanwhile.
    """
    try:
        found = sets.read(texts, _name(texts, name))
    except LayoutFaults as faults:
        return Checked(faults.faults)
    return Checked((), found.layouts, fits(found, work, on) if on is not None else ())


def _name(texts: Mapping[str, str], fallback: str) -> str:
    """A set may be checked wherever its folder lies: the name it gives itself counts."""
    try:
        own = language.read_toml(texts.get(sets.DECLARATION, ""), sets.DECLARATION).get("name")
    except LayoutFaults:
        own = None
    return own if isinstance(own, str) else fallback


def fits(found: LayoutSet, work: Path, on: Path) -> tuple[Fit, ...]:
    """How the files that lie at a place fit the layouts of a set."""
    with claim(work, "check") as folder, Workbench(folder.path) as bench:
        texts, left = texts_at(bench, on, found.hints)
        made = [fit for text in texts for fit in _fits(bench, found, text, texts)]
    return (*made, *(Fit(name, None, refused=why) for name, why in left))


def _fits(bench: Workbench, found: LayoutSet, text: TextTable, texts: Sequence[TextTable]) -> list[Fit]:
    """The file by every layout that reads it. A single layout is tried on a single file whatever its name is."""
    named = list(found.readers(text.file.name))
    if not named and len(found.layouts) == len(texts) == 1:
        named = list(found.layouts)
    if not named and (joins := found.joins(text.file.name)):
        return [Fit(text.file.name, joins[0][0].name, joined=True)]
    return [_fit(bench, layout, text, texts) for layout in named] or [Fit(text.file.name, None)]


def _fit(bench: Workbench, layout: Layout, text: TextTable, texts: Sequence[TextTable]) -> Fit:
    others = [t.inspected for t in texts if t is not text]
    matched = bindings.match(layout, text.inspected, others)
    bound = tuple((b.target, b.word or _origin(b), b.how) for b in matched.bound)
    missing = tuple(matched.spoken(word) for _, word in (*matched.lacking, *matched.uncomputed))
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    refused = None
    try:
        by_number = {t.file.number: t for t in texts}
        feed = shape(bench, layout, bindings.bind(layout, text.inspected, others), text, "continuous", by_number)
        columns = feed.columns
        listed = ", ".join(map(quoted, columns))
        rows = tuple(bench.rows(f"SELECT {listed} FROM ({feed.select}) WHERE _keep LIMIT {FIRST}"))
    except Refused as refusal:
        refused = refusal.message
    return Fit(text.file.name, layout.name, bound, tuple(dict.fromkeys(missing)), matched.unused, refused, columns, rows)


def _origin(bound: bindings.Bound) -> str:
    source = bound.source
    return source.formula or (f"always {source.constant}" if source.constant is not None else "")


def texts_at_path(path: Path) -> dict[str, str]:
    """The texts of a folder, or of one file. Raises Misuse where there is neither, LayoutFaults for a file that is no text."""
    if path.is_dir():
        return sets.texts_in(path)
    if not path.is_file():
        raise Misuse("{path} is not there: name a layout's file, or the folder of a set.", path=str(path))
    try:
        return {path.name: path.read_bytes().decode("utf-8-sig")}
    except UnicodeDecodeError as error:
        raise LayoutFaults([LayoutFault(path.name, 0, 0, _("This file is not UTF-8 text."), _("Save it as UTF-8."))]) from error
