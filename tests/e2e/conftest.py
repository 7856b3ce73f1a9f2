"""Fixtures of the tests from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.installation import Installation


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """An installation of its own, embedded."""
    return Installation(tmp_path / "data")
