"""How much of a set may come from the other side: no more than somebody could push, and than the disk has room for."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path

from homeroom.deliveries.limits import FILE_BYTES, SET_BYTES, SPARE_BYTES
from homeroom.roster.faults import Refused
from homeroom.systems.remote_sftp.listing import Remote


def not_too_large(files: Sequence[Remote]) -> None:
    """Judge what the list of a folder tells, before the first byte comes. Raises Refused `file_too_large` and `set_too_large`."""
    if not files:
        return
    largest, together = max(files, key=lambda f: f.size), sum(f.size for f in files)
    if largest.size > FILE_BYTES:
        raise Refused("file_too_large", file=largest.name, size=_gigabytes(largest.size), most=_gigabytes(FILE_BYTES))
    if together > SET_BYTES:
        raise Refused("set_too_large", file=largest.name, count=len(files), size=_gigabytes(together), most=_gigabytes(SET_BYTES))


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB"


def room_for(files: Sequence[Remote], folder: Path) -> None:
    """Go on only where the disk has room for the set and some more. Raises OSError, as the disk itself would later."""
    if shutil.disk_usage(folder).free - sum(f.size for f in files) < SPARE_BYTES:
        raise OSError(errno.ENOSPC, "no room for the files of the set")
