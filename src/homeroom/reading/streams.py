"""A delivered file as a stream of UTF-8 bytes, whatever it was written in, never more than a chunk at a time.

Everything after this module sees UTF-8 without a byte order mark. Line ends are left as they are, so that line numbers
and offsets mean the same in every module of this room.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from homeroom.roster.faults import Misuse

CHUNK = 1 << 18
"""Bytes read at a time: small enough for the second-level cache, large enough that Python's own cost disappears."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


_UNREADABLE = "homeroom-unreadable"
codecs.register_error(_UNREADABLE, lambda error: ("\udcff", getattr(error, "end", 0)))


def canonical(encoding: str) -> str:
    """One spelling per encoding: `UTF8` and `utf-8-sig` are `utf-8`. Raises Misuse for a name that Python does not know."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # codecs that are no text encodings (base64, zlib) fail here
    except LookupError:
        raise Misuse(
            "{encoding!r} is no encoding that Homeroom knows; use a name such as utf-8, cp1252 or utf-16", encoding=encoding
        ) from None
    return {"utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "latin-1"}.get(name, name)


def marked(beginning: bytes) -> str | None:
    """The encoding that a byte order mark names, or None."""
    for mark, encoding in MARKS:
        if beginning.startswith(mark):
            return encoding
    return None


def eight_bit(encoding: str) -> bool:
    """Whether commas, quotes and line ends are the same single bytes as in ASCII, so that bytes can be read undecoded."""
    sample = ',\t|;"\r\n \x1aA1'
    try:
        return encoding == "utf-8" or (sample.encode(encoding) == sample.encode("ascii") and len("ä".encode(encoding)) == 1)
    except UnicodeEncodeError:
        return False


def raw(path: Path) -> Iterator[bytes]:
    """The file's own bytes in chunks, without a UTF-8 byte order mark."""
    with path.open("rb") as file:
        chunk = file.read(CHUNK).removeprefix(codecs.BOM_UTF8)
        while chunk:
            yield chunk
            chunk = file.read(CHUNK)


def utf8(path: Path, encoding: str) -> Iterator[bytes]:
    """The file's text in chunks of UTF-8 without a byte order mark.

    A file that is itself UTF-8 comes through untouched, bad bytes included. What another encoding cannot mean becomes the byte
    FF, which is not UTF-8 either: whoever reads on finds it, counts it and puts U+FFFD in its place.
    """
    if encoding == "utf-8":
        yield from raw(path)
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors=_UNREADABLE)
    first = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            if first and text:
                text, first = text.removeprefix("\ufeff"), False
            yield text.encode("utf-8", "surrogateescape")
    if rest := decoder.decode(b"", final=True):
        yield rest.encode("utf-8", "surrogateescape")


def head_of_file(path: Path, size: int) -> bytes:
    """The file's own first bytes, a byte order mark included."""
    with path.open("rb") as file:
        return file.read(size)


def head(path: Path, encoding: str, size: int) -> bytes:
    """The first bytes of the UTF-8 stream, at most `size`."""
    found = bytearray()
    for chunk in utf8(path, encoding):
        found += chunk
        if len(found) >= size:
            break
    return bytes(found[:size])
