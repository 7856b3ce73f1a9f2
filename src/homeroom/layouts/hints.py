"""The `[read]` section: what a layout knows about how its file is written, where detection would get it wrong."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from homeroom.layouts.faults import Complain
from homeroom.layouts.nearness import did_you_mean
from homeroom.roster.words import _, in_a_row
from homeroom.workbench.values import Hints

KEYS = ("encoding", "delimiter", "quoted", "header", "columns", "strip_prefix", "short_rows")
SHORT_ROWS = ("refused", "filled")
DELIMITERS = {"comma": ",", "tab": "\t", "pipe": "|", "semicolon": ";"}


def read(raw: Mapping[str, Any], complain: Complain) -> Hints:
    """Read the section; mistakes go to `complain`."""
    for key in raw:
        if key not in KEYS:
            complain(key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, KEYS))
    return Hints(
        encoding=_encoding(raw.get("encoding"), complain),
        delimiter=_delimiter(raw.get("delimiter"), complain),
        quoted=_flag(raw, "quoted", complain),
        header=_flag(raw, "header", complain),
        strip_prefix=_flag(raw, "strip_prefix", complain) is not False,
        columns=_columns(raw, complain),
        fills_short=_short(raw.get("short_rows", "refused"), complain) == "filled",
    )


def _flag(raw: Mapping[str, Any], key: str, complain: Complain) -> bool | None:
    value = raw.get(key)
    if value is None or isinstance(value, bool):
        return value
    complain(key, message=_("{key} is true or false.", key=key), remedy=_("Write true or false without quotes."))
    return None


def _short(value: Any, complain: Complain) -> str:
    if value not in SHORT_ROWS:
        complain(
            "short_rows",
            message=_("short_rows cannot be {value}.", value=str(value)),
            remedy=_("It is one of: {words}.", words=in_a_row(SHORT_ROWS)),
        )
    return str(value)


def _encoding(value: Any, complain: Complain) -> str | None:
    if value is None:
        return None
    try:
        return codecs.lookup(value).name
    except (LookupError, TypeError, ValueError):
        complain("encoding", message=_("This encoding is not known."), remedy=_("Write utf-8, cp1252, latin-1 or utf-16."))
        return None


def _delimiter(value: Any, complain: Complain) -> str | None:
    if value is None or value in DELIMITERS.values():
        return None if value is None else str(value)
    if not isinstance(value, str) or value not in DELIMITERS:
        complain(
            "delimiter",
            message=_("This delimiter is not known."),
            remedy=_("Write one of: {delimiters}.", delimiters=in_a_row(DELIMITERS)),
        )
        return None
    return DELIMITERS[value]


def _columns(raw: Mapping[str, Any], complain: Complain) -> tuple[str, ...]:
    value = raw.get("columns", [])
    if not isinstance(value, list) or not all(isinstance(w, str) and w.strip() for w in value):
        complain("columns", message=_("columns is a list of words."), remedy=_('Write it as columns = ["code", "title"].'))
        return ()
    folded = [w.casefold() for w in value]
    if twice := next((w for w in value if folded.count(w.casefold()) > 1), None):
        complain(
            "columns", message=_("columns names {twice} twice.", twice=twice), remedy=_("Give every position a word of its own.")
        )
        return ()
    if value and raw.get("header") is True:
        complain(
            "columns", message=_("columns names the positions of a file without a header."), remedy=_("Take header = true out.")
        )
    return tuple(value)
