"""What `source add` tells the district: a host that it can reach, and never an account whose key cannot log in."""

from __future__ import annotations

import json
from pathlib import Path

import asyncssh
import pytest

from homeroom.cli import WRONG_USE, run
from homeroom.settings import read
from homeroom.sync import accounts


@pytest.mark.parametrize(
    ("host", "public_url", "told"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("0.0.0.0", None, "0.0.0.0"),
        ("0.0.0.0", "https://roster.example", "roster.example"),
        ("::", "https://roster.example:8443/", "roster.example"),
        ("10.0.0.7", "https://roster.example", "10.0.0.7"),
    ],
)
def test_the_host_is_one_that_others_can_reach(tmp_path: Path, host: str, public_url: str | None, told: str) -> None:
    environment = {"HOMEROOM_HOST": host} | ({"HOMEROOM_PUBLIC_URL": public_url} if public_url else {})
    assert accounts.host_for_others(read(environment, tmp_path)) == told
    apart = {**environment, "HOMEROOM_HOST": "10.9.9.9", "HOMEROOM_SFTP_HOST": host, "HOMEROOM_HTTP_HOST": "127.0.0.1"}
    assert accounts.host_for_others(read(apart, tmp_path)) == told


def test_a_public_key_is_read_before_the_source_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood Schools"]) == 0
    add = [*data, "source", "add", "pinewood", "--kind", "sftp", "--json", "--public-key"]
    good = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    capsys.readouterr()
    assert run([*add, "ssh-ed25519 AAAA..."]) == WRONG_USE
    assert "public key 1 cannot be read" in capsys.readouterr().err
    assert run([*data, "source", "list", "pinewood", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run([*add, good]) == 0
    assert json.loads(capsys.readouterr().out)["username"] == "pinewood-1"


def test_a_rollback_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    files = tmp_path / "files"
    files.mkdir()
    header = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    orgs = files / "orgs.csv"
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood Schools"]) == 0
    orgs.write_text(header + "d,,,Pinewood,district,,\n")
    assert run([*data, "import", "pinewood", str(files), "--layouts", "oneroster-1.1"]) == 0
    orgs.write_text(header + "d,,,Pinewood,district,,\ns,,,Pinewood High,school,,d\n")
    assert run([*data, "import", "pinewood", str(files), "--layouts", "oneroster-1.1"]) == 0
    capsys.readouterr()
    assert run([*data, "rollback", "pinewood", "1"]) == 0
    assert "Import 3 of pinewood: Rolled back." in capsys.readouterr().out
