"""The SFTP door: listens, lets accounts in, and gives each session its account's folder."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import asyncssh
import structlog

from homeroom.doors.sftp.accounts import Account, Accounts, Passwords
from homeroom.doors.sftp.algorithms import COMPATIBLE, Algorithms
from homeroom.doors.sftp.brake import Brake
from homeroom.doors.sftp.connection import Connection
from homeroom.doors.sftp.events import Arrival, Login
from homeroom.doors.sftp.hostkeys import Fingerprint, fingerprints, host_keys
from homeroom.doors.sftp.inbox import Inbox
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.uploads import Usage

log = structlog.get_logger("homeroom.sftp")
WINDOW_BYTES = 8 * 1024 * 1024
VERSION = "Homeroom"


@dataclass(slots=True)
class Door:
    """What the connections of one server share. `counts` only grow: for metrics."""

    accounts: Accounts
    root: Path
    limits: Limits
    passwords: Passwords
    brake: Brake
    tell: Callable[[Arrival], None]
    tell_login: Callable[[Login], None] = lambda login: None
    counts: Counter[str] = field(default_factory=Counter)
    sessions: Counter[str] = field(default_factory=Counter)
    connections: set[Connection] = field(default_factory=set)
    _inboxes: dict[str, Inbox] = field(default_factory=dict)
    _turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, address: str, name: str) -> asyncio.Lock:
        """What one address holds while its password for one name is checked; forgotten when nobody waits for it."""
        return self._turns.setdefault((address, name), asyncio.Lock())

    def inbox(self, account: Account) -> Inbox:
        """The account's folder, shared by its sessions."""
        found = self._inboxes.get(account.name)
        if found is None or found.account != account:
            path = self.root / account.folder
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            quota = account.quota_bytes if account.quota_bytes is not None else self.limits.quota_bytes
            found = Inbox(account, path, self.limits, Usage(path, quota), self.heard)
            self._inboxes[account.name] = found
        return found

    def heard(self, arrival: Arrival) -> None:
        """Log and count what happened to a file, and pass it on."""
        self.counts[arrival.kind] += 1
        log.info(f"sftp_{arrival.kind}", account=arrival.account, file=arrival.name, size=arrival.size)
        self.tell(arrival)


class Running:
    """A server that listens. `port` is the one that was got, where 0 was asked for."""

    def __init__(self, acceptor: asyncssh.SSHAcceptor, door: Door, host: str, found: tuple[Fingerprint, ...]) -> None:
        self._acceptor = acceptor
        self._door = door
        self.host = host
        self.port: int = acceptor.get_port()
        self.fingerprints = found

    @property
    def counts(self) -> dict[str, int]:
        """What happened so far: logins, refusals, arrivals by kind, shut-outs; and how many connections are open now."""
        door = self._door
        now = {"open": len(door.connections), "login_failures": door.brake.failures, "shut_outs": door.brake.shut_outs}
        return dict(door.counts) | now

    @property
    def open_files(self) -> frozenset[Path]:
        """The files that are open for writing right now."""
        return frozenset(c.inbox.path.joinpath(*u.parts) for c in self._door.connections if c.inbox for u in c.inbox.uploads)

    async def close(self) -> None:
        """Stop listening and end all sessions; what they were writing stays marked as unfinished."""
        self._acceptor.close()
        for connection in list(self._door.connections):
            connection.end()
        await self._acceptor.wait_closed()
        while self._door.connections:
            await asyncio.sleep(0.01)
        self._door.passwords.close()


async def serve_sftp(
    accounts: Accounts,
    root: Path,
    keys: Path,
    host: str = "",
    port: int = 2222,
    on_arrival: Callable[[Arrival], None] = lambda arrival: None,
    limits: Limits | None = None,
    algorithms: Algorithms = COMPATIBLE,
    on_login: Callable[[Login], None] = lambda login: None,
) -> Running:
    """Start the door. `root` holds the accounts' folders, `keys` the host keys; `on_arrival` and `on_login` are called in the event loop.

    Raises OSError where the port is taken, Misuse where a host key can be read by others.
    """
    limits = limits or Limits()
    pairs = await asyncio.to_thread(host_keys, keys)
    door = Door(accounts, root, limits, Passwords(), Brake(limits.brake), on_arrival, on_login)
    acceptor = await asyncssh.listen(host, port, server_factory=lambda: Connection(door), **_options(pairs, limits, algorithms))
    return Running(acceptor, door, host, fingerprints(pairs))


def _options(pairs: list[asyncssh.SSHKey], limits: Limits, algorithms: Algorithms) -> dict[str, Any]:
    return {
        "server_host_keys": pairs,
        "server_version": VERSION,
        "encoding": None,
        "window": WINDOW_BYTES,
        "login_timeout": limits.login_seconds,
        "keepalive_interval": limits.alive_seconds,
        "keepalive_count_max": 3,
        "allow_pty": False,
        "line_editor": False,
        "x11_forwarding": False,
        "agent_forwarding": False,
        "gss_host": None,
        "allow_scp": False,
        "compression_algs": ["none"],
        "utf8_decode_errors": "replace",
        "config": [],
        **algorithms.options(),
    }
