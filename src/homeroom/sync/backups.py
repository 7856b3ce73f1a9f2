"""Backups of a whole installation: where they lie, what they are made of, and who can open them.

    OUT/backups/20261130T020000Z/backup.json       written last: without it a backup is not one
    OUT/backups/20261130T020000Z/control           the control store
    OUT/backups/20261130T020000Z/districts/SLUG    a district's store
    OUT/backups/20261130T020000Z/keys              host keys and whatever else lies in the key folder, but never the master key
    OUT/backups/20261130T020000Z/raw               which raw files belong to it
    OUT/deliveries/...                             raw files, sealed as they are; each is there once, however many backups name it

OUT is a folder or an `s3://` address. Every part is sealed frame by frame (`homeroom.deliveries.frames`) with a key of this one backup,
which the master key wraps. So a backup may lie where others can read it, a part that was changed or is of another backup does not open,
and whoever has lost the master key has lost the backup.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from obstore.store import LocalStore, ObjectStore, S3Store

from homeroom.deliveries import frames, objects
from homeroom.deliveries.keys import DataKey, SealBroken, Vault
from homeroom.deliveries.objects import STREAM_BYTES
from homeroom.deliveries.seal import settle
from homeroom.roster.faults import Misuse

FORM = 1
FOLDER = "backups"
MANIFEST = "backup.json"
CONTROL = "control"
KEYS = "keys"
RAW = "raw"
DISTRICTS = "districts"
PURPOSE = "backup"
_UNPACKED = 4 << 20
"""Plain bytes that are unpacked at once: what repeats itself packs to a thousandth."""
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `stamps`: the migration of each kind of store; `districts`: slugs, in order."""

    name: str
    made: datetime
    version: str
    stamps: dict[str, str]
    districts: tuple[str, ...]
    raw_files: int
    raw_bytes: int
    key: DataKey


def store_of(where: str, *, make: bool = False) -> ObjectStore:
    """The folder or bucket in which backups lie. Raises Misuse where there is no such folder (`make`: makes it, with mode 0700)."""
    if "://" in where:
        if not where.startswith("s3://"):
            raise Misuse("Backups go into a folder, or to an address that begins with s3://.")
        return objects.bucket(where)
    folder = Path(where).expanduser().resolve()
    if make:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif not folder.is_dir():
        raise Misuse("There is no such folder of backups.")
    return LocalStore(str(folder))


def named(now: datetime) -> str:
    """What a backup of this moment is called."""
    return now.astimezone(UTC).strftime(_STAMP)


def all_names(where: ObjectStore) -> list[str]:
    """Every backup that is whole, the oldest first."""
    found = (each.path for each in objects.under(where, FOLDER))
    return sorted(path.split("/")[1] for path in found if path.endswith(f"/{MANIFEST}") and path.count("/") == 2)


def path_of(name: str, part: str) -> str:
    """Where a part of a backup lies."""
    return f"{FOLDER}/{name}/{part}"


def write_manifest(where: ObjectStore, vault: Vault, manifest: Manifest) -> None:
    """Write down that the backup is whole."""
    inner = {
        "made": manifest.made.astimezone(UTC).isoformat(),
        "version": manifest.version,
        "stamps": manifest.stamps,
        "districts": list(manifest.districts),
        "raw_files": manifest.raw_files,
        "raw_bytes": manifest.raw_bytes,
    }
    told = {
        "homeroom_backup": FORM,
        "key": vault.wrap(manifest.key),
        "sealed": vault.encrypt(json.dumps(inner), table=PURPOSE, row=manifest.name, column="manifest"),
    }
    path = path_of(manifest.name, MANIFEST)
    objects.put(where, path, json.dumps(told, indent=2).encode() + b"\n")
    settle(where, [path])


def read_manifest(where: ObjectStore, vault: Vault, name: str) -> Manifest:
    """What a backup says of itself. Raises Misuse for one of a newer form, SealBroken where the master key is another one."""
    try:
        told: dict[str, Any] = json.loads(b"".join(objects.pieces(where, path_of(name, MANIFEST))))
    except ValueError as fault:
        raise SealBroken("the file {name} was changed or cut off", name=MANIFEST) from fault
    if told.get("homeroom_backup") != FORM:
        raise Misuse("This backup was written by a newer Homeroom: install that version to restore it.")
    inner = json.loads(vault.decrypt(told["sealed"], table=PURPOSE, row=name, column="manifest"))
    return Manifest(
        name=name,
        made=datetime.fromisoformat(inner["made"]),
        version=inner["version"],
        stamps=inner["stamps"],
        districts=tuple(inner["districts"]),
        raw_files=inner["raw_files"],
        raw_bytes=inner["raw_bytes"],
        key=vault.unwrap(told["key"], name, PURPOSE),
    )


def write_part(where: ObjectStore, key: DataKey, part: str, blocks: Iterable[bytes]) -> int:
    """Pack, seal and write one part; returns how many plain bytes it had. Nothing of it stands anywhere in the clear."""
    flow = _Flow(blocks)
    path = path_of(key.district, part)
    objects.put(where, path, frames.close(flow, key, (part,), lambda block: None))
    settle(where, [path])
    return flow.taken


def read_part(where: ObjectStore, key: DataKey, part: str) -> Iterator[bytes]:
    """The plain blocks of one part. Raises SealBroken where anything is not as it was written, or is not there."""
    opened = zlib.decompressobj()
    for block in frames.open_(_sealed(where, key.district, part), key, (part,)):
        yield opened.decompress(block, _UNPACKED)
        while opened.unconsumed_tail:
            yield opened.decompress(opened.unconsumed_tail, _UNPACKED)
    yield opened.flush()
    if not opened.eof:
        raise SealBroken("the part {part} of the backup has no end", part=part)


def copied(origin: ObjectStore, target: ObjectStore, path: str) -> bool:
    """Copy a raw file, sealed as it is, unless it is there already; False where it is gone by now."""
    size = objects.size(origin, path)
    if size is None:
        return False
    if objects.size(target, path) != size:
        try:
            with ThreadPoolExecutor(1) as reading:
                objects.put(target, path, _read_beside(reading, origin, path, size))
        except FileNotFoundError:
            return False
        settle(target, [path])
    return True


def within(one: ObjectStore, other: ObjectStore) -> bool:
    """Whether one of two buckets, with their prefixes, lies in the other: what one of them lets go would be the other's."""
    if not (isinstance(one, S3Store) and isinstance(other, S3Store)) or one.config["bucket"] != other.config["bucket"]:
        return False
    first, second = (tuple(part for part in (each.prefix or "").split("/") if part) for each in (one, other))
    return first[: len(second)] == second or second[: len(first)] == first


def _sealed(where: ObjectStore, name: str, part: str) -> Iterator[bytes]:
    try:
        yield from objects.pieces(where, path_of(name, part))
    except FileNotFoundError as fault:
        raise SealBroken("the part {part} of the backup is not there", part=part) from fault


def _read_beside(reading: Executor, where: ObjectStore, path: str, size: int) -> Iterator[bytes]:
    """The same for somebody who is inside a call to an object store: a second one has to be made by another thread."""
    for start in range(0, size, STREAM_BYTES):
        yield reading.submit(objects.piece, where, path, start, min(start + STREAM_BYTES, size)).result()


class _Flow:
    """Blocks of any size as a packed file that is read."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._packer = zlib.compressobj(3)
        self._held = bytearray()
        self._open = True
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        """Up to `size` packed bytes; none at the end."""
        while self._open and len(self._held) < size:
            block = next(self._blocks, None)
            if block is None:
                self._held += self._packer.flush()
                self._open = False
            else:
                self.taken += len(block)
                self._held += self._packer.compress(block)
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece
