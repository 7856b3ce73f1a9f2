"""What lies in an incoming folder: each file with its state, told from the folder alone, so that a restart forgets nothing.

The SFTP door sets the sticky bit on a file before the first byte is written and clears it only when the client has closed the
file. The bit means nothing else on a file, lies in the file itself, follows it through a rename and outlives every process: a
file that carries it is being written, or was cut off.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNFINISHED = stat.S_ISVTX
TEMPORARY = (".part", ".partial", ".filepart", ".tmp", ".temp", ".uploading", ".upload", ".crdownload", ".swp", "~")
"""Ends of names under which clients write before they rename; compared without case."""
DEEPEST = 8
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """One regular file in the incoming folder. `name` is relative, with `/`.

    `changed` is its last change in seconds of the epoch, told from the inode's change time: clients set the modification time
    to whatever they like (that of the file at home, as a rule), nobody sets this one.
    """

    name: str
    path: Path
    size: int
    changed: float
    inode: int
    unfinished: bool

    @property
    def temporary(self) -> bool:
        """Whether its name says that it is not meant yet."""
        return temporary(self.name)

    @property
    def state(self) -> tuple[str, int, int, float, bool]:
        """What must be equal for the file to be the same untouched file."""
        return self.name, self.inode, self.size, self.changed, self.unfinished


def temporary(name: str) -> bool:
    """Whether a name is a temporary one: a known ending, or a leading dot (rclone, rsync, editors).

    >>> temporary("users.csv.filepart"), temporary(".users.csv.x1"), temporary("users.csv")
    (True, True, False)
    """
    base = name.rpartition("/")[2].lower()
    return base.startswith(".") or base.endswith(TEMPORARY)


def survey(folder: Path) -> list[Arrived]:
    """The regular files in and below `folder`, by name. Links and special files are not seen and never followed."""
    return sorted(_walk(str(folder), "", DEEPEST), key=lambda a: a.name)[:MOST]


def _walk(folder: str, prefix: str, depth: int) -> Iterator[Arrived]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if depth:
                        yield from _walk(entry.path, f"{prefix}{entry.name}/", depth - 1)
                elif entry.is_file(follow_symlinks=False):
                    yield _arrived(entry, prefix + entry.name)
            except FileNotFoundError:
                # Renamed or removed by the client while we looked: the next look will see.
                continue


def _arrived(entry: os.DirEntry[str], name: str) -> Arrived:
    found = entry.stat(follow_symlinks=False)
    return Arrived(name, Path(entry.path), found.st_size, found.st_ctime, found.st_ino, bool(found.st_mode & UNFINISHED))
