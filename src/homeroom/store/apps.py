"""Apps and their tokens in the control store: who may read, what, and until when. Secrets and tokens only as SHA-256."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse
from homeroom.store.control_tables import app, token
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class App:
    """A consuming application. `districts` are the slugs of its share; None: all districts, later ones too."""

    client_id: str
    secret_sha256: str
    name: str
    scopes: tuple[str, ...]
    districts: tuple[str, ...] | None
    created: datetime
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An access token by its SHA-256 (hexadecimal)."""

    sha256: str
    client_id: str
    scopes: tuple[str, ...]
    expires: datetime


class Apps:
    """The apps of an installation and their tokens."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, made: App) -> None:
        """Add an app. Raises Misuse when its client id is taken."""
        row = {
            "client_id": made.client_id,
            "secret_sha256": made.secret_sha256,
            "name": made.name,
            "scopes": json.dumps(made.scopes),
            "districts": json.dumps(made.districts) if made.districts is not None else None,
            "created": written(made.created),
        }
        try:
            with self._place.write() as connection:
                connection.execute(insert(app).values(row))
        except IntegrityError:
            raise Misuse("The client id {client_id!r} is taken.", client_id=made.client_id) from None

    def find(self, client_id: str) -> App | None:
        """The app of a client id, revoked or not; None for an unknown one."""
        with self._place.read() as connection:
            row = connection.execute(select(app).where(app.c.client_id == client_id)).one_or_none()
        return _app(row) if row is not None else None

    def all(self) -> list[App]:
        """All apps by name."""
        with self._place.read() as connection:
            return [_app(row) for row in connection.execute(select(app).order_by(app.c.name, app.c.client_id))]

    def set_secret(self, client_id: str, secret_sha256: str) -> None:
        """Replace the secret's hash; tokens that were given out stay until they expire."""
        with self._place.write() as connection:
            connection.execute(update(app).where(app.c.client_id == client_id).values(secret_sha256=secret_sha256))

    def revoke(self, client_id: str, now: datetime) -> None:
        """Shut an app out at once: its tokens go, and it gets no new ones."""
        with self._place.write() as connection:
            connection.execute(delete(token).where(token.c.client_id == client_id))
            connection.execute(update(app).where(app.c.client_id == client_id).values(revoked=written(now)))

    def keep_token(self, made: Token, now: datetime) -> None:
        """Keep a token that was given out, and forget those that have expired."""
        row = {
            "sha256": made.sha256,
            "client_id": made.client_id,
            "scopes": json.dumps(made.scopes),
            "expires": written(made.expires),
        }
        with self._place.write() as connection:
            connection.execute(delete(token).where(token.c.expires <= written(now)))
            connection.execute(insert(token).values(row))

    def token(self, sha256: str, now: datetime) -> Token | None:
        """The token with that hash, unless it is unknown or expired."""
        with self._place.read() as connection:
            row = connection.execute(select(token).where(token.c.sha256 == sha256, token.c.expires > written(now))).one_or_none()
        return Token(row.sha256, row.client_id, tuple(json.loads(row.scopes)), read(row.expires)) if row is not None else None


def _app(row: Row[Any]) -> App:
    districts = tuple(json.loads(row.districts)) if row.districts is not None else None
    return App(
        row.client_id, row.secret_sha256, row.name, tuple(json.loads(row.scopes)), districts, read(row.created), read(row.revoked)
    )
