"""A house whose raw files lie in a bucket: nights, originals, retention, erasing, backups; and a bucket that is away loses nothing of them."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backing_up_kill import child
from e2e.files import district
from forks import begin
from full_house import ASKED, SLUGS, installation
from homeroom.cli import run
from homeroom.deliveries import objects
from homeroom.deliveries.keys import SealBroken
from homeroom.deliveries.seal import opened as plain
from homeroom.desk import deleting
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.roster.words import plain as in_english
from homeroom.sync import backing_up, backups, erasing, housekeeping, restoring
from homeroom.sync.checkup import checkup
from homeroom.sync.house import House, opened, raw_store
from homeroom.sync.walking import sealed_delivery
from patience import SECONDS
from s3 import S3, closed_port, variables
from sync_house import SLUG, Pinewood, renamed, settings

NOW = ASKED + timedelta(hours=14)


@pytest.fixture
def storage(s3: S3) -> str:
    """The address of an empty bucket, and a prefix in it."""
    return f"s3://{s3.bucket()}/homeroom"


@pytest.fixture
def pinewood(storage: str, tmp_path: Path) -> Iterator[Pinewood]:
    with opened(settings(tmp_path / "data", storage=storage)) as house:
        yield Pinewood.founded(house, tmp_path)


def raw(house: House, slug: str) -> list[str]:
    return [each.path for each in objects.under(house.raw, f"deliveries/{slug}")]


def elsewhere(house: House) -> House:
    """The same house with a raw store by whatever the environment says by now."""
    return replace(house, raw=raw_store(house.settings))


def with_the_key(origin: Path, target: Path) -> Path:
    (target / "keys").mkdir(parents=True, mode=0o700)
    target.chmod(0o700)
    shutil.copy(origin / "keys/master.key", target / "keys/master.key")
    return target


def test_a_night_is_sealed_walked_and_read_again_from_a_bucket(pinewood: Pinewood) -> None:
    house = pinewood.house
    assert pinewood.night(district()).outcome == "success"
    changed = pinewood.night(renamed(3))
    assert (changed.outcome, changed.tables["users"].updated) == ("success", 1)
    sealed = sealed_delivery(house, SLUG, 2)
    for position, file in enumerate(sealed.files):
        assert b"".join(plain(house.raw, house.data_key(SLUG), sealed, position)).decode() == renamed(3)[file.name]
    assert len(raw(house, SLUG)) == 2 * len(district())
    assert not (house.settings.data / "deliveries").exists()
    assert housekeeping.keep(house, datetime.now(UTC) + timedelta(days=90))["shredded"] == 2
    assert raw(house, SLUG) == []
    assert pinewood.revision == 2


def test_a_bucket_that_is_away_loses_no_night(pinewood: Pinewood, s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sealed waits and is walked later; what is handed in meanwhile is refused whole; no clock takes anything for shredded."""
    house, late = pinewood.house, datetime.now(UTC) + timedelta(days=90)
    number = pinewood.begin(district())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    shut = Pinewood(elsewhere(house), pinewood.folder / "shut")
    with pytest.raises(TryAgain, match="does not accept"):
        shut.walk(number)
    assert pinewood.ended(number) == ("running", None, None)
    with pytest.raises(TryAgain, match="does not accept"):
        shut.begin(renamed(3))
    assert [each.number for each in house.stores.roster(SLUG).deliveries.last(9)] == [1]
    assert housekeeping.keep(shut.house, late)["shredded"] == 0
    assert house.stores.roster(SLUG).deliveries.get(1).shredded_at is None
    assert len(raw(house, SLUG)) == len(district())
    assert pinewood.walk(number).outcome == "success"


def test_a_bucket_of_another_name_is_not_taken_for_raw_files_that_are_gone(pinewood: Pinewood, s3: S3) -> None:
    house = pinewood.house
    number = pinewood.begin(district())
    renamed_bucket = replace(house, raw=objects.bucket("s3://no-such-bucket/homeroom"))
    with pytest.raises(TryAgain, match="no bucket no-such-bucket"):
        Pinewood(renamed_bucket, pinewood.folder).walk(number)
    assert housekeeping.keep(renamed_bucket, datetime.now(UTC) + timedelta(days=90))["shredded"] == 0
    with pytest.raises(TryAgain, match="no bucket no-such-bucket"):
        backing_up.back_up(renamed_bucket, f"s3://{s3.bucket()}", NOW)
    assert pinewood.walk(number).outcome == "success"


@pytest.mark.parametrize("database_url", [None, pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_district_is_erased_from_a_bucket_and_its_neighbour_is_not(
    storage: str, tmp_path: Path, database_url: str | None, request: pytest.FixtureRequest
) -> None:
    url = None if database_url is None else str(request.getfixturevalue("postgres_url_begun"))
    with installation(tmp_path, url, storage) as house:
        theirs = raw(house, "pine-2")
        assert raw(house, "pine")
        deleting.ask(house, "pine", "pine", "The contract ended on November 30", who="vera@vendor.example", now=ASKED)
        lost = replace(house, raw=objects.bucket("s3://no-such-bucket/homeroom"))
        assert erasing.erase_due(lost, ASKED + deleting.GRACE) == 0, "who cannot reach the raw files has not erased them"
        assert raw(house, "pine")
        assert erasing.erase_due(house, ASKED + deleting.GRACE) == 1
        assert (raw(house, "pine"), raw(house, "pine-2")) == ([], theirs)
        assert house.stores.control.audit.check().broken_at is None


def test_a_backup_in_a_bucket_brings_everything_back_and_old_ones_go(s3: S3, storage: str, tmp_path: Path) -> None:
    out = f"s3://{s3.bucket()}/backups of ours"
    with installation(tmp_path, None, storage) as house:
        first = backing_up.back_up(house, out, NOW).manifest
        assert (first.districts, first.raw_files) == (SLUGS, 2 * len(district()))
        held = objects.bucket(out)
        written = b"".join(b"".join(objects.pieces(held, each.path)) for each in objects.under(held, "backups"))
        for secret in (b"Given1", b"vera@vendor.example", b"PRIVATE KEY", b"users.csv"):
            assert secret not in written
        objects.remove(house.raw, raw(house, "pine"))  # shredded by the clock
        second = backing_up.back_up(house, out, NOW + timedelta(days=1), keep=1)
        assert second.gone == (first.name,)
        assert backups.all_names(held) == [second.manifest.name]
        assert {each.path.split("/")[1] for each in objects.under(held, "backups")} == {second.manifest.name}
        assert {each.path.split("/")[1] for each in objects.under(held, "deliveries")} == {"pine-2"}
        theirs = house.stores.roster("pine-2").page("users", 1000).rows
        sealed = {path: objects.size(house.raw, path) for path in raw(house, "pine-2")}
    where = settings(with_the_key(tmp_path / "data", tmp_path / "other"), storage=f"s3://{s3.bucket()}")
    assert restoring.look_through(where, out).raw_files == len(district())
    assert restoring.restore(where, out, NOW).raw_files == len(district())
    with opened(where) as house:
        assert house.stores.roster("pine-2").page("users", 1000).rows == theirs
        assert {path: objects.size(house.raw, path) for path in raw(house, "pine-2")} == sealed
        pinewood = Pinewood(house, tmp_path / "nights")
        store = house.stores.roster("pine-2")
        files = sealed_delivery(house, "pine-2", store.deliveries.last(1)[0].number)
        assert b"".join(plain(house.raw, house.data_key("pine-2"), files, 0))
        assert pinewood.house.stores.control.audit.last(1)[0].action == "backup-restored"


def test_what_is_missing_of_a_backup_or_cut_off_is_told(s3: S3, storage: str, tmp_path: Path) -> None:
    out = f"s3://{s3.bucket()}"
    with installation(tmp_path, None, storage) as house:
        name = backing_up.back_up(house, out, NOW).manifest.name
        held, data = objects.bucket(out), house.settings.data
    where = settings(with_the_key(data, tmp_path / "other"))
    for path, match in (
        (f"backups/{name}/districts/pine", "the part districts/pine of the backup is not there"),
        (next(objects.under(held, "deliveries")).path, "1 raw file of the backup is gone or cut off"),
    ):
        whole = b"".join(objects.pieces(held, path))
        objects.remove(held, [path])
        with pytest.raises(SealBroken, match=match):
            restoring.look_through(where, out)
        objects.put(held, path, whole[:-1])
        with pytest.raises(SealBroken):
            restoring.look_through(where, out)
        objects.put(held, path, whole)
    assert restoring.look_through(where, out).manifest.name == name


@pytest.mark.slow
def test_a_backup_that_was_killed_is_none_and_the_last_one_stays(s3: S3, storage: str, tmp_path: Path) -> None:
    out = f"s3://{s3.bucket()}"
    with installation(tmp_path, None, storage) as house:
        whole, data = backing_up.back_up(house, out, NOW).manifest.name, house.settings.data
    for hours, step in enumerate(("pine-2", "control store", "raw files"), 1):
        killed = begin(child, variables(s3.address), data, storage, out, NOW + timedelta(hours=hours), step)
        killed.join(SECONDS)
        assert killed.exitcode == -signal.SIGKILL
    held = objects.bucket(out)
    assert len({each.path.split("/")[1] for each in objects.under(held, "backups")}) > 1, "this test was to leave halves behind"
    assert backups.all_names(held) == [whole]
    where = settings(with_the_key(data, tmp_path / "other"), storage=storage)
    assert restoring.look_through(where, out).manifest.name == whole
    with opened(settings(data, storage=storage)) as house:
        newest = backing_up.back_up(house, out, NOW + timedelta(days=4), keep=1).manifest.name
    assert {each.path.split("/")[1] for each in objects.under(held, "backups")} == {newest}, "what was cut off goes, too"


def test_a_backup_never_lies_where_the_raw_files_are(s3: S3, tmp_path: Path) -> None:
    """It would let go of raw files that came after it, as those that no backup names."""
    name = s3.bucket()
    with opened(settings(tmp_path / "data", storage=f"s3://{name}/a/raw")) as house:
        pinewood = Pinewood.founded(house, tmp_path)
        pinewood.night(district())
        for place in (
            f"s3://{name}",
            f"s3://{name}/a",
            f"s3://{name}/a/raw",
            f"s3://{name}/a/raw/",
            f"s3://{name}/a/raw/deliveries",
        ):
            with pytest.raises(Misuse, match="The raw files themselves lie there"):
                backing_up.back_up(house, place, NOW, keep=1)
        for hours, place in enumerate((f"s3://{name}/a/raw2", f"s3://{name}/b", f"s3://{s3.bucket()}/a/raw")):
            assert backing_up.back_up(house, place, NOW + timedelta(hours=hours), keep=1).manifest.raw_files == len(district())
        assert len(raw(house, SLUG)) == len(district())


def test_the_command_line_says_one_sentence(
    s3: S3, storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, data = f"s3://{s3.bucket()}/kept", ["--data", str(tmp_path / "data")]
    monkeypatch.setenv("HOMEROOM_STORAGE", storage)
    assert run([*data, "district", "add", SLUG, "--name", "Pinewood"]) == 0
    capsys.readouterr()
    assert run([*data, "backup", out, "--keep", "2", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["districts"], made["removed"]) == ([SLUG], [])
    assert run([*data, "restore", out, "--check"]) == 0
    assert "is whole and opens" in capsys.readouterr().out
    for command in (["backup", "s3://no-such-bucket"], ["restore", "s3://no-such-bucket", "--check"]):
        assert run([*data, *command]) == 1
        said = capsys.readouterr().err.splitlines()[-1]
        assert said.startswith("homeroom: The object store has no bucket no-such-bucket"), said
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{closed_port()}")
    assert run([*data, "restore", out, "--check"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("homeroom: The object store does not answer")


def test_the_check_up_looks_whether_the_bucket_takes_and_gives(
    s3: S3, storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = settings(tmp_path / "data", storage=storage)
    with opened(where) as house:
        found = {in_english(each.what): each for each in checkup(where)}["raw files"]
        assert (found.ok, storage in in_english(found.found)) == (True, True)
        assert list(objects.under(house.raw, "probes")) == []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    found = {in_english(each.what): each for each in checkup(where)}["raw files"]
    assert not found.ok
    assert in_english(found.found).startswith("The object store does not accept")
    assert {in_english(each.what): each for each in checkup(settings(tmp_path / "data"))}["raw files"].ok
