"""What browsers fetch beside the pages: styles, scripts, pictures, the typeface.

An address carries one hash over all of them, `/static/HASH/homeroom.css`, so that files name each other by plain relative paths and
may be kept for a year: with other content the address is another. Without the hash, or with an old one, the same file is told with
`no-cache`. Only files that were there at the start exist; a path is looked up among them and never opened.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from homeroom.doors.console.sending import Reply

HERE = Path(__file__).resolve().parent / "static"
PREFIX = "/static/"
YEAR = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served; other files (vendor.toml) are not."""
_PACKED = {".css", ".js", ".svg", ".txt"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `packed` is its content by gzip, for kinds where that helps."""

    content: bytes
    packed: bytes | None
    kind: str
    tag: str
    """The ETag: a hash of the content; weak, since it is the same packed and not packed."""


@dataclass(frozen=True, slots=True)
class Assets:
    """All of them, read once."""

    files: dict[str, Asset]
    mark: str
    """The hash in addresses."""

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that is not there, so that a typing error in a template shows."""
        self.files[name]
        return f"{PREFIX}{self.mark}/{name}"

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """The file at a path, and whether the path has today's hash. None: there is none."""
        if not path.startswith(PREFIX):
            return None
        rest = path.removeprefix(PREFIX)
        first, _, after = rest.partition("/")
        if first == self.mark and after in self.files:
            return self.files[after], True
        for name in (rest, after):
            if name in self.files:
                return self.files[name], False
        return None


def reply(assets: Assets, method: str, path: str, headers: Mapping[str, str]) -> Reply:
    """What is said to a request for a file."""
    if method not in ("GET", "HEAD"):
        return Reply(405, headers=(("allow", "GET, HEAD"),))
    found = assets.find(path)
    if found is None:
        return Reply(404, b"There is no such file.", kind=TYPES[".txt"])
    asset, lasting = found
    more = (("etag", asset.tag), ("vary", "accept-encoding"))
    cache = YEAR if lasting else "no-cache"
    if asset.tag in headers.get("if-none-match", ""):
        return Reply(304, headers=more, cache=cache)
    if asset.packed is not None and "gzip" in headers.get("accept-encoding", ""):
        return Reply(200, asset.packed, (*more, ("content-encoding", "gzip")), asset.kind, cache)
    return Reply(200, asset.content, more, asset.kind, cache)


def read(folder: Path = HERE) -> Assets:
    """Read the folder."""
    places = [p for p in sorted(folder.rglob("*")) if p.suffix in TYPES and p.is_file()]
    files = {p.relative_to(folder).as_posix(): _asset(p) for p in places}
    whole = hashlib.sha256("".join(f"{name} {asset.tag}\n" for name, asset in files.items()).encode())
    return Assets(files, whole.hexdigest()[:16])


def _asset(place: Path) -> Asset:
    content = place.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if place.suffix in _PACKED else None
    return Asset(content, packed, TYPES[place.suffix], f'W/"{hashlib.sha256(content).hexdigest()[:24]}"')
