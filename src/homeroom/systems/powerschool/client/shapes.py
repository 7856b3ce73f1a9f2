"""The shapes of PowerSchool's JSON, which is XML translated by a machine: what is one and what is many, what is blank, what was a number.

Facts: a list of one element comes as that element, an empty one is missing; an empty element is an empty text; text that looks like
a number comes as a number (`reference: base rules of the API`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Record = dict[str, Any]
"""One record as it came: texts, booleans, None, lists and objects. No numbers: they are texts, as the server wrote them."""


def parse(body: bytes) -> Any:
    """JSON with every number as its own text. Raises ValueError for what is no JSON."""
    return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)


def as_list(value: Any) -> list[Any]:
    """One or many as a list; blank as none.

    >>> as_list({"id": "1"}), as_list([1, 2]), as_list(""), as_list(None)
    ([{'id': '1'}], [1, 2], [], [])
    """
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def at(record: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path, or None; a blank element on the way has nothing in it.

    >>> at({"name": {"first_name": "Ada"}, "alerts": ""}, "name.first_name"), at({"alerts": ""}, "alerts.legal")
    ('Ada', None)
    """
    found: Any = record
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return None if found == "" else found


def text(value: Any) -> str | None:
    """A leaf as text: what was a number keeps its digits, a boolean is `true` or `false`, blank is None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """A record's leaves with their dotted paths, in order; lists as JSON text, blank leaves and `@` attributes left out.

    >>> dict(flat({"id": "7", "name": {"first_name": "Ada"}, "@extensions": "x", "alerts": ""}))
    {'id': '7', 'name.first_name': 'Ada'}
    """
    for name, value in record.items():
        if name.startswith("@"):
            continue
        if name == "_extension_data":
            yield from _extensions(value)
        elif isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif (leaf := text(value)) is not None:
            yield prefix + name, leaf


def _extensions(data: Any) -> Iterator[tuple[str, str]]:
    """Fields of extension tables as `table.field`."""
    for table in as_list(data.get("_table_extension") if isinstance(data, Mapping) else None):
        for field in as_list(table.get("_field")):
            if (leaf := text(field.get("value"))) is not None:
                yield f"{table['name']}.{field['name']}", leaf
