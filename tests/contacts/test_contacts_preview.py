"""Who would become a guardian: the preview answers from files and from stored deliveries, and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contactkit import PAIRS, layouts, night
from homeroom.cli.contacts import contacts as command
from homeroom.cli.context import take_data_option
from homeroom.roster.faults import Misuse
from homeroom.sync.contacts import preview
from walks.walking import Country, country


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("preview")) as opened:
        yield opened


def test_each_pair_says_which_rule_decided(land: Country, tmp_path: Path) -> None:
    town = land.town()
    found = preview(town.house, town.slug, path=night(tmp_path / "n", PAIRS), layouts=layouts(tmp_path / "l"))
    assert [(p.student, p.contact, p.role, p.rule, p.line) for p in found.pairs] == [
        ("S1", "G1", "parent", "mother-or-father", 2),
        ("S1", "G2", "parent", "mother-or-father", 3),
        ("S1", "G3", None, "not-guardian", 4),
        ("S2", "G1", "parent", "mother-or-father", 5),
        ("S2", "G4", "guardian", "legal-guardian", 6),
        ("S3", "G5", None, "restricted", 7),
        ("S3", "G6", None, "unreachable", 8),
    ]
    assert (found.students, found.without) == (3, 1)
    assert found.pairs[2].why == "No rule makes the contact a guardian."
    assert (town.revision, town.house.stores.roster(town.slug).imports.last(5)) == (0, [])
    assert not [p for p in town.house.settings.work.rglob("*") if p.is_file()]


def test_why_a_student_has_no_guardian(land: Country, tmp_path: Path) -> None:
    town = land.town()
    shelf, files = layouts(tmp_path / "l"), night(tmp_path / "n", PAIRS)
    town.walk(files, shelf)

    def answer(student: str) -> object:
        found = preview(town.house, town.slug, delivery=1, layouts=shelf, student=student)
        assert found.student is not None
        return found.student.why_none or found.student.guardians

    assert answer("S1") == ("G1", "G2")
    assert answer("S3") == "2 rows name S3, and every contact was left out; each row says why."
    assert answer("T1") == "No row of contacts names T1."
    assert answer("s1") == "No file of users has s1. Ids are compared exactly, leading zeros count."
    with pytest.raises(Misuse):
        preview(town.house, town.slug)


def test_the_command_prints_a_table_or_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with country(tmp_path / "house") as opened:
        slug = opened.town().slug
    take_data_option(["--data", str(tmp_path / "house" / "data")])
    files, shelf = night(tmp_path / "n", PAIRS), layouts(tmp_path / "l")
    assert command(slug, files, layouts=shelf, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["report"]["pairs"], told["report"]["passed"], len(told["pairs"])) == (7, 4, 7)
    assert command(slug, files, layouts=shelf) == 0
    said = capsys.readouterr().out
    assert "7 rows of contacts: 4 pass, 3 are left out, 0 refused." in said
    assert "mother-or-father" in said
    take_data_option([])
