"""What the tables and fields of OneRoster mean, in our own words: read from `meanings.toml` for reference pages and guides."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def of_table(table: str) -> str:
    """What a table holds, in a sentence or two. Raises KeyError for an unknown table."""
    return _meanings()[table]["about"]


def of_field(table: str, field: str) -> str:
    """What a field means. Raises KeyError for an unknown one: every field has a meaning."""
    meanings = _meanings()
    own = meanings[table].get(field)
    return own if own is not None else meanings["every"][field]


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("homeroom.roster").joinpath("meanings.toml").read_text(encoding="utf-8"))
