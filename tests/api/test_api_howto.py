"""The how-to is true: each of its curl lines is run, in its order, against a district with files beside it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_kit import Api, api
from e2e.files import district, write
from homeroom.sync.house import opened
from sync_house import Pinewood, half, settings
from tools import needs_tool

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "use-the-management-api.md"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Api]:
    """Pinewood with a night that was taken, and one that waits."""
    with opened(settings(tmp_path / "data")) as house:
        pinewood = Pinewood.founded(house, tmp_path)
        pinewood.night(district())
        assert pinewood.night(half()).status == "waiting_for_approval"
        write(tmp_path / "files", district())
        with api(house) as made:
            yield made


def test_every_line_of_the_how_to(office: Api, tmp_path: Path) -> None:
    needs_tool("curl")
    bob = office.person("administrator", "bob@pinewood.example", districts=["pinewood"])
    commands = [line for line in HOWTO.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")]
    assert len(commands) >= 8
    environment = {"HOMEROOM": office.url, "TOKEN": office.token(bob, "records"), "PATH": "/usr/bin:/bin"}
    said = []
    for command in commands:
        checked = re.sub(r"^curl -s ", "curl -s --fail-with-body ", command)
        done = subprocess.run(["sh", "-c", checked], cwd=tmp_path / "files", env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stdout)
        said.append(done.stdout)
    assert '"bob@pinewood.example"' in said[0]
    assert '"status":"done"' in said[1].replace(" ", "")
    assert '"rejected"' in said[5]
    assert '"givenName":"Given1"' in said[-1].replace(" ", "")
