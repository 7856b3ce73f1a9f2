"""Sources that fetch from a district's own SFTP server: what is fetched, what is remembered, and how each trouble is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from e2e.files import district
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport
from homeroom.store.sources import Source
from homeroom.store.trouble import disk_is_full
from homeroom.sync import imports, pulling, sources
from homeroom.sync.source_settings import value
from homeroom.systems.remote_sftp import listing, weighing
from remote_sftp import PASSWORD, USER, Remote
from sync_house import SLUG, Pinewood


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    folder = tmp_path / "theirs"
    folder.mkdir()
    with Remote(folder).standing() as standing:
        yield standing


def added(pinewood: Pinewood, remote: Remote, secrets: dict[str, str] | None = None, **more: Any) -> Source:
    settings = {"host": "127.0.0.1", "port": remote.port, "username": USER} | more
    told = {"password": PASSWORD} if secrets is None else secrets
    return sources.add(pinewood.house, SLUG, "sftp-pull", settings=settings, secrets=told).source


def pull(pinewood: Pinewood, now: datetime | None = None) -> ImportReport:
    at = now or datetime.now(UTC)
    return imports.run(pinewood.house, SLUG, pulling.begin(pinewood.house, SLUG, None, at), now=at)


def scheduled(pinewood: Pinewood, source: Source, now: datetime | None = None) -> ImportReport:
    """A round that the clock began."""
    store = pinewood.house.stores.roster(SLUG)
    at = now or datetime.now(UTC)
    entry = store.imports.begin(source=source.id, delivery=None, kind="continuous", trigger="schedule", now=at)
    return imports.run(pinewood.house, SLUG, entry.number, now=at)


def reason(report: ImportReport) -> str | None:
    return report.reason.code if report.reason else None


def test_a_night_is_fetched_sealed_and_walked_like_any_other(pinewoods: Pinewood, remote: Remote) -> None:
    remote.put(district())
    source = added(pinewoods, remote)
    first = pull(pinewoods)
    assert (first.outcome, first.trigger, first.delivery, first.revision_after) == ("success", "pull", 1, 1), first.reason
    assert first.tables["users"].added == 24
    pinned = value(pinewoods.house.stores.control.sources.get(source.id), "host_key")
    assert pinned == f"ssh-ed25519 {remote.key.get_fingerprint()}"
    # Nothing changed over there: nothing is fetched again, and the import says that nothing changed.
    opened = list(remote.opened)
    again = pull(pinewoods)
    assert (again.outcome, again.delivery, again.revision_after) == (first.outcome, 1, 1)
    assert remote.opened == opened
    # One file changed: the set is fetched anew, whole.
    changed = district()
    changed["users.csv"] = changed["users.csv"].replace("Given3,", "Other,")
    remote.put(changed, age=1800)
    third = pull(pinewoods)
    assert (third.delivery, third.tables["users"].updated) == (2, 1)
    assert not list(pinewoods.house.settings.work.glob("*-fetch-*"))


def test_only_the_set_is_fetched(pinewood: Pinewood, remote: Remote) -> None:
    """Other files, temporary names, folders and links stay where they are; of dated files the newest counts."""
    files = district()
    remote.put({name.replace(".csv", "_20261129.csv"): text for name, text in files.items()}, age=90_000)
    remote.put({name.replace(".csv", "_20261130.csv"): text for name, text in files.items()}, age=3_600)
    remote.put({"users.csv.filepart": "half", ".users.csv.x": "half", "notes.txt": "call Ada", "old/users.csv": "x"})
    (remote.folder / "link.csv").symlink_to("/etc/hostname")
    added(pinewood, remote, files=["*.csv"])
    report = pull(pinewood)
    assert {f.name for f in report.files} == {name.replace(".csv", "_20261130.csv") for name in files}
    assert {name for name in remote.opened if "20261130" not in name} == set()


def test_the_folder_of_the_day(pinewood: Pinewood, remote: Remote) -> None:
    remote.put({f"2026-11-30/{name}": text for name, text in district().items()})
    added(pinewood, remote, path="%Y-%m-%d")
    assert pull(pinewood, datetime(2026, 11, 30, 3, tzinfo=UTC)).delivery == 1
    missed = pull(pinewood, datetime(2026, 12, 1, 3, tzinfo=UTC))
    assert (missed.outcome, reason(missed), missed.delivery) == ("failed", "folder_missing", None)
    assert "2026-12-01" in str(missed.reason)


def test_a_file_that_grows_is_left_for_the_next_round(pinewood: Pinewood, remote: Remote) -> None:
    remote.put(district())
    source = added(pinewood, remote, quiet_seconds=60)

    def grow(name: str) -> None:
        if name == "users.csv":
            with (remote.folder / name).open("a") as file:
                file.write("u99,,,true,s1,student,u99,,Late,Comer,,0099,,,,,09,\n")

    remote.meddle = grow
    grown = pull(pinewood)
    assert (grown.outcome, reason(grown), grown.revision_after) == ("failed", "still_growing", 0)
    assert "users.csv" in str(grown.reason)
    # The clock's rounds also wait until a file has been quiet for a while; a person who pulls does not.
    remote.meddle = lambda name: None
    early = scheduled(pinewood, source)
    assert (early.outcome, reason(early)) == ("failed", "still_growing")
    assert scheduled(pinewood, source, datetime.now(UTC) + timedelta(seconds=61)).revision_after == 1


def test_a_changed_host_key_gets_no_password(pinewood: Pinewood, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    remote = Remote(folder)
    remote.put(district())
    with remote.standing():
        source = added(pinewood, remote)
        pull(pinewood)
    before = remote.key
    remote.key = asyncssh.generate_private_key("ssh-ed25519")
    remote.put({"users.csv": district()["users.csv"].replace("Given3,", "Other,")})
    with remote.standing():
        report = pull(pinewood)
        assert (report.outcome, reason(report)) == ("failed", "host_key_changed")
        assert before.get_fingerprint() in str(report.reason)
        assert remote.key.get_fingerprint() in str(report.reason)
        assert len(remote.opened) == 6  # the first night's
        # A person who has compared the fingerprints puts the new one in place.
        new = f"ssh-ed25519 {remote.key.get_fingerprint()}"
        sources.change(pinewood.house, SLUG, source.id, {"host_key": new})
        assert pull(pinewood).revision_after == 2


def test_every_trouble_has_its_reason_and_changes_nothing(pinewood: Pinewood, remote: Remote) -> None:
    remote.put(district())
    source = added(pinewood, remote)
    pull(pinewood)
    house = pinewood.house
    sources.set_secrets(house, SLUG, source.id, {"password": "wrong"})
    assert reason(pull(pinewood)) == "credentials"
    sources.set_secrets(house, SLUG, source.id, {"password": PASSWORD})
    sources.change(house, SLUG, source.id, {"path": "nowhere"})
    assert reason(pull(pinewood)) == "folder_missing"
    sources.change(house, SLUG, source.id, {"path": None, "files": ["*.xml"]})
    assert reason(pull(pinewood)) == "nothing_there"
    sources.change(house, SLUG, source.id, {"files": None, "port": 1})
    assert reason(pull(pinewood)) == "connection"
    assert house.stores.roster(SLUG).revision() == 1
    # What a person reads holds no password; what is stored holds it in no plain text.
    log = str(imports.log_of(house, SLUG)) + str([pinewood.report(n) for n in range(1, 6)])
    assert PASSWORD not in log
    assert PASSWORD not in str(house.stores.control.sources.get(source.id))


def test_a_key_instead_of_a_password(pinewood: Pinewood, remote: Remote) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    remote.authorized.append(key.export_public_key().decode())
    remote.put(district())
    added(pinewood, remote, secrets={"key": key.export_private_key().decode()})
    assert pull(pinewood).revision_after == 1


def test_what_was_shredded_is_fetched_again(pinewood: Pinewood, remote: Remote) -> None:
    """The last delivery is no longer kept: unchanged files over there come once more, as a new delivery."""
    remote.put(district())
    added(pinewood, remote)
    pull(pinewood)
    store = pinewood.house.stores.roster(SLUG)
    store.deliveries.shredded(1, datetime.now(UTC))
    again = pull(pinewood)
    assert (again.delivery, again.revision_after) == (2, 1)


def test_a_source_is_saved_before_it_can_connect_but_not_without_an_address(pinewood: Pinewood) -> None:
    with pytest.raises(Misuse, match="needs host, username"):
        sources.add(pinewood.house, SLUG, "sftp-pull")
    source = sources.add(pinewood.house, SLUG, "sftp-pull", settings={"host": "sftp.invalid", "username": "u"}).source
    assert source.secret is None
    early = pull(pinewood).reason
    assert early is not None
    assert (early.code, early.message) == ("not_connected_yet", "The source has no password or key yet.")
    sources.set_secrets(pinewood.house, SLUG, source.id, {"password": PASSWORD})
    report = pull(pinewood)
    assert (report.outcome, reason(report)) == ("failed", "no_public_address")
    assert "sftp.invalid" in str(report.reason)
    with pytest.raises(
        Misuse, match=r"source 99 is not one that Homeroom fetches from; those of pinewood that it fetches from: 1"
    ):
        pulling.begin(pinewood.house, SLUG, 99, datetime.now(UTC))


def test_a_look_shows_key_and_files_and_writes_nothing(pinewood: Pinewood, remote: Remote) -> None:
    remote.put(district())
    remote.put({"notes.txt": "x"})
    source = added(pinewood, remote, files=["*.csv"])
    seen = pulling.look(pinewood.house, SLUG, source.id, datetime.now(UTC))
    assert seen["host_key"] == f"ssh-ed25519 {remote.key.get_fingerprint()}"
    assert seen["pinned"] is False
    assert {f["name"]: f["left"] for f in seen["files"]} == dict.fromkeys(district()) | {"notes.txt": "not one of the set"}
    assert value(pinewood.house.stores.control.sources.get(source.id), "host_key") is None
    assert remote.opened == []
    sources.set_secrets(pinewood.house, SLUG, source.id, {"password": "wrong"})
    with pytest.raises(Misuse, match="does not let homeroom in"):
        pulling.look(pinewood.house, SLUG, source.id, datetime.now(UTC))


def test_a_round_that_a_kill_ended_is_made_again(pinewood: Pinewood, remote: Remote) -> None:
    """The files were sealed and the import does not know of them yet: the next walk fetches anew, and nothing is walked twice."""
    remote.put(district())
    source = added(pinewood, remote)
    store = pinewood.house.stores.roster(SLUG)
    entry = store.imports.begin(source=source.id, delivery=None, kind="continuous", trigger="schedule", now=datetime.now(UTC))
    died = store.imports.resume(entry.number, "gone")
    pulling.bring(pinewood.house, SLUG, died, datetime.now(UTC), lambda step: None)
    os.utime(remote.folder / "users.csv")
    report = imports.run(pinewood.house, SLUG, entry.number)
    assert (report.outcome, report.delivery, report.revision_after) == ("success", 1, 1)


GIGABYTE = 1 << 30


def weigh(remote: Remote, **sizes: int) -> None:
    """Files of that many bytes over there, which take no room."""
    for name, size in sizes.items():
        os.truncate(remote.folder / f"{name}.csv", size)


@pytest.mark.parametrize(
    ("sizes", "code", "says"),
    [
        ({"users": 10 * GIGABYTE + (1 << 28)}, "file_too_large", "users.csv has 10.2 GB; one file may have at most 10.0 GB."),
        (
            {"users": 9 * GIGABYTE, "classes": 8 * GIGABYTE, "courses": 4 * GIGABYTE},
            "set_too_large",
            "6 files have 21.0 GB together, the largest is users.csv; a set may have at most 20.0 GB.",
        ),
    ],
)
def test_what_nobody_could_push_is_not_fetched_either(
    pinewood: Pinewood, remote: Remote, sizes: dict[str, int], code: str, says: str
) -> None:
    remote.put(district())
    source = added(pinewood, remote)
    weigh(remote, **sizes)
    report = pull(pinewood)
    assert (report.outcome, reason(report), report.delivery) == ("failed", code, None)
    assert report.reason is not None
    assert report.reason.message == says
    assert "take files that are not part of the roster out of the folder" in report.reason.remedy
    assert (remote.opened, remote.read) == ([], 0)
    with pytest.raises(pulling.NotReached, match="may have at most"):
        pulling.look(pinewood.house, SLUG, source.id, datetime.now(UTC))
    # What is not of the set does not count.
    sources.change(pinewood.house, SLUG, source.id, {"files": [f"{name}.csv" for name in ("orgs", "academicSessions")]})
    assert pulling.look(pinewood.house, SLUG, source.id, datetime.now(UTC))["files"]


def test_a_set_for_which_the_disk_has_no_room_is_told_before_it_comes(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    weighing.room_for([listing.Remote("users.csv", 100, 0)], tmp_path)
    half = listing.Remote("users.csv", free // 2, 0)
    with pytest.raises(OSError, match="no room") as full:
        weighing.room_for([half, half], tmp_path)
    assert disk_is_full(full.value)


@pytest.mark.parametrize("lie", ["listed", "told"])
def test_a_server_that_gives_more_than_it_lists_is_stopped(pinewood: Pinewood, remote: Remote, lie: str) -> None:
    """The list says a few bytes: either the file has more, or a look at it tells of a terabyte that has no end."""
    remote.put(district())
    added(pinewood, remote)
    if lie == "listed":
        weigh(remote, users=GIGABYTE)

        def small(name: str, about: asyncssh.SFTPAttrs) -> None:
            about.size = 100 if name == "users.csv" else about.size

        remote.listed = small
    else:

        def huge(name: str, about: asyncssh.SFTPAttrs) -> None:
            about.size = GIGABYTE if name == "users.csv" else about.size

        remote.told, remote.endless = huge, "users.csv"
    report = pull(pinewood)
    assert (report.outcome, reason(report), report.delivery) == ("failed", "still_growing", None)
    assert "users.csv" in str(report.reason)
    assert 0 < remote.read < GIGABYTE // 4, "it was listened to until the end"
    assert not list(pinewood.house.settings.work.glob("*-fetch-*"))
    assert pinewood.house.stores.roster(SLUG).deliveries.last(1) == []
    remote.listed = remote.told = lambda name, about: None
    remote.endless = None
    remote.put(district())
    assert pull(pinewood).outcome == "success"
