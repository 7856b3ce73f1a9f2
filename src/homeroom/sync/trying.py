"""A draft of a layout set tried on a delivery: rows that it would gain, lose or change against the set in use. Nothing is written.

Both take the very walk of an import, up to the checks, against the roster as it stands; then the rows that passed are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.names import quoted, text
from homeroom.roster.report import Reason
from homeroom.store.audit import AuditRow
from homeroom.sync import ending
from homeroom.sync.committing import files_told
from homeroom.sync.house import House
from homeroom.sync.walk import walk
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench

EXAMPLES = 5
"""How many rows of each kind are shown of a table."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row that one side has and the other has not, or has otherwise: (column, by the set in use, by the draft)."""

    kind: str
    """`gained`, `lost` or `changed`."""
    key: str
    fields: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class TriedTable:
    """One roster table: rows that passed before and would pass now. `columns`: (column, rows in which it differs)."""

    table: str
    before: int
    after: int
    gained: int
    lost: int
    changed: int
    columns: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. A reason is set where nothing of the delivery is taken: by the set in use, or by the draft.

    `refused_before`, `refused`: rows refused in all files.
    """

    delivery: int
    before: Reason | None
    after: Reason | None
    refused_before: int = 0
    refused: int = 0
    tables: tuple[TriedTable, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the draft gives the very rows that the set in use gives."""
        return self.before == self.after and not any(t.gained or t.lost or t.changed for t in self.tables)


@dataclass(frozen=True, slots=True)
class _Side:
    """The rows of one walk: table -> columns, each table in a file of its own below `place`."""

    place: Path
    tables: Mapping[str, tuple[str, ...]]
    refused: int
    reason: Reason | None


def try_on(
    house: House, slug: str, delivery: int, name: str, texts: Mapping[str, str], now: datetime, *, used: str | None, who: str
) -> Tried:
    """Try the texts of the set `name` on a stored delivery, against the set that is in use for it (`used`; None: that of its source).

    Only the audit trail keeps that it was looked at. Raises Misuse and LayoutFaults, Refused where the delivery's bytes are gone.
    """
    sealed = sealed_delivery(house, slug, delivery)
    with claim(house.settings.work, f"{slug}-try-{delivery}") as folder:
        draft = folder.path / "draft" / name
        draft.mkdir(parents=True, mode=0o700)
        for file, words in texts.items():
            if Path(file).name != file or not file.endswith(".toml"):
                raise Misuse("{file} cannot name a layout's file.", file=file)
            (draft / file).write_text(words, encoding="utf-8")
        house.stores.control.audit.add(AuditRow(now, who, "layouts-tried", slug, {"set": name, "delivery": delivery}))
        before = _walked(house, slug, delivery, used, folder.path / "used", now)
        after = _walked(house, slug, delivery, str(draft), folder.path / "tried", now)
        told = Tried(delivery, before.reason, after.reason, before.refused, after.refused)
        with Workbench(folder.path / "compare", also=(before.place, after.place), **room_for(house, sealed.size)) as bench:
            tables = dict.fromkeys((*before.tables, *after.tables))
            return replace(told, tables=tuple(_compared(bench, table, before, after) for table in tables))


def _walked(house: House, slug: str, delivery: int, layouts: str | None, place: Path, now: datetime) -> _Side:
    """Walk the delivery by a set and keep the rows that pass below `place`."""
    sealed, store = sealed_delivery(house, slug, delivery), house.stores.roster(slug)
    source = house.stores.control.sources.get(store.deliveries.get(delivery).source)
    place.mkdir(mode=0o700)
    with Workbench(place / "bench", also=(place,), **room_for(house, sealed.size)) as bench:
        ground = ground_of(house, slug, source, "continuous", bench, now, layouts)
        files = unseal(house.raw, house.data_key(slug), sealed, bench.folder / "raw")
        try:
            # Without last night's snapshots every row is looked at, as in a first import.
            walked = walk(bench, files, replace(ground, snapshots={}), lambda step: None)
        except Refused as refusal:
            return _Side(place, {}, 0, ending.reason_of(refusal))
        tables = {}
        for table, admitted in walked.admitted.items():
            tables[table] = ("sourcedId", *(c for c in admitted.columns if c != "sourcedId"))
            listed = ", ".join(map(quoted, tables[table]))
            rows = f"SELECT {listed} FROM {quoted(f'admitted_{table}')}"
            bench.run(f"COPY ({rows}) TO {text(str(_file(place, table)))} (FORMAT parquet)")
        return _Side(place, tables, sum(f.refused for f in files_told(bench, walked)), None)


def _file(place: Path, table: str) -> Path:
    return place.resolve() / f"{table}.parquet"


def _compared(bench: Workbench, table: str, before: _Side, after: _Side) -> TriedTable:
    old, new = before.tables.get(table, ("sourcedId",)), after.tables.get(table, ("sourcedId",))
    columns = [c for c in dict.fromkeys((*old, *new)) if c != "sourcedId"]
    pairs = "".join(f", {_cell('b', c, old)} AS b{n}, {_cell('a', c, new)} AS a{n}" for n, c in enumerate(columns))
    differ = [f"a{n} IS DISTINCT FROM b{n}" for n in range(len(columns))]
    kind = f"CASE WHEN was IS NULL THEN 'gained' WHEN now IS NULL THEN 'lost' WHEN {' OR '.join(differ) or 'false'} THEN 'changed' END"
    bench.run(
        f"CREATE TABLE {quoted(f'both_{table}')} AS SELECT *, {kind} AS kind FROM ("
        f'SELECT b."sourcedId" AS was, a."sourcedId" AS now{pairs} FROM {_rows(before, table)} b '
        f'FULL JOIN {_rows(after, table)} a ON a."sourcedId" = b."sourcedId")'
    )
    both = quoted(f"both_{table}")
    each = "".join(f", count(*) FILTER (kind = 'changed' AND {d})" for d in differ)
    kinds = ", ".join(f"count(*) FILTER (kind = '{name}')" for name in ("gained", "lost", "changed"))
    was, now, gained, lost, changed, *counts = bench.rows(f"SELECT count(was), count(now), {kinds}{each} FROM {both}")[0]
    moved = tuple((c, n) for c, n in zip(columns, counts, strict=True) if n)
    return TriedTable(table, was, now, gained, lost, changed, moved, tuple(_examples(bench, both, columns)))


def _rows(side: _Side, table: str) -> str:
    if table not in side.tables:
        return '(SELECT NULL::VARCHAR AS "sourcedId" WHERE false)'
    return f"read_parquet({text(str(_file(side.place, table)))})"


def _cell(alias: str, column: str, known: tuple[str, ...]) -> str:
    return f"CAST({alias}.{quoted(column)} AS VARCHAR)" if column in known else "NULL::VARCHAR"


def _examples(bench: Workbench, both: str, columns: list[str]) -> list[Example]:
    found = []
    for kind in ("gained", "lost", "changed"):
        rows = bench.rows(
            f"SELECT * EXCLUDE (kind) FROM {both} WHERE kind = ? ORDER BY coalesce(now, was) LIMIT {EXAMPLES}", [kind]
        )
        for was, now, *cells in rows:
            pairs = zip(columns, cells[0::2], cells[1::2], strict=True)
            found.append(Example(kind, now if now is not None else was, tuple((c, b, a) for c, b, a in pairs if b != a)))
    return found
