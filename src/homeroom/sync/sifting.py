"""Comparing with last night, table by table, one table ahead of the checks.

A second thread hashes and compares the next table's files while the tables before it are checked: the one keeps DuckDB busy with
bytes, the other with plans of small statements. A table's checks look at itself and at tables before it, so what they find does
not depend on how far the comparison has come.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from homeroom.checks.rules import Rules
from homeroom.compare import snapshot as snapshots
from homeroom.compare.sift import sift
from homeroom.roster.catalogue import Catalogue, Table
from homeroom.roster.catalogue import digest as catalogue_digest
from homeroom.roster.datasets import as_values, is_own
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Sifted

if TYPE_CHECKING:
    from homeroom.sync.walk import Ground


class Sifting:
    """The comparison of one delivery's tables. `fingerprints` are complete once `tables` is at its end."""

    def __init__(
        self,
        bench: Workbench,
        feeds: Sequence[Feed],
        rules: Rules,
        ground: Ground,
        book: Catalogue,
        *,
        settings: str = "",
        afresh: Collection[str] = (),
    ) -> None:
        """`bench` is the second thread's (`Workbench.beside`); `settings` go into the fingerprints; tables `afresh` walk in full.

        Nothing runs yet.
        """
        self._settings = settings
        self._afresh = afresh
        self.fingerprints: dict[str, str] = {}
        self._bench = bench
        self._rules = rules
        self._ground = ground
        self._full: set[str] = set()
        every = {table.name: [f for f in feeds if f.table == table.name] for table in book}
        self._tables = [(table, every[table.name]) for table in book if every[table.name]]

    def tables(self) -> Generator[tuple[str, Sifted]]:
        """Each table as it was sifted, in the catalogue's order. Raises what sifting raises, and then sifts no more."""
        beside = ThreadPoolExecutor(1, thread_name_prefix="compare")
        try:
            for name, coming in [(table.name, beside.submit(self._sift, table, mine)) for table, mine in self._tables]:
                yield name, coming.result()
        finally:
            beside.shutdown(cancel_futures=True)

    def _sift(self, table: Table, mine: Sequence[Feed]) -> Sifted:
        import duckdb  # loaded with the workbench, not with this module

        said = catalogue_digest() + _declaration(table)
        mark = snapshots.fingerprint(mine, said, duckdb.__version__, self._rules.fingerprint, self._settings)
        self.fingerprints[table.name] = mark
        usable = snapshots.valid(self._ground.snapshots.get(table.name), mark)
        if any(f.ref in self._full for f in table.references):
            usable = None  # what changed in the table that it names is not known row by row, so every row is looked at
        if table.name in self._afresh:
            usable = None
        touched = self._ground.touched(self._bench, table.name, usable) if usable else None
        sifted = sift(self._bench, table, mine, usable, touched)
        if sifted.full and sifted.mode == "continuous":
            self._full.add(table.name)
        return sifted


def _declaration(table: Table) -> str:
    """What a layout set says of a dataset of its own, as a text; it decides as the catalogue does."""
    return json.dumps(as_values(table), sort_keys=True) if is_own(table.name) else ""
