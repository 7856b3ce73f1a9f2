"""The form of a sealed file: a header, then frames of AES-256-GCM, each bound to the file, its place in it and its being last.

    header   8 bytes "HOMEROM1", 4 bytes frame size (plain bytes of a full frame), 32 random bytes: the file's id
    frame    up to `frame size` plain bytes encrypted, 16 bytes tag

The key of a file is derived from the district's data key, the file's id and the place it was sealed for (district, delivery,
position), so a frame of another file, delivery or district never opens. The nonce is the frame's number and whether it is the
last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): frames that were reordered, repeated, left out
or cut off at the end are refused. An empty file is one empty last frame.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeroom.deliveries.keys import DataKey, SealBroken, bound, derived

MAGIC = b"HOMEROM1"
ID_BYTES = 32
HEADER_BYTES = len(MAGIC) + 4 + ID_BYTES
TAG_BYTES = 16
FRAME_BYTES = 1024 * 1024
"""Plain bytes of a full frame: large enough that the cost per frame is nothing, small enough to stay in the processor's cache."""
LARGEST_FRAME = 64 * 1024 * 1024


class Readable(Protocol):
    """A plain file being read."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


def close(
    file: Readable, key: DataKey, place: tuple[str | int, ...], seen: Callable[[bytes], object], frame: int = FRAME_BYTES
) -> Iterator[bytes]:
    """The sealed bytes of a file, header first. `seen` is given every plain block once, in order (for hashing)."""
    file_id = secrets.token_bytes(ID_BYTES)
    header = MAGIC + frame.to_bytes(4, "big") + file_id
    cipher, aad = _cipher(key, place, header), bound("frame", header)
    yield header
    number, block = 0, _full(file, frame)
    while True:
        # One block is read ahead: only then is it known whether this one is the last.
        following = _full(file, frame) if len(block) == frame else b""
        seen(block)
        yield cipher.encrypt(_nonce(number, last=not following), block, aad)
        if not following:
            return
        number, block = number + 1, following


def open_(chunks: Iterable[bytes], key: DataKey, place: tuple[str | int, ...]) -> Iterator[bytes]:
    """The plain blocks of a sealed file that arrives in chunks of any size. Raises SealBroken at the first wrong frame."""
    feed = _Feed(chunks)
    header = bytes(feed.take(HEADER_BYTES))
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise SealBroken("a sealed file has no header of ours")
    frame = int.from_bytes(header[len(MAGIC) : len(MAGIC) + 4], "big")
    if not 0 < frame <= LARGEST_FRAME:
        raise SealBroken("a sealed file has a damaged header")
    cipher, aad = _cipher(key, place, header), bound("frame", header)
    number, last = 0, False
    while not last:
        closed = feed.take(frame + TAG_BYTES)
        last = feed.ended()
        try:
            yield cipher.decrypt(_nonce(number, last=last), closed, aad)
        except InvalidTag as fault:
            raise SealBroken("frame {number} of a sealed file was changed, moved or cut off", number=str(number)) from fault
        number += 1


class _Feed:
    """Chunks of any size, taken in pieces of a wanted size; copied only where a piece lies across two chunks."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = memoryview(b"")

    def take(self, size: int) -> bytes | memoryview:
        """`size` bytes, or what is left."""
        while len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._held = memoryview(b"".join((self._held, chunk)) if self._held else chunk)
        piece, self._held = self._held[:size], self._held[size:]
        return piece

    def ended(self) -> bool:
        """Whether nothing is left."""
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._held = memoryview(chunk)
        return False


def _cipher(key: DataKey, place: tuple[str | int, ...], header: bytes) -> AESGCM:
    return AESGCM(derived(key.secret, "homeroom file", key.district, key.purpose, *place, salt=header))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _full(file: Readable, size: int) -> bytes:
    """`size` bytes, fewer only at the end of the file."""
    block = file.read(size)
    while 0 < len(block) < size:
        more = file.read(size - len(block))
        if not more:
            break
        block += more
    return block
