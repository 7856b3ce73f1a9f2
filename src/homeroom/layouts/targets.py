"""What a layout may fill: the roster tables, and the pseudo-table of contacts."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.roster.catalogue import Catalogue, Table, catalogue
from homeroom.roster.contacts import CONTACTS, pairs


def tables(book: Catalogue | None = None) -> Mapping[str, Table]:
    """Every table that a layout may name, in the order of the walk: pairs after what they are pairs of.

    `book` is the catalogue with a set's own datasets; without it, the shipped one.
    """
    return {**(book or catalogue()).tables, CONTACTS: pairs()}


def key(table: Table) -> str:
    """The column without which a row of the table is nobody's: a pair may lack an id of its own, never its student."""
    return "student" if table.name == CONTACTS else "sourcedId"
