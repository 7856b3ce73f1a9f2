"""The vault: a data key per district, wrapped by the master key, and small secrets encrypted where they lie.

Everything is AES-256-GCM. What is encrypted is bound to its place by additional authenticated data: a wrapped key to its
district and purpose, a secret to its table, row and column. Text that was tampered with, or moved to another place, is
refused. Texts look like `hr1.KEY-ID.BASE64`; the key id says which master key opens them, so that keys can be rotated.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from homeroom.deliveries.masterkey import KEY_BYTES, MasterKey, MasterKeys
from homeroom.roster.faults import Fault

FORM = "hr1"
NONCE_BYTES = 12


class SealBroken(Fault):
    """What was read is not what was sealed here: tampered with, cut off, moved, or of a master key that is not known."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A district's key for one purpose, open. `secret` are 32 bytes and never shown in a repr."""

    district: str
    purpose: str
    secret: bytes = field(repr=False)


class Vault:
    """Wraps data keys and encrypts small secrets with the newest master key; opens them with the one they name."""

    def __init__(self, master: MasterKeys) -> None:
        self._master = master

    def make(self, district: str, purpose: str = "deliveries") -> tuple[DataKey, str]:
        """A new data key and its wrapped text, which is what may be stored."""
        key = DataKey(district, purpose, secrets.token_bytes(KEY_BYTES))
        return key, self.wrap(key)

    def wrap(self, key: DataKey) -> str:
        """The data key as text, wrapped with the newest master key."""
        return self._close("wrap", key.secret, (key.district, key.purpose))

    def unwrap(self, wrapped: str, district: str, purpose: str = "deliveries") -> DataKey:
        """The data key of that district and purpose. Raises SealBroken for any other."""
        return DataKey(district, purpose, self._open("wrap", wrapped, (district, purpose)))

    def rewrap(self, wrapped: str, district: str, purpose: str = "deliveries") -> str:
        """The same data key wrapped with the newest master key; the same text where that is already so."""
        return wrapped if self.current(wrapped) else self.wrap(self.unwrap(wrapped, district, purpose))

    def encrypt(self, secret: str, *, table: str, row: str, column: str) -> str:
        """A small secret as text that opens only at this place."""
        return self._close("secret", secret.encode(), (table, row, column))

    def decrypt(self, stored: str, *, table: str, row: str, column: str) -> str:
        """The secret that was encrypted for this place. Raises SealBroken for text of another place or tampered text."""
        return self._open("secret", stored, (table, row, column)).decode()

    def reencrypt(self, stored: str, *, table: str, row: str, column: str) -> str:
        """The same secret under the newest master key; the same text where that is already so."""
        if self.current(stored):
            return stored
        return self.encrypt(self.decrypt(stored, table=table, row=row, column=column), table=table, row=row, column=column)

    def current(self, stored: str) -> bool:
        """Whether a stored text is under the newest master key. The others wait for `rewrap` or `reencrypt`."""
        return _parts(stored)[0] == self._master.newest.id

    def _close(self, use: str, plain: bytes, place: tuple[str, ...]) -> str:
        key = self._master.newest
        nonce = secrets.token_bytes(NONCE_BYTES)
        closed = AESGCM(_derived(key, use)).encrypt(nonce, plain, bound(FORM, use, key.id, *place))
        return f"{FORM}.{key.id}.{base64.b64encode(nonce + closed).decode('ascii')}"

    def _open(self, use: str, stored: str, place: tuple[str, ...]) -> bytes:
        key_id, body = _parts(stored)
        key = self._master.named(key_id)
        if key is None:
            raise SealBroken("this was encrypted with master key {key_id}, which the key file does not hold", key_id=key_id)
        try:
            return AESGCM(_derived(key, use)).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], bound(FORM, use, key.id, *place))
        except InvalidTag as fault:
            raise SealBroken("an encrypted {use} was changed, or belongs to another place", use=use) from fault


def bound(*parts: str | bytes | int) -> bytes:
    """Parts joined so that no two different lists give the same bytes: each with its length in front."""
    joined = b""
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        joined += len(raw).to_bytes(4, "big") + raw
    return joined


def derived(secret: bytes, *info: str | bytes | int, salt: bytes | None = None) -> bytes:
    """A key of 32 bytes for one use, from a secret (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt, bound(*info)).derive(secret)


def _derived(key: MasterKey, use: str) -> bytes:
    return derived(key.secret, "homeroom", use)


def _parts(stored: str) -> tuple[str, bytes]:
    form, _, rest = stored.partition(".")
    key_id, _, body = rest.partition(".")
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise SealBroken("an encrypted value is damaged") from fault
    # One value has one text: the spare bits at the end of base64 are not free to change.
    canonical = base64.b64encode(raw).decode("ascii") == body
    if form != FORM or not key_id or len(raw) <= NONCE_BYTES or not canonical:
        raise SealBroken("an encrypted value is damaged")
    return key_id, raw
