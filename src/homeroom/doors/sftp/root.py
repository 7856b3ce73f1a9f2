"""An account's root: a folder that no path leads out of.

Every path is walked from the root's own file descriptor, folder by folder, and no link is ever followed (`O_NOFOLLOW` at each
step), so that neither `..` nor a link on disk, nor one that appears between the look and the step, leads anywhere else. Links
and special files are as if they were not there.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

DEEPEST = 8
LONGEST_NAME = 200
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Parts = tuple[str, ...]


class Root:
    """The folder, held open for a session."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._handle = os.open(path, _FOLDER)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._handle)

    @contextmanager
    def parent(self, parts: Parts) -> Iterator[tuple[int, str]]:
        """The descriptor of the folder that a path's last name lies in, and that name (`.` for the root itself).

        Raises SFTPNoSuchFile where a folder on the way is missing, a file or a link.
        """
        handle = os.dup(self._handle)
        try:
            for name in parts[:-1]:
                deeper = _into(name, handle)
                os.close(handle)
                handle = deeper
            yield handle, parts[-1] if parts else "."
        finally:
            os.close(handle)

    def stat(self, parts: Parts) -> os.stat_result:
        """Of a regular file or a folder. Raises SFTPNoSuchFile for all else."""
        with self.parent(parts) as (folder, name):
            return seen(name, folder)

    def list(self, parts: Parts) -> list[tuple[str, os.stat_result]]:
        """Names and states in a folder; links and special files are left out."""
        with self.parent((*parts, ".")) as (folder, _), os.scandir(folder) as entries:
            return [(e.name, found) for e in entries if (found := _plain(e)) is not None and _speakable(e.name)]

    def real(self, parts: Parts) -> Path:
        """Where a path lies on disk: for the report of an upload, not for access."""
        return self.path.joinpath(*parts)


def parts_of(path: bytes) -> Parts:
    """The names of a client's path, from the root down; `..` ends at the root. Raises SFTPInvalidFilename for what is no name."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise asyncssh.SFTPInvalidFilename("file names must be UTF-8") from fault
    parts = tuple(p for p in posixpath.normpath(posixpath.join("/", text)).split("/") if p)
    if len(parts) > DEEPEST:
        raise asyncssh.SFTPInvalidFilename(f"folders may be {DEEPEST} deep")
    for name in parts:
        if not _speakable(name):
            raise asyncssh.SFTPInvalidFilename("a file name is too long or has control characters in it")
    return parts


def path_of(parts: Parts) -> str:
    """The path as the client sees it."""
    return "/" + "/".join(parts)


def seen(name: str, folder: int) -> os.stat_result:
    """The state of a regular file or a folder, by name in an open folder. Raises SFTPNoSuchFile for all else."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        raise asyncssh.SFTPNoSuchFile("No such file") from None
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise asyncssh.SFTPNoSuchFile("No such file")
    return found


def _into(name: str, folder: int) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except OSError as fault:
        # ELOOP and ENOTDIR: a link or a file stands where a folder should be.
        if fault.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise asyncssh.SFTPNoSuchFile("No such folder") from None
        raise


def _plain(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) else None


def _speakable(name: str) -> bool:
    """Whether a name can stand in a report and on one line."""
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_NAME and name.isprintable()
