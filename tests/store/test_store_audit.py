"""The audit is only added to, and whoever changes it all the same is found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from homeroom.store import stores
from homeroom.store.audit import AuditRow, AuditWanted, because
from homeroom.store.control_tables import audit
from homeroom.store.stores import Stores

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def write(opened: Stores, *actions: str, district: str | None = "pinewood") -> None:
    for number, action in enumerate(actions):
        opened.control.audit.add(AuditRow(NOON + timedelta(minutes=number), "ada", action, district, {"n": number}))


def test_the_chain_is_whole_and_says_how_long_it_is(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened:
        assert opened.control.audit.check().rows == 0
        write(opened, "one", "two", "three")
        found = opened.control.audit.check()
        assert (found.rows, found.broken_at, len(found.head)) == (3, None, 64)
        write(opened, "four")
        assert opened.control.audit.check().head != found.head


def test_the_database_refuses_to_change_or_delete_a_row(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened:
        write(opened, "one", "two")
        for statement in (audit.update().values(actor="eve"), audit.delete().where(audit.c.id == 2)):
            with pytest.raises(DBAPIError, match="only added to"), opened.control.place.write() as connection:
                connection.execute(statement)
        assert [row.actor for row in opened.control.audit.last()] == ["ada", "ada"]


def test_no_row_takes_the_place_of_another(database_url: str | None, tmp_path: Path) -> None:
    """Neither by the way on which SQLite deletes without a DELETE, nor by emptying the table of PostgreSQL."""
    with stores.open(tmp_path, database_url) as opened:
        write(opened, "one", "two")
        place = opened.control.place
        with place.read() as connection:
            row = connection.execute(select(audit).where(audit.c.id == 1)).one()
        replacing = audit.insert().prefix_with("OR REPLACE").values(row._asdict() | {"actor": "eve"})
        statement = replacing if place.dialect == "sqlite" else text(f"TRUNCATE {place.name('audit')}")
        with pytest.raises(DBAPIError, match="only added to"), place.write() as connection:
            connection.execute(statement)
        assert [row.actor for row in opened.control.audit.last()] == ["ada", "ada"]


@pytest.mark.parametrize("number", [0, -7])
def test_a_row_before_the_first_one_is_found_out(database_url: str | None, tmp_path: Path, number: int) -> None:
    """Pages would show it, so the check must see it."""
    with stores.open(tmp_path, database_url) as opened:
        write(opened, "one", "two")
        with opened.control.place.write() as connection:
            row = connection.execute(select(audit).where(audit.c.id == 1)).one()
            connection.execute(audit.insert().values(row._asdict() | {"id": number, "actor": "eve"}))
        assert "eve" in {row.actor for row in opened.control.audit.last()}
        assert opened.control.audit.check().broken_at == 1


@pytest.mark.parametrize("harm", ["changed", "taken out", "put between", "cut and joined"])
def test_whoever_gets_around_the_database_is_found_out(database_url: str | None, tmp_path: Path, harm: str) -> None:
    with stores.open(tmp_path, database_url) as opened:
        write(opened, "one", "two", "three", "four")
        place = opened.control.place
        with place.write() as connection:
            name = place.name("audit")
            if place.dialect == "sqlite":
                for verb in ("UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER audit_no_{verb}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER audit_stands ON {name}")
            if harm == "changed":
                connection.execute(audit.update().where(audit.c.id == 3).values(actor="eve"))
            elif harm == "taken out":
                connection.execute(audit.delete().where(audit.c.id == 2))
            elif harm == "put between":
                row = connection.execute(select(audit).where(audit.c.id == 4)).one()
                connection.execute(audit.update().where(audit.c.id == 4).values(id=5))
                connection.execute(audit.insert().values(row._asdict() | {"actor": "eve"}))
            else:
                connection.execute(audit.delete().where(audit.c.id == 3))
                connection.execute(audit.update().where(audit.c.id == 4).values(id=3))
        found = opened.control.audit.check()
        assert found.broken_at == {"changed": 3, "taken out": 2, "put between": 4, "cut and joined": 3}[harm]


def test_many_writers_make_one_chain(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: write(opened, f"act-{n}"), range(24)))
        found = opened.control.audit.check()
        assert (found.rows, found.broken_at) == (24, None)


def test_rows_are_asked_for_by_district_person_act_and_time(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened:
        write(opened, "a", "b", "c")
        write(opened, "d", district="larkspur")
        write(opened, "e", district=None)
        kept = opened.control.audit
        asked = {
            "one": AuditWanted(district="pinewood"),
            "own": AuditWanted(districts=("larkspur",)),
            "act": AuditWanted(action="b", actor="ada"),
            "since": AuditWanted(since=NOON + timedelta(minutes=1)),
            "until": AuditWanted(until=NOON + timedelta(minutes=1), district="pinewood"),
            "before": AuditWanted(before=3),
        }
        told = {name: [row.action for row in kept.page(wanted)] for name, wanted in asked.items()}
        assert told == {
            "one": ["c", "b", "a"],
            "own": ["d"],
            "act": ["b"],
            "since": ["c", "b"],
            "until": ["a"],
            "before": ["b", "a"],
        }
        assert {name: kept.count(wanted) for name, wanted in asked.items()} == {name: len(rows) for name, rows in told.items()}
        assert [row.action for row in kept.every(AuditWanted())] == ["a", "b", "c", "d", "e"]


def test_what_is_done_for_a_reason_carries_it(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened, because(via="console"):
        with because(elevation=7):
            write(opened, "inside")
        write(opened, "outside")
        assert [dict(row.detail) for row in opened.control.audit.last()] == [
            {"n": 0, "via": "console"},
            {"n": 0, "via": "console", "elevation": 7},
        ]
