"""What an answer means: a value, or one of the errors that a caller can act on."""

from __future__ import annotations

import re
from typing import Any

import httpx2

from homeroom.systems.powerschool.client.errors import (
    AccessClosed,
    BrokenAnswer,
    Field,
    FieldsRefused,
    NotFound,
    PowerSchoolError,
    Rejected,
    SignInRefused,
    TooManyRequests,
    Unreachable,
)
from homeroom.systems.powerschool.client.shapes import as_list, at, parse, text

SAID = 300
_FIELD = re.compile(r"[A-Za-z0-9_.$-]{1,120}")
"""What a field is called. Anything else in its place is no name, and is not told on."""
"""How much of a server's own words is kept."""


class TokenSpent(Exception):
    """The token ended or is unknown to the server: another one may do."""


def value_of(answer: httpx2.Response, path: str) -> Any:
    """The JSON of an answer; None for 204, and for a PUT that made something (201) without telling it. Raises what its status and body mean; `TokenSpent` never leaves the client."""
    status, body = answer.status_code, answer.content
    if status == 204:
        return None
    if 300 <= status < 400:
        raise Unreachable("the server is closed for maintenance", path=path, status=status)
    if _is_page(answer):
        raise Unreachable(
            "the server shows a page where data was asked for: maintenance, or another address", path=path, status=status
        )
    if status >= 400:
        raise fault(answer, path)
    if not body.strip():
        if status == 201 and answer.request.method == "PUT":
            return None
        raise BrokenAnswer("an empty answer", path=path, status=status)
    try:
        return parse(body)
    except ValueError:
        raise BrokenAnswer("an answer that is cut off or no JSON", path=path, status=status) from None


def fault(answer: httpx2.Response, path: str) -> PowerSchoolError | TokenSpent:
    """The error that a status of 400 and more means."""
    status, said = answer.status_code, _said(answer)
    if status == 401:
        return _unauthorized(answer, path, said)
    if status == 403:
        return _forbidden(answer, path, said)
    if status == 404:
        return NotFound("there is no such record, table or query", path=path, status=status, said=said)
    if status == 429:
        return TooManyRequests("the server asks for fewer calls", path=path, status=status, said=said)
    if status >= 500:
        return Unreachable("the server failed", path=path, status=status)
    return Rejected("the server refused the call", path=path, status=status, said=said)


def _unauthorized(answer: httpx2.Response, path: str, said: str) -> PowerSchoolError | TokenSpent:
    """Three causes under one status: a spent token, a closed /ws/v1, a plug-in that is not enabled."""
    if "accesslevelv1api" in said.lower():
        level = "FULL" if "full" in said.lower() else "READ"
        return AccessClosed(f"the plug-in has no access level {level} for /ws/v1", path=path, status=401, said=said)
    if "invalid_token" in answer.headers.get("www-authenticate", ""):
        return TokenSpent()
    if "disabled" in said.lower():
        return SignInRefused("the plug-in is disabled", path=path, status=401, said=said)
    return TokenSpent()


def _forbidden(answer: httpx2.Response, path: str, said: str) -> PowerSchoolError:
    """Tables name a column and its resource, queries `table.column`."""
    fields = set()
    for error in as_list(at(_json(answer), "errors")):
        name, resource = text(error.get("field")) or "", text(error.get("resource")) or ""
        whole = name if "." in name else f"{resource}.{name}"
        if _FIELD.fullmatch(whole):
            fields.add(Field(whole.lower(), text(error.get("code")) or ""))
    if fields:
        return FieldsRefused(tuple(sorted(fields)), path=path, said=said)
    return Rejected("the plug-in may not do this", path=path, status=403, said=said)


def _said(answer: httpx2.Response) -> str:
    found = _json(answer)
    message = at(found, "message") or at(found, "errorMessage.message") or at(found, "error_description") or at(found, "error")
    return (text(message) or "")[:SAID]


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = parse(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_page(answer: httpx2.Response) -> bool:
    """Whether a web page came: maintenance pages do, under a 200."""
    kind = answer.headers.get("content-type", "").lower()
    return "html" in kind or answer.content[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))
