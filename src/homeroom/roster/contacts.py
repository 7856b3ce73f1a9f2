"""The pseudo-table of student contacts: what a layout may say about a pair of a student and a contact.

It is described like a roster table, so that layouts, bindings and the reference read it the same way, but it is none: it is
not in the catalogue, is never stored, and ends with the contact rules (`homeroom.layouts.contacts`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from homeroom.roster.catalogue import Table, table

CONTACTS = "contacts"
"""The name by which a layout targets the pseudo-table."""
GUARDIAN_ROLES = ("parent", "guardian", "relative")
"""OneRoster's roles of people who look after a student."""
MARK = "contacts"
"""The member of a record's `metadata` that says that the record was made from pairs; its value is the layout's name."""


@cache
def pairs() -> Table:
    """The pseudo-table's description: `student` first, since a pair without a student is nobody's."""
    return table(CONTACTS, _raw()[CONTACTS])


def meanings() -> Mapping[str, str]:
    """What the pseudo-table (`about`) and each of its columns means."""
    found: Mapping[str, str] = _raw()["meanings"]
    return found


@cache
def _raw() -> Mapping[str, Any]:
    return tomllib.loads(files("homeroom.roster").joinpath("contacts.toml").read_text(encoding="utf-8"))
