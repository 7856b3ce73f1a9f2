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
    refusals = tuple(dict.fromkeys(code for feed in sheet.sifted.feeds for code in feed.refusals))
    if not mapped and not refusals:
        return sheet
    # A key that bears a refusal's code is no word of a value map.
    conditions = {target: f"({_is_marked(target)} AND NOT {_refused(refusals)})" for target in mapped}
    any_marked = f"({' OR '.join([*conditions.values(), _refused(refusals)])}) AND NOT {sheet.leaving}"
    chosen = f"SELECT _file, _row, _kh FROM {sheet.shaped} WHERE {any_marked}"
    if not sheet.workbench.value(f"CREATE OR REPLACE TABLE unmapped_{sheet.name} AS {chosen}"):
        return sheet
    for target, words in mapped.items():
        _tell(sheet, target, words, f"{conditions[target]} AND NOT {sheet.leaving}")
    for code in refusals:
        _tell_refused(sheet, code)
    return replace(sheet, unmapped=True)


def _refused(codes: tuple[str, ...]) -> str:
    """SQL: whether the row's key bears one of the codes."""
    return (
        " OR ".join(f"starts_with(sourcedId, {text(UNMAPPED + code + UNMAPPED)})" for code in codes).join("()")
        if codes
        else "FALSE"
    )


def _tell_refused(sheet: Sheet, code: str) -> None:
    """Rows that the source's own settings refuse. Their record is known and lives on."""
    mark, prefix = UNMAPPED + code + UNMAPPED, sheet.sifted.feeds[0].key_prefix
    key = f"{text(prefix)} || substr(sourcedId, {len(mark) + 1})"
    condition = f"{_refused((code,))} AND NOT {sheet.leaving}"
    rows = f"(SELECT _file, _row, _kh, {key} AS sourcedId FROM {sheet.shaped} WHERE {condition})"
    sheet.find(rows, text(code), "sourcedId", "sourcedId", effect="'refuse'")


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
