"""A district goes for good: all of it, nothing of its neighbour, whatever kills the process in between; the audit stays whole."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from sqlalchemy import Table, insert, select

from e2e.files import district, write
from e2e.installation import Installation
from erasing_kill import child
from homeroom.desk import deleting
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.store.apps import App
from homeroom.store.control_tables import control
from homeroom.store.deletions import Gone, Leaving
from homeroom.sync import districts, erasing, housekeeping, imports, intake, sources
from homeroom.sync.checkup import checkup
from homeroom.sync.house import House, opened
from sync_house import settings

ASKED = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DUE = ASKED + deleting.GRACE
WHY = "The contract ended on November 30"
AT = "2026-11-30T12:00:00+00:00"
SLUGS = ("pine", "pine-2")
"""One name begins with the other: what is looked for by a beginning would take both."""
KEPT = {"audit", "deletion", "person", "app"}
"""Tables in which a district's name may stand afterwards: what was done, and who was shut out."""


def row(slug: str, number: int) -> dict[str, dict[str, Any]]:
    """A row of each table that ordinary work does not fill by itself here."""
    theirs = {"district": slug}
    return {
        "layout_version": theirs | {"name": "own/users", "number": 1, "digest": "d", "texts": "{}", "saved_by": "x", "saved": AT},
        "own_school": theirs | {"id": "1", "name": "Elm"},
        "school_match": theirs | {"own": "1", "source": 0, "sis": "s1"},
        "take_over": theirs | {"source": number, "table": "users", "theirs": "a", "ours": "b", "said_by": "x", "said": AT},
        "errand": {"source": number, "due": AT, "known": "{}"},
        "notice_door": {"source": number, "sha256": slug, "created": AT},
        "notice": {"source": number, "resource": "students", "key": "1", "heard": AT, "times": 1},
        "once": theirs | {"sha256": f"once {slug}", "kind": "credentials", "about": slug, "given_by": "x", "created": AT, "expires": AT},
        "support": theirs | {"until": AT, "said_by": "x"},
        "news": theirs | {"id": number, "night": "2026-11-30", "cause": "failed:x", "detail": "{}", "heard": AT},
        "mailing": {"news": number, "person": 1, "tries": 0, "due": AT},
        "elevation": theirs | {"id": number, "person": 1, "kind": "settings", "reason": "a reason", "began": AT, "until": AT},
        "personal_token": {
            "id": number, "sha256": slug, "person": 1, "name": "t", "districts": f'["{slug}"]', "elevation": number,
            "created": AT, "expires": AT,
        },
        "found": theirs | {"sha256": f"found {slug}", "session": 1, "sealed": "x", "expires": AT},
        "login": {"username": f"{slug}-{number}", "at": AT, "address": "127.0.0.1", "result": "ok"},
        "setup": theirs | {"started": "2026-11-30", "state": "{}", "values": "{}", "version": 1},
        "setup_message": theirs | {"id": number, "at": AT, "said_by": "x", "text": "Hello"},
        "setting": {"name": f"keep-removed-days:{slug}", "value": "10"},
        "reading": theirs | {"app": "all", "at": AT, "revision": 1},
        "session": {
            "id": number, "sha256": f"s {slug}", "person": 1 + number, "created": AT, "seen": AT, "expires": AT, "agent": "x",
            "address": "x",
        },
    }  # fmt: skip


@contextmanager
def installation(folder: Path, url: str | None) -> Iterator[House]:
    """Two districts with everything that a district can have."""
    with opened(settings(folder / "data", url)) as house:
        people = house.stores.control.people
        people.add("vera@vendor.example", "Vera", "operator", (), (), ASKED)
        for slug in SLUGS:
            districts.add(house, slug, f"District {slug}", "UTC")
            made = sources.add(house, slug, "sftp", layouts="oneroster-1.1").source
            people.add(f"only@{slug}.example", "Only", "auditor", (slug,), (), ASKED)
        both = people.add("both@pine.example", "Both", "administrator", SLUGS, (), ASKED)
        people.change(both.id, preferences={"notices": {slug: ["late"] for slug in SLUGS}})
        for name, share in (("all", None), ("both", SLUGS), ("one", ("pine",))):
            house.stores.control.apps.add(App(name, "x", name, ("s",), share, ASKED))
        for slug in SLUGS:
            [made] = house.stores.control.sources.of(slug)
            [account] = house.stores.control.accounts.of(made.id)
            pushed = house.settings.spool / account.username / "in"
            pushed.mkdir(parents=True)
            (pushed / "users.csv").write_text("half a file")
            place = write(folder / f"night of {slug}", district())
            number = intake.hand_in(
                house, slug, place, layouts=None, source=made.id, kind="continuous", trigger="sftp", dry_run=False, now=None
            )
            imports.run(house, slug, number)
            with house.stores.control.place.write() as connection:
                for name, values in row(slug, made.id).items():
                    values |= {"username": account.username} if name == "login" else {}
                    connection.execute(insert(control.tables[name]).values(values))
        yield house


def everything(house: House, table: Table) -> list[tuple[Any, ...]]:
    """All rows of a control table."""
    with house.stores.control.place.read() as connection:
        return [tuple(each) for each in connection.execute(select(table).order_by(*table.primary_key.columns))]


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
    process.join(120)
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
            give_up = time.monotonic() + 60
            while not house.stores.control.deletions.went():
                assert time.monotonic() < give_up
                time.sleep(0.05)
            process.terminate()
            assert process.wait(30) == 0
        assert [d.slug for d in house.stores.control.districts.all()] == ["pine-2"]
        assert not (tmp_path / "data" / "districts" / "pine").exists()
