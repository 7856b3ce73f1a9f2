"""One layout of a district: what becomes of each column, how it was used, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeroom.desk import layout_use
from homeroom.desk.layout_use import LayoutLine, Used
from homeroom.desk.layout_words import Line, lines, stored
from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import LayoutSet
from homeroom.store.layout_versions import LayoutVersion
from homeroom.store.sources import Source
from homeroom.sync import tuning
from homeroom.sync.house import House
from homeroom.sync.source_settings import value
from homeroom.systems import SETS


@dataclass(frozen=True, slots=True)
class SetPage:
    """One set: its layouts, its versions where it is the district's own, the sources that it reads, the imports that used it."""

    name: str
    title: str
    help: str
    own: bool
    version: int | None
    layouts: tuple[LayoutLine, ...]
    versions: tuple[LayoutVersion, ...]
    sources: tuple[Source, ...]
    others: tuple[Source, ...]
    """Sources that are read by another set."""
    log: tuple[Used, ...]


@dataclass(frozen=True, slots=True)
class LayoutPage:
    """One layout. `ignored` are columns that are left out on purpose, `unread` says which others of the last file no line takes; `keep` says which rows are taken; `text` is the file.

    `share` and `least` are the limit on removals, where a source is read by the set. `found` is what the last import saw of the file.
    """

    of: SetPage
    name: str
    short: str
    table: str
    kind: str
    files: tuple[str, ...]
    lines: tuple[Line, ...]
    ignored: tuple[str, ...]
    unread: tuple[str, ...]
    keep: str | None
    notes: str
    text: str
    log: tuple[Used, ...]
    encoding: str | None
    delimiter: str | None
    strip_prefix: bool | None
    share: float | None
    least: int | None
    twins: tuple[LayoutLine, ...]
    """Layouts of the other kind that fill the same table."""

    @property
    def columns(self) -> int:
        """How many columns of the file are used."""
        return len({c for line in self.lines for c in line.columns})


def set_page(house: House, slug: str, name: str) -> SetPage:
    """One set that ships or is the district's own. Raises Misuse for any other, LayoutFaults for one that cannot be read."""
    return _set_page(house, slug, layout_use.read_set(house, slug, name), layout_use.reports(house, slug))


def layout_page(house: House, slug: str, name: str, short: str) -> LayoutPage:
    """One layout of a set, by its short name. Raises Misuse for one that there is not."""
    found, told = layout_use.read_set(house, slug, name), layout_use.reports(house, slug)
    layout = layout_of(found, short)
    page = _set_page(house, slug, found, told)
    seen = next(
        (f for _, r in told if r.layouts and r.layouts.set == found.name for f in r.files if f.layout == layout.name), None
    )
    source = page.sources[0] if page.sources else None
    return LayoutPage(
        of=page,
        name=layout.name,
        short=layout_use.short(layout.name),
        table=layout.table,
        kind=layout.kind,
        files=layout.files,
        lines=_filled(house, slug, layout) if source is not None else lines(layout),
        ignored=layout.ignored,
        unread=_unread(told, found.name, seen.name) if seen is not None else (),
        keep=layout.keep,
        notes=layout.notes,
        text=layout.text,
        log=layout_use.log(told, found.name, layout.name),
        encoding=seen.encoding if seen is not None else None,
        delimiter=seen.delimiter if seen is not None else None,
        strip_prefix=tuning.hints(source).strip_prefix if source is not None else None,
        share=float(value(source, "remove_share")) if source is not None else None,
        least=int(value(source, "floor")) if source is not None else None,
        twins=tuple(x for x in page.layouts if x.table == layout.table and x.kind != layout.kind),
    )


def layout_of(found: LayoutSet, short: str) -> Layout:
    """A layout of a set by the part of its name behind the slash. Raises Misuse."""
    return next((w for w in found.layouts if layout_use.short(w.name) == short), None) or found.layout(f"{found.name}/{short}")


def _set_page(house: House, slug: str, found: LayoutSet, told: tuple[layout_use.Report, ...]) -> SetPage:
    sources = house.stores.control.sources.of(slug)
    reads = tuple(s for s in sources if layout_use.plain(layout_use.used_set(house, slug, s)) == found.name)
    own = found.name not in SETS
    return SetPage(
        name=found.name,
        title=found.title,
        help=found.help,
        own=own,
        version=found.number,
        layouts=layout_use.listed(found, told, found.name),
        versions=tuple(house.stores.control.layouts.of(slug, found.name)) if own else (),
        sources=reads,
        others=tuple(s for s in sources if s not in reads),
        log=layout_use.log(told, found.name),
    )


def _unread(told: tuple[layout_use.Report, ...], name: str, file: str) -> tuple[str, ...]:
    """What the newest import by a set said of columns of a file that nothing takes. Header words, never values."""
    report = next(r for _, r in told if r.layouts is not None and r.layouts.set == name)
    return tuple(i.message for i in report.issues if i.code == "column-unused" and i.file == file)


def _filled(house: House, slug: str, layout: Layout) -> tuple[Line, ...]:
    """The mapping with the share of the active records that have a value now."""
    told = lines(layout)
    of, counts = house.stores.roster(slug).filled(layout.table, [line.target for line in told if stored(line.target)])
    return tuple(replace(line, filled=counts.get(line.target), of=of) if of else line for line in told)
