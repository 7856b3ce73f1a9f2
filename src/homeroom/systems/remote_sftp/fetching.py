"""Fetch a district's files from its own SFTP server: whole sets only, nothing twice, nothing that still grows."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import asyncssh

from homeroom.deliveries.seal import Incoming
from homeroom.roster.faults import Refused
from homeroom.roster.report import moment
from homeroom.systems.fetching import Errand, Fetched
from homeroom.systems.remote_sftp.connection import connected
from homeroom.systems.remote_sftp.listing import Remote, wanted
from homeroom.systems.remote_sftp.weighing import not_too_large, room_for

MOST_FILES = 1000
BLOCK = 1 << 20
AT_ONCE = 64
"""Blocks that are asked for before the first is there."""
LOOK_SECONDS = 80
"""How long a look may take altogether: a person waits, and no longer than this."""


def fetch(errand: Errand) -> Fetched:
    """Bring the files of the source's folder, if they differ from those of the last round.

    A file that changes while it is fetched, or changed less than `quiet_seconds` ago, is still being written: the whole set is
    left for the next round then, since files of two nights do not belong together. Of no file comes more than the list of the folder
    says, and of a set no more than somebody could push. Raises Refused: `connection`, `credentials`, `host_key_changed`,
    `folder_missing`, `nothing_there`, `file_too_large`, `set_too_large`, `still_growing`; and OSError where the disk has too little room.
    """
    return asyncio.run(_fetch(errand))


async def _fetch(errand: Errand) -> Fetched:
    folder = _folder(errand)
    async with connected(errand.settings, errand.secrets, errand.reach) as (sftp, shown):
        learnt = {} if errand.settings.get("host_key") else {"host_key": shown}
        files, older = wanted(await _listed(sftp, folder), errand.settings.get("files") or ())
        left: tuple[tuple[str, Any], ...] = tuple((name, "older") for name in older)
        if not files:
            raise Refused("nothing_there", folder=folder)
        not_too_large(files)
        known = {"folder": folder, "files": {f.name: f.state for f in files}}
        if {n: errand.known.get(n) for n in known} == known:
            return Fetched((), known, unchanged=True, learnt=learnt, left=left)
        _all_quiet(files, errand)
        room_for(files, errand.folder)
        errand.tell(f"fetch {len(files)} files")
        brought = [Incoming(f.name, await _one(sftp, folder, f, number, errand)) for number, f in enumerate(files)]
        return Fetched(tuple(brought), known, learnt=learnt, left=left)


def look(errand: Errand) -> dict[str, Any]:
    """The host key that the server shows, and the files that would be fetched. Raises Refused as `fetch` does."""
    try:
        return asyncio.run(asyncio.wait_for(_look(errand), LOOK_SECONDS))
    except TimeoutError:
        raise Refused("connection", what=f"{errand.settings['host']} (it did not answer in time)") from None


async def _look(errand: Errand) -> dict[str, Any]:
    folder = _folder(errand)
    async with connected(errand.settings, errand.secrets, errand.reach) as (sftp, shown):
        found = await _listed(sftp, folder)
    taken, older = wanted(found, errand.settings.get("files") or ())
    not_too_large(taken)
    names = {f.name for f in taken}
    files = [
        {"name": f.name, "size": f.size, "changed": moment(datetime.fromtimestamp(f.changed, UTC)), "left": _why(f, names, older)}
        for f in sorted(found, key=lambda f: f.name)
    ]
    return {"host_key": shown, "pinned": errand.settings.get("host_key") == shown, "folder": folder, "files": files}


def _why(file: Remote, taken: set[str], older: Sequence[str]) -> str | None:
    if file.name in taken:
        return None
    return "a newer file takes its place" if file.name in older else "not one of the set"


def _folder(errand: Errand) -> str:
    return errand.now.strftime(errand.settings.get("path") or ".")


async def _listed(sftp: asyncssh.SFTPClient, folder: str) -> list[Remote]:
    """The regular files of a folder; links are not followed, folders not entered."""
    found = []
    try:
        async for entry in sftp.scandir(folder):
            name, about = str(entry.filename), entry.attrs
            if about.permissions is not None and not stat.S_ISREG(about.permissions):
                continue
            if name in (".", "..") or about.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
                continue
            if PurePosixPath(name).name == name:  # a name with a path in it is a lie of the server
                found.append(Remote(name, about.size or 0, about.mtime or 0))
            if len(found) > MOST_FILES:
                raise Refused("folder_crowded", folder=folder, most=MOST_FILES)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory):
        raise Refused("folder_missing", folder=folder) from None
    except asyncssh.SFTPPermissionDenied:
        raise Refused("folder_closed", folder=folder) from None
    return found


def _all_quiet(files: Sequence[Remote], errand: Errand) -> None:
    since = errand.now.timestamp() - errand.quiet_seconds
    if errand.quiet_seconds and (fresh := [f.name for f in files if f.changed > since]):
        raise Refused("still_growing", files=", ".join(fresh))


async def _one(sftp: asyncssh.SFTPClient, folder: str, file: Remote, number: int, errand: Errand) -> Path:
    """Fetch one file into the work folder, under a name of ours; it must be the same before and after."""
    remote, local = f"{folder}/{file.name}", errand.folder / f"{number}"
    try:
        whole = await _brought(sftp, remote, local, file.size)
        after = await sftp.stat(remote)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure):
        raise Refused("still_growing", files=file.name) from None
    except asyncssh.SFTPPermissionDenied:
        raise Refused("folder_closed", folder=remote) from None
    if not whole or [after.size, after.mtime] != file.state:
        raise Refused("still_growing", files=file.name)
    return local


async def _brought(sftp: asyncssh.SFTPClient, remote: str, local: Path, size: int) -> bool:
    """Bring as many bytes as the list says, and ask for none beyond them; whether just so many came.

    A server that gives more than it is asked for is stopped at once: there might be no end.
    """
    came = 0
    async with sftp.open(remote, "rb", block_size=BLOCK, max_requests=AT_ONCE) as source:
        with local.open("wb", buffering=0) as plain:
            async for offset, block in await source.read_parallel(size, 0):
                came += len(block)
                if came > size:
                    return False
                plain.seek(offset)
                plain.write(block)
    return came == size
