"""Small pieces of JSON text that the generated writers call: quoting, references, lists, numbers.

All are pure; those whose arguments repeat within a district (references to schools and classes, lists of grades) remember
their last answers. Remembered texts are ids and list cells only, in memory, bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from json.encoder import encode_basestring
from urllib.parse import quote

from homeroom.roster.versions import items

CALLED = ("quoted", "reference", "references", "texts", "pairs", "number", "moment")
"""The functions that generated writers call by name."""

quoted = encode_basestring
"""A text as a JSON string, in the C of the standard library; non-ASCII letters stay as they are."""

_PLAIN_ID = re.compile(r"[0-9A-Za-z._~-]+")
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PAIR = re.compile(r"\{([^{}:]*):([^{}]*)\}")


@lru_cache(maxsize=65_536)
def reference(key: str) -> str:
    """The tail of a reference after the href's beginning: the id percent-encoded, then the id itself as sourcedId.

    A slash or an at sign in an id is encoded too, so that the href is one path segment.
    """
    if _PLAIN_ID.fullmatch(key):
        return f'{key}","sourcedId":"{key}"'
    return f'{quote(key, safe="")}","sourcedId":{quoted(key)}'


@lru_cache(maxsize=16_384)
def references(cell: str, beginning: str, kind: str) -> str:
    """A JSON list of references to the ids of a list cell."""
    return reference_list(items(cell), beginning, kind)


def reference_list(keys: Iterable[str], beginning: str, kind: str) -> str:
    """A JSON list of references to these ids."""
    return "[" + ",".join([f'{{"href":"{beginning}{reference(key)},"type":"{kind}"}}' for key in keys]) + "]"


@lru_cache(maxsize=4_096)
def texts(cell: str) -> str:
    """A JSON list of the texts of a list cell."""
    return "[" + ",".join([quoted(item) for item in items(cell)]) + "]"


def pairs(cell: str, left: str, right: str) -> str:
    """A JSON list of objects from a cell `{a:b},{c:d}`; the first colon parts the halves."""
    found = [f'{{"{left}":{quoted(a.strip())},"{right}":{quoted(b.strip())}}}' for a, b in _PAIR.findall(cell)]
    return "[" + ",".join(found) + "]"


def number(cell: str) -> str:
    """A stored number as JSON: `5.` and `.5`, which CSV allows and JSON does not, are written out. Not a number: null."""
    if _JSON_NUMBER.fullmatch(cell):
        return cell
    try:
        told = float(cell)
    except ValueError:
        return "null"
    return json.dumps(told) if told == told and abs(told) != float("inf") else "null"


def moment(cell: str) -> str:
    """A stored date as the date-time that lineItem wants: midnight UTC."""
    return quoted(cell if "T" in cell else cell + "T00:00:00.000Z")
