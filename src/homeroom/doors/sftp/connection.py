"""One SSH connection: who it is, whether it may come in, and how long it may stay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncssh
import structlog

from homeroom.doors.sftp.accounts import Account, knows
from homeroom.doors.sftp.events import Login, Result
from homeroom.doors.sftp.files import InboxFiles
from homeroom.doors.sftp.inbox import Inbox
from homeroom.doors.sftp.session import SftpSession

if TYPE_CHECKING:
    from homeroom.doors.sftp.server import Door

log = structlog.get_logger("homeroom.sftp")


class Connection(asyncssh.SSHServer):
    """The life of one connection, from the first byte to the last. Nothing but SFTP sessions is ever granted."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._connection: asyncssh.SSHServerConnection | None = None
        self._address = "?"
        self._account: Account | None = None
        self._asked = ""
        self._method = ""
        self._strange_key = False
        self._failures = 0
        self._last_request = 0.0
        self._idle: asyncio.TimerHandle | None = None
        self.inbox: Inbox | None = None

    def end(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.abort()

    # Coming and going

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Somebody is there. Too many, or an address that is shut out: the door stays closed."""
        door, self._connection = self._door, conn
        peer = conn.get_extra_info("peername")
        self._address = str(peer[0]) if peer else "?"
        shut = door.brake.shut(self._address, None, _now())
        waiting = sum(1 for c in door.connections if c.inbox is None)
        door.connections.add(self)
        if shut or len(door.connections) > door.limits.sessions or waiting >= door.limits.sessions_before_login:
            door.counts["turned_away"] += 1
            log.info("sftp_turned_away", address=self._address, shut_out=shut)
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        door = self._door
        door.connections.discard(self)
        if exc is not None and not isinstance(exc, asyncssh.Error | OSError):
            log.error("sftp_fault", address=self._address, exc_info=exc)
        if self._idle is not None:
            self._idle.cancel()
        if self.inbox is None and self._strange_key:
            self._told("unknown_key")
        if self.inbox is not None and self._account is not None:
            door.sessions[self._account.name] -= 1
            log.info("sftp_ended", account=self._account.name, address=self._address)

    def touched(self) -> None:
        """A request arrived."""
        self._last_request = _now()

    def _watch(self) -> None:
        """End the connection when it has been idle for too long; else look again when it could be."""
        allowed = self._door.limits.idle_seconds
        left = self._last_request + allowed - _now()
        if left <= 0 and self._connection is not None:
            log.info("sftp_idle", account=self._account.name if self._account else None, address=self._address)
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, "idle for too long")
            return
        self._idle = asyncio.get_running_loop().call_later(max(left, 0.01), self._watch)

    # Coming in

    async def begin_auth(self, username: str) -> bool:
        """Look the account up; that it does not exist is never told."""
        self._account, self._asked = await asyncio.to_thread(self._door.accounts.find, username), username
        return True

    def public_key_auth_supported(self) -> bool:
        """Public keys are taken."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is the account's."""
        self._method = "key"
        account = self._account if username == self._asked else None
        known = account is not None and knows(account, key)
        self._strange_key = not known  # a client may offer several: it is told only where none of them opened
        return known

    def password_auth_supported(self) -> bool:
        """Passwords are taken; keyboard-interactive asks for the same one."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Check a password, at a pace that makes guessing useless."""
        self._method = "password"
        door, account = self._door, self._account if username == self._asked else None
        # One at a time for each address and name: guesses side by side would all be answered before the first one counted.
        async with door.turn(self._address, username):
            if door.brake.shut(self._address, username, _now()):
                self._refused("shut out", "shut_out")
                return False
            await asyncio.sleep(door.brake.wait(self._address, username, _now()))
            if await door.passwords.right(password, account.password_hashes if account else ()):
                door.brake.succeeded(self._address, username, _now())
                return True
            shut = door.brake.failed(self._address, username, _now())
            self._refused("wrong password, now shut out" if shut else "wrong password", "wrong_password")
            return False

    def _told(self, result: Result) -> None:
        if self._account is not None:
            self._door.tell_login(Login(self._account.name, self._address, result))

    def _refused(self, why: str, result: Result) -> None:
        # The name is logged only where it is an account's: people type passwords into the wrong place.
        name = self._account.name if self._account else None
        log.warning("sftp_login_refused", account=name, address=self._address, why=why)
        self._strange_key = False
        self._told(result)
        self._failures += 1
        if self._failures >= self._door.limits.tries_per_connection and self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "too many tries")

    def auth_completed(self) -> None:
        """They are in."""
        door, account = self._door, self._account
        assert account is not None
        assert self._connection is not None
        if door.sessions[account.name] >= door.limits.sessions_per_account:
            log.warning("sftp_turned_away", account=account.name, address=self._address, why="too many sessions")
            self._strange_key = False
            self._told("too_many")
            self._connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, "too many sessions of this account")
            return
        door.sessions[account.name] += 1
        door.counts["logins"] += 1
        self.inbox = door.inbox(account)
        if self._method == "key":
            door.brake.succeeded(self._address, account.name, _now())
        log.info("sftp_login", account=account.name, address=self._address, method=self._method)
        self._told("in")
        self.touched()
        self._watch()

    # What is granted

    def session_requested(self) -> SftpSession | bool:
        """An SFTP session in the account's folder."""
        inbox = self.inbox
        if inbox is None:
            return False
        return SftpSession(lambda channel: InboxFiles(channel, inbox), self.touched)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        """No forwarding."""
        return False

    def server_requested(self, listen_host: str, listen_port: int) -> bool:
        """No forwarding."""
        return False

    def unix_connection_requested(self, dest_path: str) -> bool:
        """No forwarding."""
        return False

    def unix_server_requested(self, listen_path: str) -> bool:
        """No forwarding."""
        return False


def _now() -> float:
    return asyncio.get_running_loop().time()
