"""Tables are compared ahead of the checks, in the catalogue's order; what breaks there reaches the walk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from compare.house import File, feed
from homeroom.checks.rules import Rules
from homeroom.roster.catalogue import catalogue
from homeroom.sync.sifting import Sifting
from homeroom.workbench.bench import Workbench

RULES = Rules("1.1", datetime(2026, 9, 1, tzinfo=UTC))
GROUND: Any = SimpleNamespace(snapshots={}, touched=lambda bench, table, snapshot: None)
FILES = (
    File("sourcedId,name\ne1,x\n", "enrollments"),
    File("sourcedId,name\no1,x\n", "orgs"),
    File("sourcedId\nu1\nu2\n", "users"),
)


def test_tables_come_in_the_catalogues_order_while_others_are_still_compared(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench, bench.beside() as second:
        feeds = [feed(bench, n, file) for n, file in enumerate(FILES)]
        sifting = Sifting(second, feeds, RULES, GROUND, catalogue())
        rows = {}
        for name, sifted in sifting.tables():
            assert sifted.full
            rows[name] = bench.value(f'SELECT count(*) FROM "shaped_{name}"')
        assert list(rows.items()) == [("orgs", 1), ("users", 2), ("enrollments", 1)]
        assert sorted(sifting.fingerprints) == ["enrollments", "orgs", "users"]


def test_a_table_that_cannot_be_compared_ends_the_walk_there(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench, bench.beside() as second:
        orgs, users = feed(bench, 0, FILES[1]), feed(bench, 1, FILES[2])
        broken = replace(users, select="SELECT nothing FROM nowhere")
        coming = Sifting(second, [orgs, broken], RULES, GROUND, catalogue()).tables()
        assert next(coming)[0] == "orgs"
        with pytest.raises(duckdb.CatalogException, match="nowhere"):
            next(coming)


def test_a_walk_that_stops_early_leaves_no_thread_at_work(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench:
        with bench.beside() as second:
            feeds = [feed(bench, n, file) for n, file in enumerate(FILES)]
            coming = Sifting(second, feeds, RULES, GROUND, catalogue()).tables()
            assert next(coming)[0] == "orgs"
            coming.close()
        assert bench.value("SELECT count(*) FROM shaped_orgs") == 1
