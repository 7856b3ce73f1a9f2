"""Log-ins at the SFTP door: the newest of each account, so that a person can see whether the other side ever came, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from homeroom.store.control_tables import login
from homeroom.store.moments import read, written
from homeroom.store.places import Place

KEPT = 50
"""How many log-ins of an account are kept."""


@dataclass(frozen=True, slots=True)
class Login:
    """One log-in, or a try. `result` is the door's word for what came of it, `address` the network address that asked."""

    at: datetime
    address: str
    result: str


class Logins:
    """The log-ins of all accounts. No password that was tried is in it."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, username: str, made: Login) -> None:
        """Keep one, and forget the oldest beyond `KEPT`."""
        row = {"username": username, "at": written(made.at), "address": made.address, "result": made.result}
        newest = select(login.c.id).where(login.c.username == username).order_by(login.c.id.desc()).limit(KEPT)
        with self._place.write() as connection:
            connection.execute(insert(login).values(row))
            old = login.c.id.not_in(newest)
            connection.execute(delete(login).where(login.c.username == username, old))

    def of(self, username: str, limit: int = KEPT) -> list[Login]:
        """The log-ins of an account, the newest first."""
        wanted = select(login).where(login.c.username == username).order_by(login.c.id.desc()).limit(limit)
        with self._place.read() as connection:
            return [Login(read(row.at), row.address, row.result) for row in connection.execute(wanted)]
