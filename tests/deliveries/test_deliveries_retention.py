"""The clock of raw files, and the reaping of work folders."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
from obstore.store import LocalStore, MemoryStore

from homeroom.deliveries.keys import DataKey
from homeroom.deliveries.retention import Kept, expired, shred, shred_district, sweep
from homeroom.deliveries.seal import Incoming, seal
from homeroom.deliveries.workfolders import claim, reap, remove_own

KEY = DataKey("pinewood", "deliveries", bytes(32))
NOW = datetime(2026, 9, 15, 3, 0, tzinfo=UTC)


def kept(number: int, days: float, **more: bool) -> Kept:
    return Kept("pinewood", number, NOW - timedelta(days=days), **more)


def test_fourteen_days_and_no_less() -> None:
    deliveries = [kept(4, 0), kept(3, 14), kept(2, 14.01), kept(1, 300), kept(0, 300, needed=True)]
    assert [k.number for k in expired(deliveries, NOW)] == [1, 2]
    assert [k.number for k in expired(deliveries, NOW, timedelta(days=20))] == [1]


def test_shredding_removes_the_objects_and_may_be_repeated(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path / "raw"), mkdir=True)
    (tmp_path / "users.csv").write_bytes(b"u-1")
    sealed = seal(store, KEY, "pinewood", 1, [Incoming("users.csv", tmp_path / "users.csv")])
    assert [p for p in (tmp_path / "raw").rglob("*") if p.is_file()]
    assert shred(store, sealed) == 1
    assert shred(store, sealed) == 0
    assert [p for p in (tmp_path / "raw").rglob("*") if p.is_file()] == []


def test_a_district_is_shredded_without_its_neighbour() -> None:
    store = MemoryStore()
    for path in ("deliveries/pine/1/0000-a", "deliveries/pine/2/0000-b", "deliveries/pinewood/1/0000-c"):
        obstore.put(store, path, b"x")
    assert shred_district(store, "pine") == 2
    assert [m["path"] for b in obstore.list(store) for m in b] == ["deliveries/pinewood/1/0000-c"]


def test_what_a_killed_seal_left_is_swept_but_not_what_is_being_sealed() -> None:
    store = MemoryStore()
    for path in ("deliveries/pine/1/0000-known", "deliveries/pine/2/0000-lost"):
        obstore.put(store, path, b"x")
    now = datetime.now(UTC)
    assert sweep(store, "pine", {"deliveries/pine/1/0000-known"}, now) == 0
    assert sweep(store, "pine", {"deliveries/pine/1/0000-known"}, now + timedelta(days=2)) == 1
    assert [m["path"] for b in obstore.list(store) for m in b] == ["deliveries/pine/1/0000-known"]


def test_a_work_folder_is_private_and_goes_with_its_import(tmp_path: Path) -> None:
    with claim(tmp_path / "work", 12) as folder:
        assert folder.path.name.startswith(f"12-{os.getpid()}-")
        assert folder.path.stat().st_mode & 0o777 == 0o700
        (folder.path / "0000.raw").write_bytes(b"u-1,Ada")
        (folder.path / "spill").mkdir()
        assert reap(tmp_path / "work") == []
        assert (folder.path / "0000.raw").exists()
    assert [p.name for p in (tmp_path / "work").rglob("*")] == [".live"]


def test_the_folder_of_a_killed_process_is_reaped(tmp_path: Path) -> None:
    program = (
        "import sys, signal; from pathlib import Path; from homeroom.deliveries.workfolders import claim\n"
        "folder = claim(Path(sys.argv[1]), 7); (folder.path / 'users.csv').write_text('u-1,Ada')\n"
        "print(folder.path.name, flush=True); signal.pause()"
    )
    work = tmp_path / "work"
    child = subprocess.Popen([sys.executable, "-c", program, str(work)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    mine = claim(work, 8)
    assert reap(work) == []
    child.kill()
    child.wait()
    child.stdout.close()
    assert reap(work) == [name]
    assert not (work / name).exists()
    assert mine.path.exists()
    mine.close()
    mine.close()
    assert reap(work) == []
    assert list((work / ".live").iterdir()) == []


def test_rubbish_in_the_work_folder_is_reaped_and_links_are_not_followed(tmp_path: Path) -> None:
    work, precious = tmp_path / "work", tmp_path / "precious"
    (work / "from-an-older-version").mkdir(parents=True)
    precious.mkdir()
    (precious / "file").write_text("stays")
    (work / "link").symlink_to(precious)
    (work / "stray.csv").write_text("u-1,Ada")
    assert reap(work) == ["from-an-older-version", "link", "stray.csv"]
    assert (precious / "file").read_text() == "stays"


def test_there_is_nothing_to_reap_where_nothing_is(tmp_path: Path) -> None:
    assert reap(tmp_path / "nowhere") == []


def test_a_process_that_ends_at_once_leaves_no_plain_text(tmp_path: Path) -> None:
    with claim(tmp_path / "work", "12") as mine:
        (mine.path / "users.csv").write_text("a child's row")
        other = tmp_path / "work" / "13-1-abc"
        other.mkdir()
        remove_own(tmp_path / "work")
        assert not mine.path.exists()
        assert other.exists()
