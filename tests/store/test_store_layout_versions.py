"""Districts' own layout sets: a change makes a version, the same text makes none, and nothing is ever lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from homeroom.roster.faults import Misuse
from homeroom.store import control_tables, stores
from homeroom.store.stores import Stores

NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
TEXTS = {"users.toml": 'name = "ours/users"\n', "set.toml": 'title = "Ölwald"\n'}


def test_a_saved_change_makes_a_version_and_the_same_text_makes_none(stores: Stores) -> None:
    stores.control.districts.add("pine", "Pine", "UTC", NOW)
    stores.control.districts.add("oak", "Oak", "UTC", NOW)
    kept = stores.control.layouts
    first, made = kept.save("pine", "ours", TEXTS, "d1", note="from the SIS", who="ada", now=NOW)
    assert (first.number, made, dict(first.texts), first.note, first.saved_by, first.saved) == (
        1, True, TEXTS, "from the SIS", "ada", NOW,
    )  # fmt: skip
    assert kept.save("pine", "ours", TEXTS, "d1", note="again", who="bob", now=NOW) == (first, False)
    second, made = kept.save("pine", "ours", {"users.toml": "x"}, "d2", note=None, who="bob", now=NOW)
    assert (second.number, made) == (2, True)
    third, made = kept.save("pine", "ours", TEXTS, "d1", note="back", who="bob", now=NOW)
    assert (third.number, third.texts, made) == (3, TEXTS, True)
    assert kept.newest("pine", "ours") == third
    assert [v.number for v in kept.of("pine")] == [3, 2, 1]
    assert kept.get("pine", "ours", 2) == second
    assert (kept.names("pine"), kept.names("oak"), kept.newest("oak", "ours")) == (["ours"], [], None)
    with pytest.raises(Misuse, match="no version 9"):
        kept.get("pine", "ours", 9)


FIRST = {
    "alembic_version", "district", "source", "account", "app", "token", "data_key", "audit", "worker", "summary", "setting",
}  # fmt: skip
"""The tables of the first migration."""


def test_a_control_store_from_before_gets_the_table_and_keeps_what_it_holds(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened:
        opened.control.districts.add("pine", "Pine", "UTC", NOW)
        with opened.control.place.write() as connection:
            for table in reversed(control_tables.control.sorted_tables):
                if table.name not in FIRST:
                    table.drop(connection)
            connection.execute(control_tables.version.update().values(version_num="0001"))
    with stores.open(tmp_path, database_url) as opened:
        with opened.control.place.read() as connection:
            assert inspect(connection).get_pk_constraint("layout_version", schema=_schema(connection))["constrained_columns"]
        opened.control.layouts.save("pine", "ours", TEXTS, "d1", note=None, who="ada", now=NOW)
        assert opened.control.layouts.names("pine") == ["ours"]


def _schema(connection: object) -> str | None:
    return "control" if "postgresql" in str(connection.dialect.name) else None
