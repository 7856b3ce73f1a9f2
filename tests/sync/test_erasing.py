"""A district goes for good: all of it, nothing of its neighbour, whatever kills the process in between; the audit stays whole."""

from __future__ import annotations

import multiprocessing
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from sqlalchemy import select

from e2e.installation import Installation
from erasing_kill import child
from full_house import ASKED, SLUGS, everything, installation
from homeroom.desk import deleting
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.store.control_tables import control
from homeroom.store.deletions import Gone, Leaving
from homeroom.sync import districts, erasing, housekeeping, imports
from homeroom.sync.checkup import checkup
from homeroom.sync.house import House, opened
from patience import SECONDS, until
from sync_house import settings

DUE = ASKED + deleting.GRACE
WHY = "The contract ended on November 30"
KEPT = {"audit", "deletion", "person", "app"}
"""Tables in which a district's name may stand afterwards: what was done, and who was shut out."""


def bearing(house: House, slug: str) -> dict[str, int]:
    """Table -> rows in which a district's name stands as a value, or within a list or a name of a setting."""
    found = {}
    for table in control.sorted_tables:
        rows = everything(house, table)
        count = sum(any(bears(cell, slug) for cell in each) for each in rows)
        found |= {table.name: count} if count else {}
    return found


def bears(cell: object, slug: str) -> bool:
    words = str(cell).replace('"', " ").replace(",", " ").replace("]", " ").replace(":", " ").split()
    return slug in words


def state(house: House, slug: str) -> dict[str, Any]:
    """All that a district has, to be compared."""
    store = house.stores.roster(slug)
    [source] = house.stores.control.sources.of(slug)
    owned = {t.name: [r for r in everything(house, t) if slug in r] for t in control.sorted_tables if t.name not in KEPT}
    return {
        "control": owned,
        "roster": store.page("users", 1000).rows,
        "imports": [e.number for e in store.imports.last()],
        "raw": raw(house, slug),
        "files": sorted(str(p) for p in (house.settings.data / "districts" / slug).rglob("*.parquet")),
        "pushed": sorted(str(p) for p in house.settings.spool.rglob("*") if p.is_file() and f"{slug}-{source.id}" in str(p)),
    }


def raw(house: House, slug: str) -> list[str]:
    return sorted(meta["path"] for batch in obstore.list(house.raw, f"deliveries/{slug}/") for meta in batch)


def ask(house: House, slug: str = "pine") -> None:
    deleting.ask(house, slug, slug, WHY, who="vera@vendor.example", now=ASKED)


@pytest.mark.slow
def test_everything_of_a_district_goes_and_nothing_of_its_neighbour(tmp_path: Path, database_url: str | None) -> None:
    with installation(tmp_path, database_url) as house:
        owned = {
            t.name for t in control.sorted_tables
            if "district" in t.c or any(key.column.table.name == "source" for c in t.c for key in c.foreign_keys)
        } - {"audit", "deletion"}  # fmt: skip
        before = state(house, "pine-2")
        with house.stores.control.place.read() as connection:
            empty = [name for name in owned if connection.execute(select(control.tables[name]).limit(1)).first() is None]
        assert not empty, "a table that no row of this test tells anything about"
        [username] = [a.username for s in house.stores.control.sources.of("pine") for a in house.stores.control.accounts.of(s.id)]
        ask(house)
        assert raw(house, "pine")
        assert erasing.erase_due(house, DUE - timedelta(seconds=1)) == 0
        assert raw(house, "pine")
        assert housekeeping.keep(house, DUE)["districts"] == 1

        assert set(bearing(house, "pine")) <= KEPT
        assert raw(house, "pine") == []
        assert not (house.settings.data / "districts" / "pine").exists()
        assert not (Path(house.settings.raw) / "deliveries" / "pine").exists()
        assert not (house.settings.spool / username).exists()
        assert state(house, "pine-2") == before
        assert imports.report(house, "pine-2", 1).outcome == "success"

        people = {p.email: p for p in house.stores.control.people.all()}
        assert people["only@pine.example"].disabled is not None
        assert people["only@pine.example"].districts == ("pine",)  # an auditor of none would see all
        assert people["only@pine-2.example"].disabled is None
        assert people["both@pine.example"].disabled is None
        assert people["both@pine.example"].districts == ("pine-2",)
        assert people["both@pine.example"].preferences == {"notices": {"pine-2": ["late"]}}
        assert {a.client_id: a.districts for a in house.stores.control.apps.all()} == {
            "all": None,
            "both": ("pine-2",),
            "one": (),
        }

        chain = house.stores.control.audit.check()
        assert chain.broken_at is None
        [line] = [r for r in house.stores.control.audit.last(50, "pine") if r.action == "district-deleted"]
        assert (line.actor, line.detail["asked_by"], line.detail["reason"]) == (erasing.CLOCK, "vera@vendor.example", WHY)
        assert (line.detail["imports"], line.detail["deliveries"], line.detail["sources"], line.detail["people"]) == (1, 1, 1, 2)
        assert line.detail["records"] > 10
        assert erasing.erase_due(house, DUE) == 0

        for refused in (lambda: house.stores.roster("pine"), lambda: house.stores.control.deletions.check("pine")):
            with pytest.raises(Gone):
                refused()
        with pytest.raises(Misuse, match="was deleted"):
            districts.add(house, "pine", "Another", "UTC")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "steps"),
    [
        ("sqlite", ("counted", "roster", "control store", "audit")),
        pytest.param("postgres", ("roster",), marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
def test_a_process_killed_at_any_step_is_taken_up_by_the_next(
    tmp_path: Path, database_url: str | None, steps: tuple[str, ...]
) -> None:
    """The same erasing dies at one step after the other; each time the next process goes on, and the end is the same."""
    with installation(tmp_path, database_url) as house:
        before = state(house, "pine-2")
        ask(house)
        for step in steps:
            assert died(house, step)
            with pytest.raises(Misuse):
                deleting.keep(house, "pine", who="vera@vendor.example", now=DUE)
        assert erasing.erase_due(house, DUE) == 1
        assert set(bearing(house, "pine")) <= KEPT
        assert not (house.settings.data / "districts" / "pine").exists()
        assert state(house, "pine-2") == before
        assert [r.action for r in house.stores.control.audit.last(50, "pine")].count("district-deleted") == 1
        assert house.stores.control.audit.check().broken_at is None


def died(house: House, step: str) -> bool:
    """Erase in a process that kills itself once a step is done."""
    where = house.settings
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["erasing_kill"])
    process = context.Process(target=child, args=(where.data, where.database_url, "pine", DUE, step))
    process.start()
    process.join(SECONDS)
    return process.exitcode == -signal.SIGKILL


def test_a_district_that_can_still_be_kept_is_not_erased_by_hand(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        districts.add(house, "pine", "Pine", "UTC")
        with pytest.raises(Misuse, match="not to be deleted"):
            erasing.erase(house, "pine", DUE)
        ask(house)
        with pytest.raises(Misuse, match="can be kept until"):
            erasing.erase(house, "pine", DUE - timedelta(seconds=1))
        with pytest.raises(Leaving):
            house.stores.control.deletions.check("pine")
        deleting.keep(house, "pine", who="vera", now=DUE)
        with pytest.raises(Misuse, match="not to be deleted"):
            erasing.erase(house, "pine", DUE + timedelta(days=1))
        house.stores.control.deletions.check("pine")


def test_while_somebody_erases_it_nobody_else_does(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        districts.add(house, "pine", "Pine", "UTC")
        ask(house)
        for busy in (house.stores.presence("erase pine"), house.stores.alone("pine")):
            with busy:
                assert erasing.erase_due(house, DUE) == 0
        assert house.stores.control.districts.get("pine").leaves == DUE
        assert erasing.erase_due(house, DUE) == 1


def test_the_checkup_names_a_district_that_should_be_gone(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        districts.add(house, "pine", "Pine", "UTC")
        deleting.ask(house, "pine", "pine", WHY, who="vera", now=datetime.now(UTC) - deleting.GRACE - timedelta(hours=2))
    found = {plain(each.what): each for each in checkup(settings(tmp_path / "data"))}
    assert (found["stores"].ok, found["deletions"].ok, "pine" in plain(found["deletions"].found)) == (True, False, True)
    with opened(settings(tmp_path / "data")) as house:
        assert erasing.erase_due(house, datetime.now(UTC)) == 1
    assert {plain(each.what): each.ok for each in checkup(settings(tmp_path / "data"))}["deletions"]


def test_what_another_machine_still_has_of_it_goes_with_its_next_beat(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        districts.add(house, "pine", "Pine", "UTC")
        ask(house)
        erasing.erase(house, "pine", DUE)
        left = house.settings.data / "districts" / "pine" / "snapshots" / "1"
        left.mkdir(parents=True)
        known: set[int] = set()
        erasing.forget_here(house, known)
        assert not (house.settings.data / "districts" / "pine").exists()
        assert len(known) == 1


@pytest.mark.slow
def test_a_running_worker_erases_a_district_whose_time_is_over(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        for slug in SLUGS:
            districts.add(house, slug, slug, "UTC")
        past = datetime.now(UTC) - deleting.GRACE - timedelta(minutes=1)
        deleting.ask(house, "pine", "pine", WHY, who="vera", now=past)
        with Installation(tmp_path / "data").start("worker", "--json") as process:
            until(house.stores.control.deletions.went)
            process.terminate()
            assert process.wait(SECONDS) == 0
        assert [d.slug for d in house.stores.control.districts.all()] == ["pine-2"]
        assert not (tmp_path / "data" / "districts" / "pine").exists()
