"""Scopes: what an application may read. Written as URLs on the wire, compared by their short names.

Clients ask with the URL of either version, with `http` for `https`, or with the short name; all mean the same share. The
answer always carries canonical URLs. Demographics are never part of a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

KNOWN = (
    "roster-core.readonly",
    "roster.readonly",
    "roster-demographics.readonly",
    "resource-core.readonly",
    "resource.readonly",
)
DEFAULT = ("roster-core.readonly", "roster.readonly")
"""What an app may read that was added without naming scopes."""

_URL = re.compile(r"https?://purl\.imsglobal\.org/spec/or/v1p([12])/scope/(.+)")


def short(scope: str) -> str:
    """The short name of a scope; a word that is not OneRoster's stays as it is."""
    found = _URL.fullmatch(scope)
    return found[2] if found else scope


def canonical(scope: str) -> str:
    """The scope's URL in the version in which it was asked for, 1.2 for short names."""
    found = _URL.fullmatch(scope)
    if found:
        return f"https://purl.imsglobal.org/spec/or/v1p{found[1]}/scope/{found[2]}"
    return f"https://purl.imsglobal.org/spec/or/v1p2/scope/{scope}" if scope in KNOWN else scope


def granted(asked: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """The canonical scopes that an app gets: of those asked for, those it may have; all of its own when none are asked for."""
    own = tuple(allowed) or DEFAULT
    names = {short(scope) for scope in own}
    wanted = tuple(asked) or own
    return tuple(dict.fromkeys(canonical(scope) for scope in wanted if short(scope) in names))


def opens(scopes: Iterable[str], any_of: Iterable[str]) -> bool:
    """Whether a token with these scopes opens an endpoint that wants any of those."""
    return not {short(scope) for scope in scopes}.isdisjoint(any_of)
