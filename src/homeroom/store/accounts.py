"""SFTP accounts in the control store: one for each source of kind sftp."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse
from homeroom.store.control_tables import account
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class Account:
    """Who may push files. `password_hash` is an argon2 text; `public_keys` are lines of the authorized_keys form.

    `retiring_hash` is that of the password before, which is good until `retiring_until`.
    """

    username: str
    source: int
    password_hash: str | None
    public_keys: tuple[str, ...] = ()
    enabled: bool = True
    retiring_hash: str | None = None
    retiring_until: datetime | None = None

    def hashes(self, now: datetime) -> tuple[str, ...]:
        """The argon2 texts of the passwords that are good at that moment."""
        retiring = self.retiring_hash if self.retiring_until is not None and now < self.retiring_until else None
        return tuple(h for h in (self.password_hash, retiring) if h is not None)


class Accounts:
    """The SFTP accounts of an installation; user names are unique in all of it."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, made: Account) -> None:
        """Add an account. Raises Misuse when the user name is taken."""
        row = {
            "username": made.username,
            "source": made.source,
            "password_hash": made.password_hash,
            "public_keys": json.dumps(made.public_keys),
            "enabled": made.enabled,
        }
        try:
            with self._place.write() as connection:
                connection.execute(insert(account).values(row))
        except IntegrityError:
            raise Misuse("The user name {username!r} is taken.", username=made.username) from None

    def find(self, username: str) -> Account | None:
        """The account of a user name, or None: a login with an unknown name is nothing unusual."""
        with self._place.read() as connection:
            row = connection.execute(select(account).where(account.c.username == username)).one_or_none()
        return _account(row) if row is not None else None

    def of(self, source: int) -> list[Account]:
        """The accounts of a source."""
        with self._place.read() as connection:
            rows = connection.execute(select(account).where(account.c.source == source).order_by(account.c.username))
            return [_account(row) for row in rows]

    def set_password(
        self,
        username: str,
        password_hash: str | None,
        *,
        retiring_until: datetime | None = None,
        unseen_since: datetime | None = None,
    ) -> None:
        """Replace the argon2 text; None leaves the keys as the only way in. With `retiring_until` the old one is good so long.

        A password that retires until after `unseen_since` stays in place of the old one: that one was used by nobody yet.
        """
        until = written(retiring_until) if retiring_until is not None else None
        old: Any = account.c.password_hash if retiring_until is not None else None
        if until is not None and unseen_since is not None:
            kept = and_(account.c.retiring_hash.is_not(None), account.c.retiring_until > written(unseen_since))
            old = case((kept, account.c.retiring_hash), else_=account.c.password_hash)
        self._set(username, password_hash=password_hash, retiring_hash=old, retiring_until=until)

    def set_keys(self, username: str, public_keys: tuple[str, ...]) -> None:
        """Replace the public keys."""
        self._set(username, public_keys=json.dumps(public_keys))

    def enable(self, username: str) -> None:
        """Let the account in again."""
        self._set(username, enabled=True)

    def disable(self, username: str) -> None:
        """Keep the account out."""
        self._set(username, enabled=False)

    def remove(self, username: str) -> None:
        """Remove an account; unknown ones are no fault."""
        with self._place.write() as connection:
            connection.execute(delete(account).where(account.c.username == username))

    def _set(self, username: str, **values: Any) -> None:
        with self._place.write() as connection:
            done = connection.execute(update(account).where(account.c.username == username).values(values))
        if not done.rowcount:
            raise Misuse("There is no SFTP account {username!r}.", username=username)


def _account(row: Row[Any]) -> Account:
    keys, until = tuple(json.loads(row.public_keys)), row.retiring_until
    retiring_until = read(until) if until is not None else None
    return Account(row.username, row.source, row.password_hash, keys, bool(row.enabled), row.retiring_hash, retiring_until)
