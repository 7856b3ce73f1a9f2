"""A made-up district, written as a system writes it and imported, is the district that was made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.simulator.generate import generate
from walks.truths import differences
from walks.walking import Country, country

# A layout set that ships adds the forms that it reads.
SYSTEMS = ("oneroster-1.1", "oneroster-1.2", "powerschool-dem")


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("written")) as opened:
        yield opened


@pytest.mark.parametrize("system", SYSTEMS)
def test_two_nights_arrive_as_they_were_written(land: Country, tmp_path: Path, system: str) -> None:
    town = land.town()
    generate(tmp_path / "in", 120, 4, system, nights=2, truth=tmp_path / "truth")
    for night in ("night-1", "night-2"):
        report = town.walk(tmp_path / "in" / night, system.partition(":")[0])
        assert report.outcome in ("success", "success_with_row_issues"), report.reason
        assert differences(town.roster(), tmp_path / "truth" / night) == []
