"""One request as the console sees it, before it is known who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from homeroom.doors.console.asked import Values
from homeroom.doors.console.crossing import BEFORE, SESSION, Cookies, cookies
from homeroom.doors.console.sending import Scope

MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """Method, address, headers and cookies."""

    method: str
    path: str
    query_text: str
    headers: Mapping[str, str]
    cookies: Cookies
    peer: str

    @property
    def part(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.headers.get("hx-request") == "true"

    @property
    def by_itself(self) -> bool:
        """Whether an open page asks, and not somebody who sits before it: for a part, or for a stream anew."""
        return self.part or self.headers.get("accept", "").startswith("text/event-stream")

    @property
    def has_body(self) -> bool:
        """Whether something follows the headers."""
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    @property
    def secret(self) -> str:
        """What the token of forms hangs on: the session, or what stands for it before there is one."""
        return self.cookies.get(SESSION) or self.cookies.get(BEFORE)

    @property
    def back(self) -> str:
        """The address to come back to after a sign-in."""
        path = quote(self.path, safe="/")
        return f"{path}?{self.query_text}" if self.query_text and self.method in ("GET", "HEAD") else path

    @property
    def query(self) -> Values:
        """The values of the query; what cannot be read is none."""
        try:
            pairs = parse_qsl(self.query_text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return {}
        return grouped(pairs)


def grouped(pairs: list[tuple[str, str]]) -> Values:
    """Values by name."""
    names = dict.fromkeys(name for name, _ in pairs)
    return {name: tuple(value for each, value in pairs if each == name) for name in names}


def read(scope: Scope, public_url: str | None) -> Request:
    """The request of an ASGI scope. By https it came where the wire says so, or where the installation is reached by https alone."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}; {text}" if key == "cookie" and key in headers else text
    secure = scope.get("scheme") == "https" or (public_url or "").startswith("https://")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query_text=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        cookies=cookies(headers.get("cookie", ""), secure),
        peer=str((scope.get("client") or ("",))[0]),
    )


def addresses(request: Request, public_url: str | None) -> tuple[str, ...]:
    """The hosts under which this console is reached."""
    outside = (urlsplit(public_url).netloc,) if public_url else ()
    return (request.headers.get("host", ""), *outside)


def local(path: str) -> str:
    """The path, if it is one of ours; else the first page. Browsers take `//` and a backslash for another site."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/"
