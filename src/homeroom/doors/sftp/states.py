"""States of files: what may be opened or replaced, and what a client is shown."""

from __future__ import annotations

import os
import stat

import asyncssh
from asyncssh import SFTPAttrs

from homeroom.doors.sftp.root import seen

OWNER_ID = 1000


def regular(found: os.stat_result) -> None:
    """Raises unless it is a file with one name."""
    if stat.S_ISDIR(found.st_mode):
        raise asyncssh.SFTPFileIsADirectory("it is a folder")
    if found.st_nlink > 1:
        # Another name of it may lie anywhere.
        raise asyncssh.SFTPPermissionDenied("there are no links here")


def checked(handle: int) -> int:
    """The descriptor of a file opened by name, looked at once more: the name may have changed hands meanwhile."""
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise asyncssh.SFTPNoSuchFile("No such file")
        regular(found)
    except asyncssh.SFTPError:
        os.close(handle)
        raise
    return handle


def replaceable(folder: int, name: str, by: os.stat_result) -> None:
    """Raises where a rename to this name would touch a folder."""
    try:
        there = seen(name, folder)
    except asyncssh.SFTPNoSuchFile:
        return
    if stat.S_ISDIR(there.st_mode) or stat.S_ISDIR(by.st_mode):
        raise asyncssh.SFTPFileAlreadyExists("File already exists")


def shown(found: os.stat_result) -> SFTPAttrs:
    """What a client sees of a state: neither our marks nor whom the server runs as."""
    attrs = SFTPAttrs.from_local(found)
    attrs.permissions = (stat.S_IFDIR | 0o700) if stat.S_ISDIR(found.st_mode) else (stat.S_IFREG | 0o600)
    attrs.uid, attrs.gid = OWNER_ID, OWNER_ID
    return attrs


def times(attrs: SFTPAttrs) -> tuple[float, float]:
    """Access and modification time, as `os.utime` takes them."""
    assert attrs.mtime is not None
    return (attrs.atime if attrs.atime is not None else attrs.mtime), attrs.mtime
