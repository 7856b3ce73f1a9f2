"""What to do in one student information system about a code: beside the general remedy of the code, in that system's own words.

A system says it in `remedies.toml` in its folder, code -> sentences. A system without the file, or without the code, adds nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files


def remedy(system: str | None, code: str) -> str | None:
    """What to do in that system, or None where it has nothing of its own to say."""
    return _of(system).get(code) if system is not None else None


def every() -> Iterator[tuple[str, str]]:
    """All sentences, each with its system: for translations."""
    for folder in sorted(files("homeroom.systems").iterdir(), key=lambda each: each.name):
        yield from ((folder.name, sentence) for sentence in _of(folder.name).values())


@cache
def _of(system: str) -> Mapping[str, str]:
    file = files("homeroom.systems").joinpath(system, "remedies.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
