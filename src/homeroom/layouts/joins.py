"""The `[join.NAME]` sections: other files of the delivery whose columns a row takes over by key.

file, read      which file, and how it is written where detection would get it wrong
on              this column = that column, one or several pairs; a column of an earlier join is named OTHER.column
when            a formula over that file's columns: which of its rows count
blank           columns that `when` takes for blank where that file lacks them
optional        whether the file may be absent; then its columns say nothing
take            one: the row of the key; list: the distinct values of each column, joined with commas
order, limit    of a list: the columns by which its values are ordered, and how many are taken at most

Which of several rows is taken, and in which order values are listed, never depends on the order of the file: the same rows
in another order must change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from homeroom.layouts import entries, hints, patterns
from homeroom.layouts.faults import Complain
from homeroom.layouts.layout import Join, Take
from homeroom.layouts.nearness import did_you_mean
from homeroom.roster.words import Said, _, in_a_row
from homeroom.workbench.values import Hints

KEYS = ("file", "read", "on", "when", "blank", "optional", "take", "order", "limit")
TAKES: tuple[Take, ...] = ("one", "list")
MOST = 8
"""Files that one layout may join."""


def read(raw: Mapping[str, Any], complain: Complain, judge: entries.Judge) -> tuple[Join, ...]:
    """Read all sections in the order of the text; mistakes go to `complain`, and `judge` judges the formulas."""
    if len(raw) > MOST:
        last = list(raw)[MOST]
        complain(
            last,
            message=_("A layout joins at most {count} files.", count=MOST),
            remedy=_("Join fewer, or let the export bring the columns."),
        )
    found: list[Join] = []
    for name, section in raw.items():
        if not isinstance(section, dict):
            complain(
                name,
                message=_("A join is a section."),
                remedy=_("Write [join.{name}] on a line of its own and its keys below.", name=name),
            )
            continue

        def note(*path: str, message: Said, remedy: Said, name: str = name) -> None:
            complain(name, *path, message=message, remedy=remedy)

        if not name.strip() or "." in name:
            note(message=_("The name of a join has letters and no point."), remedy=_("Choose another name."))
            continue
        if (join := _join(name, section, note, judge)) is not None:
            found.append(join)
    return tuple(found)


def _join(name: str, raw: Mapping[str, Any], complain: Complain, judge: entries.Judge) -> Join | None:
    for key in raw:
        if key not in KEYS:
            complain(key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, KEYS))
    files, on = _files(raw.get("file"), complain), _pairs(raw.get("on"), complain)
    take = raw.get("take", "one")
    if take not in TAKES:
        complain(
            "take", message=_("take cannot be {take}.", take=str(take)), remedy=_("It is one of: {takes}.", takes=in_a_row(TAKES))
        )
    optional = raw.get("optional", False)
    if not isinstance(optional, bool):
        complain("optional", message=_("optional is true or false."), remedy=_("Write true or false without quotes."))
    order, limit = _listing(raw, take, complain)
    read = _hints(raw.get("read", {}), complain)
    when = raw.get("when")
    if when is not None and not judge(when, complain, "when", condition=True):
        return None
    if not files or not on or take not in TAKES or not isinstance(optional, bool):
        return None
    return Join(name, files, on, when, _blank(raw, complain), optional, take, order, limit, read)


def _blank(raw: Mapping[str, Any], complain: Complain) -> tuple[str, ...]:
    value = raw.get("blank", [])
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(w, str) and w.strip() for w in listed):
        complain("blank", message=_("blank lists header words of that file."), remedy=_('Write it as blank = ["kind"].'))
        return ()
    if listed and "when" not in raw:
        complain("blank", message=_("blank is for columns that when names."), remedy=_("Write a when, or take this line out."))
    return tuple(listed)


def _hints(raw: Any, complain: Complain) -> Hints:
    if not isinstance(raw, dict):
        complain("read", message=_("read is a table."), remedy=_("Write it as read = { header = false }."))
        return Hints()
    return hints.read(raw, lambda *path, message, remedy: complain("read", *path, message=message, remedy=remedy))


def _files(value: Any, complain: Complain) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(w, str) and w.strip() for w in listed):
        complain("file", message=_("A join says which file it reads."), remedy=_('Write file = "staff.csv".'))
        return ()
    for pattern in listed:
        try:
            patterns.compiled(pattern)
        except re.error as error:
            complain(
                "file",
                message=_("{pattern} is no regular expression: {why}.", pattern=pattern, why=str(error)),
                remedy=_("Correct it, or use * and ?."),
            )
    return tuple(listed)


def _pairs(value: Any, complain: Complain) -> tuple[tuple[str, str], ...]:
    good = isinstance(value, dict) and value and all(isinstance(w, str) and w.strip() for w in [*value.keys(), *value.values()])
    if not good:
        complain(
            "on",
            message=_("on says which column of the row is which column of the other file."),
            remedy=_('Write it as on = { "teacher_id" = "staff_id" }.'),
        )
        return ()
    assert isinstance(value, dict)
    return tuple(value.items())


def _listing(raw: Mapping[str, Any], take: Any, complain: Complain) -> tuple[tuple[str, ...], int | None]:
    order, limit = raw.get("order", []), raw.get("limit")
    listed = order if isinstance(order, list) else [order]
    if not all(isinstance(w, str) and w.strip() for w in listed):
        complain("order", message=_("order lists header words of that file."), remedy=_('Write it as order = ["priority"].'))
        listed = []
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        complain("limit", message=_("limit is a whole number from 1."), remedy=_("Write it as limit = 6."))
        limit = None
    for key in ("order", "limit"):
        if key in raw and take == "one":
            complain(key, message=_("{key} needs take = list.", key=key), remedy=_('Write take = "list", or take this line out.'))
    return tuple(listed), limit
