"""Who logged in at the SFTP door, or could not: told by the door, written down beside it, the newest few of each account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh
import paramiko

from homeroom.doors.sftp.brake import BrakeRules
from homeroom.doors.sftp.events import Login
from homeroom.doors.sftp.limits import Limits
from homeroom.store.logins import KEPT
from homeroom.store.logins import Login as Kept
from homeroom.sync.house import opened
from homeroom.sync.logins import Book
from patience import SECONDS
from sftp_standing import PASSWORD, Stand, Standing
from sync_house import settings


def test_the_door_tells_every_log_in_and_no_strange_name(stand: Stand, tmp_path: Path) -> None:
    told: list[Login] = []
    rules = BrakeRules(first_wait=0.0, account_tries=2, address_tries=100)
    door = stand(on_login=told.append, limits=Limits(brake=rules, spare_bytes=0, sessions_per_account=1))
    first = door.paramiko()
    assert not comes_in(door, "pinewood", PASSWORD)  # one session at a time
    first.close()
    door.settle()
    for _ in range(3):
        assert not comes_in(door, "oakdale", "wrong")
    assert not comes_in(door, "my-secret-password", "wrong")
    assert door.openssh("ls").returncode == 0  # with the account's key
    other = tmp_path / "other"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(other)
    other.chmod(0o600)
    strange = door.openssh(
        "ls", "-o", f"IdentityFile={other}", "-i", str(other), "-o", "PasswordAuthentication=no", account="oakdale"
    )
    assert strange.returncode != 0
    door.settle()
    assert [(login.account, login.result) for login in told] == [
        ("pinewood", "in"),
        ("pinewood", "too_many"),
        ("oakdale", "wrong_password"),
        ("oakdale", "wrong_password"),
        ("oakdale", "shut_out"),
        ("pinewood", "in"),
        ("oakdale", "unknown_key"),
    ]
    assert {login.address for login in told} == {"127.0.0.1"}


def comes_in(door: Standing, account: str, password: str) -> bool:
    """Whether somebody gets a session of files; whatever comes of it, nothing stays open."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    try:
        client.connect("127.0.0.1", door.port, account, password, timeout=SECONDS, look_for_keys=False, allow_agent=False)
        client.open_sftp()
    except (paramiko.SSHException, EOFError, OSError):
        return False
    finally:
        client.close()
    return True


def test_the_book_keeps_the_newest_and_a_storm_of_failures_once_a_minute(tmp_path: Path, database_url: str | None) -> None:
    now = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    with opened(settings(tmp_path / "data", database_url)) as house:
        book = Book(house, lambda: now)
        for _ in range(500):
            book.heard("pinewood-1", "203.0.113.9", "wrong_password")
        book.heard("pinewood-1", "203.0.113.9", "shut_out")
        book.heard("pinewood-1", "203.0.113.10", "wrong_password")
        now += timedelta(seconds=61)
        book.heard("pinewood-1", "203.0.113.9", "wrong_password")
        book.heard("pinewood-1", "198.51.100.1", "in")
        book.heard("pinewood-1", "198.51.100.1", "in")
        book.heard("oakdale-2", "198.51.100.1", "in")
        book.close()
        kept = house.stores.control.logins
        assert [(login.address, login.result) for login in kept.of("pinewood-1")] == [
            ("198.51.100.1", "in"),
            ("198.51.100.1", "in"),
            ("203.0.113.9", "wrong_password"),
            ("203.0.113.10", "wrong_password"),
            ("203.0.113.9", "shut_out"),
            ("203.0.113.9", "wrong_password"),
        ]
        for number in range(KEPT + 5):
            kept.add("pinewood-1", Kept(now + timedelta(seconds=number), "198.51.100.1", "in"))
        newest = kept.of("pinewood-1")
        assert (len(newest), newest[0].at) == (KEPT, now + timedelta(seconds=KEPT + 4))
        assert len(kept.of("oakdale-2")) == 1
