"""Rows with a word that the layout's value map does not know and refuses: told with the words that it knows.

Such rows are set aside before any other check looks at their cells; only their key still counts.
"""

from __future__ import annotations

import json
from dataclasses import replace

from homeroom.checks.sheet import Sheet
from homeroom.roster.names import UNMAPPED, quoted, text

_EXTENSION = "metadata."
_LISTED = 30
"""So many words of a value map are told; a longer list helps nobody."""


def set_unmapped_aside(sheet: Sheet) -> Sheet:
    """Refuse the rows with marked values and return the sheet that leaves them out of `rows`."""
    mapped = {target: words for feed in sheet.sifted.feeds for target, words in feed.mapped}
    if not mapped:
        return sheet
    conditions = {target: _is_marked(target) for target in mapped}
    any_marked = f"({' OR '.join(conditions.values())}) AND NOT {sheet.leaving}"
    chosen = f"SELECT _file, _row, _kh FROM {sheet.shaped} WHERE {any_marked}"
    if not sheet.workbench.value(f"CREATE OR REPLACE TABLE unmapped_{sheet.name} AS {chosen}"):
        return sheet
    for target, words in mapped.items():
        _tell(sheet, target, words, f"{conditions[target]} AND NOT {sheet.leaving}")
    return replace(sheet, unmapped=True)


def _tell(sheet: Sheet, target: str, words: tuple[str, ...], condition: str) -> None:
    # A key that is marked is no key: the row is refused as one that nobody can name (law 3).
    key = f"CASE WHEN starts_with(sourcedId, {text(UNMAPPED)}) THEN NULL ELSE sourcedId END"
    rows = f"(SELECT _file, _row, _kh, {key} AS sourcedId, {_value(target)} AS _value FROM {sheet.shaped} WHERE {condition})"
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    detail = json.dumps({"words": ", ".join(words[:_LISTED]) + more}, ensure_ascii=False)
    cause = f"'unmapped:' || _file || ':' || {text(target)} || ':' || _value"
    sheet.find(rows, "'value-unmapped'", target, "_value", effect="'refuse'", cause=cause, detail=text(detail))


def _is_marked(target: str) -> str:
    if target.startswith(_EXTENSION):
        return f"contains(metadata, {text(_member(target) + _ESCAPED)})"
    return f"starts_with({quoted(target)}, {text(UNMAPPED)})"


def _value(target: str) -> str:
    if not target.startswith(_EXTENSION):
        return f"substr({quoted(target)}, {len(UNMAPPED) + 1})"
    return f"json_extract_string(metadata, {text('$.' + json.dumps(target.removeprefix(_EXTENSION)))})[{len(UNMAPPED) + 1}:]"


_ESCAPED = json.dumps(UNMAPPED)[1:-1]


def _member(target: str) -> str:
    """How a member of the extension object and the beginning of its text are written."""
    return json.dumps(target.removeprefix(_EXTENSION), ensure_ascii=False) + ':"'
