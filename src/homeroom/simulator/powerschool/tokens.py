"""OAuth: client credentials in, one token out, which is the same until it expires."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from homeroom.simulator.dice import Dice
from homeroom.simulator.powerschool.calls import Answer, Call, Trouble
from homeroom.simulator.powerschool.plugin import Plugin, uuid

LIFE = 2_504_956
"""Seconds: what a real server gave, just under 29 days."""
EXPIRED = 'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"'


@dataclass(slots=True)
class Tokens:
    """The tokens given out. `life` in seconds; after `calls` calls a token is forgotten (0: never); `clock` counts seconds."""

    seed: int
    life: int = LIFE
    calls: int = 0
    as_text: bool = True
    clock: Callable[[], float] = time.monotonic
    current: str = ""
    ends: float = 0.0
    used: int = 0
    given: int = field(default=0)

    def issue(self) -> tuple[str, int]:
        """The token that lives, else a new one, and the seconds that it has left."""
        if not self.lives():
            self.given += 1
            self.current = uuid(Dice("token", self.seed, self.given))
            self.ends, self.used = self.clock() + self.life, 0
        return self.current, max(1, round(self.ends - self.clock()))

    def lives(self) -> bool:
        """Whether there is a token that has not expired."""
        return bool(self.current) and self.clock() < self.ends and not (self.calls and self.used >= self.calls)

    def revoke(self) -> None:
        """Forget the token: the plug-in was disabled or got new credentials."""
        self.current = ""

    def check(self, authorization: str) -> None:
        """Count one use. Raises Trouble 401 for a token that is missing, unknown or expired."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Unauthorized('Bearer realm="PowerSchool"')
        if token.strip() != self.current or not self.lives():
            raise Unauthorized(EXPIRED)
        self.used += 1


class Unauthorized(Trouble):
    """401 with the header that says why."""

    def __init__(self, challenge: str) -> None:
        super().__init__(401, error="invalid_token")
        self.challenge = challenge


def access_token(tokens: Tokens, plugin: Plugin, call: Call) -> Answer:
    """POST /oauth/access_token."""
    given = _basic(call.headers.get("authorization", ""))
    form = {name: values[-1] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    if given is None and "client_id" in form:
        given = (form["client_id"], form.get("client_secret", ""))
    if not plugin.enabled or given != (plugin.client_id, plugin.client_secret):
        return Answer({"error": "invalid_client"}, 401, headers={"WWW-Authenticate": 'Basic realm="PowerSchool"'})
    if form.get("grant_type") != "client_credentials":
        return Answer({"error": "unsupported_grant_type" if "grant_type" in form else "invalid_request"}, 400)
    token, left = tokens.issue()
    body = {"access_token": token, "token_type": "Bearer", "expires_in": str(left) if tokens.as_text else left}
    return Answer(body, headers={"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-store"})


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret
