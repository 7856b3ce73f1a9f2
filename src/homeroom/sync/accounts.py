"""The account of a source that is pushed to: a new password, and the public keys that may log in."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.settings import Settings
from homeroom.store.accounts import Account
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House
from homeroom.sync.sources import of

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
"""Addresses that mean: listen on all of them."""
AT_ONCE = timedelta(minutes=1)
"""Two new passwords within this time are one act, done twice."""
LONGEST_OVERLAP = timedelta(days=30)
"""How long two passwords may be good side by side."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of an account: what it is told by, and its whole line. `comment` is what stands behind it, often whose it is."""

    kind: str
    fingerprint: str
    comment: str
    line: str


def host_for_others(settings: Settings) -> str:
    """The name by which a district's system finds the SFTP door: an address to listen on may be none to connect to."""
    outside = urlsplit(settings.public_url or "").hostname
    return outside if outside and settings.sftp_address in EVERYWHERE else settings.sftp_address


def check_public_keys(lines: Sequence[str]) -> None:
    """Raise Misuse for a key that could never log in."""
    import asyncssh  # not for those who only list keys

    for number, line in enumerate(lines, start=1):
        try:
            asyncssh.import_public_key(line)
        except (asyncssh.KeyImportError, UnicodeEncodeError):
            raise Misuse(
                "public key {number} cannot be read: give the whole line of the .pub file, as ssh-ed25519 AAAA...",
                number=str(number),
            ) from None


def check_private_key(text: str, passphrase: str | None) -> None:
    """Raise Misuse for the text of a private key with which nobody could log in anywhere."""
    import asyncssh

    try:
        asyncssh.import_private_key(text, passphrase)
    except asyncssh.KeyEncryptionError:
        raise Misuse("the private key is encrypted: give its passphrase, too.") from None
    except (asyncssh.KeyImportError, UnicodeEncodeError):
        raise Misuse("that is no private key: give the whole text of the file without .pub.") from None


def rotate(
    house: House,
    slug: str,
    number: int,
    password_hash: str,
    overlap: timedelta,
    who: str = "command line",
    *,
    unseen: bool = False,
) -> tuple[Account, datetime | None]:
    """Give the account of a source a new password; the old one is good for `overlap` more. Returns until when.

    Two clicks at once are two new passwords, of which the first was used by nobody: it is the one before them that stays good. So it is
    where nobody saw the present password yet (`unseen`).

    Raises Misuse for a source without an account, or an overlap that is negative or longer than `LONGEST_OVERLAP`.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Misuse(
            "the old password may stay good for 0 to {count} hours.",
            count=LONGEST_OVERLAP // timedelta(hours=1),
        )
    account, now = _account(house, slug, number), datetime.now(UTC)
    until = now + overlap if overlap and account.password_hash else None
    since = now if unseen or until is None else until - AT_ONCE
    house.stores.control.accounts.set_password(account.username, password_hash, retiring_until=until, unseen_since=since)
    detail = {"source": number, "username": account.username, "old_until": moment(until) if until else None}
    house.stores.control.audit.add(AuditRow(now, who, "password-rotated", slug, detail))
    return account, until


def keys(house: House, slug: str, number: int) -> list[PublicKey]:
    """The public keys that may log in. Raises Misuse for a source without an account."""
    return [_key(line) for line in _account(house, slug, number).public_keys]


def add_key(house: House, slug: str, number: int, line: str, who: str = "command line") -> PublicKey:
    """Let a public key in besides. The line was read before. Raises Misuse for one that the account has."""
    account, added = _account(house, slug, number), _key(line.strip())
    if added.fingerprint in {_key(known).fingerprint for known in account.public_keys}:
        raise Misuse("source {number} has the key {fingerprint} already.", number=str(number), fingerprint=added.fingerprint)
    _keep(house, slug, number, account, (*account.public_keys, added.line), "key-added", added, who)
    return added


def remove_key(house: House, slug: str, number: int, fingerprint: str, who: str = "command line") -> PublicKey:
    """Keep a public key out from now on. Raises Misuse for one that the account does not have."""
    account = _account(house, slug, number)
    found = [
        k for k in map(_key, account.public_keys) if k.fingerprint.removeprefix("SHA256:") == fingerprint.removeprefix("SHA256:")
    ]
    if not found:
        raise Misuse(
            "source {number} has no key {fingerprint}.",
            number=str(number),
            fingerprint=fingerprint,
            command=f"homeroom source key list {slug} {number}",
        )
    left = tuple(line for line in account.public_keys if _key(line).fingerprint != found[0].fingerprint)
    _keep(house, slug, number, account, left, "key-removed", found[0], who)
    return found[0]


def _keep(
    house: House, slug: str, number: int, account: Account, lines: tuple[str, ...], what: str, key: PublicKey, who: str
) -> None:
    house.stores.control.accounts.set_keys(account.username, lines)
    detail = {"source": number, "username": account.username, "fingerprint": key.fingerprint}
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, what, slug, detail))


def _account(house: House, slug: str, number: int) -> Account:
    house.stores.control.districts.get(slug)
    source = of(house, slug, number)
    assert source is not None
    found = house.stores.control.accounts.of(source.id)
    if not found:
        raise Misuse(
            "source {number} of {slug} is of kind {kind}: only sources of kind sftp have an account.",
            number=str(number),
            slug=slug,
            kind=source.kind,
        )
    return found[0]


def _key(line: str) -> PublicKey:
    """A line of the authorized_keys form, told apart. One that was stored and cannot be read shows no fingerprint."""
    kind, _, rest = line.partition(" ")
    body, _, comment = rest.strip().partition(" ")
    try:
        digest = hashlib.sha256(base64.b64decode(body, validate=True)).digest()
    except binascii.Error:
        return PublicKey(kind, "unreadable", comment, line)
    return PublicKey(kind, "SHA256:" + base64.b64encode(digest).decode().rstrip("="), comment.strip(), line)
