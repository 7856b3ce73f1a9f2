"""A layout as a value: which files it reads and where each target of a roster table comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from homeroom.layouts import targets
from homeroom.layouts.rows import NONE, Rows
from homeroom.roster.catalogue import Table
from homeroom.workbench.values import Hints

Kind = Literal["continuous", "change_notification"]
Otherwise = Literal["refuse", "keep", "blank"]
Take = Literal["one", "list"]

EXTENSION = "metadata."
"""Targets and OneRoster columns that begin so are extension columns: one JSON text column `metadata` holds them all."""

RECORD = ("status", "dateLastModified")
"""Targets that every table has beside its model columns."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one target's value comes from: exactly one of `names`, `position`, `formula` and `constant` is given.

    `names`: header words, the first that is present wins. `position`: the cell's number from 1, for files without a header.
    Then, in this order: `padded` (zeros in front up to that length), `values` (word by word, `otherwise` for the rest),
    `recipe` (one after the other), `default` (for a blank). `required`: a file without it cannot be read by this layout.
    """

    names: tuple[str, ...] = ()
    position: int | None = None
    formula: str | None = None
    constant: str | None = None
    padded: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    otherwise: Otherwise = "refuse"
    recipe: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    optional: tuple[str, ...] = ()

    @property
    def drops(self) -> bool:
        """Whether its value map drops the words that it does not list."""
        return bool(self.values) and self.otherwise == "blank"

    @property
    def plain(self) -> bool:
        """Whether the value is the cell itself, untouched."""
        treated = self.padded or self.values or self.recipe or self.default is not None
        return bool(self.names or self.position) and not treated


@dataclass(frozen=True, slots=True)
class Join:
    """One joined file. `on` are (column of this row, column of that file); `when` speaks of that file's columns.

    Columns in `blank` are blank in `when` where that file lacks them.
    """

    name: str
    files: tuple[str, ...]
    on: tuple[tuple[str, str], ...]
    when: str | None = None
    blank: tuple[str, ...] = ()
    optional: bool = False
    take: Take = "one"
    order: tuple[str, ...] = ()
    limit: int | None = None
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of source record becomes rows of one roster table.

    `map` is in the table's own order, whatever the order of the text. `required` are the targets without which a file
    cannot be read; `expected` are those that a file must have for this layout to be chosen without being named. `ignored`
    are header words that are known and left out on purpose. `inferred` are header words that the map names although no document of the
    system does: they are a proposal, which a person confirms by naming the set. `optional`: where a file lacks what the layout needs, it
    reads nothing of it, and the delivery goes on. `extensions`: columns `metadata.x` of the file are taken.
    `declared` is the table's description where it is a dataset of the set's own.
    `keep` says which rows are taken; columns in `keep_optional` are blank in it where they do not come.
    `also` are header words with others that mean the same, in this file and in those joined to it.
    `rows` and `joins` rearrange the file's records before the map sees them.
    """

    name: str
    table: str
    kind: Kind
    files: tuple[str, ...]
    map: tuple[tuple[str, Source], ...]
    hints: Hints = field(default_factory=Hints)
    keep: str | None = None
    keep_optional: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    inferred: tuple[str, ...] = ()
    optional: bool = False
    extensions: bool = False
    rows: Rows = NONE
    joins: tuple[Join, ...] = ()
    required: tuple[str, ...] = ("sourcedId",)
    expected: tuple[str, ...] = ("sourcedId",)
    notes: str = ""
    text: str = ""
    declared: Table | None = None

    @property
    def of(self) -> Table:
        """The description of the table that it fills."""
        return self.declared or targets.tables()[self.table]

    @property
    def rearranged(self) -> bool:
        """Whether the map sees other rows or columns than the file has."""
        return bool(self.joins) or self.rows != NONE

    def source(self, target: str) -> Source | None:
        """Where a target comes from, or None where the layout does not map it."""
        return next((s for t, s in self.map if t == target), None)


def in_order(table: Table, mapped: dict[str, Source]) -> tuple[tuple[str, Source], ...]:
    """The entries of a map in the order in which a feed lists them: key, record columns, model, extensions by name."""
    order = [table.columns[0], *RECORD, *table.columns[1:-1]]
    known = [t for t in order if t in mapped]
    return tuple((t, mapped[t]) for t in (*known, *sorted(t for t in mapped if t.startswith(EXTENSION))))
