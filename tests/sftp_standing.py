"""A real SFTP server on a free port, in a thread of its own, with two accounts."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from argon2 import PasswordHasher

from homeroom.doors.sftp.accounts import Account
from homeroom.doors.sftp.brake import BrakeRules
from homeroom.doors.sftp.events import Arrival
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.server import Running, serve_sftp
from patience import SECONDS

PASSWORD = "correct-Horse.7"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""Cheap on purpose: the tests log in some hundred times."""
BIG = os.urandom(3_000_000) + b"end"
"""Larger than a packet, a window and a block, and not a multiple of anything."""


class KnownAccounts:
    """Accounts in memory."""

    def __init__(self, *accounts: Account) -> None:
        self._accounts = {a.name: a for a in accounts}

    def find(self, name: str) -> Account | None:
        return self._accounts.get(name)


@dataclass
class Standing:
    """The server under test. `arrivals` is what it told; `inbox` is the folder of the account `pinewood`."""

    running: Running
    root: Path
    loop: asyncio.AbstractEventLoop
    key: Path
    keys: Path
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.running.port

    @property
    def inbox(self) -> Path:
        return self.root / "pinewood" / "1" / "in"

    def told(self) -> list[tuple[str, str]]:
        """Kind and path of what was told."""
        return [(a.kind, a.path) for a in self.arrivals]

    def paramiko(self, account: str = "pinewood", password: str = PASSWORD) -> paramiko.SSHClient:
        """A logged-in paramiko client."""
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        alone = {"look_for_keys": False, "allow_agent": False}
        client.connect(
            "127.0.0.1", self.port, account, password, timeout=SECONDS, banner_timeout=SECONDS, auth_timeout=SECONDS, **alone
        )
        return client

    def run(self, *command: str, text: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a client program to its end."""
        environment = os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(self.root.parent)} | more
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=SECONDS, env=environment, check=False)

    def openssh(self, batch: str, *options: str, account: str = "pinewood") -> subprocess.CompletedProcess[str]:
        """OpenSSH's sftp with a key and a batch of commands."""
        return self.run("sftp", *self.options(), "-P", str(self.port), *options, "-b", "-", f"{account}@127.0.0.1", text=batch)

    def options(self) -> list[str]:
        """What OpenSSH needs to log in with the key and to leave this machine's own files alone."""
        said = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityFile": str(self.key),
            "LogLevel": "ERROR",
        }
        return ["-F", "/dev/null"] + [x for k, v in said.items() for x in ("-o", f"{k}={v}")]

    def settle(self) -> None:
        """Wait until the server has heard that all clients are gone."""

        async def gone() -> None:
            while self.running.counts.get("open", 0):
                await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(gone(), self.loop).result(SECONDS)


Stand = Callable[..., Standing]


@pytest.fixture(scope="session")
def host_keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Host keys for all tests: making the RSA one takes a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def stand(tmp_path: Path, host_keys_folder: Path) -> Iterator[Stand]:
    """Starts servers, with other limits where a test wants them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started: list[Standing] = []

    def start(**more: Any) -> Standing:
        key = tmp_path / "id_ed25519"
        if not key.exists():
            pair = asyncssh.generate_private_key("ssh-ed25519")
            pair.write_private_key(key)
            key.chmod(0o600)
        line = asyncssh.read_private_key(key).export_public_key().decode()
        accounts = KnownAccounts(
            Account("pinewood", "pinewood/1/in", (HASH,), (line,)), Account("oakdale", "oakdale/2/in", (HASH,))
        )
        arrivals: list[Arrival] = []
        options: dict[str, Any] = {"limits": Limits(brake=BrakeRules(first_wait=0.0), spare_bytes=0)} | more
        server = serve_sftp(accounts, tmp_path / "spool", host_keys_folder, "127.0.0.1", 0, arrivals.append, **options)
        running = asyncio.run_coroutine_threadsafe(server, loop).result(SECONDS)
        started.append(Standing(running, tmp_path / "spool", loop, key, host_keys_folder, arrivals))
        return started[-1]

    yield start
    for standing in started:
        asyncio.run_coroutine_threadsafe(standing.running.close(), loop).result(SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def door(stand: Stand) -> Standing:
    """A server with the usual limits."""
    return stand()


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file of 3 MB on the client's side."""
    path = tmp_path / "client" / "users.csv"
    path.parent.mkdir()
    path.write_bytes(BIG)
    return path
