"""Every hostile delivery, walked through the whole house: it ends as the catalogue says, and says why in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from homeroom.roster.codes import code
from homeroom.roster.report import ImportReport
from hostile import HOSTILE, Hostile, base, district, write
from walks.walking import Country, Settled, Town, copied, country, settle, told


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
def settled(tmp_path_factory: pytest.TempPathFactory, good: Path) -> Settled:
    """An installation after a good night; every delivery that may change its roster gets a copy of it."""
    return settle(tmp_path_factory.mktemp("settled"), good)


@pytest.fixture(scope="module")
def steady(land: Country, good: Path) -> Town:
    """A district after a good night, for deliveries that must leave it as it is: they may share it."""
    town = land.town()
    assert town.walk(good).outcome == "success"
    return town


@contextmanager
def before(h: Hostile, request: pytest.FixtureRequest, land: Country, folder: Path) -> Iterator[tuple[Country, Town]]:
    """A district as the delivery finds it: with nothing, or after a good night."""
    if not h.first:
        yield land, land.town()
    elif h.outcome in ("failed", "held"):
        yield land, request.getfixturevalue("steady")
    else:
        with copied(request.getfixturevalue("settled"), folder) as opened:
            yield opened


@pytest.mark.parametrize("h", HOSTILE, ids=lambda h: h.name)
def test_it_ends_as_it_should(land: Country, request: pytest.FixtureRequest, h: Hostile, tmp_path: Path) -> None:
    h.make(tmp_path / "in")
    with before(h, request, land, tmp_path / "house") as (place, town):
        report = town.walk(tmp_path / "in", h.layouts)
        assert ending(report) == (h.outcome, h.reason), report.reason
        assert h.issues <= told(report)
        assert alarms(report) <= h.issues
        expected = h.active if h.outcome not in ("failed", "held") else district.ACTIVE if h.first else {}
        assert {table: n for table, n in town.active().items() if n} == {table: n for table, n in expected.items() if n}
        for table, key, column, value in h.values:
            assert town.record(table, key)[column] == value
        assert not place.stray()
    assert {p.name for p in tmp_path.iterdir()} <= {"in", "house"}


def ending(report: ImportReport) -> tuple[str, str | None]:
    """How an import ended, in the catalogue's words."""
    outcome = "held" if report.status == "waiting_for_approval" else report.outcome
    return str(outcome), report.reason.code if report.reason else None


def alarms(report: ImportReport) -> set[str]:
    """The codes of issues at which somebody would look twice."""
    return {name for name in report.issue_counts if code(name).severity != "info"}
