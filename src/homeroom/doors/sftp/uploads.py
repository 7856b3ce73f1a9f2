"""A file that a client has open: reading, or writing under a quota whose refusal sticks.

A client keeps dozens of writes under way. Once one of them is refused, all later ones to this handle are refused too, and
closing it deletes the file and says so: otherwise smaller writes that still fit would leave a file with holes that
looks whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from homeroom.deliveries.incoming import UNFINISHED
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.root import Parts

FINISHED_MODE = 0o600


class Usage:
    """How many bytes lie in one account's folder, over all of its sessions."""

    def __init__(self, folder: Path, quota: int) -> None:
        self._folder = folder
        self._quota = quota
        self.bytes = 0
        self.files = 0
        self.measure()

    def measure(self) -> None:
        """Count anew: files leave by the spool and by removal without our noticing."""
        self.bytes, self.files = 0, 0
        for folder, folders, files in os.walk(self._folder):
            self.files += len(folders) + len(files)
            for name in files:
                try:
                    self.bytes += Path(folder, name).lstat().st_size
                except FileNotFoundError:
                    continue

    def grow(self, more: int) -> bool:
        """Take `more` bytes. False when they do not fit."""
        if self.bytes + more > self._quota:
            self.measure()
        if self.bytes + more > self._quota:
            return False
        self.bytes += more
        return True


@dataclass(slots=True, eq=False)
class Reading:
    """A file open for reading."""

    handle: int

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; none at the end."""
        return os.pread(self.handle, size, offset)


@dataclass(slots=True, eq=False)
class Upload(Reading):
    """A file open for writing. `refused` is why it was refused, once it was; then nothing of it stays."""

    parts: Parts
    usage: Usage
    limits: Limits
    append: bool
    size: int
    refused: str | None = None
    on_refused: Callable[[Upload], None] = field(default=lambda upload: None)

    def write(self, offset: int, data: bytes) -> int:
        """Write all of `data`. Raises SFTPQuotaExceeded, for this and every later write, where it does not fit."""
        self._refuse_again()
        start = self.size if self.append else offset
        self.resize(max(self.size, start + len(data)))
        view, at = memoryview(data), start
        try:
            while view:
                written = os.pwrite(self.handle, view, at)
                view, at = view[written:], at + written
        except OSError as fault:
            self._refuse(f"the file could not be written: {fault.strerror}")
        return len(data)

    def truncate(self, size: int) -> None:
        """Cut or lengthen the file, as some clients do before they write."""
        self._refuse_again()
        self.resize(size)
        os.ftruncate(self.handle, size)
        self.size = size

    def resize(self, size: int) -> None:
        """Account for a size that the file will have."""
        if size > self.limits.file_bytes:
            self._refuse(f"a file may have {self.limits.file_bytes} bytes")
        if size > self.size:
            if not self.usage.grow(size - self.size):
                self._refuse("the folder is full")
            self.size = size

    def _refuse_again(self) -> None:
        if self.refused is not None:
            raise asyncssh.SFTPQuotaExceeded(self.refused)

    def _refuse(self, why: str) -> None:
        self.refused = why
        self.on_refused(self)
        raise asyncssh.SFTPQuotaExceeded(why)


def mark_unfinished(handle: int) -> None:
    """Say in the file itself that it is being written."""
    os.fchmod(handle, FINISHED_MODE | UNFINISHED)


def mark_finished(handle: int) -> None:
    """Say in the file itself that the client closed it."""
    os.fchmod(handle, FINISHED_MODE)


def same_file(handle: int, found: os.stat_result) -> bool:
    """Whether a name still stands for the file that is open."""
    held = os.fstat(handle)
    return (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino) and stat.S_ISREG(found.st_mode)
