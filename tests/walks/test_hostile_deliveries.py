"""Every hostile delivery, walked through the whole house: it ends as the catalogue says, and says why in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.roster.codes import code
from homeroom.roster.report import ImportReport
from hostile import HOSTILE, Hostile, base, district, write
from walks.walking import Country, Town, country, told


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivery of a good night."""
    folder = tmp_path_factory.mktemp("good")
    write(base(), folder)
    return folder


@pytest.fixture(scope="module")
def settled(land: Country, good: Path) -> Town:
    """A district after a good night, for deliveries that must leave it as it is: they may share it."""
    town = land.town()
    assert town.walk(good).outcome == "success"
    return town


@pytest.mark.parametrize("h", HOSTILE, ids=lambda h: h.name)
def test_it_ends_as_it_should(land: Country, good: Path, request: pytest.FixtureRequest, h: Hostile, tmp_path: Path) -> None:
    h.make(tmp_path / "in")
    spared = h.first and h.outcome in ("failed", "held")
    town: Town = request.getfixturevalue("settled") if spared else land.town()
    if h.first and not spared:
        town.walk(good)
    report = town.walk(tmp_path / "in", h.layouts)
    assert ending(report) == (h.outcome, h.reason), report.reason
    assert h.issues <= told(report)
    assert alarms(report) <= h.issues
    expected = h.active if h.outcome not in ("failed", "held") else district.ACTIVE if h.first else {}
    assert {table: n for table, n in town.active().items() if n} == {table: n for table, n in expected.items() if n}
    for table, key, column, value in h.values:
        assert town.record(table, key)[column] == value
    assert not land.stray()
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def ending(report: ImportReport) -> tuple[str, str | None]:
    """How an import ended, in the catalogue's words."""
    outcome = "held" if report.status == "waiting_for_approval" else report.outcome
    return str(outcome), report.reason.code if report.reason else None


def alarms(report: ImportReport) -> set[str]:
    """The codes of issues at which somebody would look twice."""
    return {name for name in report.issue_counts if code(name).severity != "info"}
