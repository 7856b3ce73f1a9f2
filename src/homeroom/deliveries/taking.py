"""Taking a ready set out of the incoming folder: all of its files, by rename, or none of them.

    SPOOL/in/                the incoming folder, which the client sees
    SPOOL/taken/set-8f2c.../ a set on its way to the seal: plan.json, then 0000, 0001, ... one file each

Both lie in one file system. The plan is written and synced before the first rename, so that a set that was cut off in the
middle by a crash is finished by `recover`. The folder's lock keeps the SFTP door from opening or renaming meanwhile, and each
file is looked at once more under it: a set that changed since it was found ready is not touched.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from homeroom.deliveries.incoming import survey
from homeroom.deliveries.seal import Incoming
from homeroom.deliveries.spool import Ready

PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Taken:
    """A set that was taken: its folder, the files to seal under their own names, why it was ready, and what was missing.

    `recovered`: it was taken before, and how far its seal came is not known.
    """

    folder: Path
    files: tuple[Incoming, ...]
    why: str
    missing: tuple[str, ...] = ()
    recovered: bool = False

    def discard(self) -> None:
        """Remove the plain files: once the delivery is sealed and recorded."""
        shutil.rmtree(self.folder, ignore_errors=True)


def take(ready: Ready, incoming: Path, taken: Path) -> Taken | None:
    """Move a ready set into a new folder under `taken`. None when any of its files changed since: look again."""
    taken.mkdir(parents=True, exist_ok=True, mode=0o700)
    with guarded(incoming):
        now_here = {f.name: f.state for f in survey(incoming)}
        if any(now_here.get(f.name) != f.state for f in ready.files):
            return None
        folder = taken / f"set-{secrets.token_hex(8)}"
        _plan(folder, incoming, ready)
        return _carry_out(folder)


def recover(taken: Path) -> list[Taken]:
    """The sets that were taken and not yet discarded, oldest first; a move that was cut off is finished.

    For the start of the process that seals. A set whose delivery was recorded before the crash gives the same digest again.
    """
    if not taken.is_dir():
        return []
    sets = []
    for folder in sorted(taken.glob("set-*"), key=lambda p: p.stat().st_ctime_ns):
        if (folder / PLAN).is_file():
            sets.append(replace(_carry_out(folder), recovered=True))
        else:
            # Killed before the plan was there: no file was moved yet.
            shutil.rmtree(folder, ignore_errors=True)
    return sets


@contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: the door opens and renames under it, the spool takes under it, so neither sees the other half-way.

    The lock is an flock on the folder itself: no file of ours lies among the district's.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _plan(folder: Path, incoming: Path, ready: Ready) -> None:
    folder.mkdir(mode=0o700)
    moves = [{"name": f.name, "inode": f.inode} for f in ready.files]
    plan = {"incoming": str(incoming), "why": ready.why, "missing": list(ready.missing), "moves": moves}
    draft = folder / f".{PLAN}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / PLAN)


def _carry_out(folder: Path) -> Taken:
    """Do what is left of a plan. A file that is no longer the one that was planned is left where it is."""
    plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    files = []
    for position, move in enumerate(plan["moves"]):
        source, target = Path(plan["incoming"], move["name"]), folder / f"{position:04d}"
        if not target.exists() and _still(source, move["inode"]):
            source.rename(target)
        if target.exists():
            target.chmod(0o600)
            files.append(Incoming(move["name"], target))
    return Taken(folder, tuple(files), plan["why"], tuple(plan["missing"]))


def _still(path: Path, inode: int) -> bool:
    try:
        return path.lstat().st_ino == inode
    except FileNotFoundError:
        return False
