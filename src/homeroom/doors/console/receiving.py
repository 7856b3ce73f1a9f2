"""The body of a form of the console: small ones in memory, those with files by the reader that all doors share.

A form with files must bring its token before its first file: the body of one that is not ours is read no further than that. The
files are gone when the request ends, unless the page moved them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from homeroom.deliveries import workfolders
from homeroom.doors import receiving
from homeroom.doors.console.page import SMALL, Page
from homeroom.doors.receiving import MOST_VALUES, Limits, TooMuch, Unreadable, Unwelcome, Upload, Welcome

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_FILES = 200
FORM = "application/x-www-form-urlencoded"


class TooLarge(Exception):
    """The body is over the page's limit, or has too many pieces."""


class NotAForm(Exception):
    """The body is not what a form of ours sends."""


class NotOurs(Exception):
    """The form has no token of this session."""


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


async def received(headers: Mapping[str, str], receive: Receive, page: Page, work: Path, ours: Welcome) -> Received:
    """Read a body; `ours` says by its values whether a form is. Raises TooLarge, NotAForm, NotOurs or Gone; then nothing of it is left."""
    told, kind = headers.get("content-length", ""), headers.get("content-type", FORM)
    if told.isdigit() and int(told) > page.limit:
        raise TooLarge
    if kind.partition(";")[0].strip().lower() != FORM:
        return await _with_files(kind, _chunks(receive, page.limit), page, work, ours)
    made = _values(b"".join([chunk async for chunk in _chunks(receive, page.limit)]))
    if not ours(made.values):
        raise NotOurs
    return made


async def _with_files(kind: str, body: AsyncIterator[bytes], page: Page, work: Path, ours: Welcome) -> Received:
    made = Received()
    limits = Limits(page.limit, MOST_FILES if page.files else 0, SMALL if page.files else max(SMALL, page.limit))
    try:
        parts = await receiving.received(
            kind, body, lambda: made.staying.enter_context(workfolders.claim(work, "form")).path, limits, ours
        )
        if not ours(parts.values):  # it has no files
            raise NotOurs
    except BaseException as why:
        made.close()
        if isinstance(why, TooMuch):
            raise TooLarge from None
        if isinstance(why, Unreadable):
            raise NotAForm from None
        if isinstance(why, Unwelcome):
            raise NotOurs from None
        raise
    made.values, made.uploads = parts.values, parts.uploads
    return made


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
