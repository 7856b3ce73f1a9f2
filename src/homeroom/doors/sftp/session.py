"""One SFTP session: asyncssh's protocol handler with two additions of ours.

The end of a write request is forgiven. The SFTP library of rclone 1.60 (and others of its age) sends its last write packet with
bytes after the data. OpenSSH ignores them; asyncssh refuses the packet as malformed. They lie outside of the data's own length,
so leaving them off loses nothing. Every other request is still checked to its end.

And it is told which request is being carried out, so that a file that is closed because the connection broke is never taken for
one that the client closed.
"""

from __future__ import annotations

from collections.abc import Callable

import asyncssh
from asyncssh.channel import SSHChannel
from asyncssh.constants import FXP_CLOSE, FXP_WRITE
from asyncssh.packet import SSHPacket
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession

from homeroom.doors.sftp.files import InboxFiles

SFTP_VERSION = 3
_WRITE_HEAD = 1 + 4 + 4
"""Bytes before a write request's handle: type, request number, the handle's length."""


class ForgivingHandler(SFTPServerHandler):
    """asyncssh's server side of SFTP, with the two additions at the one place at which every packet arrives."""

    def __init__(
        self,
        files: InboxFiles,
        reader: asyncssh.SSHReader[bytes],
        writer: asyncssh.SSHWriter[bytes],
        touched: Callable[[], None],
    ) -> None:
        super().__init__(files, reader, writer, SFTP_VERSION)
        self._files = files
        self._touched = touched

    async def recv_packet(self) -> SSHPacket:
        """The next request."""
        self._files.closing = False
        packet = await super().recv_packet()
        self._touched()
        payload = packet.get_full_payload()
        kind = payload[0] if payload else None
        self._files.closing = kind == FXP_CLOSE
        return SSHPacket(trimmed(payload)) if kind == FXP_WRITE else packet


def trimmed(payload: bytes) -> bytes:
    """A write request without what follows its data; unchanged where it is too short to have any."""
    if len(payload) < _WRITE_HEAD:
        return payload
    data_at = _WRITE_HEAD + int.from_bytes(payload[5:9], "big") + 8
    end = data_at + 4 + int.from_bytes(payload[data_at : data_at + 4], "big")
    return payload[:end] if end < len(payload) else payload


class SftpSession(SSHServerStreamSession[bytes]):
    """The only session there is: the subsystem `sftp`. No shell, no command, no terminal."""

    def __init__(self, make: Callable[[asyncssh.SSHServerChannel[bytes]], InboxFiles], touched: Callable[[], None]) -> None:
        super().__init__(None)
        self._make = make
        self._touched = touched
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None

    def connection_made(self, chan: SSHChannel[bytes]) -> None:
        """The channel is open."""
        super().connection_made(chan)
        assert isinstance(chan, asyncssh.SSHServerChannel)
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        """No terminal."""
        return False

    def shell_requested(self) -> bool:
        """No shell."""
        return False

    def exec_requested(self, command: str) -> bool:
        """No command."""
        return False

    def subsystem_requested(self, subsystem: str) -> bool:
        """SFTP, and nothing else."""
        return subsystem == "sftp"

    def session_started(self) -> None:
        """Begin to answer."""
        channel = self._channel
        assert channel is not None
        reader: asyncssh.SSHReader[bytes] = asyncssh.SSHReader(self, channel)
        writer: asyncssh.SSHWriter[bytes] = asyncssh.SSHWriter(self, channel)
        handler = ForgivingHandler(self._make(channel), reader, writer, self._touched)
        channel.get_connection().create_task(handler.run(), channel.logger)
