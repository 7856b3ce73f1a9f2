"""A district's own SFTP server, by a library that is not our door: a folder, one account, and tricks on demand."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from patience import SECONDS

USER, PASSWORD = "homeroom", "let-Me.in 5"


class _Server(asyncssh.SSHServer):
    def __init__(self, authorized: list[str]) -> None:
        self._authorized = authorized

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.export_public_key().decode().split()[1] in [a.split()[1] for a in self._authorized]


@dataclass
class Remote:
    """The server. `opened` counts how often files were opened, by name; `meddle` runs whenever one is.

    Lies: `listed` and `told` may change what a list of the folder, or a look at one file, says of it. A file called `endless` has no
    end. `read` counts the bytes that were given out.
    """

    folder: Path
    port: int = 0
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    authorized: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    meddle: Callable[[str], None] = lambda name: None
    listed: Callable[[str, asyncssh.SFTPAttrs], None] = lambda name, about: None
    told: Callable[[str, asyncssh.SFTPAttrs], None] = lambda name, about: None
    endless: str | None = None
    read: int = 0

    def put(self, files: dict[str, str], age: float = 3600) -> None:
        """Write files that were last changed so many seconds ago."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            when = path.stat().st_ctime - age
            os.utime(path, (when, when))

    @contextlib.contextmanager
    def standing(self) -> Iterator[Remote]:
        """Listen on a free port (or again on the same one) until the block ends."""
        remote = self

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
                super().__init__(chan, chroot=str(remote.folder))
                self._endless: list[object] = []

            def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
                name = path.decode().lstrip("./")
                remote.opened.append(name)
                remote.meddle(name)
                file = super().open(path, pflags, attrs)
                if name == remote.endless:
                    self._endless.append(file)
                return file

            async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
                async for entry in super().scandir(path):
                    remote.listed(bytes(entry.filename).decode(), entry.attrs)  # type: ignore[arg-type]
                    yield entry

            def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
                return self.stat(path)

            def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
                about = asyncssh.SFTPAttrs.from_local(Path(os.fsdecode(self.map_path(path))).stat())
                remote.told(path.decode().lstrip("./"), about)
                return about

            def read(self, file_obj: Any, offset: int, size: int) -> bytes:
                given = (
                    bytes(size)
                    if any(each is file_obj for each in self._endless)
                    else bytes(super().read(file_obj, offset, size))
                )  # type: ignore[arg-type]
                remote.read += len(given)
                return given

        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()

        async def listen() -> asyncssh.SSHAcceptor:
            return await asyncssh.listen(
                "127.0.0.1",
                remote.port,
                server_host_keys=[remote.key],
                server_factory=lambda: _Server(remote.authorized),
                sftp_factory=Files,
                reuse_address=True,
            )

        async def close(acceptor: asyncssh.SSHAcceptor) -> None:
            acceptor.close()
            await acceptor.wait_closed()

        acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
        self.port = acceptor.get_port()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(close(acceptor), loop).result(30)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(SECONDS)
            loop.close()
