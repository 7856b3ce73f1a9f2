"""Both roads between a workbench and an embedded store carry the same rows, whatever stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text

from homeroom.roster.names import quoted
from homeroom.store.ferry import BY_HAND, HandFerry, SqliteFerry, driver, ferry
from homeroom.store.sqlite_file import SqliteFile
from homeroom.workbench.bench import Workbench

ROWS = [
    (1, "s-1", "Zoë", None, True, 9_007_199_254_740_993),
    (2, "0042", 'quoted "twice", and a comma', "two\nlines", False, 0),
    (3, "s-3", None, "'; DROP TABLE users; --", None, None),
]
TYPES = {"id": "BIGINT", "key": "VARCHAR", "first name": "VARCHAR", "note": "VARCHAR", "flag": "BOOLEAN", "n": "BIGINT"}


@pytest.fixture
def place(tmp_path: Path) -> SqliteFile:
    """An empty store."""
    made = SqliteFile(tmp_path / "store" / "roster.db")
    made.link.parent.mkdir()
    tables = MetaData()
    Table("alembic_version", tables, Column("version_num", Text))
    made.create(tables, "head")
    return made


@pytest.mark.parametrize("kind", [HandFerry, SqliteFerry])
def test_rows_go_in_and_come_out_as_they_are(tmp_path: Path, place: SqliteFile, kind: type[HandFerry | SqliteFerry]) -> None:
    columns = ", ".join(f"{quoted(n)} {t}" for n, t in TYPES.items())
    with Workbench(tmp_path / "bench") as workbench:
        workbench.run(f"CREATE TABLE given ({columns})")
        for row in ROWS:
            workbench.run("INSERT INTO given VALUES (?, ?, ?, ?, ?, ?)", row)
        with kind(workbench) as boat:
            assert boat.load("rows", "SELECT * FROM given ORDER BY id") == len(ROWS)
            assert boat.load("none", "SELECT * FROM given WHERE false") == 0
            with place.read(alone=True) as connection:
                boat.board(connection)
                read = driver(connection).execute(f"SELECT * FROM {boat.name('rows')} ORDER BY id").fetchall()
                assert [tuple(None if v is None else v for v in row) for row in read] == ROWS  # 1 is True, 0 is False
                assert driver(connection).execute(f"SELECT count(*) FROM {boat.name('none')}").fetchone() == (0,)
                listed = ", ".join(quoted(n) for n in TYPES)
                types = TYPES | {"flag": "BIGINT"}
                boat.land(connection, f"SELECT {listed} FROM {boat.name('rows')}", types, "CREATE TABLE taken AS FROM landed")
                boat.land(connection, f"SELECT {listed} FROM {boat.name('none')}", types, "INSERT INTO taken FROM landed")
        assert workbench.rows("SELECT * FROM taken ORDER BY id") == ROWS
        assert [p.name for p in workbench.folder.glob("ferry*")] == []
    place.close()


def test_few_rows_are_handed_over_and_many_are_shipped(tmp_path: Path, place: SqliteFile) -> None:
    with Workbench(tmp_path / "bench") as workbench:
        assert isinstance(ferry(workbench, place, BY_HAND), HandFerry)
        assert isinstance(ferry(workbench, place, BY_HAND + 1), SqliteFerry)
        assert isinstance(ferry(workbench, place), SqliteFerry)
    place.close()
