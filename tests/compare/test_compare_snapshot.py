"""Snapshots as files: when they may be used, how they are named, what is reaped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compare.house import File, House, feed
from homeroom.compare.sift import sift
from homeroom.compare.snapshot import Snapshot, adopt, compact, current, fingerprint, overgrown, reap, valid
from homeroom.roster.catalogue import catalogue
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, FileTally

TEXT = "sourcedId,username\nu1,ada\nu2,ben\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.night(File(TEXT))
    return made


def test_the_fingerprint_knows_everything_that_decides_about_a_row(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as workbench:
        one, two = feed(workbench, 0, File(TEXT)), feed(workbench, 1, File(TEXT))
    said = ("catalogue", "2.0.0", "rules", "settings")
    usual = fingerprint([one, two], *said)
    assert usual == fingerprint([two, one], *said)
    others = [
        fingerprint([one], *said),
        fingerprint([replace(one, fingerprint="other"), two], *said),
        fingerprint([replace(one, layout="other"), two], *said),
        fingerprint([replace(one, columns=("username", "sourcedId")), two], *said),
        fingerprint([replace(one, mode="delta"), two], *said),
        *(fingerprint([one, two], *said[:n], "other", *said[n + 1 :]) for n in range(4)),
    ]
    assert len({usual, *others}) == len(others) + 1


def test_a_snapshot_is_valid_with_its_fingerprint_and_all_its_files(house: House) -> None:
    house.night(File(TEXT.replace("ben", "bob")))
    kept = house.snapshots[1, "users"]
    assert len(kept.files) == 2
    assert valid(kept, "same") is kept
    assert valid(kept, "other") is None
    assert valid(None, "same") is None
    kept.deltas[0].unlink()
    assert valid(kept, "same") is None


def test_json_and_back_in_another_folder(house: House) -> None:
    house.night(File(TEXT.replace("ben", "bob")))
    kept = house.snapshots[1, "users"]
    raw = kept.as_json()
    assert str(house.folder) not in str(raw)
    assert Snapshot.from_json(raw, kept.base.parent) == kept
    assert Snapshot.from_json(raw, Path("elsewhere")).base == Path("elsewhere") / kept.base.name


def test_a_quiet_night_writes_no_file(house: House) -> None:
    before = house.snapshots[1, "users"]
    house.night(File(TEXT))
    assert house.snapshots[1, "users"] is before
    assert list(before.base.parent.iterdir()) == [before.base]


def test_no_file_is_ever_written_over(house: House) -> None:
    files = {house.snapshots[1, "users"].base}
    for name in ("bob", "ben", "bob"):
        house.nights = 0  # the same revision again, as after imports that did not commit
        house.night(File(TEXT.replace("ben", name)))
        files.update(house.snapshots[1, "users"].files)
    assert len(files) == 4
    assert sorted(files) == sorted(house.snapshots[1, "users"].base.parent.iterdir())


def test_what_no_record_names_is_reaped(house: House) -> None:
    kept = house.snapshots[1, "users"]
    folder = kept.base.parent
    (folder / "users.9-0.delta.parquet").touch()
    (folder / "users.9-0.base.part").touch()
    (folder / "somebody else's.txt").touch()
    assert {p.name for p in reap(folder, kept.files)} == {"users.9-0.delta.parquet", "users.9-0.base.part"}
    assert {p.name for p in folder.iterdir()} == {kept.base.name, "somebody else's.txt"}
    assert reap(folder / "missing", []) == ()


def test_compaction_folds_the_deltas(house: House) -> None:
    assert not overgrown(house.snapshots[1, "users"])
    for text in (TEXT.replace("ben", "bob"), TEXT.replace("u1,ada\n", ""), TEXT + "u3,cleo\n", TEXT.replace("ben", "bob")):
        house.night(File(text))
    chain = house.snapshots[1, "users"]
    assert len(chain.deltas) == 4
    assert overgrown(chain)
    with Workbench(house.folder / "compact", also=[chain.base.parent]) as workbench:
        folded = compact(workbench, chain, chain.base.parent)
        assert folded.deltas == ()
        assert workbench.rows(f'SELECT "sourcedId", username FROM {current(folded)} ORDER BY 1') == [("u1", "ada"), ("u2", "bob")]
    house.snapshots[1, "users"] = folded
    with house.walk(File(TEXT.replace("ben", "bob"))) as (_, made, walked):
        assert made.empty
        assert not walked[0].sifted.full


def test_a_first_load_that_came_clean_is_its_own_snapshot(tmp_path: Path) -> None:
    folder, users = tmp_path / "snapshots", catalogue()["users"]
    with Workbench(tmp_path / "bench", also=(folder,)) as workbench:
        sifted = sift(workbench, users, [feed(workbench, 0, File(TEXT))], None, None)
        clean = Admitted("users", sifted.columns, "continuous", True, (FileTally(0, 2, 0),), provable=True, untouched=True)
        assert adopt(workbench, sifted, replace(clean, untouched=False), folder, 1, "same") is None
        assert adopt(workbench, replace(sifted, mode="delta"), clean, folder, 1, "same") is None
        some = sift(workbench, users, [feed(workbench, 1, File(TEXT, keep="c1 <> 'ben'"))], None, None)
        assert adopt(workbench, some, clean, folder, 1, "same") is None  # ben is in the file and not in the roster
        sifted = sift(workbench, users, [feed(workbench, 0, File(TEXT))], None, None)
        kept = adopt(workbench, sifted, clean, folder, 1, "same")
        assert kept is not None
    with Workbench(tmp_path / "again", also=(folder,)) as workbench:  # the first workbench is gone, its rows stay
        same = sift(workbench, users, [feed(workbench, 0, File("sourcedId,username\nu2,ben\nu1,ada\n"))], kept, None)
        assert (kept.rows, same.full, same.unchanged) == (2, False, 2)
        assert workbench.rows("SELECT 1 FROM shaped_users") == []
        sift(workbench, users, [feed(workbench, 1, File("sourcedId,username\nu1,ada\n"))], kept, None)
        assert workbench.rows('SELECT "sourcedId" FROM gone_users') == [("u2",)]
        assert workbench.rows("SELECT username FROM unchanged_users") == [("ada",)]
