"""A workbench keeps silent: standard output belongs to the one JSON document of a command."""

from __future__ import annotations

from pathlib import Path

from homeroom.workbench.bench import Workbench


def test_no_progress_bar_is_drawn(tmp_path: Path) -> None:
    with Workbench(tmp_path / "bench") as bench:
        asked = "SELECT current_setting('enable_progress_bar')"
        assert bench.value(asked) is False
        with bench.connection.cursor() as cursor:
            assert cursor.execute(asked).fetchone() == (False,)
