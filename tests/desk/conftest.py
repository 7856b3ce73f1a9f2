"""Fixtures of the desk's tests: an installation with two districts on each engine in turn, and one whose imports are walked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.sync import districts
from homeroom.sync.house import House, opened
from sync_house import SLUG, Pinewood, settings


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    """An installation with two districts that know nothing of each other."""
    with opened(settings(tmp_path / "data", database_url)) as house:
        districts.add(house, SLUG, "Pinewood", "America/Chicago")
        districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
        yield house


@pytest.fixture
def pinewood(tmp_path: Path) -> Iterator[Pinewood]:
    """The district on the embedded stores."""
    with opened(settings(tmp_path / "data")) as house:
        yield Pinewood.founded(house, tmp_path)


@pytest.fixture
def pinewoods(tmp_path: Path, database_url: str | None) -> Iterator[Pinewood]:
    """The district on each engine in turn."""
    with opened(settings(tmp_path / "data", database_url)) as house:
        yield Pinewood.founded(house, tmp_path)
