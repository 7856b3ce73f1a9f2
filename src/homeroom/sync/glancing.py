"""One row of a stored delivery through a draft of a layout, fast enough to be looked at while somebody types.

Only the beginnings of the files are opened, and rows are shaped but not checked: what would be refused, a walk finds out (`trying`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom.deliveries.seal import Sealed, opened
from homeroom.deliveries.wholeness import archive
from homeroom.deliveries.workfolders import claim
from homeroom.layouts import binding as bindings
from homeroom.layouts import sets
from homeroom.layouts.layout import Layout
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.layouts.shaping import shape
from homeroom.roster.faults import Misuse
from homeroom.roster.names import UNMAPPED, quoted
from homeroom.sync.house import House
from homeroom.sync.previewing import HIDDEN
from homeroom.sync.proposing import texts_at
from homeroom.sync.walking import sealed_delivery
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import TextTable

BEGINNING = 1 << 18
"""Bytes of a file that are looked at: hundreds of rows."""
MOST_PACKED = 32 << 20
"""Bytes of an archive that is opened for it; of a larger one a look takes too long."""
ROWS = 100
"""So many rows can be stepped through."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One row. `before`: the file's words and cells; `after`: target and value. `kept`: whether the layout takes the row. `used`: the words
    that the layout reads. `nth` of `rows` that can be looked at."""

    file: str
    table: str
    before: tuple[tuple[str, str | None], ...]
    after: tuple[tuple[str, str | None], ...]
    used: frozenset[str]
    kept: bool
    nth: int
    rows: int


def glance(house: House, slug: str, delivery: int, texts: Mapping[str, str], name: str, file: str, nth: int) -> Glance | None:
    """A row of the delivery by the layout that stands in one file of the set's texts; None where it reads no file of it.

    Raises LayoutFaults for texts with mistakes, Refused for files that it cannot read or that are gone, Misuse for large archives.
    """
    found = sets.read(texts, name)
    layout = next((each for each in found.layouts if each.text == texts.get(file)), None)
    if layout is None:
        return None
    sealed = sealed_delivery(house, slug, delivery)
    with claim(house.settings.work, f"{slug}-glance-{delivery}") as folder, Workbench(folder.path / "bench") as bench:
        beginnings = folder.path / "raw"
        beginnings.mkdir(mode=0o700)
        for position in range(len(sealed.files)):
            _begin(house, slug, sealed, position, beginnings)
        tables, _ = texts_at(bench, beginnings, found.hints)
        mine = next((t for t in tables if layout in found.readers(t.file.name)), None)
        return _row(bench, layout, mine, tables, nth) if mine is not None else None


def _begin(house: House, slug: str, sealed: Sealed, position: int, folder: Path) -> None:
    """The beginning of a file, cut after a whole line; an archive whole."""
    file = sealed.files[position]
    packed = archive(file.name)
    if packed and file.size > MOST_PACKED:
        raise Misuse("The delivery is a large archive. Try the text on the last delivery instead; that takes its time.")
    place = folder / f"{position}" / Path(file.name).name
    place.parent.mkdir(mode=0o700)
    most = MOST_PACKED if packed else BEGINNING
    taken = b"".join(_blocks(opened(house.raw, house.data_key(slug), sealed, position), most))
    place.write_bytes(taken if packed or len(taken) < most else taken[: max(taken.rfind(b"\n"), taken.rfind(b"\r")) + 1])


def _blocks(blocks: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        yield block[: most - size]
        size += len(block)
        if size >= most:
            return


def _row(bench: Workbench, layout: Layout, text: TextTable, tables: Sequence[TextTable], nth: int) -> Glance | None:
    others = [t.inspected for t in tables if t is not text]
    binding = bindings.bind(layout, text.inspected, others)
    feed = shape(bench, layout, binding, text, "continuous", {t.file.number: t for t in tables})
    rows = min(ROWS, int(bench.value(f"SELECT count(*) FROM ({feed.select})")))
    if not rows:
        return None
    at = min(max(nth, 1), rows)
    numbered = feed.select if feed.text.numbered else f"SELECT row_number() OVER () AS _row, * FROM ({feed.select})"
    listed = ", ".join(map(quoted, feed.columns))
    place, kept, *values = bench.rows(f"SELECT _row, _keep, {listed} FROM ({numbered}) ORDER BY _row LIMIT 1 OFFSET {at - 1}")[0]
    words = text.inspected.columns
    return Glance(
        file=text.file.name,
        table=feed.table,
        before=tuple(zip(words, _before(bench, text, place), strict=False)),
        after=tuple((c, v.removeprefix(UNMAPPED) if v is not None else None) for c, v in zip(feed.columns, values, strict=True)),
        used=frozenset(words[p] for p in binding.used if p < len(words)),
        kept=bool(kept),
        nth=at,
        rows=rows,
    )


def _before(bench: Workbench, text: TextTable, row: int) -> tuple[str | None, ...]:
    """The cells of a record as the file has them; those of secrets are not shown."""
    words = enumerate(text.inspected.columns)
    cells = ", ".join(
        f"CASE WHEN c{i} <> '' THEN '{HIDDEN}' END" if is_secret(word) else f"nullif(c{i}, '')" for i, word in words
    )
    number = "_row" if text.numbered else "row_number() OVER () AS _row"
    found = bench.rows(f"SELECT * FROM (SELECT {number}, {cells} FROM {text.relation}) WHERE _row = {int(row)}")
    return tuple(found[0][1:]) if found else ()
