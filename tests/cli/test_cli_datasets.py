"""A dataset from the command line: imported, counted, read, exported; a table or an export that is not meant so is refused in words."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from homeroom.cli import WRONG_USE, run

SET = 'name = "pinewood"\nversion = "1.2"\ninherit = ["oneroster:1.2", "dataset"]\n'
USERS = "sourcedId,enabledUser,username,givenName,familyName\ns1,true,ida,Ida,Moss\n"
CREDENTIALS = "sourcedId,userSourcedId,code,title\nc1,s1,WELD1,Welding 1\n"


def test_a_dataset_is_counted_read_and_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    for name, text in (("pinewood/set.toml", SET), ("night/users.csv", USERS), ("night/credentials.csv", CREDENTIALS)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood Schools"]) == 0
    assert run([*data, "import", "pinewood", str(tmp_path / "night"), "--layouts", str(tmp_path / "pinewood")]) == 0
    capsys.readouterr()

    assert run([*data, "roster", "pinewood", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"] == {
        "users": {"active": 1, "tobedeleted": 0},
        "credentials": {"active": 1, "tobedeleted": 0},
    }
    assert run([*data, "roster", "pinewood", "credentials", "--format", "csv"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("sourcedId,status,dateLastModified,userSourcedId,code,title,issuer,program,")
    assert row.startswith("c1,active,")

    out = str(tmp_path / "out.zip")
    assert run([*data, "export", "pinewood", out, "--datasets", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == {"credentials": 1}
    with zipfile.ZipFile(out) as written:
        assert written.namelist() == ["credentials.csv"]

    for wrong in ((), ("--datasets", "--version", "1.2"), ("--datasets", "--since", "0")):
        assert run([*data, "export", "pinewood", out, *wrong]) == WRONG_USE
        assert "--datasets alone" in capsys.readouterr().err
    assert run([*data, "roster", "pinewood", "grade"]) == WRONG_USE
    assert "there is no table 'grade'; the tables are: orgs," in capsys.readouterr().err
