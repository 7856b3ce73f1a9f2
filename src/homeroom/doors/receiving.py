"""The body of a form with files, `multipart/form-data` (RFC 7578), as it comes: values in memory, files on the disk, nothing over its limit.

Frameworks put such files into the system's own temporary folder, where plain text of children's records has no place. Here a file is
written straight into a folder that the caller claims for it, under a number and never under its own name. Before the first file is
opened the caller is asked whether the form is welcome, by the values that came before it: the body of a forged one is read no further.
"""

from __future__ import annotations

from asyncio import to_thread
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MULTIPART = "multipart/form-data"
MOST_VALUES = 2000
MOST_HEADER = 16 << 10
"""Bytes of the headers of one part."""


class Unreadable(Exception):
    """The body is no form: `cut` where it ends in the middle."""

    def __init__(self, cut: bool = False) -> None:
        super().__init__()
        self.cut = cut


class TooMuch(Exception):
    """More than a limit allows: `what` is bytes, files, or values."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Unwelcome(Exception):
    """The caller does not want the files of this form."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a form may bring: bytes in all, files (none: it has no place for files), bytes of all values together."""

    most_bytes: int
    files: int
    values: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form. It lies at `path`, under the work folder, until the request ends: move it or read it."""

    name: str
    """The name that was given, without folders; never a path to be opened."""
    path: Path
    size: int


@dataclass(slots=True)
class Parts:
    """What came, by the names of fields. A field for files that was left empty brings none."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uploads: dict[str, list[Upload]] = field(default_factory=lambda: defaultdict(list))


Welcome = Callable[[Mapping[str, Sequence[str]]], bool]


async def received(
    content_type: str,
    body: AsyncIterator[bytes],
    folder: Callable[[], Path],
    limits: Limits,
    welcome: Welcome = lambda values: True,
) -> Parts:
    """Read a form to its end. `folder` is asked for a place when the first file comes, `welcome` just before, once.

    Raises Unreadable, TooMuch or Unwelcome; what was written until then goes with the folder.
    """
    kind, options = parse_options_header(content_type)
    if kind != MULTIPART.encode() or not options.get(b"boundary"):
        raise Unreadable
    reading = _Reading(folder, limits, welcome)
    size = 0
    try:
        parser = MultipartParser(options[b"boundary"], reading.callbacks())
        async for chunk in body:
            size += len(chunk)
            if size > limits.most_bytes:
                raise TooMuch("bytes")
            await to_thread(parser.write, chunk)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError):
        raise Unreadable from None
    finally:
        reading.close()
    if not reading.ended:
        raise Unreadable(cut=True)
    return reading.parts


class _Reading:
    """Hears the pieces of a body, one after another."""

    def __init__(self, folder: Callable[[], Path], limits: Limits, welcome: Welcome) -> None:
        self.parts = Parts()
        self.ended = False
        self._claim, self._limits, self._welcome = folder, limits, welcome
        self._folder: Path | None = None
        self._pieces = self._files = self._held = 0
        self._file: str | None = None
        self._out: BinaryIO | None = None
        self._begin()

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._opens,
            "on_part_data": self._takes,
            "on_part_end": self._ends,
            "on_end": self._all,
        }  # fmt: skip

    def close(self) -> None:
        """Close what is open still."""
        if self._out is not None:
            self._out.close()

    def _begin(self) -> None:
        self._pieces += 1
        if self._pieces > MOST_VALUES + self._limits.files:
            raise TooMuch("values")
        self._field, self._value, self._disposition, self._header = b"", b"", b"", 0
        self._name, self._file, self._out = "", None, None
        self._text = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += self._counted(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, piece: bytes) -> bytes:
        self._header += len(piece)
        if self._header > MOST_HEADER:
            raise Unreadable
        return piece

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _opens(self) -> None:
        _, options = parse_options_header(self._disposition)  # bytes: a str would be read as latin-1
        self._name = options.get(b"name", b"").decode()
        if b"filename" not in options:
            return
        self._file = options[b"filename"].decode().replace("\\", "/").rpartition("/")[2].strip()
        if not self._file:
            return
        if not self._limits.files:
            raise Unreadable
        self._files += 1
        if self._files > self._limits.files:
            raise TooMuch("files")
        if self._folder is None:
            if not self._welcome(self.parts.values):
                raise Unwelcome
            self._folder = self._claim()
        self._out = (self._folder / f"part-{self._files}").open("xb")

    def _takes(self, data: bytes, start: int, end: int) -> None:
        if self._out is not None:
            self._out.write(data[start:end])
            return
        self._held += end - start
        if self._held > self._limits.values:
            raise TooMuch("values")
        self._text += data[start:end]

    def _ends(self) -> None:
        if self._out is not None and self._file is not None:
            place = Path(self._out.name)
            self._out.close()
            self._out = None
            self.parts.uploads[self._name].append(Upload(self._file, place, place.stat().st_size))
        elif self._file is None:
            self.parts.values[self._name].append(self._text.decode())

    def _all(self) -> None:
        self.ended = True
