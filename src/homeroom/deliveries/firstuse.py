"""

ecret files that are made on first use: written whole, readable by nobody else, synced, and made once however many begin at
once.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from homeroom.roster.faults import Misuse


def make_once(path: Path, content: bytes) -> None:
    """Write `path` (mode 0600, its folder 0700) unless it is there already; whoever comes second keeps the first one's file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, content)
    try:
        # A link never replaces, a rename would.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put new content in place of a secret file in one step."""
    _draft(path, content).replace(path)
    sync_folder(path.parent)


def private(path: Path) -> bytes:
    """The content of a secret file. Raises Misuse where others could read it."""
    if path.stat().st_mode & 0o077:
        raise Misuse("others can read a secret file: chmod 600 {path}", path=str(path))
    return path.read_bytes()


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
