"""How one record of tonight meets what the store holds: which columns differ, and what the record will be.

A column that did not come keeps its stored value (law 2), so does a member of `metadata` that no file brings, and a field that is
not the source's to write (`ownership.Holds`). Lists of ids are sets: another order is no change. Everything else is compared as
text, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from homeroom.compare.ownership import Holds
from homeroom.roster.catalogue import Format, Table
from homeroom.roster.names import quoted, text


@dataclass(frozen=True, slots=True)
class Meeting:
    """What must be known to compare the rows of one table: admitted as `a`, stored as `s`.

    `delivered` columns came tonight; `lacking` names the files that do not have one of them; `holds`: what the source may not
    write. `members`: for each file, the names inside `metadata` that it brings.
    """

    table: Table
    delivered: frozenset[str]
    lacking: Mapping[str, tuple[int, ...]]
    holds: Holds
    members: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The model columns beside the key."""
        return tuple(c for c in self.table.columns if c != "sourcedId")

    @property
    def compared(self) -> tuple[str, ...]:
        """Those of them that came."""
        return tuple(c for c in self.columns if c in self.delivered)

    @property
    def names_removals(self) -> bool:
        """Whether the rows say for themselves that a record is gone."""
        return "status" in self.delivered

    def offered(self, column: str) -> str:
        """The value that tonight offers, as far as the source may write it."""
        return self.holds.owned(self.said(column)) if column == "metadata" else self.said(column)

    def said(self, column: str) -> str:
        """The value that tonight's rows say, whoever owns the field."""
        if column not in self.delivered:
            return f"s.{quoted(column)}"
        files = self.lacking.get(column, ())
        mine = self._joined_metadata() if column == "metadata" and self.members else f"a.{quoted(column)}"
        if not files:
            return mine
        return f"CASE WHEN a._file IN ({', '.join(map(str, files))}) THEN s.{quoted(column)} ELSE {mine} END"

    def _joined_metadata(self) -> str:
        """Tonight's members with those of the stored ones that tonight's file does not bring, sorted by name."""
        by_file = " ".join(f"WHEN {file} THEN {_listed(names)}" for file, names in sorted(self.members.items()))
        brought = f"list_concat(CASE a._file {by_file} END, coalesce(json_keys(a.metadata), []))"
        kept = f"list_filter({_entries('s.metadata')}, lambda e: NOT list_contains({brought}, e.key))"
        joined = f"map_from_entries(list_sort(list_concat({kept}, coalesce({_entries('a.metadata')}, []))))"
        partial = f"a._file IN ({', '.join(map(str, sorted(self.members)))})"
        return f"CASE WHEN {partial} AND len({kept}) > 0 THEN to_json({joined})::VARCHAR ELSE a.metadata END"

    def distinct(self, column: str) -> str:
        """Whether the offered value is another one than the stored."""
        mine, stored = self.offered(column), f"s.{quoted(column)}"
        said = f"{mine} IS DISTINCT FROM {stored}"
        if self._is_set(column):
            said = f"({said} AND {_sorted(mine)} IS DISTINCT FROM {_sorted(stored)})"
        return said

    def changes(self, column: str) -> str:
        """Whether the field will change."""
        held = self.holds.held(column)
        return f"({self.distinct(column)})" if held is None else f"({self.distinct(column)} AND NOT {held})"

    def paired(self) -> str:
        """The select list of a pair: for column number i what it offers `n_i`, what is stored `o_i`, whether it changes `d_i`."""
        pieces = []
        for number, column in enumerate(self.columns):
            pieces.append(f"{self.offered(column)} AS n_{number}, s.{quoted(column)} AS o_{number}")
            if column in self.delivered:
                pieces.append(f"{self.changes(column)} AS d_{number}")
        return ", ".join(pieces)

    def any_change(self) -> str:
        """Whether any field of a pair changes."""
        return " OR ".join(f"d_{n}" for n, c in enumerate(self.columns) if c in self.delivered) or "false"

    def final(self) -> str:
        """The select list of the values that the record of a pair will have, under their own names."""
        return ", ".join(
            f"CASE WHEN id IS NULL OR d_{n} THEN n_{n} ELSE o_{n} END AS {quoted(c)}"
            if c in self.delivered
            else f"o_{n} AS {quoted(c)}"
            for n, c in enumerate(self.columns)
        )

    def changed(self) -> str:
        """The JSON object column -> [old, new] of a pair that was stored before; NULL for a new record."""
        entries = ", ".join(
            f"CASE WHEN d_{n} THEN {text(chr(34) + c + chr(34) + ':')} || to_json([o_{n}, n_{n}]) END"
            for n, c in enumerate(self.columns)
            if c in self.delivered
        )
        if not entries:
            return "CASE WHEN id IS NOT NULL THEN '{}' END"
        # A map would say the same, and takes four times as long to be planned.
        return f"CASE WHEN id IS NOT NULL THEN '{{' || concat_ws(',', {entries}) || '}}' END"

    def schools(self, value: str) -> str:
        """The list of schools that a value of the school column names; `value` is any expression."""
        column = self.table.school_column
        if column is None:
            return "[]::VARCHAR[]"
        if self.table.field(column).format.is_list:
            return f"coalesce({_items(value)}, []::VARCHAR[])"
        return f"CASE WHEN {value} IS NULL THEN []::VARCHAR[] ELSE [{value}] END"

    def school_of_pair(self) -> str:
        """The schools that a pair counts for: where the record stands; for a new record, where it will stand."""
        column = self.table.school_column
        if column is None:
            return self.schools("NULL")
        n = self.columns.index(column)
        return self.schools(f"(CASE WHEN id IS NULL THEN n_{n} ELSE o_{n} END)")

    def _is_set(self, column: str) -> bool:
        return column != "metadata" and self.table.field(column).format is Format.LIST_GUID_REF


def nothing(columns: Sequence[str]) -> str:
    """A select list of those columns, all NULL."""
    return ", ".join(f"NULL::VARCHAR AS {quoted(c)}" for c in columns)


MADE = "made"
"""The member that marks a made row. A file that brings metadata speaks for it too: its rows are not made."""


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(text(n) for n in sorted({*names, MADE}))}]::VARCHAR[]"


def _entries(metadata: str) -> str:
    return f"map_entries({metadata}::JSON::MAP(VARCHAR, VARCHAR))"


def _items(value: str) -> str:
    return f"list_filter(list_transform(string_split({value}, ','), lambda i: trim(i)), lambda i: i <> '')"


def _sorted(value: str) -> str:
    return f"list_sort({_items(value)})"
