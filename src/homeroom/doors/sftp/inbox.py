"""An account's folder with everything that is open in it, shared by the account's sessions."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from homeroom.doors.sftp.accounts import Account
from homeroom.doors.sftp.events import Arrival
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.root import Parts
from homeroom.doors.sftp.uploads import Upload, Usage

LOCK_SECONDS = 10.0
LOCK_PAUSE = 0.01


@dataclass(slots=True)
class Inbox:
    """`tell` hears of arrivals. `uploads` are the files that are open for writing, in any session."""

    account: Account
    path: Path
    limits: Limits
    usage: Usage
    tell: Callable[[Arrival], None]
    uploads: list[Upload] = field(default_factory=list)

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[None]:
        """Hold the folder's lock, so that the spool never takes a file at the moment at which it is opened or renamed.

        The same flock as `deliveries.taking.guarded`, but waiting without stopping the other sessions. Do not await inside.
        """
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for _ in range(int(LOCK_SECONDS / LOCK_PAUSE)):
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(LOCK_PAUSE)
            else:
                raise asyncssh.SFTPFailure("the folder is busy: try again")
            yield
        finally:
            os.close(handle)

    def moved(self, before: Parts, after: Parts) -> None:
        """Follow a rename: a client may rename a file, or a folder above it, that is still open."""
        for upload in self.uploads:
            if upload.parts[: len(before)] == before:
                upload.parts = after + upload.parts[len(before) :]

    def others(self, upload: Upload) -> bool:
        """Whether the same file is open for writing by another handle."""
        mine = os.fstat(upload.handle)
        return any(os.path.samestat(mine, os.fstat(u.handle)) for u in self.uploads if u is not upload)
