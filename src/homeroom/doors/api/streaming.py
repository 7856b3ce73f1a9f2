"""Answers that are too long to be held in memory: NDJSON, CSV, files that are made for one call."""

from __future__ import annotations

import csv as csv_module
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, StreamingResponse

from homeroom.deliveries.workfolders import WorkFolder
from homeroom.outbound.sheets import sheet

NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"
_AT_ONCE = 64 << 10


def ndjson(rows: Iterable[Mapping[str, Any]]) -> StreamingResponse:
    """One JSON document a line."""
    lines = (json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)
    return StreamingResponse(_lumped(lines), media_type=NDJSON)


def array(rows: Iterable[Mapping[str, Any]]) -> StreamingResponse:
    """One JSON array."""

    def pieces() -> Iterator[str]:
        yield "["
        for position, row in enumerate(rows):
            yield ("," if position else "") + json.dumps(dict(row), ensure_ascii=False)
        yield "]"

    return StreamingResponse(_lumped(pieces()), media_type="application/json")


def text(name: str, lines: Iterable[str]) -> StreamingResponse:
    """CSV that is made already, line by line. What keeps it from beginning is raised here, while it can still be told."""
    pieces = _lumped(lines)
    return StreamingResponse(chain([next(pieces, b"")], pieces), media_type=CSV, headers=attached(name))


def csv(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingResponse:
    """CSV for a spreadsheet, in which no cell is a formula."""
    lines = sheet(list(header), ([_cell(c) for c in row] for row in rows))
    return text(name, lines)


def table(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingResponse:
    """CSV for a program: every value exactly as it is."""

    def lines() -> Iterator[str]:
        line = io.StringIO()
        writer = csv_module.writer(line, lineterminator="\n")
        for row in chain([header], rows):
            writer.writerow(["" if cell is None else cell for cell in row])
            yield line.getvalue()
            line.seek(0)
            line.truncate()

    return text(name, lines())


def file(folder: WorkFolder, path: Path, name: str, media: str) -> FileResponse:
    """A file out of a work folder, which is removed when it was sent."""
    return FileResponse(path, media_type=media, headers=attached(name), background=BackgroundTask(folder.close))


def attached(name: str) -> dict[str, str]:
    """The header that makes a download of an answer. The name is one of ours: letters, digits, hyphens, points."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def of(media: str, description: str) -> dict[str, Any]:
    """How the document describes such an answer."""
    return {"description": description, "content": {media: {"schema": {"type": "string", "format": "binary"}}}}


def _lumped(lines: Iterable[str]) -> Iterator[bytes]:
    """The lines in pieces that are worth a packet."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= _AT_ONCE:
            yield "".join(piece).encode()
            piece, size = [], 0
    if piece:
        yield "".join(piece).encode()


def _cell(value: Any) -> str | int | None:
    return value if isinstance(value, str | int | None) else json.dumps(value)
