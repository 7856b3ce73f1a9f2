"""The watchman with a clock of the test's own: what is sealed, what waits for its time, and what a crash leaves to be found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from e2e.files import ORGS, write
from homeroom.deliveries import taking
from homeroom.deliveries.incoming import UNFINISHED
from homeroom.deliveries.spool import Rules, look
from homeroom.store.sources import Source
from homeroom.sync import districts, intake, sources, watch
from sync_house import SLUG, Pinewood

USERS = "USERS.sourcedId\r1\r"
SET = {"users.csv": USERS, "classes.csv": "CLASSES.sourcedId\r2\r", "enrollments.csv": "ENROLLMENTS.sourcedId\r3\r"}


@dataclass
class Watchman:
    """One sftp source and the looks at its folder. `started` are the imports that were handed to the queue."""

    pinewood: Pinewood
    source: Source
    username: str
    started: list[int] = field(default_factory=list)

    @classmethod
    def over(cls, pinewood: Pinewood, **more: Any) -> Watchman:
        """A watchman over a new source; sets are quiet after ten seconds."""
        source = pinewood.source("sftp", settings={"quiet_seconds": 10}, **more)
        return cls(pinewood, source, f"{SLUG}-{source.id}")

    @property
    def inbox(self) -> Path:
        """What the client sees."""
        return self.pinewood.house.settings.spool / self.username / "in"

    def look(self, at: datetime) -> int:
        """One look."""
        return watch.watch(self.pinewood.house, at, lambda slug, number: self.started.append(number), lambda username: ())

    def entries(self) -> list[tuple[int, int | None, str, str | None]]:
        """The log: number, delivery, status, reason; oldest first."""
        log = reversed(self.pinewood.house.stores.roster(SLUG).imports.last(50))
        return [(e.number, e.delivery, e.status, e.reason["code"] if e.reason else None) for e in log]

    def release(self, at: datetime) -> int:
        """One round of the housekeeping for sets whose waiting was called off."""
        return watch.release(self.pinewood.house, at, lambda slug, number: self.started.append(number))

    def files(self) -> list[str]:
        """Names of the files of the newest delivery."""
        (newest,) = self.pinewood.house.stores.roster(SLUG).deliveries.last(1)
        return sorted(f.name for f in newest.files)

    def deliveries(self) -> int:
        """How many sealed deliveries there are."""
        return len(self.pinewood.house.stores.roster(SLUG).deliveries.last(50))


def soon(seconds: float = 11) -> datetime:
    """A moment after the files that were written just now are quiet. The kernel's clock dates the files."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def watchman(pinewood: Pinewood) -> Watchman:
    """Over a source whose layout set names three required files."""
    return Watchman.over(pinewood, layouts="powerschool-dem")


def test_a_whole_quiet_set_is_sealed_and_handed_in_once(watchman: Watchman) -> None:
    write(watchman.inbox, SET)
    assert watchman.look(soon(5)) == 0
    assert watchman.look(soon()) == 1
    assert list(watchman.inbox.iterdir()) == []
    assert watchman.look(soon()) == 0
    assert (watchman.started, watchman.entries()) == ([1], [(1, 1, "running", None)])


def test_a_missing_required_file_is_waited_for_with_patience(watchman: Watchman) -> None:
    write(watchman.inbox, {"users.csv": USERS})
    assert watchman.look(soon(29 * 60)) == 0
    assert watchman.entries() == []
    assert (watchman.inbox / "users.csv").exists()
    assert watchman.look(soon(31 * 60)) == 1
    assert (watchman.started, watchman.entries()) == ([], [(1, 1, "done", "incomplete_set")])
    reason = watchman.pinewood.report(1).reason
    assert reason is not None
    assert "classes.csv, enrollments.csv" in reason.message
    # What comes after the seal belongs to the next set.
    write(watchman.inbox, SET)
    assert watchman.look(soon()) == 1
    assert watchman.entries()[1:] == [(2, 2, "running", None)]


def test_patience_is_a_setting_of_the_source(watchman: Watchman) -> None:
    sources.change(watchman.pinewood.house, SLUG, watchman.source.id, {"patience_minutes": 2})
    write(watchman.inbox, {"users.csv": USERS})
    assert watchman.look(soon(110)) == 0
    assert watchman.look(soon(130)) == 1


def test_a_file_with_the_day_in_its_name_is_the_required_one(watchman: Watchman) -> None:
    write(watchman.inbox, {f"2026-08-14_{name}": text for name, text in SET.items()})
    assert watchman.look(soon()) == 1
    assert watchman.entries() == [(1, 1, "running", None)]


def test_an_upload_that_was_cut_off_is_told_and_left(watchman: Watchman) -> None:
    write(watchman.inbox, SET)
    (watchman.inbox / "users.csv").chmod(0o600 | UNFINISHED)
    assert watchman.look(soon(29 * 60)) == 0
    assert watchman.look(soon(31 * 60)) == 1
    assert watchman.entries() == [(1, 1, "done", "incomplete_set")]
    assert [f.name for f in watchman.inbox.iterdir()] == ["users.csv"]


def manifest(**modes: str) -> str:
    """A manifest.csv that promises these files."""
    lines = [f"file.{name},{mode}" for name, mode in modes.items()]
    return "\n".join(["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1", *lines]) + "\n"


@pytest.mark.parametrize("layouts", ["oneroster-1.1", None])
def test_a_set_waits_for_what_its_manifest_promises(pinewood: Pinewood, layouts: str | None) -> None:
    watchman = Watchman.over(pinewood, layouts=layouts)
    write(watchman.inbox, {"manifest.csv": manifest(orgs="bulk", users="delta", courses="absent"), "orgs.csv": ORGS})
    assert watchman.look(soon(20 * 60)) == 0
    write(watchman.inbox, {"Users.csv": "sourcedId\nu1\n"})
    assert watchman.look(soon(5)) == 0
    assert watchman.look(soon()) == 1
    assert watchman.entries() == [(1, 1, "running", None)]
    assert watchman.files() == ["Users.csv", "manifest.csv", "orgs.csv"]


def test_what_a_manifest_promised_and_did_not_come_is_told(pinewood: Pinewood) -> None:
    watchman = Watchman.over(pinewood, layouts="oneroster-1.2")
    write(watchman.inbox, {"manifest.csv": manifest(orgs="bulk", users="bulk", roles="delta"), "orgs.csv": ORGS})
    assert watchman.look(soon(31 * 60)) == 1
    assert watchman.entries() == [(1, 1, "done", "incomplete_set")]
    reason = pinewood.report(1).reason
    assert reason is not None
    assert "users.csv, roles.csv" in reason.message


def test_a_manifest_that_comes_last_is_waited_for_once_it_is_known(pinewood: Pinewood) -> None:
    watchman = Watchman.over(pinewood, layouts="oneroster-1.1")
    write(watchman.inbox, {"manifest.csv": manifest(orgs="bulk"), "orgs.csv": ORGS})
    assert watchman.look(soon()) == 1
    write(watchman.inbox, {"orgs.csv": ORGS})
    assert watchman.look(soon(20 * 60)) == 0
    write(watchman.inbox, {"manifest.csv": manifest(orgs="bulk", users="absent")})
    assert watchman.look(soon()) == 1
    # The district gave up its manifest: nothing promises anything, and nothing is missed.
    write(watchman.inbox, {"orgs.csv": ORGS})
    assert watchman.look(soon(20 * 60)) == 0
    assert watchman.look(soon(31 * 60)) == 1
    assert watchman.entries() == [(n, n, "running", None) for n in (1, 2, 3)]
    write(watchman.inbox, {"orgs.csv": ORGS})
    assert watchman.look(soon()) == 1


def test_a_manifest_that_is_none_promises_nothing(pinewood: Pinewood) -> None:
    watchman = Watchman.over(pinewood, layouts="oneroster-1.1")
    write(watchman.inbox, {"manifest.csv": "<html>not found</html>", "orgs.csv": ORGS})
    assert watchman.look(soon()) == 1
    assert watchman.entries() == [(1, 1, "running", None)]


def test_nothing_is_imported_in_a_pause_and_the_newest_set_after_it(pinewood: Pinewood) -> None:
    now = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12)  # a day of the pause that does not end while the test runs
    tomorrow = now + timedelta(days=1)
    watchman = Watchman.over(pinewood, layouts="powerschool-dem")
    house, source = pinewood.house, watchman.source
    sources.change(house, SLUG, source.id, {"pause": [f"{now:%m-%d}..{now:%m-%d}"]})
    for night in range(2):
        write(watchman.inbox, SET | {"users.csv": f"{USERS}{night}\r"})
        assert watchman.look(now + timedelta(seconds=11)) == 0
    assert (watchman.deliveries(), watchman.entries()) == (2, [])
    assert watchman.look(tomorrow) == 1
    assert watchman.entries() == [(1, 1, "rejected", "superseded"), (2, 2, "running", None)]
    assert watchman.look(tomorrow) == 0


def test_after_a_pause_the_first_start_counts(pinewood: Pinewood) -> None:
    source = pinewood.source("sftp", start="02:30", settings={"pause": ["06-15..08-10"]})
    delivery = SimpleNamespace(sealed_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert watch._time_of(pinewood.house, source, delivery) == datetime(2026, 8, 11, 2, 30, tzinfo=UTC)  # type: ignore[arg-type]


def test_sets_whose_waiting_was_called_off_are_started(pinewood: Pinewood) -> None:
    now = datetime.now(UTC)
    watchman = Watchman.over(pinewood, layouts="powerschool-dem", start=(now + timedelta(hours=3)).strftime("%H:%M"))
    write(watchman.inbox, SET)
    assert watchman.look(soon()) == 0
    sources.change(pinewood.house, SLUG, watchman.source.id, {"start": None})
    assert watchman.look(soon()) == 0
    assert watchman.release(soon(30)) == 0
    assert watchman.release(soon(120)) == 1
    assert watchman.entries() == [(1, 1, "running", None)]
    assert watchman.release(soon(120)) == 0


def test_a_missing_required_file_fails_when_the_set_is_due_and_not_before(pinewood: Pinewood) -> None:
    now = datetime.now(UTC)
    start = (now + timedelta(hours=2)).strftime("%H:%M")
    watchman = Watchman.over(pinewood, layouts="powerschool-dem", start=start)
    write(watchman.inbox, {"users.csv": USERS, "classes.csv": SET["classes.csv"]})
    assert watchman.look(now + timedelta(hours=1, minutes=58)) == 0
    assert watchman.look(now + timedelta(hours=2, minutes=1)) == 1
    assert watchman.started == []
    assert watchman.entries() == [(1, 1, "done", "incomplete_set")]
    reason = pinewood.report(1).reason
    assert reason is not None
    assert "enrollments" in reason.message


def test_half_a_set_in_the_evening_is_not_due_because_of_last_night(pinewood: Pinewood) -> None:
    now = datetime.now(UTC)
    watchman = Watchman.over(pinewood, layouts="powerschool-dem", start=(now + timedelta(hours=2)).strftime("%H:%M"))
    write(watchman.inbox, SET)
    sealed = now - timedelta(days=1)
    (ready,) = [look(watchman.inbox, Rules(quiet=0), soon().timestamp()).ready]
    assert ready is not None
    taken = taking.take(ready, watchman.inbox, watchman.inbox.parent / "taken")
    assert taken is not None
    watch._seal(pinewood.house, watch.incoming(pinewood.house)[0], taken, sealed, lambda slug, number: None)
    assert watchman.look(soon()) == 1
    write(watchman.inbox, {"users.csv": USERS})
    assert watchman.look(soon(60)) == 0
    assert len(watchman.entries()) == 1


def test_a_source_with_a_time_of_day_is_walked_then_and_the_newest_set_only(pinewood: Pinewood) -> None:
    now = datetime.now(UTC)
    watchman = Watchman.over(pinewood, layouts="powerschool-dem", start=(now + timedelta(hours=3)).strftime("%H:%M"))
    for night in range(2):
        write(watchman.inbox, SET | {"users.csv": f"{USERS}{night}\r"})
        assert watchman.look(soon()) == 0
    # A trial of the same source by hand in between is no walk of what waits.
    pinewood.begin({"orgs.csv": ORGS}, trigger="import", source=watchman.source.id, dry_run=True)
    assert (watchman.deliveries(), watchman.started) == (3, [])
    assert watchman.look(now + timedelta(hours=2, minutes=58)) == 0
    assert watchman.look(now + timedelta(hours=3, minutes=1)) == 1
    assert watchman.started == [3]
    assert watchman.entries()[1:] == [(2, 1, "rejected", "superseded"), (3, 2, "running", None)]
    assert watchman.look(now + timedelta(hours=3, minutes=1)) == 0


@pytest.mark.parametrize(
    ("sealed", "start"),
    [
        # Chicago: the clock jumps from 02:00 to 03:00 on 2026-03-08 (08:00 UTC): the start that does not exist comes at once after.
        ("2026-03-08T05:00:00+00:00", "2026-03-08T08:00:00+00:00"),
        ("2026-03-07T05:00:00+00:00", "2026-03-07T08:30:00+00:00"),
        # and 02:30 comes once on the day on which 01:00 to 02:00 comes twice (2026-11-01).
        ("2026-11-01T05:00:00+00:00", "2026-11-01T08:30:00+00:00"),
        ("2026-11-01T08:30:00+00:00", "2026-11-02T08:30:00+00:00"),
    ],
)
def test_the_time_of_day_is_the_district_s_own(pinewood: Pinewood, sealed: str, start: str) -> None:
    districts.add(pinewood.house, "oakdale", "Oakdale", "America/Chicago")
    source = sources.add(pinewood.house, "oakdale", "sftp", start="02:30").source
    found = watch.next_start(pinewood.house, source, datetime.fromisoformat(sealed))
    assert found == datetime.fromisoformat(start)


def test_one_source_in_trouble_does_not_keep_the_others_from_being_looked_at(watchman: Watchman) -> None:
    pinewood = watchman.pinewood
    other = Watchman.over(pinewood, layouts="powerschool-dem")
    watchman.look(soon())
    watchman.inbox.rmdir()
    watchman.inbox.write_text("a file where a folder was")
    write(other.inbox, SET)
    assert other.look(soon()) == 1


@pytest.mark.parametrize("killed", ["taken", "sealed", "begun", "handed in"])
def test_a_set_that_was_cut_off_goes_on_and_is_walked_once(watchman: Watchman, killed: str) -> None:
    """A kill after each act of the sealing; the next look is that of a new process."""
    house, source = watchman.pinewood.house, watchman.source
    write(watchman.inbox, SET)
    incoming = watch.incoming(house)[0]
    ready = look(watchman.inbox, Rules(quiet=0), soon().timestamp()).ready
    assert ready is not None
    taken = taking.take(ready, watchman.inbox, incoming.taken)
    assert taken is not None
    if killed != "taken":
        delivery = intake.deliver(house, SLUG, source, taken.files, "sftp", soon())
        if killed != "sealed":
            entry = house.stores.roster(SLUG).imports.begin(
                source=source.id, delivery=delivery.number, kind="continuous", trigger="sftp", now=soon()
            )
            assert entry.number == 1
            if killed == "handed in":
                taken.discard()
    started = watchman.look(soon())
    assert started == (0 if killed == "handed in" else 1)
    assert watchman.deliveries() == 1
    assert watchman.entries() == [(1, 1, "running", None)]
    assert watching_again(watchman) == 0


def watching_again(watchman: Watchman) -> int:
    """A further look finds nothing, and no plain file is left."""
    left = [p for p in (watchman.inbox.parent / "taken").rglob("*") if p.is_file()]
    assert left == []
    return watchman.look(soon())


MENDED = {"refused-users.csv": "sourcedId,givenName,_line,_code\r\n1,Zoe,2,required-blank\r\n"}


def test_mended_rows_need_no_other_file_and_wait_for_no_start(pinewood: Pinewood) -> None:
    watchman = Watchman.over(
        pinewood, layouts="powerschool-dem", start=(datetime.now(UTC) + timedelta(hours=3)).strftime("%H:%M")
    )
    write(watchman.inbox, MENDED)
    assert watchman.look(soon()) == 1
    assert (watchman.started, watchman.files()) == ([1], ["refused-users.csv"])
    # Renamed, they are known by Homeroom's own columns.
    write(watchman.inbox, {"users.csv": MENDED["refused-users.csv"]})
    assert watchman.look(soon()) == 0  # by its name it is a night's file, and the night's start is waited for
    assert watchman.files() == ["users.csv"]


def test_mended_rows_beside_a_set_that_grows_wait_for_it_and_go_with_it(watchman: Watchman) -> None:
    write(watchman.inbox, MENDED | {"users.csv": USERS})
    assert watchman.look(soon()) == 0
    write(watchman.inbox, SET)
    assert watchman.look(soon()) == 1
    assert watchman.files() == ["classes.csv", "enrollments.csv", "refused-users.csv", "users.csv"]


def test_a_set_does_not_take_the_place_of_mended_rows(pinewood: Pinewood) -> None:
    now = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12)  # a day of the pause that does not end while the test runs
    watchman = Watchman.over(pinewood, layouts="powerschool-dem")
    sources.change(pinewood.house, SLUG, watchman.source.id, {"pause": [f"{now:%m-%d}..{now:%m-%d}"]})
    for files in (SET, MENDED, SET):
        write(watchman.inbox, files)
        assert watchman.look(now + timedelta(seconds=11)) == 0
    assert (watchman.deliveries(), watchman.entries()) == (3, [])
    assert watchman.look(now + timedelta(days=1)) == 1
    assert watchman.started == [2, 3]
    assert watchman.entries() == [(1, 1, "rejected", "superseded"), (2, 2, "running", None), (3, 3, "running", None)]


def test_mended_rows_do_not_keep_an_earlier_set_from_its_start(pinewood: Pinewood) -> None:
    now = datetime.now(UTC)
    watchman = Watchman.over(pinewood, layouts="powerschool-dem", start=(now + timedelta(hours=3)).strftime("%H:%M"))
    write(watchman.inbox, SET)
    assert watchman.look(soon()) == 0
    write(watchman.inbox, MENDED)
    assert watchman.look(soon()) == 1
    assert watchman.look(now + timedelta(hours=4)) == 1
    assert watchman.entries() == [(1, 2, "running", None), (2, 1, "running", None)]
