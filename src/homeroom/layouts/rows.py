"""The `[rows]` section: several rows made from one record, and one row made from records that say the same.

each = { teacher = ["teacher_id", "co_teacher"] }                        one row for every one of these columns that is filled
each = { attribute = { but = ["student_id"] } }                          the same for every column but these, whatever it is called
each = { agent = { split = "guardian_ids", by = "," } }                  one row for every item of a list cell
each = { contact = { numbers = [1, 2], columns = { id = "C{n}_ID" } } }  one row for every numbered group that is filled
once = true | "agree"                                                    rows that share their sourcedId are one row
gather = ["orgSourcedIds"]                                               with `once`: lists of what all those rows say

`each` works on the text table before `[map]`: its new columns (`teacher`, `teacher.number`, ...) are named like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeroom.layouts.faults import Complain
from homeroom.layouts.nearness import did_you_mean
from homeroom.roster.words import _

Once = Literal["no", "fullest", "agree"]

KEYS = ("each", "once", "gather")
ITEM_KEYS = ("split", "by")
REST_KEYS = ("but",)
GROUP_KEYS = ("numbers", "columns")
NUMBER = "number"
COLUMN = "column"
MOST = 64
"""Columns or groups that one record may be taken apart into; a wider list is a mistake of the hand."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One row for every one of `columns` that is not blank: `name`, `name.number`, `name.column`.

    Without `columns` they are all columns of the file except those of `but`.
    """

    name: str
    columns: tuple[str, ...]
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """One row for every item of the list in `column`, cut at `by`: `name`, `name.number`."""

    name: str
    column: str
    by: str = ","


@dataclass(frozen=True, slots=True)
class Groups:
    """One row for every numbered group that has a filled cell: `name.MEMBER` for each member, `name.number`.

    `members` are (member, header words with {n} for the number; the first that is in the file is taken).
    """

    name: str
    numbers: tuple[int, ...]
    members: tuple[tuple[str, tuple[str, ...]], ...]


Each = Cells | Items | Groups


@dataclass(frozen=True, slots=True)
class Rows:
    """What `[rows]` says. `once`: `fullest` takes of rows with one sourcedId that differ the one with most filled cells.

    `gather`: targets that become a list of the values of all rows with the sourcedId, and in which they may differ.
    """

    each: Each | None = None
    once: Once = "no"
    gather: tuple[str, ...] = ()

    @property
    def takes_any_column(self) -> bool:
        """Whether columns of any name are read, so that the names say nothing about which file it is."""
        return isinstance(self.each, Cells) and bool(self.each.but)


NONE = Rows()


def made(each: Each) -> tuple[str, ...]:
    """The new columns of a record's rows, in order."""
    if isinstance(each, Cells):
        return (each.name, f"{each.name}.{NUMBER}", f"{each.name}.{COLUMN}")
    if isinstance(each, Items):
        return (each.name, f"{each.name}.{NUMBER}")
    return (*(f"{each.name}.{member}" for member, _ in each.members), f"{each.name}.{NUMBER}")


def read(raw: Mapping[str, Any], complain: Complain) -> Rows:
    """Read the section; mistakes go to `complain`."""
    for key in raw:
        if key not in KEYS:
            complain(key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, KEYS))
    once = _once(raw.get("once", False), complain)
    return Rows(_each(raw["each"], complain) if "each" in raw else None, once, _gather(raw.get("gather", []), once, complain))


def _gather(value: Any, once: Once, complain: Complain) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(_word(v) for v in value):
        complain("gather", message=_("gather is a list of targets."), remedy=_('Write it as gather = ["orgSourcedIds"].'))
        return ()
    if value and once == "no":
        complain("gather", message=_("gather says nothing without once."), remedy=_("Write once = true above it."))
    if "sourcedId" in value:
        complain("gather", message=_("sourcedId cannot be gathered: it tells which rows are one."), remedy=_("Leave it out."))
    return tuple(dict.fromkeys(value))


def _once(value: Any, complain: Complain) -> Once:
    if value is False:
        return "no"
    if value is True:
        return "fullest"
    if value != "agree":
        complain("once", message=_("once is true, false or agree."), remedy=_('Write once = true, or once = "agree".'))
    return "agree"


def _each(value: Any, complain: Complain) -> Each | None:
    if not isinstance(value, dict) or len(value) != 1:
        complain(
            "each",
            message=_("each names one thing and the columns it is taken from."),
            remedy=_('Write it as each = { teacher = ["teacher_id", "co_teacher"] }.'),
        )
        return None
    name, raw = next(iter(value.items()))
    if not name.strip() or "." in name:
        complain("each", name, message=_("The name of a new column has letters and no point."), remedy=_("Choose another name."))
        return None
    if isinstance(raw, list):
        return _cells(name, raw, complain)
    if isinstance(raw, dict) and "split" in raw:
        return _items(name, raw, complain)
    if isinstance(raw, dict) and "but" in raw:
        return _rest(name, raw, complain)
    if isinstance(raw, dict) and "columns" in raw:
        return _groups(name, raw, complain)
    complain(
        "each",
        name,
        message=_("{name} is a list of columns, all columns but some, a list cell to split, or numbered groups.", name=name),
        remedy=_(
            "Write it as {cells}, as {rest}, as {items} or as {groups}.",
            cells='["a", "b"]',
            rest='{ but = ["id"] }',
            items='{ split = "ids", by = "," }',
            groups='{ numbers = [1, 2], columns = { id = "C{n}_ID" } }',
        ),
    )
    return None


def _cells(name: str, raw: list[Any], complain: Complain) -> Cells | None:
    if not 0 < len(raw) <= MOST or not all(_word(w) for w in raw):
        complain(
            "each",
            name,
            message=_("{name} lists 1 to {most} header words.", name=name, most=MOST),
            remedy=_('Write it as ["a", "b"].'),
        )
        return None
    return Cells(name, tuple(dict.fromkeys(raw)))


def _rest(name: str, raw: Mapping[str, Any], complain: Complain) -> Cells | None:
    _unknown(name, raw, REST_KEYS, complain)
    but = raw["but"]
    if not isinstance(but, list) or not but or not all(_word(w) for w in but):
        complain(
            "each",
            name,
            "but",
            message=_("but lists header words, the key at least."),
            remedy=_('Write it as but = ["student_id"].'),
        )
        return None
    return Cells(name, (), tuple(but))


def _items(name: str, raw: Mapping[str, Any], complain: Complain) -> Items | None:
    _unknown(name, raw, ITEM_KEYS, complain)
    column, by = raw["split"], raw.get("by", ",")
    if not _word(column):
        complain("each", name, "split", message=_("split is a header word."), remedy=_('Write it as split = "guardian_ids".'))
        return None
    if not isinstance(by, str) or not by:
        complain("each", name, "by", message=_("by is the sign between two items."), remedy=_('Write it as by = ",".'))
        return None
    return Items(name, column, by)


def _groups(name: str, raw: Mapping[str, Any], complain: Complain) -> Groups | None:
    _unknown(name, raw, GROUP_KEYS, complain)
    numbers, columns = raw.get("numbers"), raw["columns"]
    if not isinstance(numbers, list) or not 0 < len(numbers) <= MOST or not all(type(n) is int and n >= 0 for n in numbers):
        complain("each", name, "numbers", message=_("numbers lists whole numbers."), remedy=_("Write it as numbers = [1, 2, 3]."))
        return None
    if not isinstance(columns, dict) or not columns:
        complain("each", name, "columns", message=_("columns names the cells of a group."), remedy=_GROUP)
        return None
    members = []
    for member, words in columns.items():
        listed = words if isinstance(words, list) else [words]
        if member == NUMBER or not listed or not all(_word(w) and "{n}" in w for w in listed):
            complain(
                "each",
                name,
                "columns",
                member,
                message=_("{member} is no cell of a numbered group.", member=member),
                remedy=_GROUP,
            )
            return None
        members.append((member, tuple(listed)))
    return Groups(name, tuple(dict.fromkeys(numbers)), tuple(members))


_GROUP = _('Write its header word with {n} for the number, as { id = "Contact{n}_ID" }; `number` is a name that Homeroom gives.')


def _word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _unknown(name: str, raw: Mapping[str, Any], known: tuple[str, ...], complain: Complain) -> None:
    for key in raw:
        if key not in known:
            complain("each", name, key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, known))
