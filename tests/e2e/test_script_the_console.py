"""The how-to "Script the console" is true: every block of its page is run, in its order, by a shell against a running server."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk_kit import Somebody, somebody
from e2e.files import district
from e2e.installation import Installation
from homeroom.desk import tokens
from homeroom.sync.house import House, opened
from patience import SECONDS
from sync_house import half, settings
from tools import needs_tool

pytestmark = pytest.mark.slow

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "script-the-console.md"
PORTS = {"HOMEROOM_HTTP_PORT": "0", "HOMEROOM_SFTP_PORT": "0"}


def blocks() -> list[str]:
    """The shell blocks of the page; what stands in others is for people to fill in."""
    return re.findall(r"^```sh\n(.*?)^```$", HOWTO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def packed(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)


def token(house: House, ada: Somebody, cookie: str, name: str, slug: str | None) -> str:
    """A token as the console makes it: plain, or while the elevated role is on for a district."""
    asking = ada.elevated(cookie, "settings", slug) if slug else ada.viewer(cookie)
    return tokens.make(house, asking, name, 30, ada.code(), ada.now, elevated=slug is not None).text


def test_every_block_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    needs_tool("curl")
    home = Installation(tmp_path / "data", PORTS)
    packed(tmp_path / "first.zip", district())
    packed(tmp_path / "second.zip", half())
    process = home.start("serve", "--json")
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with opened(settings(tmp_path / "data")) as house:
            ada = somebody(house, "engineer", "ada@vendor.example", now=datetime.now(UTC) - timedelta(minutes=10))
            cookie = ada.sign_in()
            given = {"HOMEROOM": f"http://127.0.0.1:{told['http_port']}", "PATH": "/usr/bin:/bin"}
            given["TOKEN"] = token(house, ada, cookie, "script", None)
            said = [shell(blocks()[0], given, tmp_path)]
            given["SETTINGS"] = token(house, ada, cookie, "script for Pinewood", "pinewood")
            said += [shell(block, given, tmp_path) for block in blocks()[1:]]
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)
    added, source, notices, looked, applied, waits, decided = said
    assert '"district":"pinewood"' in added
    assert '"username":"pinewood-1"' in source
    assert "/once/" in source
    assert '"mine":["failed","held","late"]' in notices
    assert ('"dry_run":true' in looked, '"added":24' in looked, '"face":"report"' in looked) == (True, True, True)
    assert ('"import":2' in applied, '"users":{"active":24,"tobedeleted":0}' in applied) == (True, True)
    assert ('"status":"waiting_for_approval"' in waits, '"held":3' in waits, '"school":"s2"' in waits) == (True, True, True)
    assert ('"status":"done"' in decided, '"removed":11' in decided, "Elm School closed on Friday." in decided) == (
        True,
        True,
        True,
    )


def shell(block: str, given: dict[str, str], folder: Path) -> str:
    """What a block says, without the blanks of its JSON; a command that fails ends it."""
    done = subprocess.run(["sh", "-e", "-c", block], cwd=folder, env=given, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, (block, done.stdout, done.stderr)
    return done.stdout.replace('": ', '":').replace(", ", ",").replace("\n", "")
