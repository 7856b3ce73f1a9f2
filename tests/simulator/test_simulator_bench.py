"""The bench data are what they claim, and the script that Homeroom is compared with does the whole job rightly."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_pandas_script_finds_what_night_two_does(tmp_path: Path) -> None:
    told = json.loads(run("sizes.py", "small", tmp_path))
    assert told.pop("rows") == 9829
    assert run("floor.py", tmp_path / "small" / "night-1").strip() == "9829"
    database = tmp_path / "pandas.db"
    first, again, second, back = (
        json.loads(run("pandas_sync.py", tmp_path / "small" / f"night-{n}", database)) for n in (1, 1, 2, 2)
    )
    assert sum(t["added"] for t in first.values()) == 9829
    assert all(sum(t.values()) == 0 for t in again.values())
    assert {t: second[t] for t in told} == told
    assert all(t["added"] == t["updated"] == t["removed"] == 0 for t in back.values())
    with sqlite3.connect(database) as con:
        fields = con.execute("SELECT fields FROM change WHERE verb = 'update' AND file = 'users' LIMIT 1").fetchone()[0]
        assert list(json.loads(fields)) == ["email"]
        live = con.execute("SELECT count(*) FROM users WHERE _deleted = 0").fetchone()[0]
        assert live == 2280 + told["users"]["added"] - told["users"]["removed"]
    con.close()


def test_a_process_is_measured_whole() -> None:
    cost = subprocess.run(
        [sys.executable, str(BENCHMARKS / "process.py"), sys.executable, "-c", "print(sum(range(10**6)))"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert cost.stdout.strip() == "499999500000"
    assert "exit 0" in cost.stderr
