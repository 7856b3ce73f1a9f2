"""The scripts beside the program find what they use of it: nothing else of the suite runs them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.mark.parametrize("script", sorted(path.name for path in TOOLS.glob("*.py")))
def test_a_script_is_loaded(script: str) -> None:
    assert runpy.run_path(str(TOOLS / script))["__doc__"], "a script says what it is for"
