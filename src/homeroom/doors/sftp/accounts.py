"""Who may come in: one account per source, its secrets hashed, and how a password is checked without telling who exists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import asyncssh

from homeroom.desk import passwords

LONGEST_PASSWORD = 1024


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


class Passwords:
    """Checks passwords in threads of its own, at most two at once: each check takes 64 MiB by design."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="argon2")

    async def right(self, password: str, hashes: Sequence[str]) -> bool:
        """Whether one of the hashes is of this password. Without any it takes just as long, and is False."""
        if len(password) > LONGEST_PASSWORD:
            return False
        loop = asyncio.get_running_loop()
        found = False
        for stored in hashes or (passwords.NOBODY,):
            found |= await loop.run_in_executor(self._pool, passwords.right, stored, password)
        return found and bool(hashes)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def knows(account: Account, key: asyncssh.SSHKey) -> bool:
    """Whether a public key is one of the account's. A stored line that is no key lets nobody in."""
    offered = key.export_public_key("openssh").split()[:2]
    return any(line.encode("utf-8", "replace").split()[:2] == offered for line in account.keys)
