"""ZIP archives made by hand, so that they can lie about themselves."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

TIME = (2026, 10, 5, 2, 0, 0)
END = b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"


def packed(entries: list[tuple[str, bytes]], mode: int = 0o100644) -> bytes:
    """An archive of these entries in order; a name may come twice. `mode` is the Unix mode of all."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns about a doubled name, which is what is wanted
        for name, content in entries:
            info = zipfile.ZipInfo(name, TIME)
            info.create_system = 3
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def encrypted(archive: bytes) -> bytes:
    """The archive with the flag 'encrypted' set on every entry."""
    raw = bytearray(archive)
    for mark, at in ((LOCAL, 6), (CENTRAL, 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + at] |= 1
            place = raw.find(mark, place + 4)
    return bytes(raw)


def damaged(archive: bytes) -> bytes:
    """The archive with a wrong check sum in its first entry."""
    raw = bytearray(archive)
    for mark, at in ((LOCAL, 14), (CENTRAL, 16)):
        raw[raw.find(mark) + at] ^= 0xFF
    return bytes(raw)


def overlapping(name: str, content: bytes, copies: int) -> bytes:
    """An archive whose directory lists one compressed body many times under different names: a bomb without nesting."""
    archive = packed([(name, content)])
    start, end = archive.find(CENTRAL), archive.find(END)
    body, entry = archive[:start], archive[start:end]
    width = struct.unpack_from("<H", entry, 28)[0]
    entries = b""
    for number in range(copies):
        other = f"{number:0{width - 4}d}.csv".encode() if number else name.encode()
        entries += entry[:46] + other + entry[46 + width :]
    return body + entries + END + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(entries), len(body), 0)
