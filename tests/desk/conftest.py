"""Fixtures of the desk's tests: an installation with the district Pinewood, on each engine in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.sync import districts
from homeroom.sync.house import House, opened
from sync_house import SLUG, settings


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    """An installation with two districts that know nothing of each other."""
    with opened(settings(tmp_path / "data", database_url)) as house:
        districts.add(house, SLUG, "Pinewood", "America/Chicago")
        districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
        yield house
