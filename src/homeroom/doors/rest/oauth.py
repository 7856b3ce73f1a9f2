"""The token endpoint: OAuth 2 client credentials (RFC 6749, 4.4), Basic header or form body."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from homeroom.doors.rest import wire
from homeroom.doors.rest.problems import TooMany
from homeroom.doors.rest.tokens import Desk, NoScope, WrongCredentials
from homeroom.roster.faults import TryAgain

Reply = Callable[..., Awaitable[None]]


async def token(desk: Desk, threads: ThreadPoolExecutor, scope: wire.Scope, receive: wire.Receive, reply: Reply) -> int:
    """Answer a request for a token; returns the HTTP status. Nothing of the form is ever logged."""
    status, told, headers = await _token(desk, threads, scope, receive)
    await reply(status, json.dumps(told).encode(), headers)
    return status


Told = tuple[int, dict[str, Any], tuple[tuple[str, str], ...]]


async def _token(desk: Desk, threads: ThreadPoolExecutor, scope: wire.Scope, receive: wire.Receive) -> Told:
    if scope["method"] != "POST":
        return 405, _error("invalid_request", "Ask for a token with POST."), (("Allow", "POST"),)
    text = await wire.form(receive)
    form = _form(text)
    if form is None:
        return 400, _error("invalid_request", "The body must be a small URL-encoded form, each parameter once."), ()
    if form.get("grant_type") != "client_credentials":
        kind = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
        return 400, _error(kind, "grant_type must be client_credentials."), ()
    credentials = _credentials(wire.header(scope, b"authorization"), form)
    if credentials is None:
        return _stranger()
    client = scope.get("client") or ("-", 0)
    asked = tuple(form.get("scope", "").split())
    try:
        given = await asyncio.get_running_loop().run_in_executor(threads, desk.grant, *credentials, asked, client[0])
    except WrongCredentials:
        return _stranger()
    except NoScope:
        return 400, _error("invalid_scope", "The application may have none of these scopes."), ()
    except TooMany as problem:
        return 429, _error("slow_down", str(problem)), problem.headers
    except TryAgain:
        return 503, _error("temporarily_unavailable", "Try again in a moment."), (("Retry-After", "2"),)
    told = {"access_token": given.token, "token_type": "bearer", "expires_in": given.expires_in, "scope": " ".join(given.scopes)}
    return 200, told, ()


def _stranger() -> Told:
    told = _error("invalid_client", "The client id or the secret is wrong.")
    return 401, told, (("WWW-Authenticate", 'Basic realm="OneRoster"'),)


def _error(kind: str, text: str) -> dict[str, str]:
    return {"error": kind, "error_description": text}


def _form(text: bytes | None) -> dict[str, str] | None:
    if text is None:
        return None
    try:
        fields = parse_qs(text.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    return {k: v[0] for k, v in fields.items()} if all(len(v) == 1 for v in fields.values()) else None


def _credentials(authorization: str | None, form: dict[str, str]) -> tuple[str, str] | None:
    """Client id and secret from the Basic header (form-encoded by RFC 6749, 2.3.1; plain by habit), else from the form."""
    if authorization is not None and authorization[:6].lower() == "basic ":
        try:
            text = base64.b64decode(authorization[6:].strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
        client_id, colon, secret = text.partition(":")
        return (unquote_plus(client_id), unquote_plus(secret)) if colon else None
    if form.get("client_id") and form.get("client_secret"):
        return form["client_id"], form["client_secret"]
    return None
