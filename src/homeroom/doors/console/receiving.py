"""The body of a form: values in memory, files on the disk under the work folder, nothing over its limit.

A file is written as it comes, in an import's kind of folder (`workfolders`), so that a process that dies leaves nothing behind
that the next start would not remove. It is gone when the request ends, unless the page moved it.
"""

from __future__ import annotations

from asyncio import to_thread
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from homeroom.deliveries import workfolders
from homeroom.doors.console.asked import Upload
from homeroom.doors.console.page import SMALL, Page

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_VALUES = 2000
MOST_FILES = 200
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class TooLarge(Exception):
    """The body is over the page's limit, or has too many pieces."""


class NotAForm(Exception):
    """The body is not what a form of ours sends."""


class Gone(Exception):
    """Whoever asked hung up."""


@dataclass(slots=True)
class Received:
    """What came. `close` removes the files."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uploads: dict[str, list[Upload]] = field(default_factory=lambda: defaultdict(list))
    staying: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Remove what still lies in the work folder."""
        self.staying.close()


async def received(headers: Mapping[str, str], receive: Receive, page: Page, work: Path) -> Received:
    """Read a body. Raises TooLarge, NotAForm or Gone; then nothing of it is left."""
    kind, options = parse_options_header(headers.get("content-type", FORM))
    limit = page.limit
    told = headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise TooLarge
    if kind == FORM.encode():
        return _values(b"".join([chunk async for chunk in _chunks(receive, limit)]))
    boundary = options.get(b"boundary", b"")
    if kind != MULTIPART.encode() or not boundary:
        raise NotAForm
    reader = _Reader(page, work)
    try:
        parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
        async for chunk in _chunks(receive, limit):
            await to_thread(parser.write, chunk)
        parser.finalize()
    except (MultipartParseError, UnicodeDecodeError):
        reader.abandon()
        raise NotAForm from None
    except BaseException:
        reader.abandon()
        raise
    return reader.received


async def _chunks(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


def _values(body: bytes) -> Received:
    made = Received()
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_VALUES)
    except UnicodeDecodeError:
        raise NotAForm from None
    except ValueError:
        raise TooLarge from None
    for name, value in pairs:
        made.values[name].append(value)
    return made


class _Reader:
    """Hears the pieces of a multipart body, one after another."""

    def __init__(self, page: Page, work: Path) -> None:
        self.received = Received()
        self._page, self._work = page, work
        self._folder: Path | None = None
        self._headers: dict[str, str] = {}
        self._field, self._value = b"", b""
        self._name, self._file = "", ""
        self._text = bytearray()
        self._out: BinaryIO | None = None
        self._place: Path | None = None
        self._held = 0
        self._pieces = 0
        self._files = 0

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def abandon(self) -> None:
        """Leave nothing."""
        if self._out is not None:
            self._out.close()
        self.received.close()

    def _begin(self) -> None:
        self._pieces += 1
        if self._pieces > MOST_VALUES:
            raise TooLarge
        self._headers = {}
        self._field, self._value, self._text = b"", b"", bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value.decode("utf-8")
        self._field, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", "").encode())  # a str would be read as latin-1
        self._name = options.get(b"name", b"").decode("utf-8")
        self._file = ""
        if b"filename" in options:
            self._file = _plain(options[b"filename"].decode("utf-8"))
            if self._file:
                self._open()

    def _open(self) -> None:
        self._files += 1
        if not self._page.files:
            raise NotAForm
        if self._files > MOST_FILES:
            raise TooLarge
        if self._folder is None:
            claimed = self.received.staying.enter_context(workfolders.claim(self._work, "form"))
            self._folder = claimed.path
        self._place = self._folder / str(self._files)
        self._out = self._place.open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._out is not None:
            self._out.write(data[start:end])
            return
        self._held += end - start
        if self._held > max(SMALL, self._page.limit if not self._page.files else 0):
            raise TooLarge
        self._text += data[start:end]

    def _end(self) -> None:
        if self._out is None:
            if not self._file and "filename=" not in self._headers.get("content-disposition", ""):
                self.received.values[self._name].append(self._text.decode("utf-8"))
            return
        assert self._place is not None
        self._out.close()
        self._out = None
        self.received.uploads[self._name].append(Upload(self._file, self._place, self._place.stat().st_size))


def _plain(name: str) -> str:
    """A file's name without folders and unprintable characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable()).strip()[:200]
