"""What the tables and fields of OneRoster mean, in our own words: read from `meanings.toml` for reference pages and guides;
what they are called, from `labels.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from homeroom.roster.catalogue import catalogue


def of_table(table: str) -> str:
    """What a table holds, in a sentence or two. Raises KeyError for an unknown table."""
    return _meanings()[table]["about"]


def of_field(table: str, field: str) -> str:
    """What a field means. Raises KeyError for an unknown one: every field has a meaning."""
    meanings = _meanings()
    own = meanings[table].get(field)
    return own if own is not None else meanings["every"][field]


def label_of_field(table: str, field: str) -> str:
    """What a field is called when it is shown to people; also of a dataset's own fields, and of `metadata.x`."""
    labels = _labels()
    own = labels.get(table, {}).get(field) or labels["every"].get(field)
    return own if own is not None else _in_words(field.removeprefix("metadata."))


def labels() -> tuple[str, ...]:
    """Every name that a field of the catalogue is shown by, each once: for translations."""
    return tuple(sorted({label_of_field(table.name, field.name) for table in catalogue() for field in table.model}))


def _in_words(field: str) -> str:
    """A name in camel case as words, without what only says that it is a reference."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_.-]+", " ", re.sub(r"SourcedId(s?)$", r"\1", field)).strip().split(" ")
    return " ".join(word if word.isupper() else word.lower() for word in words).capitalize()


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("homeroom.roster").joinpath("meanings.toml").read_text(encoding="utf-8"))


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("homeroom.roster").joinpath("labels.toml").read_text(encoding="utf-8"))
