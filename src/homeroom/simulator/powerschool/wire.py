"""How answers of `/ws/v1` look on the wire: JSON that is a mechanical translation of XML, or the XML itself.

A handler builds a tree of dicts, lists and plain values. On the way out a list of one becomes the thing itself, an empty list and an
unknown value vanish, an empty dict becomes an empty text, and a text that is the exact spelling of a whole number becomes a number
(a zero in front keeps it text). Keys that begin with `@` are attributes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
GONE = object()
ALWAYS_LISTS = frozenset({"_field"})
"""Public samples show a list of one for these."""


def translated(node: Any) -> Any:
    """A tree as JSON has it."""
    found = _translated(node)
    return {} if found is GONE else found


def _translated(node: Any) -> Any:
    if isinstance(node, Mapping):
        members = {key: _listed(value) if key in ALWAYS_LISTS else _translated(value) for key, value in node.items()}
        kept = {key: value for key, value in members.items() if value is not GONE}
        return kept or ""
    if isinstance(node, list):
        if not node:
            return GONE
        return _translated(node[0]) if len(node) == 1 else [_translated(n) for n in node]
    if isinstance(node, str):
        if not node:
            return GONE
        return int(node) if WHOLE.fullmatch(node) and node != "-0" else node
    return GONE if node is None else node


def _listed(node: list[Any]) -> Any:
    return [_translated(n) for n in node] or GONE


def as_json(value: Any) -> bytes:
    """JSON as it is sent: UTF-8, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_xml(tree: Mapping[str, Any]) -> bytes:
    """The same tree as XML; it has one root."""
    body = "".join(piece for name, node in tree.items() for piece in _elements(name, node))
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{body}'.encode()


def _elements(name: str, node: Any) -> Iterator[str]:
    if node is None or node == "":
        return
    if isinstance(node, list):
        for item in node:
            yield from _elements(name, item)
    elif isinstance(node, Mapping):
        marks = "".join(f" {k[1:]}={quoteattr(str(v))}" for k, v in node.items() if k.startswith("@") and v is not None)
        inner = "".join(p for k, v in node.items() if not k.startswith("@") for p in _elements(k, v))
        yield f"<{name}{marks}>{inner}</{name}>"
    else:
        text = str(node).lower() if isinstance(node, bool) else str(node)
        yield f"<{name}>{escape(text)}</{name}>"
