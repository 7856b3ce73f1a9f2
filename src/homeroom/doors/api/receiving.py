"""Files that somebody sends by HTTP, as `multipart/form-data`: written straight into a work folder, and nowhere else (law 9).

Frameworks put such files into the system's own temporary folder, where plain text of children's records has no place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_BYTES = 10 << 30
MOST_FILES = 1000
MOST_FIELD = 64 << 10
"""Bytes of one field that is no file."""


@dataclass(frozen=True, slots=True)
class Form:
    """What came: the files lie in `folder` under their own names, `fields` are the other values."""

    folder: Path
    files: tuple[str, ...]
    fields: dict[str, str]


async def received(content_type: str, body: AsyncIterator[bytes], folder: Path, most: int = MOST_BYTES) -> Form:
    """Read a form to its end. Raises Misuse with what to do for one that cannot be taken; what was written goes with the folder."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Misuse("Send the files as multipart/form-data, each as a part named files.")
    reading = _Reading(folder)
    size = 0
    try:
        parser = MultipartParser(options[b"boundary"], reading.callbacks())
        async for chunk in body:
            size += len(chunk)
            if size > most:
                raise Misuse(f"That is more than {most >> 20:,} MB at once; send it over SFTP.")
            parser.write(chunk)
        parser.finalize()
    except FormParserError:
        raise Misuse("The form cannot be read; send it once more.") from None
    finally:
        reading.close()
    if not reading.ended:
        raise Misuse("The form ends in the middle; send it once more.")
    return Form(folder, tuple(reading.files), reading.fields)


@dataclass(slots=True)
class _Reading:
    """The state between two pieces of a form."""

    folder: Path
    files: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    ended: bool = False
    _header: tuple[bytes, bytes] = (b"", b"")
    _disposition: bytes = b""
    _file: BinaryIO | None = None
    _name: str = ""
    _value: bytes = b""

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begins,
            "on_header_field": lambda data, start, end: self._header_is(self._header[0] + data[start:end], self._header[1]),
            "on_header_value": lambda data, start, end: self._header_is(self._header[0], self._header[1] + data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._opens,
            "on_part_data": self._takes,
            "on_part_end": self._ends,
            "on_end": self._all,
        }  # fmt: skip

    def close(self) -> None:
        """Close what is open still."""
        if self._file is not None:
            self._file.close()

    def _begins(self) -> None:
        self._header, self._disposition, self._value, self._name = (b"", b""), b"", b"", ""

    def _header_is(self, name: bytes, value: bytes) -> None:
        self._header = (name, value)

    def _header_ends(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = self._header[1]
        self._header = (b"", b"")

    def _opens(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        name = _plain(options[b"filename"].decode("utf-8", "replace"))
        if name in self.files:
            raise Misuse(f"There are two files named {name}; send each once.")
        if len(self.files) >= MOST_FILES:
            raise Misuse(f"Those are more than {MOST_FILES:,} files; send them as one ZIP.")
        self.files.append(name)
        self._file = (self.folder / name).open("xb")

    def _takes(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > MOST_FIELD:
            raise Misuse("A value of the form is too long; send files with their names.")

    def _ends(self) -> None:
        if self._file is None:
            self.fields[self._name] = self._value.decode("utf-8", "replace")
        else:
            self._file.close()
            self._file = None

    def _all(self) -> None:
        self.ended = True


def _plain(name: str) -> str:
    """The last part of a name, if a file can have it. Raises Misuse."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip()
    if not plain or plain in (".", "..") or not plain.isprintable() or len(plain.encode()) > 200:
        raise Misuse("A file of the form has no name that can be used; name it as it is named on your disk.")
    return plain
