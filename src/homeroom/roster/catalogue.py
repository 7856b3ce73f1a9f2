"""The roster's tables as values: read once from `oneroster.toml` and `datasets.toml`, asked by every room.

A *model* column is one that Homeroom keeps: every field of 1.1 and 1.2 but `status` and `dateLastModified` (which every
record has and which Homeroom writes itself) and secrets (which are never kept). The model is a superset of both versions:
a 1.1 user brings `role` and `orgSourcedIds`, a 1.2 user brings rows in `roles`; each is served in the other version by the
rules of `homeroom.roster.versions`, and nothing is kept that nobody sent.

A *dataset* is a table beyond OneRoster. It belongs to no version of the standard; where a version is asked for, its word is
`DATASET`. So no OneRoster door, package or manifest ever meets one, and every other room treats it like any table.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

VERSIONS = ("1.1", "1.2")
"""The versions of OneRoster."""

DATASET = "dataset"
"""Stands for a version where a table is a dataset: its header, its columns, what it requires."""


class Format(StrEnum):
    """How a cell is written. The meaning of each is in `oneroster.toml`, section `formats`."""

    GUID = "guid"
    GUID_REF = "guid_ref"
    LIST_GUID_REF = "list_guid_ref"
    ID = "id"
    STRING = "string"
    LIST_STRING = "list_string"
    ENUM = "enum"
    LIST_ENUM = "list_enum"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"
    DATETIME = "datetime"
    YEAR = "year"
    LIST_TYPED_ID = "list_typed_id"
    LIST_MAPPING = "list_mapping"

    @property
    def is_list(self) -> bool:
        """Whether one cell holds several items separated by commas."""
        return self.value.startswith("list_")

    @property
    def is_reference(self) -> bool:
        """Whether the cell names rows of another table."""
        return self in (Format.GUID_REF, Format.LIST_GUID_REF)


@dataclass(frozen=True, slots=True)
class CodeList:
    """The words that an `enum` cell may hold.

    `extensible`: version 1.2 also allows `ext:WORD`. `open`: other words are kept with a warning. `formerly` maps words of
    older versions to today's.
    """

    name: str
    values: tuple[str, ...]
    extensible: bool
    open: bool
    formerly: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table.

    `required` holds the versions in which the cell must be filled in every row (a dataset's field: all of them, since its
    rows are checked in sets of either version). `delta` says that it must be filled in delta files only. `versions` are those
    that have the field; `spelled_11` is its name in 1.1 where that differs. `codes` maps a version to the name of its code list;
    `words` is the list itself, where a layout set declares one.
    """

    name: str
    format: Format
    versions: frozenset[str]
    required: frozenset[str]
    delta: bool
    spelled_11: str | None
    ref: str | None
    ref_type: str | None
    codes: Mapping[str, str]
    json: str
    personal: bool
    secret: bool
    words: CodeList | None = None

    def spelled(self, version: str) -> str:
        """The header word of this field in a file of `version`."""
        return self.spelled_11 if version == "1.1" and self.spelled_11 else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its file, its service, its fields in the standard's order.

    `needs` maps a version to the tables that a bulk package must contain beside this one. `dataset`: it is none of OneRoster's.
    """

    name: str
    file: str
    singular: str
    service: str
    since: str
    needs: Mapping[str, tuple[str, ...]]
    fields: tuple[Field, ...]
    dataset: bool = False

    def header(self, version: str) -> tuple[str, ...]:
        """The exact header row of this table's file in `version` (`DATASET` for a dataset)."""
        return tuple(f.spelled(version) for f in self.fields if version in f.versions)

    def field(self, name: str) -> Field:
        """The field of that (1.2) name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name}.{name}")

    @property
    def model(self) -> tuple[Field, ...]:
        """The fields that Homeroom keeps, `sourcedId` first, without status, dateLastModified and secrets."""
        return tuple(f for f in self.fields if f.name not in ("status", "dateLastModified") and not f.secret)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the model columns in order, `metadata` (extension columns as JSON text) last."""
        return (*(f.name for f in self.model), "metadata")

    @property
    def references(self) -> tuple[Field, ...]:
        """The model fields that name rows of other tables."""
        return tuple(f for f in self.model if f.format.is_reference)

    @property
    def school_column(self) -> str | None:
        """The column by which records are attributed to a school for limits, or None.

        A school-like column wins over the lists: `schoolSourcedId`, then `orgSourcedId`, then `orgSourcedIds`.
        """
        names = {f.name for f in self.model}
        for name in ("schoolSourcedId", "orgSourcedId", "orgSourcedIds"):
            if name in names:
                return name
        return None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every table, code list and format. `tables` is in the order of dependence: a table comes after those it refers to."""

    tables: Mapping[str, Table]
    codes: Mapping[str, CodeList]
    formats: Mapping[Format, str]
    aliases: Mapping[str, Mapping[str, str]]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def joined(self, datasets: Iterable[Table]) -> Catalogue:
        """The catalogue with datasets that a layout set declares; they come last."""
        return replace(self, tables={**self.tables, **{t.name: t for t in datasets}})

    def version(self, version: str) -> tuple[Table, ...]:
        """The tables that exist in `version` ("1.1" or "1.2"; `DATASET`: the datasets)."""
        return tuple(t for t in self if any(version in f.versions for f in t.fields))

    @property
    def oneroster(self) -> tuple[Table, ...]:
        """The tables of the standard, in any version."""
        return tuple(t for t in self if not t.dataset)

    def code_list(self, field: Field, version: str) -> CodeList | None:
        """The code list of a field in a version (that of the other version where this one has none)."""
        if field.words is not None:
            return field.words
        name = field.codes.get(version) or next(iter(field.codes.values()), None)
        return self.codes[name] if name else None


def _field(raw: Mapping[str, Any], in_11: bool) -> Field:
    only = raw.get("in")
    versions = frozenset([only] if only else (VERSIONS if in_11 else ("1.2",)))
    return _made(raw, versions, frozenset([raw["required_in"]]) if "required_in" in raw else versions)


def _made(raw: Mapping[str, Any], versions: frozenset[str], required: frozenset[str]) -> Field:
    codes = raw.get("codes_in") or (dict.fromkeys(versions, raw["codes"]) if "codes" in raw else {})
    return Field(
        name=raw["name"],
        format=Format(raw["format"]),
        versions=versions,
        required=required if raw.get("required") == "always" else frozenset(),
        delta=raw.get("required") == "delta",
        spelled_11=raw.get("spelled"),
        ref=raw.get("ref"),
        ref_type=raw.get("ref_type"),
        codes=codes,
        json=raw.get("json", raw["name"]),
        personal=raw.get("personal", False),
        secret=raw.get("secret", False),
        words=code_list(**raw["words"]) if "words" in raw else None,
    )


def code_list(
    name: str,
    values: Iterable[str],
    extensible: bool = False,
    open: bool = False,
    formerly: Mapping[str, str] = MappingProxyType({}),
) -> CodeList:
    """A code list from its declaration."""
    return CodeList(name, tuple(values), extensible, open, dict(formerly))


EVERY_RECORD: tuple[Mapping[str, Any], ...] = (
    {"name": "sourcedId", "format": "guid", "required": "always"},
    {"name": "status", "format": "enum", "required": "delta", "codes": "status"},
    {"name": "dateLastModified", "format": "datetime", "required": "delta"},
)
"""The fields that every dataset begins with; a declaration does not repeat them."""


def dataset(name: str, raw: Mapping[str, Any]) -> Table:
    """A dataset's table from its declaration: `singular`, and `fields` in the notation of `datasets.toml`."""
    held, must = frozenset([DATASET]), frozenset([*VERSIONS, DATASET])
    return Table(
        name=name,
        file=f"{name}.csv",
        singular=raw["singular"],
        service=DATASET,
        since="",
        needs={},
        fields=tuple(_made(f, held, must) for f in (*EVERY_RECORD, *raw["fields"])),
        dataset=True,
    )


def table(name: str, raw: Mapping[str, Any]) -> Table:
    """A table from its description in TOML; the notation stands at the top of `oneroster.toml`."""
    in_11 = "needs_11" in raw
    return Table(
        name=name,
        file=raw["file"],
        singular=raw["singular"],
        service=raw["service"],
        since=raw["since"],
        needs={"1.2": tuple(raw["needs_12"])} | ({"1.1": tuple(raw["needs_11"])} if in_11 else {}),
        fields=tuple(_field(f, in_11) for f in raw["fields"]),
    )


FILES = ("oneroster.toml", "datasets.toml")
"""What the catalogue is read from; both lie beside this module."""


@cache
def digest() -> str:
    """SHA-256 of the catalogue's texts: what was worked out under another catalogue counts no more."""
    texts = (files("homeroom.roster").joinpath(name).read_bytes() for name in FILES)
    return hashlib.sha256(b"".join(texts)).hexdigest()


@cache
def catalogue() -> Catalogue:
    """The catalogue, read from the package on first use. Datasets come last: they refer to roster tables."""
    standard, beyond = (tomllib.loads(files("homeroom.roster").joinpath(f).read_text(encoding="utf-8")) for f in FILES)
    tables = {name: table(name, raw) for name, raw in standard["tables"].items()}
    tables |= {name: dataset(name, raw) for name, raw in beyond["tables"].items()}
    codes = {name: code_list(name, **c) for name, c in (standard["codes"] | beyond["codes"]).items()}
    formats = {Format(k): v for k, v in standard["formats"].items()}
    return Catalogue(tables=tables, codes=codes, formats=formats, aliases=standard["aliases"])
