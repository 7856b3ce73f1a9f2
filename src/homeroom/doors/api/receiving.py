"""Files that a program sends: read as every form is, and laid under their own names into the work folder of the call (law 9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from homeroom.deliveries.limits import FILE_BYTES
from homeroom.desk.uploading import named
from homeroom.doors import receiving
from homeroom.doors.receiving import Limits, TooMuch, Unreadable
from homeroom.roster.faults import Misuse

MOST_BYTES = FILE_BYTES
MOST_FILES = 1000
MOST_FIELDS = 64 << 10
"""Bytes of all values that are no files."""


@dataclass(frozen=True, slots=True)
class Form:
    """What came: the files lie in `folder` under their own names, `fields` are the other values."""

    folder: Path
    files: tuple[str, ...]
    fields: dict[str, str]


async def received(content_type: str, body: AsyncIterator[bytes], folder: Path, most: int = MOST_BYTES) -> Form:
    """Read a form to its end. Raises Misuse with what to do for one that cannot be taken; what was written goes with the folder."""
    if not content_type.lower().startswith(receiving.MULTIPART):
        raise Misuse("Send the files as multipart/form-data, each as a part named files.")
    try:
        parts = await receiving.received(content_type, body, lambda: folder, Limits(most, MOST_FILES, MOST_FIELDS))
    except Unreadable as why:
        raise Misuse(f"The form {'ends in the middle' if why.cut else 'cannot be read'}; send it once more.") from None
    except TooMuch as why:
        raise Misuse(_too_much(why.what, most)) from None
    files = [(upload.name, upload.path) for uploads in parts.uploads.values() for upload in uploads]
    laid = named(files) if files else []
    for name, path in laid:
        path.rename(folder / name)
    return Form(folder, tuple(name for name, _ in laid), {name: values[-1] for name, values in parts.values.items()})


def _too_much(what: str, most: int) -> str:
    if what == "bytes":
        return f"That is more than {most >> 20:,} MB at once; send it over SFTP."
    if what == "files":
        return f"Those are more than {MOST_FILES:,} files; send them as one ZIP."
    return "The values of the form are too long; send files with their names."
