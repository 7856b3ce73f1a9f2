"""Who may come in: one account per source, its secrets hashed, and how a password is checked without telling who exists."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import asyncssh
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No look-alikes (l 1 I O 0 o) and nothing that a shell, a URL or an old form would mangle."""
PASSWORD_LETTERS = 24
LONGEST_PASSWORD = 1024
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Account:
    """A source's account.

    `folder` lies under the door's root; `keys` are lines as in an authorized_keys file, without options.
    """

    name: str
    folder: str
    password_hashes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    quota_bytes: int | None = None


class Accounts(Protocol):
    """Where accounts are looked up; called in a thread."""

    def find(self, name: str) -> Account | None:
        """The account of that name if it may log in now."""
        ...


def new_password() -> str:
    """A password to hand out once: 24 letters, about 139 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LETTERS))


def hashed(password: str) -> str:
    """What may be stored of a password (argon2id)."""
    return _HASHER.hash(password)


class Passwords:
    """Checks passwords in threads of its own, at most two at once: each check takes 64 MiB by design."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._nobody = hashed(secrets.token_hex(16))

    async def right(self, password: str, hashes: Sequence[str]) -> bool:
        """Whether one of the hashes is of this password. Without any it takes just as long, and is False."""
        if len(password) > LONGEST_PASSWORD:
            return False
        loop = asyncio.get_running_loop()
        found = False
        for stored in hashes or (self._nobody,):
            found |= await loop.run_in_executor(self._pool, _verified, stored, password)
        return found and bool(hashes)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def knows(account: Account, key: asyncssh.SSHKey) -> bool:
    """Whether a public key is one of the account's. A stored line that is no key lets nobody in."""
    offered = key.export_public_key("openssh").split()[:2]
    return any(line.encode("utf-8", "replace").split()[:2] == offered for line in account.keys)


def _verified(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
