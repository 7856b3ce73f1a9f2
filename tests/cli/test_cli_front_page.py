"""The first page of help: every command in a line, without loading what a command needs."""

from __future__ import annotations

import subprocess
import sys

from homeroom.cli import run
from homeroom.cli.commands import COMMANDS, GROUPS


def test_every_command_stands_on_the_first_page(capsys) -> None:
    assert run(["--help"]) == 0
    page = capsys.readouterr().out
    for name, (_, about) in COMMANDS.items():
        assert f"  {name} " in page
        assert about in page
    for group, (_, commands) in GROUPS.items():
        for sub in commands:
            assert f"  {group} {sub} " in page


def test_the_first_page_loads_no_library_of_a_command() -> None:
    asked = "import sys; from homeroom.cli import run; run([]); print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not {"cyclopts", "duckdb", "sqlalchemy", "dbos", "rich"} & set(done.stderr.split())
