"""Backing up and restoring at the command line, as an operator would on a bad day."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.files import district, write
from e2e.installation import Installation
from homeroom.store.control import BACKUP
from homeroom.store.moments import written
from homeroom.sync.house import opened
from sync_house import settings


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("cli")
    made = Installation(folder / "data")
    assert made.inside("district", "add", "pinewood", "--name", "Pinewood").status == 0
    assert made.inside("import", "pinewood", write(folder / "one", district())).status == 0
    return made


def test_a_lost_installation_comes_back_from_its_backup(place: Installation, tmp_path: Path) -> None:
    out = tmp_path / "backups"
    made = place.inside("backup", out, "--keep", "3", "--json")
    assert (made.status, made.document["districts"], made.document["removed"]) == (0, ["pinewood"], [])
    fresh = Installation(tmp_path / "fresh")
    for arguments, said in (
        (("restore", out), "put the file master.key into the folder"),
        (("restore", tmp_path / "nowhere"), "There is no such folder of backups"),
        (("restore", tmp_path), "There is no whole backup in this place"),
    ):
        refused = fresh.inside(*arguments)
        assert (refused.status, said in refused.err) == (2, True), refused.err
    (fresh.data / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy(place.data / "keys/master.key", fresh.data / "keys/master.key")
    checked = fresh.inside("restore", out, "--check")
    assert (checked.status, "is whole and opens: 1 district" in checked.out) == (0, True)
    assert not (fresh.data / "control.db").exists()
    assert fresh.inside("restore", out, "--backup", "20000101T000000Z").status == 2
    back = fresh.inside("restore", out)
    assert (back.status, "has to be shut out again" in back.out) == (0, True)
    for command in (("roster", "pinewood", "--json"), ("imports", "pinewood", "1", "--json"), ("district", "list", "--json")):
        assert fresh.inside(*command).document == place.inside(*command).document
    again = fresh.inside("restore", out)
    assert (again.status, "in use here" in again.err) == (2, True)
    assert fresh.inside("audit", "--check").status == 0


def test_a_night_without_a_backup_is_told_once_somebody_began_with_them(place: Installation, tmp_path: Path) -> None:
    def said() -> tuple[int, str]:
        ran = place.inside("check")
        return ran.status, next(line for line in ran.out.splitlines() if " backup: " in line)

    with opened(settings(place.data)) as house:
        house.stores.control.settings.forget(BACKUP)
    assert said() == (0, "ok   backup: none was made by Homeroom")
    assert place.inside("backup", tmp_path / "out").status == 0
    assert said()[0] == 0
    with opened(settings(place.data)) as house:
        house.stores.control.settings.put(BACKUP, written(datetime.now(UTC) - timedelta(hours=37)))
    assert said()[0] == 1
