"""Access tokens: given out against an app's credentials, checked at every request.

A token is 256 random bits, opaque, kept as SHA-256 only. A token once checked is believed for `BELIEVED` seconds before the
store is asked again: that is how long a revoked app can still read. An older token stays good when a new one is given out
(clients ask for one per thread).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from homeroom.doors.rest.problems import NotKnown, TooMany
from homeroom.doors.rest.scopes import granted, short
from homeroom.store.apps import App, Apps, Token

LIFETIME = 3600
"""Seconds for which a token is good."""

BELIEVED = 5.0
"""Seconds for which a checked token is not looked up again: the bound within which a revocation works everywhere."""

REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Granted:
    """A token as it is given out, this once in readable form."""

    token: str
    expires_in: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: an app, with the scopes of its token by short name."""

    client_id: str
    scopes: frozenset[str]
    districts: tuple[str, ...] | None


class WrongCredentials(Exception):
    """The client id is unknown, its app is revoked, or the secret is wrong: not said which."""


class NoScope(Exception):
    """The app may have none of the scopes that were asked for."""


class Brake:
    """Slows down guessing: at most `most` failures per `seconds` and key."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._guard = Lock()

    def check(self, key: str, at: float) -> None:
        """Raise TooMany when this key failed too often lately."""
        with self._guard:
            recent = [t for t in self._failures.get(key, ()) if t > at - self.seconds]
        if len(recent) >= self.most:
            raise TooMany("Too many failed attempts. Wait before you try again.", max(1, round(recent[0] + self.seconds - at)))

    def failed(self, key: str, at: float) -> None:
        """Count a failure."""
        with self._guard:
            kept = [t for t in self._failures.pop(key, ()) if t > at - self.seconds]
            self._failures[key] = [*kept, at]
            if len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)


class Desk:
    """Gives out and checks tokens. Thread safe. `now` is the clock."""

    def __init__(self, apps: Apps, now: Callable[[], datetime]) -> None:
        self._apps = apps
        self._now = now
        self._known: OrderedDict[str, tuple[Reader, datetime, datetime]] = OrderedDict()
        self._guard = Lock()
        self._brake_pair = Brake(10, 60)
        self._brake_address = Brake(100, 60)

    def grant(self, client_id: str, secret: str, asked: tuple[str, ...], address: str) -> Granted:
        """A new token for an app. Raises WrongCredentials, NoScope, TooMany. `address` is the caller's, for the brake."""
        now = self._now()
        at = now.timestamp()
        self._brake_pair.check(f"{address} {client_id}", at)
        self._brake_address.check(address, at)
        app = self._apps.find(client_id)
        right = hmac.compare_digest(_sha256(secret), app.secret_sha256 if app else _sha256(""))
        if app is None or app.revoked is not None or not right:
            self._brake_pair.failed(f"{address} {client_id}", at)
            self._brake_address.failed(address, at)
            raise WrongCredentials
        return self._given(app, asked, now)

    def _given(self, app: App, asked: tuple[str, ...], now: datetime) -> Granted:
        scopes = granted(asked, app.scopes)
        if not scopes:
            raise NoScope
        token = secrets.token_urlsafe(32)
        self._apps.keep_token(Token(_sha256(token), app.client_id, scopes, now + timedelta(seconds=LIFETIME)), now)
        return Granted(token, LIFETIME, scopes)

    def known(self, token: str) -> Reader | None:
        """Whose token this is, if it was checked a moment ago. Asks no store."""
        known = self._known.get(_sha256(token))
        now = self._now()
        return known[0] if known is not None and now < known[1] and now < known[2] else None

    def reader(self, token: str) -> Reader:
        """Whose token this is. Raises NotKnown for one that is unknown, expired or revoked."""
        known = self.known(token)
        if known is not None:
            return known
        digest, now = _sha256(token), self._now()
        found = self._apps.token(digest, now)
        app = self._apps.find(found.client_id) if found is not None else None
        if found is None or app is None or app.revoked is not None:
            with self._guard:
                self._known.pop(digest, None)
            raise NotKnown("The token is unknown or has expired. Ask for a new one.")
        reader = Reader(app.client_id, frozenset(short(scope) for scope in found.scopes), app.districts)
        with self._guard:
            self._known[digest] = (reader, now + timedelta(seconds=BELIEVED), found.expires)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return reader


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
