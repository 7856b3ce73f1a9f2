"""The addresses of the management API: what a process knows of it before the first call loads it."""

from __future__ import annotations

ROOT = "/api/v1"
OPEN = ("/openapi.json", "/docs", "/docs/style.css")
"""For everybody: they say nothing of this installation."""


def ours(path: str) -> bool:
    """Whether an address belongs to the management API."""
    return path in OPEN or path == ROOT or path.startswith(ROOT + "/")
