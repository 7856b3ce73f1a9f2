"""Files that nobody has seen, mapped by text alone: five unpleasant dialects, two nights each, and what the roster holds after them.

`dialects/NAME/` holds the layouts that a district's administrator would write, the files of two nights, and `expected.json`.
`DIALECTS_WRITE=1` writes it anew, for a change that somebody has looked at.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom.layouts.sets import read
from homeroom.sync.proposing import propose_for
from walks.walking import Country, Town, country, told

DIALECTS = Path(__file__).parent / "dialects"
NAMES = sorted(p.name for p in DIALECTS.iterdir() if p.is_dir())


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("dialects")) as opened:
        yield opened


def held(town: Town) -> dict[str, Any]:
    """Every record as far as it says anything; what was removed as a word."""
    said = {
        table: {
            key: {c: v for c, v in row.items() if v not in (None, "") and c not in ("sourcedId", "status")}
            if row["status"] == "active"
            else "gone"
            for key, row in sorted(records.items())
        }
        for table, records in town.roster().items()
    }
    return {"tables": said, "told": sorted(told(town.reports[-1]))}


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_is_mapped_by_text_alone(land: Country, name: str) -> None:
    town, folder = land.town(), DIALECTS / name
    found = []
    for night in ("night-1", "night-2"):
        report = town.walk(folder / night, str(folder / "layouts"))
        assert (report.status, report.reason) == ("done", None)
        assert [(i.code, i.message) for i in report.issues if i.severity == "error"] == []
        found.append(held(town))
    again = town.walk(folder / "night-2", str(folder / "layouts"))
    assert again.revision_after == again.revision_before
    if os.environ.get("DIALECTS_WRITE"):
        (folder / "expected.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads((folder / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_dialects_rows_in_another_order_change_nothing(land: Country, tmp_path: Path, name: str) -> None:
    town, folder = land.town(), DIALECTS / name
    town.walk(folder / "night-1", str(folder / "layouts"))
    shutil.copytree(folder / "night-1", tmp_path / "in")
    for file in (tmp_path / "in").iterdir():
        lines = file.read_text("utf-8").splitlines(keepends=True)
        first = 0 if file.suffix == ".DAT" else 1
        file.write_text("".join([*lines[:first], *reversed(lines[first:])]), "utf-8")
    again = town.walk(tmp_path / "in", str(folder / "layouts"))
    assert again.revision_after == again.revision_before, again.tables


@pytest.mark.parametrize("name", NAMES)
def test_a_proposal_for_a_dialect_is_a_set_that_can_be_read_and_holds_nobodys_name(tmp_path: Path, name: str) -> None:
    proposed = propose_for(DIALECTS / name / "night-1", tmp_path, name="proposed")
    read(proposed.texts, "proposed")
    assert {p.file for p in proposed.proposals} == {f.name for f in (DIALECTS / name / "night-1").iterdir()}
    for text in proposed.texts.values():
        assert not {"RUIZ", "Ruiz", "4711"} & set(text.replace('"', " ").split())


def test_spanish_header_words_are_understood(tmp_path: Path) -> None:
    proposals = propose_for(DIALECTS / "familias" / "night-1", tmp_path).proposals
    found = {p.file: {c.word: c.target for c in p.columns} for p in proposals}
    pupils = found["alumnos_2026.txt"]
    assert (pupils["Matricula"], pupils["Apellidos"], pupils["Nombre"], pupils["Plantel"], pupils["Grado"]) == (
        "sourcedId", "familyName", "givenName", "orgSourcedIds", "grades",
    )  # fmt: skip
