"""One call: its token, its pace, its tries. Reads are tried again, writes never blindly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import stamina

from homeroom.systems.powerschool.client.answers import TokenSpent, value_of
from homeroom.systems.powerschool.client.errors import (
    BrokenAnswer,
    Rejected,
    SignInRefused,
    TooManyRequests,
    UnknownOutcome,
    Unreachable,
)
from homeroom.systems.powerschool.client.patience import Pace, Patience, asked_to_wait
from homeroom.systems.powerschool.client.shapes import at, text
from homeroom.systems.powerschool.client.tokens import Tokens

AGENT = "Homeroom"
RENEWALS = 2
"""How many fresh tokens one call may cost: a server that refuses those too does not mean the token."""


class Caller:
    """Speaks HTTP with one PowerSchool server. Thread safe."""

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        *,
        patience: Patience,
        pace: Pace | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._id, self._secret, self._patience = client_id, client_secret, patience
        self._pace = pace or Pace()
        self._http = httpx2.Client(
            base_url=_checked(url),
            headers={"Accept": "application/json", "User-Agent": AGENT},
            timeout=httpx2.Timeout(patience.answer, connect=patience.connect),
            follow_redirects=False,
            transport=transport,
        )
        self._tokens = Tokens(self._sign_in)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    @property
    def distance(self) -> float:
        """Seconds that are kept between calls at the moment."""
        return self._pace.distance

    def read(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> Any:
        """A call that changes nothing, tried again while that may help. Raises PowerSchoolError."""
        for attempt in stamina.retry_context(
            on=self._again,
            attempts=self._patience.attempts,
            timeout=None,
            wait_initial=self._patience.first_wait,
            wait_max=self._patience.longest_wait,
            wait_jitter=self._patience.first_wait,
        ):
            with attempt:
                return self._authorized(method, path, query, body)
        raise AssertionError("stamina tries at least once")

    def write(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """A call that changes something, sent once; refused calls (429, a spent token) are sent again, since nothing was done.

        Raises UnknownOutcome when it may have been done, and PowerSchoolError.
        """
        for attempt in stamina.retry_context(
            on=lambda trouble: isinstance(trouble, TooManyRequests) and self._again(trouble),
            attempts=self._patience.attempts,
            timeout=None,
            wait_initial=self._patience.first_wait,
            wait_max=self._patience.longest_wait,
        ):
            with attempt:
                return self._written(method, path, query, body)
        raise AssertionError("stamina tries at least once")

    def _written(self, method: str, path: str, query: Mapping[str, str] | None, body: Any) -> Any:
        try:
            return self._authorized(method, path, query, body)
        except TooManyRequests:
            raise
        except (Unreachable, BrokenAnswer) as trouble:
            if isinstance(trouble.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
                raise  # never sent
            raise UnknownOutcome("the answer to a write was lost", path=path, status=trouble.status) from trouble

    def _again(self, trouble: Exception) -> bool | float:
        """Whether to try again, and when: a server that named a time gets it."""
        if isinstance(trouble, TooManyRequests):
            wait = min(self._patience.longest_wait, trouble.wait or self._patience.first_wait)
            self._pace.slower(wait)
            return wait
        return isinstance(trouble, Unreachable | BrokenAnswer)

    def _authorized(self, method: str, path: str, query: Mapping[str, str] | None, body: Any) -> Any:
        for _ in range(RENEWALS + 1):
            token = self._tokens.current()
            try:
                return self._once(method, path, query, body, token)
            except TokenSpent:
                self._tokens.spent(token)
        raise SignInRefused("fresh tokens are refused: is the plug-in enabled?", path=path, status=401)

    def _once(self, method: str, path: str, query: Mapping[str, str] | None, body: Any, token: str) -> Any:
        self._pace.wait()
        answer = self._sent(
            method,
            path,
            headers={"Authorization": f"Bearer {token}"},
            params=_encoded(query),
            json=body if body is not None else None,
        )
        found = self._understood(answer, path)
        self._pace.answered()
        return found

    def _sent(self, method: str, path: str, **more: Any) -> httpx2.Response:
        params = more.pop("params", "")
        if more.get("json") is None:
            more.pop("json", None)
        try:
            return self._http.request(method, path + (f"?{params}" if params else ""), **more)
        except httpx2.TimeoutException as trouble:
            raise Unreachable("no answer in time", path=path) from trouble
        except httpx2.TransportError as trouble:
            raise Unreachable(f"no connection ({type(trouble).__name__})", path=path) from trouble

    def _understood(self, answer: httpx2.Response, path: str) -> Any:
        try:
            return value_of(answer, path)
        except TooManyRequests as trouble:
            trouble.wait = asked_to_wait(answer.headers.get("retry-after"), answer.content)
            raise

    def _sign_in(self) -> tuple[str, float]:
        """A new token and its life in seconds. `expires_in` is text on real servers, a number in some documents."""
        path = "/oauth/access_token"
        for attempt in stamina.retry_context(
            on=self._again,
            attempts=self._patience.attempts,
            timeout=None,
            wait_initial=self._patience.first_wait,
            wait_max=self._patience.longest_wait,
        ):
            with attempt:
                return self._token_asked(path)
        raise AssertionError("stamina tries at least once")

    def _token_asked(self, path: str) -> tuple[str, float]:
        answer = self._sent(
            "POST",
            path,
            auth=httpx2.BasicAuth(self._id, self._secret),
            data={"grant_type": "client_credentials"},
        )
        if answer.status_code in (400, 401, 403):
            raise SignInRefused("client id or secret is not that of an enabled plug-in", path=path, status=answer.status_code)
        found = self._understood(answer, path)
        token, life = text(at(found, "access_token")), text(at(found, "expires_in"))
        if not token or not life or not life.isdigit():
            raise BrokenAnswer("a token answer without token or life", path=path, status=answer.status_code)
        return token, float(life)


def _checked(url: str) -> str:
    """The server's address without a path. Raises Rejected for what is none; secrets go over https, or to this very machine."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not local):
        raise Rejected("the address of a PowerSchool server begins with https://")
    if parts.username or parts.password:
        raise Rejected("an address with a user name or password in it is not used")
    return f"{parts.scheme}://{parts.netloc}"


def _encoded(query: Mapping[str, str] | None) -> str:
    """A query string; `;`, `=`, `*`, `(`, `)`, `,` and `:` of filters stay readable, as other clients send them."""
    return "&".join(f"{quote(name, safe='$')}={quote(value, safe=';=*(),:@.-')}" for name, value in (query or {}).items())
