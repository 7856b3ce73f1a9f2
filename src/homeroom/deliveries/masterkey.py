"""The master key file: the one secret that every wrapped key and every encrypted value of an installation hangs on.

The file is text, one key a line, the newest first:

    homeroom master key 1
    k-5b1f0c2e <32 random bytes in base64>

Adding a line on top rotates the key: new wraps use the first, old wraps are opened with the key whose id they name. The same
text may come from outside (a secret store, an environment variable) instead of the file.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from homeroom.deliveries.firstuse import make_once, private, replace
from homeroom.roster.faults import Misuse

HEADING = "homeroom master key 1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key. `id` names it in what it wrapped; `secret` are 32 bytes and never shown in a repr."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The master keys of an installation, the newest first."""

    keys: tuple[MasterKey, ...]

    @property
    def newest(self) -> MasterKey:
        """The key for new wraps."""
        return self.keys[0]

    def named(self, key_id: str) -> MasterKey | None:
        """The key of that id, or None."""
        return next((k for k in self.keys if k.id == key_id), None)

    def __iter__(self) -> Iterator[MasterKey]:
        return iter(self.keys)


def fresh() -> MasterKey:
    """A new random key with a new id."""
    return MasterKey("k-" + secrets.token_hex(4), secrets.token_bytes(KEY_BYTES))


def rotated(keys: MasterKeys) -> MasterKeys:
    """The same keys with a new one in front; write them back, then rewrap what is stored."""
    return MasterKeys((fresh(), *keys))


def render(keys: MasterKeys) -> str:
    """The text of a key file."""
    lines = [f"{k.id} {base64.b64encode(k.secret).decode('ascii')}" for k in keys]
    return "\n".join([HEADING, *lines, ""])


def parse(text: str, origin: str) -> MasterKeys:
    """The keys of a key file's text. `origin` names the place in messages. Raises Misuse, without showing what it read."""
    lines = [line.strip() for line in text.splitlines()]
    rows = [line for line in lines if line and not line.startswith("#") and line != HEADING]
    keys = tuple(_key(row, f"{origin}, key {number}") for number, row in enumerate(rows, start=1))
    if not keys:
        raise Misuse(
            "{origin} holds no master key: restore it from your backup, or remove it to begin with a new one", origin=origin
        )
    if len({k.id for k in keys}) < len(keys):
        raise Misuse("{origin} names two master keys alike: give each key an id of its own", origin=origin)
    return MasterKeys(keys)


def _key(row: str, place: str) -> MasterKey:
    words = row.split()
    if len(words) != 2:
        raise Misuse("{place}: a line is an id, a blank and 32 bytes in base64", place=place)
    try:
        secret = base64.b64decode(words[1], validate=True)
    except binascii.Error as fault:
        raise Misuse("{place}: the key is not base64", place=place) from fault
    if len(secret) != KEY_BYTES:
        raise Misuse(
            "{place}: the key has {length} bytes instead of {wanted}",
            place=place,
            length=len(secret),
            wanted=KEY_BYTES,
        )
    return MasterKey(words[0], secret)


def keep(path: Path) -> MasterKeys:
    """The keys in the file at `path`, which is made on first use: folder 0700, file 0600, synced to disk.

    Processes that begin at once end with the same key. Raises Misuse where others could read the file.
    """
    if not path.exists():
        make_once(path, render(MasterKeys((fresh(),))).encode("ascii"))
    return parse(private(path).decode("utf-8", errors="replace"), str(path))


def write(path: Path, keys: MasterKeys) -> None:
    """Replace the key file in one step, synced to disk: for rotation."""
    replace(path, render(keys).encode("ascii"))
