"""Whether an archive is whole, told cheaply from its end, and which files it brings. Nothing is unpacked here."""

from __future__ import annotations

import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from homeroom.deliveries.incoming import Arrived

ARCHIVES = (".zip", ".gz")
LARGEST_LIST = 4 * 1024 * 1024
"""Bytes of a ZIP's list of files that are looked into; a longer list is no school's export."""
LARGEST_GZIP = 64 * 1024 * 1024
"""Packed bytes of a gzip file that is tested to its end; a larger one waits for its quiet time like a plain file."""
LONGEST_UNPACKED = 2 * 1024 * 1024 * 1024
PIECE = 256 * 1024


def archive(name: str) -> bool:
    """Whether the name is that of an archive."""
    return name.lower().endswith(ARCHIVES)


def whole(file: Arrived) -> bool:
    """Whether an archive is whole: the end says so. False also where it cannot be told cheaply."""
    return bool(_looked_into(file.path, file.state)[0])


def brings(file: Arrived) -> tuple[str, ...]:
    """Names of the files in it: a ZIP's members, a gzip's name without its ending, else the file's own."""
    return _looked_into(file.path, file.state)[1]


@lru_cache(maxsize=256)
def _looked_into(path: Path, state: object) -> tuple[bool, tuple[str, ...]]:
    """The answer for a file in a certain state, remembered: folders are looked at every few seconds."""
    del state
    name = path.name
    if name.lower().endswith(".zip"):
        return _zip(path)
    if name.lower().endswith(".gz"):
        return _gzip_whole(path), (name[:-3],)
    return False, (name,)


def _zip(path: Path) -> tuple[bool, tuple[str, ...]]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    # End of central directory record, PKWARE APPNOTE 4.3.16: list size at 12, list offset at 16, comment length at 20.
    if at < 0 or len(tail) - at < 22:
        return False, ()
    listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if at + 22 + comment != len(tail) or listed > min(LARGEST_LIST, size):
        return False, ()
    try:
        with zipfile.ZipFile(path) as opened:
            return True, tuple(i.filename for i in opened.infolist() if not i.is_dir())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False, ()


def _gzip_whole(path: Path) -> bool:
    if path.stat().st_size > LARGEST_GZIP:
        return False
    member, unpacked, begun = zlib.decompressobj(wbits=31), 0, False
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            while piece:
                begun = True
                try:
                    unpacked += len(member.decompress(piece, PIECE * 64))
                except zlib.error:
                    return False
                if unpacked > LONGEST_UNPACKED:
                    return False
                piece = member.unconsumed_tail
                if member.eof:
                    # Several members one after another are one gzip file, RFC 1952 2.2.
                    piece, member = member.unused_data, zlib.decompressobj(wbits=31)
                    begun = bool(piece)
    return not begun and unpacked > 0
