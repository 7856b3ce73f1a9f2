"""Which service, version and district a path names.

[/d/SLUG]/ims/oneroster/v1p1/...                1.1, every service
[/d/SLUG]/ims/oneroster/rostering/v1p2/...      1.2
[/d/SLUG]/ims/oneroster/resources/v1p2/...      1.2
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from homeroom.doors.rest.endpoints import Matched, match


@dataclass(frozen=True, slots=True)
class Named:
    """What a path names. `prefix` is "/d/SLUG" or "". `matched` None: below a root, but no such path."""

    version: str
    slug: str | None
    prefix: str
    matched: Matched | None


def ours(path: str) -> bool:
    """Whether a path belongs to this door."""
    return path.startswith("/ims/oneroster/") or (path.startswith("/d/") and "/ims/oneroster/" in path)


@lru_cache(maxsize=4_096)
def named(raw_path: str) -> Named:
    """Read a path as it came over the wire, still percent-encoded: ids may hold encoded slashes.

    A path below no known root is told in the words of 1.2.
    """
    slug, prefix, rest = None, "", raw_path
    if raw_path.startswith("/d/"):
        slug, _, below = raw_path[3:].partition("/")
        prefix, rest = f"/d/{slug}", "/" + below
    segments = rest.strip("/").split("/")
    if segments[:3] == ["ims", "oneroster", "v1p1"]:
        return Named("1.1", slug, prefix, _matched(None, segments[3:]))
    if len(segments) > 3 and segments[:2] == ["ims", "oneroster"] and segments[3] == "v1p2":
        return Named("1.2", slug, prefix, _matched(segments[2], segments[4:]))
    return Named("1.2", slug, prefix, None)


def _matched(service: str | None, segments: list[str]) -> Matched | None:
    if not segments or not all(segments):
        return None
    try:
        decoded = [unquote(s, errors="strict") for s in segments]
    except UnicodeDecodeError:
        return None
    return None if any("\x00" in s for s in decoded) else match(service, decoded)
