"""One call: its token, its pace, its tries. Reads are tried again, writes never blindly."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx2
import stamina

from homeroom.systems.powerschool.client.answers import TokenSpent, value_of
from homeroom.systems.powerschool.client.errors import (
    BrokenAnswer,
    PowerSchoolError,
    Rejected,
    SignInRefused,
    TooManyRequests,
    UnknownOutcome,
    Unreachable,
    Untrusted,
)
from homeroom.systems.powerschool.client.patience import Pace, Patience, asked_to_wait
from homeroom.systems.powerschool.client.shapes import at, text
from homeroom.systems.powerschool.client.tokens import Tokens

AGENT = "Homeroom"
SIGN_IN = "/oauth/access_token"
Judged = TypeVar("Judged")
MOST_IN_MEMORY = 64 << 20
"""Bytes of an answer that is not written to a file: a page of a list, a token, a refusal."""
MOST_OF_A_FILE = 8 << 30
"""Bytes of a query's whole answer. That of 200,000 students is a fortieth of it."""
LONG_READ = 4
"""How much longer a query's whole answer is tried for than a short call: it may come for minutes and then break off."""
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
        again: Callable[[PowerSchoolError], None] = lambda trouble: None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """`again` hears why a call is tried once more, before the wait for it."""
        self._told = again
        self._id, self._secret, self._patience = client_id, client_secret, patience
        self._pace = pace or Pace(most=patience.longest_wait)
        self._http = httpx2.Client(
            base_url=_checked(url),
            headers={"Accept": "application/json", "User-Agent": AGENT},
            timeout=httpx2.Timeout(patience.answer, connect=patience.connect),
            follow_redirects=False,
            verify=trusted(),
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
        for attempt in self._attempts():
            with attempt:
                return self._authorized(method, path, query, body)
        raise AssertionError("stamina tries at least once")

    def fetch(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, into: Path, judge: Callable[[IO[bytes]], Judged]
    ) -> Judged:
        """A long read, written to a file; what `judge` makes of the whole file. Tried again from its beginning while that may help.

        `judge` raises BrokenAnswer for an answer that is not whole.
        """
        for attempt in self._attempts(longer=LONG_READ):
            with attempt, into.open("w+b") as file:
                self._authorized(method, path, query, body, file)
                return judge(file)
        raise AssertionError("stamina tries at least once")

    def write(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """A call that changes something, sent once; refused calls (429, a spent token) are sent again, since nothing was done.

        Raises UnknownOutcome when it may have been done, and PowerSchoolError.
        """
        self._tokens.current()  # a sign-in that fails leaves no doubt: nothing was sent
        for attempt in self._attempts(lambda trouble: isinstance(trouble, TooManyRequests) and self._again(trouble)):
            with attempt:
                return self._written(method, path, query, body)
        raise AssertionError("stamina tries at least once")

    def _written(self, method: str, path: str, query: Mapping[str, str] | None, body: Any) -> Any:
        try:
            return self._authorized(method, path, query, body)
        except TooManyRequests:
            raise
        except (Unreachable, BrokenAnswer) as trouble:
            if trouble.path == SIGN_IN or isinstance(trouble.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
                raise  # never sent
            raise UnknownOutcome("the answer to a write was lost", path=path, status=trouble.status) from trouble

    def _again(self, trouble: Exception) -> bool | float:
        """Whether to try again, and when: a server that named a time gets it. Signing in has had its own tries by then."""
        signing_in = isinstance(trouble, PowerSchoolError) and trouble.path == SIGN_IN
        return False if signing_in else self._may_pass(trouble)

    def _may_pass(self, trouble: Exception) -> bool | float:
        if not isinstance(trouble, Unreachable | BrokenAnswer):
            return False
        self._told(trouble)
        if isinstance(trouble, TooManyRequests):
            wait = min(self._patience.longest_wait, trouble.wait or self._patience.first_wait)
            self._pace.slower(wait)
            return wait
        return True

    def _attempts(self, on: Callable[[Exception], bool | float] | None = None, *, longer: float = 1) -> Iterator[stamina.Attempt]:
        patience = self._patience
        return iter(
            stamina.retry_context(
                on=on or self._again,
                attempts=patience.attempts,
                timeout=patience.whole and patience.whole * longer,
                wait_initial=patience.first_wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.first_wait,
            )
        )

    def _authorized(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, into: IO[bytes] | None = None
    ) -> Any:
        for _ in range(RENEWALS + 1):
            token = self._tokens.current()
            try:
                return self._once(method, path, query, body, token, into)
            except TokenSpent:
                self._tokens.spent(token)
        raise SignInRefused("fresh tokens are refused: is the plug-in enabled?", path=path, status=401)

    def _once(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, token: str, into: IO[bytes] | None
    ) -> Any:
        self._pace.wait()
        answer = self._sent(method, path, into, params=_encoded(query), body=body, headers={"Authorization": f"Bearer {token}"})
        found = None if into is not None and _kept(answer) else self._understood(answer, path)
        self._pace.answered()
        return found

    def _sent(
        self, method: str, path: str, into: IO[bytes] | None = None, *, params: str = "", body: Any = None, **more: Any
    ) -> httpx2.Response:
        """Send a request and read its answer: into a file where data came and a file was given."""
        if body is not None:
            more["json"] = body
        request = self._http.build_request(method, path + (f"?{params}" if params else ""), **more)
        try:
            answer = self._http.send(request, stream=True, auth=self._basic(path))
            try:
                if into is not None and _kept(answer):
                    into.seek(0)
                    into.truncate()
                    for chunk in _bounded(answer, path, MOST_OF_A_FILE):
                        into.write(chunk)
                    into.flush()
                else:
                    answer = _whole(answer, path)
            finally:
                answer.close()
        except httpx2.TimeoutException as trouble:
            raise Unreachable("no answer in time", path=path) from trouble
        except httpx2.TransportError as trouble:
            raise _unreachable(trouble, path) from trouble
        return answer

    def _basic(self, path: str) -> httpx2.BasicAuth | None:
        return httpx2.BasicAuth(self._id, self._secret) if path == SIGN_IN else None

    def _understood(self, answer: httpx2.Response, path: str) -> Any:
        try:
            return value_of(answer, path)
        except TooManyRequests as trouble:
            trouble.wait = asked_to_wait(answer.headers.get("retry-after"), answer.content)
            raise

    def _sign_in(self) -> tuple[str, float]:
        """A new token and its life in seconds. `expires_in` is text on real servers, a number in some documents."""
        for attempt in self._attempts(self._may_pass):
            with attempt:
                return self._token_asked(SIGN_IN)
        raise AssertionError("stamina tries at least once")

    def _token_asked(self, path: str) -> tuple[str, float]:
        answer = self._sent("POST", path, data={"grant_type": "client_credentials"})
        if answer.status_code in (400, 401, 403):
            raise SignInRefused("client id or secret is not that of an enabled plug-in", path=path, status=answer.status_code)
        found = self._understood(answer, path)
        token, life = text(at(found, "access_token")), text(at(found, "expires_in"))
        if not token or not life or not life.isdigit():
            raise BrokenAnswer("a token answer without token or life", path=path, status=answer.status_code)
        return token, float(life)


def _unreachable(trouble: httpx2.TransportError, path: str) -> Unreachable:
    """Why there is no connection, as far as that can be told from what the system said."""
    cause: BaseException | None = trouble
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(f"its certificate is not trusted: {cause.verify_message}", path=path)
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable("nothing listens there", path=path)
        cause = cause.__cause__ or cause.__context__
    told = "no connection could be made" if isinstance(trouble, httpx2.ConnectError) else "the connection broke off"
    return Unreachable(told, path=path)


@cache
def trusted() -> ssl.SSLContext:
    """Whom we trust, read once in the life of a process: it takes 40 ms, a tenth of what refreshing one student takes."""
    return httpx2.create_ssl_context()


def _checked(url: str) -> str:
    """The server's address without a path. Raises Rejected for what is none; secrets go over https, or to this very machine."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not local):
        raise Rejected("the address of a PowerSchool server begins with https://")
    if parts.username or parts.password:
        raise Rejected("an address with a user name or password in it is not used")
    return f"{parts.scheme}://{parts.netloc}"


def _bounded(answer: httpx2.Response, path: str, most: int) -> Iterator[bytes]:
    """The body, unpacked, up to a length: a server that never ends, or a small answer that unpacks to a huge one, fills nothing."""
    size = 0
    for chunk in answer.iter_bytes():
        size += len(chunk)
        if size > most:
            raise BrokenAnswer(f"an answer of more than {most >> 20:,} MB", path=path, status=answer.status_code)
        yield chunk


def _whole(answer: httpx2.Response, path: str) -> httpx2.Response:
    """The answer with its body in memory."""
    body = b"".join(_bounded(answer, path, MOST_IN_MEMORY))
    told = [
        (n, v)
        for n, v in answer.headers.multi_items()
        if n.lower() not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return httpx2.Response(answer.status_code, headers=told, content=body, request=answer.request)


def _kept(answer: httpx2.Response) -> bool:
    """Whether an answer is data, to be written to a file where one was given; a page of a closed server is not."""
    return answer.status_code == 200 and "json" in answer.headers.get("content-type", "json").lower()


def _encoded(query: Mapping[str, str] | None) -> str:
    """A query string; `;`, `=`, `*`, `(`, `)`, `,` and `:` of filters stay readable, as other clients send them."""
    return "&".join(f"{quote(name, safe='$')}={quote(value, safe=';=*(),:@.-')}" for name, value in (query or {}).items())
