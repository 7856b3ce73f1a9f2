"""Unpacking: what was delivered becomes loose text files in one folder, and nothing is ever written outside it.

ZIP and gzip are unpacked as streams. Nothing that an archive says about itself is believed: sizes are counted as bytes are
read, files are named by number and not by their entry, and the first sign of malice or damage refuses the whole delivery.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, cast

from homeroom.reading import names, zips
from homeroom.roster.faults import Refused, TryAgain
from homeroom.workbench.values import SourceFile

_PIECE = 1 << 20
_DISK_LOOK = 64 << 20
_LOOK = 512
_NESTED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much may come out of the archives of one delivery.

    `total_bytes` counts everything unpacked, `entries` what one archive lists. `ratio` is unpacked to packed bytes of one
    archive, asked once `ratio_from` bytes came out of it. `free_bytes` of the disk are never used.
    """

    total_bytes: int = 20 * 10**9
    entries: int = 10_000
    ratio: int = 200
    ratio_from: int = 50_000_000
    free_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A file that was listed but not read; `code` is the declared issue that says why."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files to read, numbered from 0 in the delivery's order, and what was left alone. `archive` names what was unpacked."""

    files: tuple[SourceFile, ...]
    left_alone: tuple[LeftAlone, ...]
    archive: str | None


_LIMITS = ArchiveLimits()


def unpack(files: Sequence[SourceFile], folder: Path, limits: ArchiveLimits = _LIMITS) -> Unpacked:
    """Bring every text file of a delivery into the open: loose files pass through, archives are unpacked into `folder`.

    Raises Refused (`archive_unsafe`, `archive_damaged`, `archive_encrypted`, `archive_nested`, `archive_kind`, `two_sets`) and
    TryAgain when the disk is nearly full. What was written before a refusal is removed again.
    """
    unpacking = _Unpacking(folder, limits)
    try:
        for file in files:
            unpacking.take(file)
    except (Refused, TryAgain):
        unpacking.undo()
        raise
    return unpacking.done()


@dataclass(slots=True)
class _Unpacking:
    folder: Path
    limits: ArchiveLimits
    found: list[SourceFile] = field(default_factory=list)
    alone: list[LeftAlone] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    total: int = 0
    of_this_archive: int = 0

    def take(self, file: SourceFile) -> None:
        """Take in one delivered file, whatever it is."""
        code = names.left_alone(file.name)
        kind = names.archive_kind(file.name)
        if code and not (code == "file-no-table" and kind):
            self.alone.append(LeftAlone(file.name, code))
        elif kind == "ZIP":
            self._zip(file)
        elif kind == "gzip":
            self._gzip(file)
        elif kind:
            raise Refused("archive_kind", archive=file.name, kind=kind)
        else:
            self._add(names.base(file.name), file.name, file.path, file.size)

    def _add(self, name: str, origin: str, path: Path, size: int) -> None:
        """List a file to be read. Raises Refused when its name is already there."""
        key = name.casefold()
        if key in self.origins:
            raise Refused("two_sets", name=name, first=self.origins[key], second=origin)
        self.origins[key] = origin
        self.found.append(SourceFile(len(self.found), name, path, size))

    def _begin(self, archive: SourceFile) -> None:
        self.archives.append(archive.name)
        self.of_this_archive = 0

    def _zip(self, file: SourceFile) -> None:
        self._begin(file)
        with zips.opened(file.path, file.name, self.limits.entries) as archive:
            for entry in archive.entries():
                code = names.left_alone(entry.name)
                kind = names.archive_kind(entry.name)
                if kind and code in (None, "file-no-table"):
                    raise Refused("archive_nested", archive=file.name, entry=entry.name)
                if code:
                    self.alone.append(LeftAlone(f"{file.name}/{entry.name}", code))
                    continue
                self._write(file, entry.name, entry.stream)

    def _gzip(self, file: SourceFile) -> None:
        self._begin(file)
        name = file.name[:-3]
        code = names.left_alone(name)
        if code:
            self.alone.append(LeftAlone(file.name, code))
            return
        self._write(file, names.base(name), lambda: _gunzipped(file))

    def _write(self, archive: SourceFile, name: str, stream: Callable[[], IO[bytes]]) -> None:
        """Unpack one entry, counting what really comes out."""
        origin = f"{archive.name}/{name}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"unpacked_{len(self.written)}"
        self.written.append(path)
        size = 0
        with path.open("xb") as out:
            for piece in _pieces(stream, archive.name):
                if not size:
                    _refuse_nested(piece, archive.name, name)
                size += len(piece)
                self._count(archive, name, len(piece))
                out.write(piece)
        self._add(names.base(name), origin, path, size)

    def _count(self, archive: SourceFile, entry: str, more: int) -> None:
        before, self.total = self.total, self.total + more
        self.of_this_archive += more
        limits, refuse = self.limits, partial(Refused, "archive_unsafe", archive=archive.name, entry=entry)
        if self.total > limits.total_bytes:
            raise refuse(why=f"makes the delivery unpack to more than {limits.total_bytes:,} bytes")
        packed = max(archive.path.stat().st_size, 1)
        if self.of_this_archive > max(limits.ratio_from, packed * limits.ratio):
            raise refuse(why=f"unpacks to more than {limits.ratio} times the archive's size")
        if before // _DISK_LOOK != self.total // _DISK_LOOK and shutil.disk_usage(self.folder).free < limits.free_bytes:
            raise TryAgain("the disk has too little room left to unpack the delivery")

    def undo(self) -> None:
        """Remove what was written."""
        for path in self.written:
            path.unlink(missing_ok=True)

    def done(self) -> Unpacked:
        return Unpacked(tuple(self.found), tuple(self.alone), ", ".join(self.archives) or None)


def _pieces(stream: Callable[[], IO[bytes]], archive: str) -> Iterator[bytes]:
    try:
        with stream() as source:
            while piece := source.read(_PIECE):
                yield piece
    except zips.DAMAGE as damage:
        raise Refused("archive_damaged", archive=archive, why=zips.told(damage)) from damage


def _gunzipped(file: SourceFile) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file.path, "rb"))


def _refuse_nested(beginning: bytes, archive: str, entry: str) -> None:
    """An archive inside an archive, whatever it is called."""
    look = beginning[:_LOOK]
    if look.startswith(_NESTED) or look[257:262] == b"ustar":
        if look.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in beginning:
            return  # a workbook under a table's name: the inspection says so
        raise Refused("archive_nested", archive=archive, entry=entry)
