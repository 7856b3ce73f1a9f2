"""ZIP files from strangers: the directory is examined before a byte is unpacked.

Refused are names that leave the folder, links and other special files, encrypted entries, entries that share bytes (the trick
of overlapping bombs), directories that are larger than they say, and whatever `zipfile` finds damaged.
"""

from __future__ import annotations

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from homeroom.reading.names import base
from homeroom.roster.faults import Refused

DAMAGE = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, struct.error)
"""What Python's readers raise over damaged archives and kinds of compression that they do not know."""

_DIRECTORY_BYTES_PER_ENTRY = 46 + 1024
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_AES = 99


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive: its name with folders, and a way to read it."""

    name: str
    stream: Callable[[], IO[bytes]]


class Archive:
    """An archive whose directory has been examined."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self._name = name
        self._archive = archive

    def entries(self) -> Iterator[Entry]:
        """The files in the order of the directory; folders are left out."""
        for info in self._archive.infolist():
            if not info.is_dir():
                yield Entry(info.filename, lambda info=info: self._archive.open(info))  # type: ignore[misc]


@contextmanager
def opened(path: Path, name: str, most_entries: int) -> Iterator[Archive]:
    """Open an archive after examining its directory. Raises Refused."""
    try:
        _examine_end(path, name, most_entries)
        archive = zipfile.ZipFile(path)
    except (*DAMAGE, ValueError) as damage:  # ValueError: a seek before the beginning
        raise Refused("archive_damaged", archive=name, why=told(damage)) from damage
    with archive:
        for info in archive.infolist():
            _examine(info, name)
        _examine_places(archive, path, name)
        yield Archive(name, archive)


def told(damage: BaseException) -> str:
    """Damage in words for a person; never with bytes of the file."""
    if isinstance(damage, EOFError):
        return "it ends too early"
    if isinstance(damage, NotImplementedError):
        return "it uses a kind of compression that is not read"
    if "CRC" in str(damage):
        return "a checksum does not match"
    if "not a zip" in str(damage).lower() or "Not a gzipped" in str(damage):
        return "it is no archive of this kind, or its end is missing"
    return "its bytes do not fit together"


def _examine_end(path: Path, name: str, most_entries: int) -> None:
    """Hold the directory's size against the limit before `zipfile` reads it into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - 65_557, 0))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            raise zipfile.BadZipFile("File is not a zip file")
        _, _, _, _, entries, directory, _, _ = _END.unpack_from(tail, at)
        if at >= _LOCATOR.size and tail[at - _LOCATOR.size : at - _LOCATOR.size + 4] == b"PK\x06\x07":
            # Where zipfile looks for the large form of the end record: directly before its locator.
            file.seek(max(size - len(tail) + at - _LOCATOR.size - _END64.size, 0))
            large = file.read(_END64.size)
            if len(large) == _END64.size and large.startswith(b"PK\x06\x06"):
                _, _, _, _, _, _, _, entries, directory, _ = _END64.unpack(large)
    if entries > most_entries or directory > most_entries * _DIRECTORY_BYTES_PER_ENTRY:
        raise Refused("archive_unsafe", archive=name, entry="its directory", why=f"lists more than {most_entries:,} entries")


def _examine(info: zipfile.ZipInfo, archive: str) -> None:
    """One entry by its description: name, kind, encryption. Raises Refused."""
    why = unsafe_name(info.orig_filename) or unsafe_name(info.filename) or _special(info)
    if why:
        raise Refused("archive_unsafe", archive=archive, entry=_shown(info.orig_filename), why=why)
    if info.flag_bits & 0x2041 or info.compress_type == _AES:
        raise Refused("archive_encrypted", archive=archive, entry=_shown(info.filename))


def unsafe_name(name: str) -> str | None:
    """Why an entry of this name must not be unpacked, or None.

    >>> unsafe_name("set/users.csv"), unsafe_name("../users.csv"), unsafe_name("C:users.csv")
    (None, 'would leave its folder', 'names a drive')
    """
    parts = name.replace("\\", "/").split("/")
    if ".." in parts:
        return "would leave its folder"
    if parts[0] == "" and name:
        return "begins at the root of a disk"
    if re.match(r"[A-Za-z]:", name):
        return "names a drive"
    if not name or any(ord(c) < 32 or ord(c) == 127 for c in name) or len(name) > 1000:
        return "has a name that no file should have"
    return None


def _special(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a folder"
    return None


def _shown(name: str) -> str:
    """An entry's name for a message: printable and short."""
    return "".join(c if c.isprintable() else "?" for c in base(name) if c)[:80] or "an entry"


def _examine_places(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """No two entries may share bytes, and none may reach into the directory. Raises Refused."""
    end_of_last = 0
    with path.open("rb") as file:
        for info in sorted(archive.infolist(), key=lambda i: i.header_offset):
            # A damaged directory can place an entry before the file's beginning.
            file.seek(max(info.header_offset, 0))
            header = file.read(_LOCAL.size) if info.header_offset >= 0 else b""
            if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
                raise Refused("archive_damaged", archive=name, why="its directory points to the wrong places")
            *_, name_length, extra_length = _LOCAL.unpack(header)
            if info.header_offset < end_of_last:
                raise Refused("archive_unsafe", archive=name, entry=_shown(info.filename), why="shares bytes with another entry")
            end_of_last = info.header_offset + _LOCAL.size + name_length + extra_length + info.compress_size
    if end_of_last > archive.start_dir:
        raise Refused("archive_damaged", archive=name, why="an entry is longer than the archive")
