"""KEY: how a record is called in addresses and in the audit, where no id, number or name of a person may stand.

It is the record's row id, enciphered with a key that is made from the district's data key, for one table. The same record always has the
same KEY, so that the audit can be read; only the district's own key turns it back. AES-SIV (RFC 5297) is made for this: equal input gives
equal output, and what was made up, changed, or made for another table or district opens to nothing.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from homeroom.deliveries.keys import DataKey, derived
from homeroom.sync.house import House

BYTES = 8
"""A row id has 64 bits."""
_FORM = re.compile(r"[A-Za-z0-9_-]{32}")
"""16 bytes that prove it and 8 that hold the id, three in four letters: no letter has bits to spare, so that one KEY has one text."""


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """Makes and opens the KEYs of one district. `keys` are made from its data keys, the newest last."""

    slug: str
    keys: tuple[AESSIV, ...]

    def make(self, table: str, number: int) -> str:
        """The KEY of a record, from its row id."""
        closed = self.keys[-1].encrypt(number.to_bytes(BYTES, "big"), [table.encode()])
        return base64.urlsafe_b64encode(closed).decode("ascii")

    def open(self, table: str, key: str) -> int | None:
        """The row id that a KEY stands for; None for anything that was not made here for this table."""
        if not _FORM.fullmatch(key):
            return None
        closed = base64.urlsafe_b64decode(key)
        for each in reversed(self.keys):
            try:
                return int.from_bytes(each.decrypt(closed, [table.encode()]), "big")
            except InvalidTag:
                continue
        return None


def of(house: House, slug: str) -> RecordKeys:
    """The KEYs of a district. Those made under an older data key still open."""
    newest = house.data_key(slug)
    kept = [house.vault.unwrap(each.wrapped, slug) for each in house.stores.control.keys.of(slug)]
    return RecordKeys(slug, tuple(_cipher(key) for key in kept or [newest]))


def _cipher(key: DataKey) -> AESSIV:
    halves = (derived(key.secret, "homeroom", "record keys", key.district, half) for half in ("proof", "cipher"))
    return AESSIV(b"".join(halves))
