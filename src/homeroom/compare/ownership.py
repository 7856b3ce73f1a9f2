"""Who may write what: fields that a source writes only when a record is new, and what a person holds of single records.

`Ownership` is what a source's settings say, for all tables. `Holds` is one table's part of it as SQL over an admitted row `a`
and a stored row `s`. Without rules and locks both say nothing, and no statement is any longer for them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from homeroom.roster.catalogue import Table
from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS, CONTACT_DETAILS, JOINED, MEMBER, WHOLE
from homeroom.roster.names import quoted, text


@dataclass(frozen=True, slots=True)
class Ownership:
    """What one source may write.

    `create_only`: `table.column` (or `table.metadata.name`) that it writes when a record is new, and never again.
    `leaves_joined`: contact details of people who have joined are left to them. `stay_archived`: tables in which a record that a
    person archived stays so, even though the source lists it.
    """

    create_only: frozenset[str] = frozenset()
    leaves_joined: bool = True
    stay_archived: frozenset[str] = frozenset()

    def of(self, table: Table, *, locks: bool) -> Holds:
        """The part of one table. `locks`: a person holds something of one of the records that are compared."""
        mine = frozenset(c.removeprefix(f"{table.name}.") for c in self.create_only if c.startswith(f"{table.name}."))
        contacts = CONTACT_DETAILS.get(table.name, frozenset()) if self.leaves_joined else frozenset()
        return Holds(table, mine, contacts, table.name in self.stay_archived, locks)


EVERYTHING = Ownership()
"""What a source may write whose settings say nothing."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What is withheld from the rows of one table. Columns are named as in the roster, entries of the metadata `metadata.name`."""

    table: Table
    created: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    stays: bool = False
    locks: bool = False

    @property
    def nothing(self) -> bool:
        """Whether every value of tonight may be written."""
        return not self.created and not self.locks

    def held(self, column: str) -> str | None:
        """Whether the stored record's field keeps what it has; None: it never does."""
        if column in self.created:
            return "true"
        return self._by_person(column) if self.locks else None

    def why(self, column: str) -> str:
        """The reason of a field that is held (`roster.holding.Why`): what a person said goes before what the settings say."""
        if not self.locks:
            return "'create-only'"
        joined = f" WHEN {_has(JOINED)} THEN 'joined'" if column in self.contacts else ""
        return f"CASE WHEN {_has(column)} OR {_has(WHOLE)} THEN 'locked'{joined} ELSE 'create-only' END"

    def entry(self, column: str) -> str:
        """The word under which a person holds the field; NULL where no person does."""
        if not self.locks:
            return "NULL::VARCHAR"
        joined = f" WHEN {_has(JOINED)} THEN {text(JOINED)}" if column in self.contacts else ""
        return f"CASE WHEN {_has(column)} THEN {text(column)} WHEN {_has(WHOLE)} THEN {text(WHOLE)}{joined} END"

    def _by_person(self, column: str) -> str:
        words = [column, WHOLE, *([JOINED] if column in self.contacts else [])]
        return f"({' OR '.join(map(_has, words))})"

    def archived(self) -> str:
        """Whether the stored record was removed by a person and stays so."""
        if not self.locks:
            return "false"
        words = [ARCHIVED_ALWAYS, *([ARCHIVED] if self.stays else [])]
        return f"(s.status = 'tobedeleted' AND ({' OR '.join(map(_has, words))}))"

    # -- entries of the metadata --------------------------------------------------------------------------------

    @property
    def by_member(self) -> bool:
        """Whether single entries of the metadata may be held."""
        return self.locks or any(c.startswith(MEMBER) for c in self.created)

    def owned(self, metadata: str) -> str:
        """The metadata that tonight may write: `metadata` with the held entries as they are stored, sorted by name."""
        if not self.by_member:
            return metadata
        mine = f"list_filter(map_entries({_map(metadata)}), lambda e: NOT list_contains({self._members()}, e.key))"
        kept = f"list_filter(map_entries({_map('s.metadata')}), lambda e: list_contains({self._members()}, e.key))"
        joined = f"nullif(to_json(map_from_entries(list_sort(list_concat({mine}, {kept}))))::VARCHAR, '{{}}')"
        return f"CASE WHEN s.id IS NOT NULL AND len({self.contested(metadata)}) > 0 THEN {joined} ELSE {metadata} END"

    def contested(self, metadata: str) -> str:
        """The held entries of which `metadata` says something else than what is stored, as a list of names."""
        differs = f"map_extract({_map(metadata)}, m) IS DISTINCT FROM map_extract({_map('s.metadata')}, m)"
        return f"list_filter({self._members()}, lambda m: {differs})"

    def _members(self) -> str:
        """The names of the entries that are held, as a list."""
        created = _list(sorted(c.removeprefix(MEMBER) for c in self.created if c.startswith(MEMBER)))
        if not self.locks:
            return created
        words = f"list_filter(from_json(coalesce(s.locked, '[]'), '[\"VARCHAR\"]'), lambda w: starts_with(w, {text(MEMBER)}))"
        return f"list_distinct(list_concat({created}, list_transform({words}, lambda w: substr(w, {len(MEMBER) + 1}))))"


def entry_of(metadata: str, name: str) -> str:
    """SQL: one entry of a metadata text; `name` is an expression."""
    return f"map_extract({_map(metadata)}, {name})[1]"


def _has(word: str) -> str:
    """Whether a person holds the stored record under a word."""
    return f"coalesce(json_contains(s.locked, {text(json.dumps(word, ensure_ascii=False))}), false)"


def _map(metadata: str) -> str:
    return f"coalesce({metadata}, '{{}}')::JSON::MAP(VARCHAR, VARCHAR)"


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(text, names))}]::VARCHAR[]"


def has_locks(rows: str) -> str:
    """SELECT whether any of those stored records is held by a person."""
    return f"SELECT count(*) > 0 FROM (SELECT 1 FROM {rows} WHERE {quoted('locked')} IS NOT NULL LIMIT 1)"
