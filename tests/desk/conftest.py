"""Fixtures of the desk's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.sync.house import opened
from sync_house import Pinewood, settings


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
