"""Seal a delivery: hash, encrypt and write its raw files in one pass; and open it again for a walk.

The raw store is any obstore store: a local folder or an S3 bucket, by the same code. Objects are named
`deliveries/DISTRICT/NUMBER/POSITION-RANDOM`; names of files stand only in the `Sealed` value, which the caller keeps. A file's
object appears under its name only when it is whole; in a local folder it is synced to disk before `seal` returns.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from obstore.store import LocalStore, ObjectStore

from homeroom.deliveries import frames, objects
from homeroom.deliveries.keys import DataKey, SealBroken, bound
from homeroom.roster.faults import Misuse, Refused, TryAgain
from homeroom.workbench.values import SourceFile

BLOCKS_BEHIND = 4
"""Opened blocks that may wait for their hash: a few megabytes."""
AT_ONCE = 2
"""Files that are sealed, or opened, at the same time: hashing and writing leave Python's lock to the other."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A plain file that is to be sealed, under the name that the district gave it (it may have folders: `export/users.csv`)."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One sealed file: its name, plain size in bytes, SHA-256 of the plain bytes in hex, and the object that holds it."""

    name: str
    size: int
    sha256: str
    stored: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed delivery.

    `digest` is equal for equal files, in whatever order they came. Files stand in the order of their names.
    """

    district: str
    number: int
    digest: str
    files: tuple[SealedFile, ...]

    @property
    def size(self) -> int:
        """Plain bytes of all files."""
        return sum(f.size for f in self.files)


def seal(store: ObjectStore, key: DataKey, district: str, number: int, files: Sequence[Incoming]) -> Sealed:
    """Hash, encrypt and write the files of delivery `number`. What was written is taken away again when it fails.

    Raises TryAgain where the store is away, Misuse when two files have one name or the key is another district's, Refused `delivery_changed` when a file changes
    while it is read. The plain files stay where they are: the caller removes them once the delivery is recorded.
    """
    _own(key, district)
    ordered = sorted(files, key=lambda f: f.name)
    if len({f.name for f in ordered}) < len(ordered):
        raise Misuse("two files of a delivery have the same name: give each a name of its own")
    attempts: list[str] = []
    try:
        attempts = [f"deliveries/{district}/{number}/{position:04d}-{secrets.token_hex(6)}" for position in range(len(ordered))]
        with ThreadPoolExecutor(AT_ONCE) as several:
            sealing = [
                several.submit(_seal_one, store, key, (district, number, position), file, attempts[position])
                for position, file in enumerate(ordered)
            ]
            done = [sealed.result() for sealed in sealing]
        settle(store, [f.stored for f in done])
    except BaseException:
        _withdraw(store, attempts)
        raise
    return Sealed(district, number, digest([(f.name, f.sha256) for f in done]), tuple(done))


def unseal(store: ObjectStore, key: DataKey, sealed: Sealed, folder: Path) -> list[SourceFile]:
    """Write the plain files of a delivery into `folder` (made with mode 0700), each with mode 0600, and check their hashes.

    Raises SealBroken when anything is not as it was sealed, Refused `delivery_gone` when it is no longer there and TryAgain where the
    store is away; what was written is removed then. Files are named by position in
    the folder, so that no name of a district ever becomes a path.
    """
    _own(key, sealed.district)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    found: list[SourceFile] = []
    try:
        for position, file in enumerate(sealed.files):
            found.append(SourceFile(position, file.name, folder / f"{position:04d}.raw", file.size))
        with ThreadPoolExecutor(AT_ONCE) as several:
            for opened in [
                several.submit(_open_one, store, key, _place(sealed, f), sealed.files[f.number], f.path) for f in found
            ]:
                opened.result()
    except BaseException:
        for written in found:
            written.path.unlink(missing_ok=True)
        raise
    return found


def opened(store: ObjectStore, key: DataKey, sealed: Sealed, position: int) -> Iterator[bytes]:
    """The plain bytes of one file of a delivery, block by block, for somebody who may have the original; nothing of it is written.

    Raises Refused `delivery_gone` where it is no longer there, and SealBroken at the end where it is not as it was sealed.
    """
    _own(key, sealed.district)
    file, counted = sealed.files[position], _Counted()
    for block in frames.open_(_stream(store, file), key, (sealed.district, sealed.number, position)):
        counted.see(block)
        yield block
    if counted.size != file.size or counted.hash.hexdigest() != file.sha256:
        raise SealBroken("a sealed file opens, but is not the one that was recorded")


def _place(sealed: Sealed, file: SourceFile) -> tuple[str | int, ...]:
    return (sealed.district, sealed.number, file.number)


def digest(files: Sequence[tuple[str, str]]) -> str:
    """One hash over names and hashes of files, independent of their order: `sha256:...`."""
    whole = hashlib.sha256()
    for name, sha256 in sorted(files):
        whole.update(bound(name, sha256))
    return f"sha256:{whole.hexdigest()}"


def measure(files: Sequence[Incoming]) -> str:
    """The digest that `seal` would give, without sealing: tells whether the same bytes came again."""
    listed = []
    for file in files:
        with file.path.open("rb") as plain:
            listed.append((file.name, hashlib.file_digest(plain, "sha256").hexdigest()))
    return digest(listed)


def _seal_one(store: ObjectStore, key: DataKey, place: tuple[str | int, ...], file: Incoming, stored: str) -> SealedFile:
    counted = _Counted()
    with file.path.open("rb", buffering=0) as plain:
        before = os.fstat(plain.fileno())

        def see(block: bytes) -> None:
            counted.see(block)
            if counted.size > before.st_size:
                # Growing as fast as it is read: without this there might be no end.
                raise Refused("delivery_changed", file=file.name)

        objects.put(store, stored, frames.close(plain, key, place, see))
        after = os.fstat(plain.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or counted.size != after.st_size:
        raise Refused("delivery_changed", file=file.name)
    return SealedFile(file.name, counted.size, counted.hash.hexdigest(), stored)


def _open_one(store: ObjectStore, key: DataKey, place: tuple[str | int, ...], file: SealedFile, path: Path) -> None:
    counted = _Counted()
    with (
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0) as plain,
        ThreadPoolExecutor(1) as hashing,
    ):
        seen: deque[Future[None]] = deque()
        for block in frames.open_(_stream(store, file), key, place):
            # Hashing takes as long as opening and writing together: it goes on beside them, a few blocks behind.
            seen.append(hashing.submit(counted.see, block))
            plain.write(block)
            if len(seen) > BLOCKS_BEHIND:
                seen.popleft().result()
        while seen:
            seen.popleft().result()
    if counted.size != file.size or counted.hash.hexdigest() != file.sha256:
        raise SealBroken("a sealed file opens, but is not the one that was recorded")


def _stream(store: ObjectStore, file: SealedFile) -> Iterator[bytes]:
    try:
        yield from objects.pieces(store, file.stored)
    except FileNotFoundError as fault:
        raise Refused("delivery_gone") from fault


class _Counted:
    """Size and SHA-256 of the plain bytes that pass."""

    def __init__(self) -> None:
        self.size = 0
        self.hash = hashlib.sha256()

    def see(self, block: bytes) -> None:
        """Take one block into account."""
        self.size += len(block)
        self.hash.update(block)


def _own(key: DataKey, district: str) -> None:
    if key.district != district:
        raise Misuse(
            "the data key of {owner} cannot seal or open a delivery of {district}",
            owner=key.district,
            district=district,
        )


def settle(store: ObjectStore, stored: Sequence[str]) -> None:
    """Sync a local store's new files and the folders above them; an object store has done so by itself."""
    if not isinstance(store, LocalStore) or store.prefix is None:
        return
    root = Path(store.prefix)
    places: dict[Path, None] = {}
    for name in stored:
        _sync(root / name)
        places |= dict.fromkeys((root / name).parents[: name.count("/") + 1])
    for folder in places:
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _withdraw(store: ObjectStore, stored: Sequence[str]) -> None:
    """Take away what was written; what a store that is away keeps of it is swept a day later."""
    with suppress(TryAgain):
        objects.remove(store, stored)
