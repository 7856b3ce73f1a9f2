"""Long answers: written to a file as they come, then read record by record, so that a million rows take no memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import ijson

from homeroom.systems.powerschool.client.errors import BrokenAnswer
from homeroom.systems.powerschool.client.shapes import Record, text


def records(path: Path, asked: str) -> Iterator[Record]:
    """The records of a table's or query's answer in a file, as `{column: text}` in small letters; blank columns are left out.

    Raises BrokenAnswer when the file ends before the answer does.
    """
    with path.open("rb") as file:
        try:
            for record in ijson.items(file, "record.item"):
                yield row(record)
        except ijson.IncompleteJSONError:
            raise BrokenAnswer("an answer that is cut off", path=asked) from None
        except ijson.JSONError:
            raise BrokenAnswer("an answer that is no JSON", path=asked) from None


def whole(file: IO[bytes], asked: str) -> int:
    """How many records an answer in a file has. Raises BrokenAnswer when it is cut off or no JSON object."""
    count, inside = 0, False
    file.seek(0)
    try:
        for prefix, event, _ in ijson.parse(file):
            inside = inside or (prefix == "" and event == "start_map")
            count += prefix == "record.item" and event == "start_map"
    except ijson.JSONError:
        raise BrokenAnswer("an answer that is cut off or no JSON", path=asked) from None
    if not inside:
        raise BrokenAnswer("an answer of another shape", path=asked)
    return count


def row(record: Record) -> Record:
    """A row as `{column: text}`, whether it came flattened or grouped by tables."""
    groups = record.get("tables")
    columns = {k: v for group in groups.values() for k, v in group.items()} if isinstance(groups, dict) else record
    return {k.lower(): leaf for k, v in columns.items() if not k.startswith("@") and (leaf := text(_plain(v))) is not None}


def _plain(value: object) -> object:
    """Numbers as the server wrote them: the parser makes integers and decimals of them."""
    return str(value) if not isinstance(value, str | bool | list | dict | None) else value
