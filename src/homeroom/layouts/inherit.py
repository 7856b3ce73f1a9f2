"""Layouts that are made from the catalogue: `inherit = "oneroster:1.1"` maps every column of a table by its own name, and
`inherit = "dataset"` every column of a dataset.

Nothing about a table is written twice: header words, older spellings and words met in the wild come from the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.layouts.layout import Source
from homeroom.roster.catalogue import DATASET, VERSIONS, Field, Table, catalogue

PREFIX = "oneroster:"


def version_of(inherit: str) -> str | None:
    """The OneRoster version that an `inherit` names, or `DATASET`; None where it names nothing known."""
    if inherit == DATASET:
        return DATASET
    version = inherit.removeprefix(PREFIX)
    return version if inherit.startswith(PREFIX) and version in VERSIONS else None


def words(declared: Mapping[str, object]) -> tuple[str, ...]:
    """What a set inherits: one word, or a list of them."""
    said = declared.get("inherit", [])
    return tuple(str(word) for word in (said if isinstance(said, list) else [said]))


def inherited(table: Table, version: str) -> dict[str, Source]:
    """Target -> source for every column of a table in a version; secrets are left out, they are never read."""
    return {f.name: Source(names=_names(table, f, version)) for f in table.fields if version in f.versions and not f.secret}


def required(table: Table, version: str) -> tuple[str, ...]:
    """The targets without which rows mean nothing: the key and the references that the standard always fills."""
    return tuple(f.name for f in _always(table, version) if f.name == "sourcedId" or f.format.is_reference)


def expected(table: Table, version: str) -> tuple[str, ...]:
    """The targets that the standard always fills in that version."""
    return tuple(f.name for f in _always(table, version))


def _always(table: Table, version: str) -> tuple[Field, ...]:
    return tuple(f for f in table.fields if version in f.versions and version in f.required and not f.secret)


def _names(table: Table, field: Field, version: str) -> tuple[str, ...]:
    wild = [alias for alias, name in catalogue().aliases.get(table.name, {}).items() if name == field.name]
    spelled = [field.spelled(version), field.name, *([field.spelled_11] if field.spelled_11 else [])]
    return tuple(dict.fromkeys([*spelled, *wild]))
