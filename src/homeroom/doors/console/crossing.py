"""What keeps one person's browser from being used by somebody else: cookies, the token of forms, where a request comes from.

The token of a form is an HMAC under the session's own secret text, so it belongs to that session, needs no store, and holds for
every process. Before sign-in a cookie of its own takes the session's place. The notice after a form travels in a sealed cookie
for a minute: never in an address, and nobody else can write one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import cast
from urllib.parse import urlsplit

from homeroom.doors.console.answers import Notice, Tone

SESSION, BEFORE, NOTICE, THEME = "homeroom", "homeroom-before", "homeroom-notice", "homeroom-theme"
NOTICE_SECONDS = 60
MOST_TITLE, MOST_TEXT = 200, 1200
THEME_SECONDS = 400 * 86400
_TONES = ("ok", "warn", "bad", "held", "run", "idle")


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one request. `secure`: it came by https; names then have the prefix that ties them to this host."""

    given: Mapping[str, str]
    secure: bool

    def get(self, name: str) -> str:
        """The value, or the empty text."""
        return self.given.get(self._called(name), "")

    def set(self, name: str, value: str, seconds: int | None = None) -> tuple[str, str]:
        """The header that sets one; the empty value takes it away."""
        age = "; Max-Age=0" if not value else f"; Max-Age={seconds}" if seconds is not None else ""
        return (
            "set-cookie",
            f"{self._called(name)}={value}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if self.secure else ''}{age}",
        )

    def _called(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


def cookies(header: str, secure: bool) -> Cookies:
    """Read the `Cookie` header; one that cannot be read holds nothing."""
    read: SimpleCookie = SimpleCookie()
    try:
        read.load(header)
    except CookieError:
        return Cookies({}, secure)
    return Cookies({name: each.value for name, each in read.items()}, secure)


def fresh() -> str:
    """A text that nobody can guess."""
    return secrets.token_urlsafe(24)


def token(secret: str) -> str:
    """The token of forms that belongs to a session."""
    return _mac(secret, "form")


def genuine(secret: str, given: str) -> bool:
    """Whether a form has the token of this session."""
    return bool(secret) and hmac.compare_digest(token(secret).encode(), given.encode("utf-8", "replace"))


def from_here(headers: Mapping[str, str], addresses: Iterable[str]) -> bool:
    """Whether the browser says that a form was on a page of ours. What says nothing is judged by its token alone.

    Browsers tell `Sec-Fetch-Site` to https and to the same machine; our own `no-referrer` makes their `Origin` null.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin in (None, "null"):
        return True
    return urlsplit(origin or "").netloc.lower() in {address.lower() for address in addresses}


def sealed(secret: str, notice: Notice) -> str:
    """A notice as the text of a cookie, which browsers keep up to 4 KB."""
    short = replace(notice, title=notice.title[:MOST_TITLE], text=notice.text[:MOST_TEXT])
    text = base64.urlsafe_b64encode(json.dumps(asdict(short), ensure_ascii=False).encode()).decode().rstrip("=")
    return f"{text}.{_mac(secret, text)}"


def unsealed(secret: str, cookie: str) -> Notice | None:
    """The notice of a cookie that this session was given; None for anything else."""
    text, _, mac = cookie.partition(".")
    if not text or not secret or not hmac.compare_digest(_mac(secret, text).encode(), mac.encode("utf-8", "replace")):
        return None
    read = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    tone = read["tone"] if read["tone"] in _TONES else "idle"
    return Notice(cast("Tone", tone), str(read["title"]), str(read["text"]))


def _mac(secret: str, text: str) -> str:
    made = hmac.new(secret.encode("utf-8", "replace"), f"homeroom console {text}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
