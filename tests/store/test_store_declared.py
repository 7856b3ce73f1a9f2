"""Tables that a layout set declared: made by the commit that first fills them, in a first load by new file too."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from homeroom.roster.catalogue import Table, dataset
from homeroom.roster.names import quoted
from homeroom.roster.report import TableReport
from homeroom.store.commits import Commit
from homeroom.store.roster import RosterStore
from homeroom.store.stores import Stores
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan
from store_plans import NOW, load

BUSING = dataset(
    "own_busing",
    {"singular": "bus place", "fields": [{"name": "userSourcedId", "format": "guid_ref", "ref": "users", "required": "always"}]},
)


def fill(store: RosterStore, folder: Path, *keys: str, first: bool = False) -> int:
    """Commit new bus places; `first` by the road of a large first load."""
    begun = store.imports.begin(source=1, delivery=None, kind="continuous", trigger="test", now=NOW)
    header = Commit(begun.number, begun.attempt, 1, store.revision(), NOW, report={}, datasets=(BUSING,))
    with Workbench(folder / f"bench-{begun.number}") as workbench:
        plan = _plan(workbench, BUSING, keys)
        return store.apply_first(workbench, plan, header) if first else store.apply(workbench, plan, header)


def _plan(workbench: Workbench, table: Table, keys: tuple[str, ...]) -> Plan:
    load(workbench, "made", table.columns, [[k, f"user-{k}", None] for k in keys])
    workbench.run(f"CREATE TABLE {quoted('plan_' + table.name)} AS SELECT 'add' AS verb, NULL::BIGINT AS id, * FROM made")
    return Plan(tables={table.name: TableReport(added=len(keys))}, hash="sha256:made", first=False)


def test_a_first_load_makes_and_remembers_the_table(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    assert fill(store, tmp_path, "b1", "b2", first=True) == 1
    assert fill(store, tmp_path, "b3") == 2
    assert [row[1] for row in store.rows("own_busing")] == ["b1", "b2", "b3"]
    assert store.table("own_busing") == BUSING
    assert store.counts()["own_busing"].active == 3
    assert [(c.table, c.sourced_id) for c in store.changes(after=1)] == [("own_busing", "b3")]


def test_its_index_is_that_of_the_references_that_every_row_has(stores: Stores, tmp_path: Path) -> None:
    for slug, first in (("pine", True), ("oak", False)):
        store = stores.roster(slug)
        fill(store, tmp_path / slug, "b1", first=first)
        with store.place.read() as connection:
            asked = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'own_busing'"
            if store.place.dialect == "postgresql":
                asked = f"SELECT indexname FROM pg_indexes WHERE schemaname = 'd_{slug}' AND tablename = 'own_busing'"
            names = {row[0] for row in connection.exec_driver_sql(asked)}
        assert {"own_busing_sourcedId", "own_busing_by_userSourcedId"} <= names


def test_a_district_without_it_has_no_such_table(stores: Stores) -> None:
    assert "own_busing" not in {t.name for t in stores.roster("pine").datasets()}


def test_a_commit_that_fails_leaves_neither_the_table_nor_its_declaration(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    with pytest.raises(IntegrityError):
        fill(store, tmp_path, "b1", "b1")  # one key twice: no room lets this through, the store's own index does not either
    assert store.revision() == 0
    assert "own_busing" not in {t.name for t in store.datasets()}
    assert fill(store, tmp_path, "b1") == 1  # nothing of the first attempt is in the way
