"""Two clients that others wrote, as they come from PyPI, in an environment of their own: what they read is what the tables hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patience import SECONDS
from pretend import Caller, pretend

HERE = Path(__file__).parent / "foreign"
HOME = Path(sys.prefix) / "foreign"


@pytest.fixture(scope="module")
def python() -> Path:
    """The other environment's Python; made once, and again when what it needs has changed."""
    needed = (HERE / "requirements.txt").read_text(encoding="utf-8")
    stamp = HOME / "requirements.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != needed:
        quiet = {"check": True, "capture_output": True, "timeout": 300}
        own = Path(f"{HOME}-{os.getpid()}")
        for command in (
            [sys.executable, "-m", "venv", str(own)],
            [str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")],
        ):
            subprocess.run(command, **quiet)  # type: ignore[call-overload]
        subprocess.run(["rm", "-rf", str(HOME)], check=True)
        own.rename(HOME)  # whole or not at all, whoever else makes one
        stamp.write_text(needed, encoding="utf-8")
    return HOME / "bin" / "python"


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(150) as caller:
        yield caller


def told(python: Path, script: str, server: Caller, *more: str) -> dict[str, Any]:
    plugin = server.world.plugin
    command = [str(python), str(HERE / script), server.world.url, plugin.client_id, plugin.client_secret, *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * SECONDS)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_pypowerschool_reads_the_district(python: Path, server: Caller) -> None:
    found = told(python, "with_pypowerschool.py", server)

    def column(sql: str) -> list[Any]:
        return [row[0] for row in server.sql(sql)]

    listed = "SchoolID IN (SELECT School_Number FROM Schools WHERE School_Number NOT IN (0, 999999))"
    assert found["schools"] == column("SELECT School_Number FROM Schools WHERE School_Number NOT IN (0, 999999) ORDER BY 1")
    assert found["students"] == column("SELECT DCID FROM Students ORDER BY 1")
    assert found["active"] == 150
    assert found["sections"] == column("SELECT DCID FROM Sections WHERE TermID >= 3600 ORDER BY 1")
    assert found["staff"] == column(f"SELECT DCID FROM SchoolStaff WHERE Status = 1 AND {listed} ORDER BY 1")
    assert (
        found["courses"]
        == column("SELECT count(*) FROM (SELECT DISTINCT SchoolID, Course_Number FROM Sections WHERE TermID >= 3600)")[0]
    )
    assert found["one"] == column("SELECT DOB FROM Students WHERE DCID = 1001")[0]
    assert (found["district"], found["page"]) == (server.world.name, 100)
    assert found["query"] == server.post("/ws/schema/query/org.example.rosterhub.roster.enrollments/count")["count"]
    assert server.sql("SELECT Name FROM U_RosterHub WHERE ID = ?", found["written"]) == [("foreign",)]


@pytest.mark.slow
def test_powerschool_adapter_reads_the_tables(python: Path, server: Caller) -> None:
    total = server.sql("SELECT count(*) FROM Students")[0][0]
    found = told(python, "with_adapter.py", server, str(total))
    assert found["students"] == [str(d) for (d,) in server.sql("SELECT DCID FROM Students ORDER BY DCID")]
    assert found["one"] == server.sql("SELECT Last_Name FROM Students WHERE DCID = 1001")[0][0]
    assert found["school"] == server.sql("SELECT School_Number FROM Schools WHERE DCID = 2")[0][0]
    assert found["query"] == server.sql("SELECT count(*) FROM Sections WHERE TermID >= 3600")[0][0]
    assert (found["argued"], found["inserted"], found["changes"]) == (1001, 1, {})
