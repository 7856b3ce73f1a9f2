"""Stored records as one version of OneRoster tells them: words of code lists, roles moved between users and roles.

A record travels as a tuple in the order of `homeroom.roster.versions.stored_columns`, and leaves as one. What one version
keeps on the user and the other in `roles` is moved by the rules of `homeroom.roster.versions`; for that the roles (into 1.1)
or the types of the orgs (into 1.2) are held in memory while a package is written, nothing else is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from homeroom.roster.catalogue import Table, catalogue
from homeroom.roster.versions import DERIVED_ROLE, Role, items, orgs_in_11, role_in_11, roles_of, stored_columns, word, worded

Row = tuple[Any, ...]
RowsOf = Callable[[str], Iterable[Row]]
"""Gives the stored records of a table, each time anew, in an order that stays the same for the same revision."""


def places(table: Table) -> dict[str, int]:
    """The position of each column in a stored tuple."""
    return {column: n for n, column in enumerate(stored_columns(table))}


class Projector:
    """Tells the records of one district in one version. `without_role` counts users whose roles 1.1 has no word for."""

    def __init__(self, rows_of: RowsOf, version: str) -> None:
        """`rows_of` gives whole tables, also where only some of their rows are written (all roles and orgs are needed)."""
        self.version = version
        self.without_role = 0
        self._roles = _roles(rows_of("roles"))
        self._org_types = _org_types(rows_of("orgs")) if version == "1.2" else {}

    def tell(self, table: Table, rows: Iterable[Row]) -> Iterable[Row]:
        """The records of a table with the words and the roles of the version."""
        at = places(table)
        for field in worded(table, self.version):
            rows = _worded(rows, at[field.name], partial(word, field, self.version))
        if table.name != "users":
            return rows
        return (self._user_11(row, at) if self.version == "1.1" else self._user_12(row, at) for row in rows)

    def derived_roles(self, users: Iterable[Row]) -> Iterator[Row]:
        """Rows of `roles` for 1.1 users that have no stored ones. Their sourcedId is made of user and place: `u1.role-1`."""
        at = places(catalogue()["users"])
        order = stored_columns(catalogue()["roles"])
        for row in users:
            user = row[0]
            if user in self._roles:
                continue
            for n, role in enumerate(roles_of(user, row[at["role"]], row[at["orgSourcedIds"]], self._org_types), 1):
                cells = {
                    "sourcedId": f"{user}{DERIVED_ROLE}{n}",
                    "status": row[1],
                    "dateLastModified": row[2],
                    "userSourcedId": user,
                }
                cells |= {"roleType": role.role_type, "role": role.role, "orgSourcedId": role.org}
                yield tuple(cells.get(column) for column in order)

    def _user_12(self, row: Row, at: dict[str, int]) -> Row:
        """A user with the primary org that follows from the 1.1 org list, where nobody named one."""
        if row[at["primaryOrgSourcedId"]] or row[0] in self._roles:
            return row
        return _with(row, {at["primaryOrgSourcedId"]: next(iter(items(row[at["orgSourcedIds"]])), None)})

    def _user_11(self, row: Row, at: dict[str, int]) -> Row:
        """A user with the one role and the orgs that follow from stored roles, where there are some."""
        stored = self._roles.get(row[0])
        if stored:
            role = role_in_11(r.role for r in stored)
            orgs = ",".join(orgs_in_11(stored, row[at["primaryOrgSourcedId"]]))
            row = _with(row, {at["role"]: role, at["orgSourcedIds"]: orgs})
        if not row[at["role"]]:
            self.without_role += 1
        return row


def _with(row: Row, cells: dict[int, str | None]) -> Row:
    changed = list(row)
    for place, value in cells.items():
        changed[place] = value
    return tuple(changed)


def _worded(rows: Iterable[Row], place: int, tell: Callable[[str | None], str | None]) -> Iterator[Row]:
    """Rows with one column's words told anew; a word is asked for once."""
    known: dict[str | None, str | None] = {}
    for row in rows:
        value = row[place]
        if value not in known:
            known[value] = tell(value)
        yield row if known[value] == value else _with(row, {place: known[value]})


def _roles(rows: Iterable[Row]) -> dict[str, list[Role]]:
    at = places(catalogue()["roles"])
    found: dict[str, list[Role]] = {}
    for row in rows:
        if row[1] == "active":
            user = row[at["userSourcedId"]]
            role = Role(user, row[at["role"]], row[at["orgSourcedId"]], row[at["roleType"]] or "secondary")
            found.setdefault(user, []).append(role)
    return found


def _org_types(rows: Iterable[Row]) -> dict[str, str]:
    at = places(catalogue()["orgs"])
    return {row[0]: row[at["type"]] for row in rows}


def extensions(metadata: str | None) -> dict[str, str]:
    """Extension columns of a record as CSV cells by name; what is not text in the stored JSON is written as JSON."""
    if not metadata:
        return {}
    stored = json.loads(metadata)
    return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in stored.items() if v is not None}
