"""The first hour, typed as it stands: every command of the tutorial is run in its order, and what it shows is what comes out."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from homeroom.cli import run
from homeroom.cli.imports import EXIT_WAITING

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = ("homeroom ", "cp ", "head ", "make ", "export ", "curl ")
ELSEWHERE = ("make ", "export ", "curl ", "homeroom serve")
"""What this test does not type: the demo and the server have tests of their own."""


def blocks() -> list[list[str]]:
    return [block.splitlines() for block in FENCE.findall(TUTORIAL.read_text("utf-8"))]


@pytest.mark.slow
def test_the_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the blocks of commands; each line of the other blocks must have been printed by then (`...` stands for more)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOMEROOM_DATA", str(tmp_path / "first-hour"))
    printed: list[str] = []
    shown = 0
    for block in blocks():
        if not block[0].startswith(TYPED):
            missing = [line for line in block if line != "..." and line not in printed]
            assert missing == [], "the tutorial shows what the program does not print"
            shown += 1
            continue
        for line in block:
            if not line.startswith(ELSEWHERE):
                status = typed(line)
                printed += capsys.readouterr().out.splitlines()
                assert status == (EXIT_WAITING if "exit status" in line else 0), line
    assert shown == 3
    assert any(line.startswith("Revision 1 became 2") for line in printed)


def typed(line: str) -> int:
    """Run one line; the program itself runs in this process, as a shell would call it."""
    if not line.startswith("homeroom "):
        return subprocess.run(line, shell=True, check=False).returncode
    return run(shlex.split(line.split(";")[0])[1:])
