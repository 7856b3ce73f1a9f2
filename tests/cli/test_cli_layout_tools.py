"""From unknown files to a saved set by the commands of the how-to, in their order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from homeroom.cli import run

FILES = {
    "students.csv": "Student ID,First Name,Last Name,Grade,School ID\n01,Ana,Lopez,K,e1\n02,Ben,Orr,3,e1\n",
    "sections.csv": "Section ID,Section Name,School ID\ns1,Art,e1\n",
    "schedules.csv": "Student ID,Section ID\n01,s1\n02,s1\n",
}


def test_the_way_of_the_how_to(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    for name, text in FILES.items():
        (tmp_path / "inbox" / name).write_text(text)

    def homeroom(line: str) -> tuple[int, str]:
        capsys.readouterr()
        status = run(["--data", str(tmp_path / "data"), *line.split()])
        return status, capsys.readouterr().out

    def document(line: str, status: int = 0) -> dict[str, object]:
        ran, out = homeroom(f"{line} --json")
        assert ran == status, out
        found: dict[str, object] = json.loads(out)
        return found

    status, out = homeroom("layouts propose inbox --name ours --out ours")
    assert status == 0
    assert "students.csv is probably users" in out
    assert homeroom("layouts propose inbox --out ours")[0] == 2
    proposed = document("layouts propose inbox --name ours")
    assert [f["table"] for f in proposed["files"]] == ["enrollments", "classes", "users"]  # type: ignore[attr-defined]
    assert document("layouts check ours --on inbox")["good"] is True
    assert homeroom("layouts check ours")[0] == 0
    (tmp_path / "ours" / "students.toml").write_text('name = "ours/students"\ntable = "userz"\n')
    status, out = homeroom("layouts check ours")
    assert status == 1
    assert "students.toml:2:1: There is no roster table userz. Did you mean users?" in out
    (tmp_path / "ours" / "students.toml").write_text(proposed["layouts"]["students.toml"])  # type: ignore[index]

    assert homeroom("district add pinewood --name Pinewood")[0] == 0
    assert document("import pinewood inbox --layouts ours --dry-run")["outcome"] == "success"
    status, out = homeroom("layouts preview pinewood 1 --layouts ours --table users --rows 2")
    assert status == 0
    assert "grades = KG" in out
    assert "before  01 | Ana | Lopez | K | e1" in out

    assert document("layouts save pinewood ours --note first")["version"] == 1
    assert document("layouts save pinewood ours")["new"] is False
    assert homeroom("source set pinewood 1 layouts=ours")[0] == 0
    text = (
        (tmp_path / "ours" / "students.toml")
        .read_text()
        .replace('familyName = "Last Name"', 'familyName = ["Last Name", "Last"]')
    )
    (tmp_path / "ours" / "students.toml").write_text(text)
    assert document("layouts save pinewood ours")["version"] == 2
    monkeypatch.chdir(tmp_path / "inbox")  # where no folder is called like the set
    assert document("import pinewood .")["layouts"]["version"] == 2  # type: ignore[index]
    status, out = homeroom("layouts diff ours@1 ours@2 --district pinewood")
    assert status == 1
    assert "students: familyName came from the column Last Name; it comes from the column Last Name (also Last)." in out
    assert document("layouts diff ours@1 ours@2 --district pinewood", 1)["same"] is False
    assert document("layouts show ours@1 --district pinewood")["version"] == 1
    assert homeroom("layouts show ours@1 --district pinewood --out old")[0] == 0
    assert homeroom("layouts diff old ours@1 --district pinewood")[0] == 0
    assert document("layouts restore pinewood ours 1")["version"] == 3
    status, out = homeroom("layouts versions pinewood")
    assert status == 0
    assert "version 1 again" in out
    assert homeroom("layouts show ours@7 --district pinewood")[0] == 2
