"""One connection to a district's SFTP server: its host key is pinned at first sight, and every failure has a declared reason."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncssh

from homeroom.roster.faults import Refused
from homeroom.systems.reach import NotLookedUp, Reach

LOGIN_SECONDS = 30
"""How long the other side may take to let us in."""
_PINNED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256")
"""Kinds of host keys that are asked for, in this order, until one is pinned: the order must not change with a library's."""


class _Watch(asyncssh.SSHClient):
    """Looks at the server's key: the pinned one, or, where none is pinned, whatever it shows."""

    def __init__(self, pinned: str | None) -> None:
        self._pinned = pinned
        self.shown: str | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = f"{key.get_algorithm()} {key.get_fingerprint()}"
        return self._pinned is None or self.shown == self._pinned


@asynccontextmanager
async def connected(
    settings: Mapping[str, Any], secrets: Mapping[str, str], reach: Reach
) -> AsyncIterator[tuple[asyncssh.SFTPClient, str]]:
    """An open SFTP session and the host key that the server showed (`KIND SHA256:...`).

    Raises Refused: `connection`, `credentials`, `host_key_changed`, `no_public_address`, `not_connected_yet`.
    """
    host, port = settings["host"], int(settings.get("port") or 22)
    pinned = settings.get("host_key")
    if not secrets.get("password") and not secrets.get("key"):
        raise Refused("not_connected_yet", what="password or key")
    watch = _Watch(pinned)
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            addresses = await asyncio.to_thread(reach.addresses, host, port)
            connection = await _connect_one(addresses, port, settings, secrets, watch, pinned)
    except asyncssh.HostKeyNotVerifiable:
        raise Refused("host_key_changed", host=host, pinned=pinned, shown=watch.shown) from None
    except asyncssh.PermissionDenied:
        raise Refused("credentials", what=f"{host} does not let {settings['username']} in") from None
    except (asyncssh.Error, OSError, TimeoutError) as trouble:
        raise Refused("connection", what=f"{host}:{port} ({_words(trouble)})") from None
    try:
        async with connection, connection.start_sftp_client() as sftp:
            yield sftp, watch.shown or ""
    except (asyncssh.DisconnectError, asyncssh.SFTPConnectionLost, OSError, TimeoutError) as trouble:
        if isinstance(trouble, OSError) and trouble.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # our own disk, on which the files are laid
        raise Refused("connection", what=f"{host}:{port} ({_words(trouble)})") from None


async def _connect_one(
    addresses: Sequence[str],
    port: int,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    watch: _Watch,
    pinned: str | None,
) -> asyncssh.SSHClientConnection:
    """A connection to the first of the judged addresses that takes one; the name is not looked up again."""
    for address in addresses[:-1]:
        try:
            return await _connect(address, port, settings, secrets, watch, pinned)
        except OSError:
            continue  # nobody there; what an SSH server itself says is no OSError and ends the try
    return await _connect(addresses[-1], port, settings, secrets, watch, pinned)


async def _connect(
    host: str, port: int, settings: Mapping[str, Any], secrets: Mapping[str, str], watch: _Watch, pinned: str | None
) -> asyncssh.SSHClientConnection:
    key = secrets.get("key")
    return await asyncssh.connect(
        host,
        port,
        username=settings["username"],
        password=secrets.get("password"),
        client_keys=[asyncssh.import_private_key(key, secrets.get("passphrase"))] if key else None,
        agent_path=None,
        config=None,
        known_hosts=([], [], []),
        server_host_key_algs=_kinds(pinned),
        client_factory=lambda: watch,
        preferred_auth=["publickey", "keyboard-interactive", "password"],
        keepalive_interval=15,
    )


def _kinds(pinned: str | None) -> list[str]:
    """The kinds of keys to ask for: the pinned one's alone, so that a server with several shows that one."""
    if pinned is None:
        return list(_PINNED)
    kind = pinned.split()[0]
    return ["rsa-sha2-512", "rsa-sha2-256"] if kind == "ssh-rsa" else [kind]


def _words(trouble: BaseException) -> str:
    """What went wrong in a few words; an error's own text may quote what a server sent, so it is not repeated."""
    if isinstance(trouble, NotLookedUp):
        return "its name could not be looked up"
    if isinstance(trouble, TimeoutError):
        return "it did not answer in time"
    if isinstance(trouble, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(trouble, OSError) and trouble.strerror:
        return trouble.strerror.lower()
    return type(trouble).__name__
