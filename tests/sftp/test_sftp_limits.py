"""Quotas that stick, the brake on guessing, many sessions at once, and clients that die."""

from __future__ import annotations

import asyncio
import subprocess
import time
from io import BytesIO
from pathlib import Path

import asyncssh
import paramiko
import pytest

from homeroom.deliveries.incoming import UNFINISHED, survey
from homeroom.deliveries.spool import Rules, ready
from homeroom.desk.passwords import hashed, new_password
from homeroom.doors.sftp.accounts import Account, Passwords, knows
from homeroom.doors.sftp.brake import Brake, BrakeRules
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.session import trimmed
from patience import SECONDS, until
from sftp_standing import BIG, PASSWORD, Stand, Standing
from tools import needs_tool

NO_WAIT = BrakeRules(first_wait=0.0)


def limits(**more: object) -> Limits:
    return Limits(**({"brake": NO_WAIT, "spare_bytes": 0} | more))  # type: ignore[arg-type]


# Quota


def test_a_file_over_the_quota_is_refused_and_deleted(stand: Stand, big: Path) -> None:
    needs_tool("sftp")
    door = stand(limits=limits(quota_bytes=1_000_000))
    done = door.openssh(f"put {big} users.csv\n")
    assert done.returncode != 0
    assert list(door.inbox.iterdir()) == []
    assert door.told() == [("refused", "/users.csv")]
    small = big.with_name("small.csv")
    small.write_bytes(BIG[:900_000])
    assert door.openssh(f"put {small} small.csv\n").returncode == 0
    assert (door.inbox / "small.csv").read_bytes() == BIG[:900_000]


def test_a_refusal_sticks_though_a_later_write_would_fit(stand: Stand) -> None:
    door = stand(limits=limits(file_bytes=1000))
    with door.paramiko() as client, client.open_sftp() as sftp:
        file = sftp.open("users.csv", "w", bufsize=0)
        file.write(b"x" * 500)
        file.seek(900)
        with pytest.raises(OSError, match=r".+"):
            file.write(b"y" * 200)
        file.seek(500)
        with pytest.raises(OSError, match=r".+"):
            file.write(b"z" * 100)
        file.close()
        assert sftp.listdir() == []
    assert door.told() == [("refused", "/users.csv")]


def test_what_lies_in_the_folder_counts_and_leaves_with_it(stand: Stand) -> None:
    door = stand(limits=limits(quota_bytes=1000))
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"x" * 800), "users.csv")
        with pytest.raises(OSError, match=r".+"):
            sftp.putfo(BytesIO(b"x" * 300), "classes.csv")
        sftp.putfo(BytesIO(b"y" * 900), "users.csv")
        (door.inbox / "users.csv").unlink()
        sftp.putfo(BytesIO(b"x" * 300), "classes.csv")
    assert [f.name for f in survey(door.inbox)] == ["classes.csv"]


def test_two_sessions_share_one_quota(stand: Stand) -> None:
    door = stand(limits=limits(quota_bytes=1000))
    with door.paramiko() as one, door.paramiko() as two, one.open_sftp() as a, two.open_sftp() as b:
        first, second = a.open("a.csv", "w", bufsize=0), b.open("b.csv", "w", bufsize=0)
        first.write(b"x" * 600)
        with pytest.raises(OSError, match=r".+"):
            second.write(b"x" * 600)
        second.close()
        first.close()
    assert [(f.name, f.size) for f in survey(door.inbox)] == [("a.csv", 600)]


def test_a_truncating_client_is_counted_too(stand: Stand) -> None:
    door = stand(limits=limits(quota_bytes=1000))
    with door.paramiko() as client, client.open_sftp() as sftp:
        file = sftp.open("a.csv", "w", bufsize=0)
        with pytest.raises(OSError, match=r".+"):
            file.truncate(10**12)
        file.close()
    assert survey(door.inbox) == []


def test_there_may_be_so_many_files_and_no_more(stand: Stand) -> None:
    door = stand(limits=limits(files=3, open_handles=2))
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.mkdir("folder")
        for name in ("a.csv", "b.csv"):
            sftp.putfo(BytesIO(b"x"), name)
        for refused in (lambda: sftp.open("c.csv", "w"), lambda: sftp.mkdir("another")):
            with pytest.raises(OSError, match=r".+"):
                refused()
        held = [sftp.open("a.csv"), sftp.open("b.csv")]
        with pytest.raises(OSError, match=r".+"):
            sftp.open("a.csv")
        for file in held:
            file.close()


def test_a_nearly_full_disk_takes_no_new_file(stand: Stand) -> None:
    door = stand(limits=limits(spare_bytes=2**62))
    with door.paramiko() as client, client.open_sftp() as sftp, pytest.raises(OSError, match=r".+"):
        sftp.open("users.csv", "w")


# Unfinished uploads

ALL = Rules(required=("users.csv",), quiet=60)


def test_a_file_is_marked_until_the_client_closes_it(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        file = sftp.open("users.csv", "w", bufsize=0)
        file.write(b"half")
        (seen,) = survey(door.inbox)
        assert seen.unfinished
        assert door.running.open_files == {door.inbox / "users.csv"}
        assert ready(door.inbox, ALL, time.time() + 1000) == []
        file.close()
        (seen,) = survey(door.inbox)
        assert not seen.unfinished
        assert ready(door.inbox, ALL, time.time() + 1000) != []
        # Opened again, it is unfinished again at once.
        again = sftp.open("users.csv", "r+")
        assert survey(door.inbox)[0].unfinished
        again.close()
        assert not survey(door.inbox)[0].unfinished


def test_two_handles_on_one_file_finish_with_the_last(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        one, two = sftp.open("users.csv", "w"), sftp.open("users.csv", "r+")
        one.close()
        assert survey(door.inbox)[0].unfinished
        two.close()
        assert not survey(door.inbox)[0].unfinished
    assert door.told() == [("closed", "/users.csv")]


def test_a_file_renamed_while_it_is_open_is_followed(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        file = sftp.open("users.csv.part", "w", bufsize=0)
        file.write(b"half")
        sftp.rename("users.csv.part", "users.csv")
        assert survey(door.inbox)[0].unfinished
        file.close()
    assert door.told() == [("closed", "/users.csv")]


def test_a_killed_client_leaves_no_ready_set(door: Standing, tmp_path: Path) -> None:
    sftp = needs_tool("sftp")
    endless = tmp_path / "endless"
    endless.touch()
    with endless.open("r+b") as file:
        file.truncate(3_000_000_000)
    child = subprocess.Popen(
        [sftp, *door.options(), "-l", "80000", "-P", str(door.port), "-b", "-", "pinewood@127.0.0.1"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin is not None
    child.stdin.write(f"put {endless} users.csv\n".encode())
    child.stdin.flush()
    until(lambda: door.inbox.exists() and any(f.size > 100_000 for f in survey(door.inbox)), pause=0.01)
    child.kill()
    child.wait()
    child.stdin.close()
    door.settle()
    (left,) = survey(door.inbox)
    assert left.unfinished
    assert door.told() == [("cut_off", "/users.csv")]
    assert ready(door.inbox, ALL, time.time() + 1e6) == []


def test_a_stopped_server_leaves_no_ready_set(stand: Stand) -> None:
    door = stand()
    with door.paramiko() as client, client.open_sftp() as sftp:
        file = sftp.open("users.csv", "w", bufsize=0)
        file.write(b"half")
        asyncio.run_coroutine_threadsafe(door.running.close(), door.loop).result(20)
    (left,) = survey(door.inbox)
    assert left.path.stat().st_mode & UNFINISHED
    door = stand()
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"whole"), "users.csv")
    assert not survey(door.inbox)[0].unfinished


# Many at once


def test_sixty_sessions_at_once(door: Standing) -> None:
    async def all_of_them() -> None:
        inside = asyncio.Barrier(60)

        async def upload(number: int) -> None:
            account = "pinewood" if number % 2 else "oakdale"
            login = asyncssh.connect(
                "127.0.0.1", door.port, username=account, password=PASSWORD, known_hosts=None, client_keys=None, config=None
            )
            async with login as connection, connection.start_sftp_client() as sftp:
                await inside.wait()
                async with sftp.open(f"{number}.csv.part", "wb") as file:
                    await file.write(BIG[: 100_000 + number])
                await sftp.posix_rename(f"{number}.csv.part", f"{number}.csv")

        await asyncio.gather(*(upload(n) for n in range(60)))

    asyncio.run(all_of_them())
    door.settle()
    for number in range(60):
        folder = door.inbox if number % 2 else door.root / "oakdale" / "2" / "in"
        assert (folder / f"{number}.csv").read_bytes() == BIG[: 100_000 + number]
    assert door.running.counts["renamed"] == 60


def test_too_many_sessions_of_one_account_are_turned_away(stand: Stand) -> None:
    door = stand(limits=limits(sessions_per_account=2))
    with door.paramiko() as one, door.paramiko() as two, door.paramiko("oakdale") as other:
        assert all(c.open_sftp().listdir() == [] for c in (one, two, other))
        with pytest.raises((paramiko.SSHException, EOFError, OSError)):
            door.paramiko().open_sftp()


def test_an_idle_session_is_ended(stand: Stand) -> None:
    door = stand(limits=limits(idle_seconds=1.0))
    with door.paramiko() as client:
        client.open_sftp().listdir()
        door.settle()
        transport = client.get_transport()
        assert transport is not None
        transport.join(SECONDS)
        assert not transport.is_active()


# Guessing


def test_guessing_shuts_the_address_out_of_the_account(stand: Stand) -> None:
    door = stand(limits=limits(brake=BrakeRules(first_wait=0.0, account_tries=3)))
    for _ in range(3):
        with pytest.raises(paramiko.AuthenticationException):
            door.paramiko(password="wrong")
    with pytest.raises(paramiko.AuthenticationException):
        door.paramiko()
    door.paramiko("oakdale").close()
    assert door.running.counts["login_failures"] == 3
    assert door.running.counts["shut_outs"] == 1
    needs_tool("sftp")
    assert door.openssh("pwd\n").returncode == 0, "a key is not a guess"


def test_guessing_names_shuts_the_address_out_of_everything(stand: Stand) -> None:
    door = stand(limits=limits(brake=BrakeRules(first_wait=0.0, address_tries=3)))
    for name in ("root", "admin", "pinewood2"):
        with pytest.raises(paramiko.AuthenticationException):
            door.paramiko(name)
    with pytest.raises((paramiko.SSHException, EOFError, OSError)):
        door.paramiko()


def test_a_connection_ends_after_some_wrong_passwords(stand: Stand) -> None:
    door = stand(limits=limits(tries_per_connection=2))
    with paramiko.Transport(("127.0.0.1", door.port)) as transport:
        transport.start_client(timeout=SECONDS)
        for _ in range(2):
            with pytest.raises((paramiko.SSHException, EOFError)):
                transport.auth_password("pinewood", "wrong", fallback=False)
        transport.join(SECONDS)
        assert not transport.is_active()


def test_the_wait_doubles_and_is_forgotten() -> None:
    brake = Brake(BrakeRules(first_wait=0.5, longest_wait=4.0, window=900))
    waits = []
    for _ in range(6):
        waits.append(brake.wait("192.0.2.1", "pinewood", 0.0))
        brake.failed("192.0.2.1", "pinewood", 0.0)
    assert waits == [0.0, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert brake.wait("192.0.2.1", "pinewood", 901.0) == 0.0


def test_a_stranger_never_locks_the_district_out() -> None:
    brake = Brake(BrakeRules(account_tries=5, address_tries=20))
    for number in range(200):
        brake.failed(f"198.51.100.{number}", "pinewood", float(number))
    for _ in range(30):
        brake.failed("198.51.100.7", "pinewood", 200.0)
    assert brake.shut("198.51.100.7", "pinewood", 201.0)
    assert brake.shut("198.51.100.7", None, 201.0)
    assert not brake.shut("192.0.2.1", "pinewood", 201.0)
    assert 0 < brake.wait("192.0.2.1", "pinewood", 201.0) <= brake.rules.longest_wait
    assert not brake.shut("198.51.100.7", "pinewood", 201.0 + brake.rules.shut_out)


def test_one_customers_ipv6_is_one_address() -> None:
    brake = Brake(BrakeRules(account_tries=2))
    brake.failed("2001:db8:1:2::1", "pinewood", 0.0)
    brake.failed("2001:db8:1:2:ffff::9%eth0", "pinewood", 0.0)
    assert brake.shut("2001:db8:1:2::77", "pinewood", 1.0)
    assert not brake.shut("2001:db8:1:3::1", "pinewood", 1.0)


def test_an_address_that_many_districts_share_is_not_shut_out_as_a_whole() -> None:
    brake = Brake(BrakeRules(account_tries=3, address_tries=4, first_wait=1.0))
    for _ in range(2):
        brake.failed("192.0.2.1", "pinewood", 0.0)
    brake.succeeded("192.0.2.1", "oakdale", 0.0)
    for account in ("pinewood", "ashford", "ashford", "ashford"):
        brake.failed("192.0.2.1", account, 0.0)
    assert brake.shut("192.0.2.1", "pinewood", 1.0)
    assert brake.shut("192.0.2.1", "ashford", 1.0)
    assert not brake.shut("192.0.2.1", None, 1.0)
    assert not brake.shut("192.0.2.1", "oakdale", 1.0)
    assert brake.wait("192.0.2.1", "oakdale", 1.0) == 0.0


def test_a_success_forgives_the_slips_before_it() -> None:
    brake = Brake(BrakeRules(account_tries=3, first_wait=1.0))
    for _ in range(2):
        brake.failed("192.0.2.1", "pinewood", 0.0)
    brake.succeeded("192.0.2.1", "pinewood", 0.0)
    assert brake.wait("192.0.2.1", "pinewood", 0.0) == 0.0
    assert not brake.failed("192.0.2.1", "pinewood", 0.0)


def test_guesses_side_by_side_are_counted_one_by_one(stand: Stand) -> None:
    door = stand(limits=limits(brake=BrakeRules(first_wait=0.0, account_tries=3)))

    async def guess() -> None:
        async def once(number: int) -> None:
            login = {"username": "pinewood", "password": f"guess {number}", "client_keys": None, "known_hosts": None}
            with pytest.raises((asyncssh.PermissionDenied, asyncssh.ConnectionLost)):
                await asyncssh.connect("127.0.0.1", door.port, config=None, **login)

        await asyncio.gather(*(once(n) for n in range(12)))

    asyncio.run(guess())
    assert door.running.counts["login_failures"] == 3


# Secrets


def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    async def measure(hashes: tuple[str, ...]) -> float:
        passwords = Passwords(1)
        started = time.process_time()
        assert not await passwords.right("wrong", hashes)
        spent = time.process_time() - started
        passwords.close()
        return spent

    # The least of some: what else this process does meanwhile only adds.
    known = min(asyncio.run(measure((hashed(PASSWORD),))) for _ in range(3))
    assert asyncio.run(measure(())) > known / 4


def test_passwords() -> None:
    async def check() -> list[bool]:
        passwords = Passwords()
        stored = (hashed("old"), hashed("new"))
        tried = [await passwords.right(p, h) for p, h in (("new", stored), ("old", stored), ("x", stored), ("x", ("rubbish",)))]
        tried.append(await passwords.right("x" * 5000, stored))
        passwords.close()
        return tried

    assert asyncio.run(check()) == [True, True, False, False, False]
    assert len({new_password() for _ in range(50)}) == 50
    assert all(len(p) == 24 and p.isalnum() for p in (new_password() for _ in range(50)))


def test_a_stored_line_that_is_no_key_lets_nobody_in() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    line = key.export_public_key().decode()
    assert knows(Account("a", "a", keys=("rubbish", "", line.strip() + " somebody@home")), key)
    for lines in ((), ("",), ("rubbish",), (line.split()[0],), (line[:-10],)):
        assert not knows(Account("a", "a", keys=lines), key)


# The padded write


def packet(handle: bytes, data: bytes, padding: bytes) -> bytes:
    head = b"\x06" + (7).to_bytes(4, "big") + len(handle).to_bytes(4, "big") + handle + (0).to_bytes(8, "big")
    return head + len(data).to_bytes(4, "big") + data + padding


@pytest.mark.parametrize("padding", [b"", b"\0" * 29, b"left over"])
def test_what_follows_the_data_of_a_write_is_left_off(padding: bytes) -> None:
    assert trimmed(packet(b"\0\0\0\1", b"u-1,Ada", padding)) == packet(b"\0\0\0\1", b"u-1,Ada", b"")


def test_a_write_that_is_too_short_stays_as_it_is_and_is_refused_as_before() -> None:
    whole = packet(b"\0\0\0\1", b"u-1,Ada", b"")
    for cut in range(len(whole)):
        assert trimmed(whole[:cut]) == whole[:cut]
