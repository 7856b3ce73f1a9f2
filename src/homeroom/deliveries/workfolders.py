"""Work folders: where plain text and spill lie during an import, and how those of dead processes are found and removed.

    work/12-4711-9f3a61c2          an import's folder: IMPORT-PID-RANDOM, mode 0700
    work/.live/12-4711-9f3a61c2    its lock file, made before the folder, removed after it

The process at work holds an exclusive flock on the lock file for as long as it lives; the kernel lets go of it however the
process ends. So a folder whose lock can be taken, or that has none, is dead: no process id is ever trusted.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path

LIVE = ".live"


class WorkFolder:
    """One import's folder, claimed. Leaving the context removes it with everything in it."""

    def __init__(self, path: Path, lock: Path, handle: int) -> None:
        self.path = path
        self._lock = lock
        self._handle = handle

    def close(self) -> None:
        """Remove the folder and let go of the lock. Safe to call twice."""
        if self._handle < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> WorkFolder:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def claim(work: Path, what: str | int) -> WorkFolder:
    """A new work folder under `work` (made with mode 0700) for the import called `what`."""
    live = work / LIVE
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    live.mkdir(exist_ok=True, mode=0o700)
    while True:
        name = f"{what}-{os.getpid()}-{secrets.token_hex(4)}"
        handle = os.open(live / name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is(handle, live / name):
            break
        # A reaper took the lock file between its making and its locking: begin again.
        os.close(handle)
    (work / name).mkdir(mode=0o700)
    return WorkFolder(work / name, live / name, handle)


def reap(work: Path) -> list[str]:
    """Remove the folders (and lock files) of dead processes; returns the names of the folders that were removed."""
    if not work.is_dir():
        return []
    live = work / LIVE
    live.mkdir(exist_ok=True, mode=0o700)
    # Locks are listed after folders: a folder's lock is always older than the folder.
    folders = sorted(p.name for p in work.iterdir() if p.name != LIVE)
    locks = sorted(p.name for p in live.iterdir())
    reaped = [name for name in folders if _bury(work / name, live / name)]
    for name in locks:
        if name not in folders:
            _bury(work / name, live / name)
    return reaped


def remove_own(work: Path) -> None:
    """Remove the folders of this process, at work or not: the process ends right after. Their locks go with it."""
    for folder in work.glob(f"*-{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _bury(path: Path, lock: Path) -> bool:
    """Remove one folder if its lock can be taken. Returns whether it was dead."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        lock.unlink(missing_ok=True)
        return True
    finally:
        os.close(handle)


def _is(handle: int, path: Path) -> bool:
    """Whether the file that is open is still the one under that name."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(handle)
    return (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)
