"""A made-up district, written as a system writes it and imported, is the district that was made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.simulator.generate import generate
from homeroom.simulator.writers.catalogue import WRITERS
from homeroom.systems.shipped import SETS
from walks.truths import differences
from walks.walking import Country, country

OWN = {"infinite-campus:ad-hoc"}
"""Every district chooses the fields of such extracts: they are read by a layout of its own."""
SYSTEMS = [name for name in WRITERS if name.partition(":")[0] in SETS and name not in OWN]
STUDENTS = 40


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("written")) as opened:
        yield opened


@pytest.mark.parametrize("system", SYSTEMS)
def test_two_nights_arrive_as_they_were_written(land: Country, tmp_path: Path, system: str) -> None:
    town = land.town()
    generate(tmp_path / "in", STUDENTS, 4, system, nights=2, truth=tmp_path / "truth")
    for night in ("night-1", "night-2"):
        report = town.walk(tmp_path / "in" / night, system.partition(":")[0])
        if report.status == "waiting_for_approval":  # an ordinary night of so few people may go over a limit
            report = town.approve(report.number)
        assert report.outcome in ("success", "success_with_row_issues"), report.reason
        assert [i for i in report.issues if i.severity == "error"] == []
        assert differences(town.roster(), tmp_path / "truth" / night) == []
