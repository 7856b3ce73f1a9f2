"""The retention clock: removed records go when their time is over, once a day, and nothing forgets that they went."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.files import district
from homeroom.cli import WRONG_USE, run
from homeroom.roster.faults import Misuse
from homeroom.sync import expiry, housekeeping, imports
from sync_house import SLUG, Pinewood, half, renamed

NOW = datetime.now(UTC)


def without(student: int) -> dict[str, str]:
    files = district()
    for name in ("users.csv", "enrollments.csv"):
        files[name] = "".join(line for line in files[name].splitlines(True) if f"u{student}," not in line)
    return files


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def test_a_removed_record_is_purged_when_its_time_is_over(pinewoods: Pinewood) -> None:
    """400 days by default; the day after it there is a revision of its own and a line in the audit trail, without names."""
    town, house = pinewoods, pinewoods.house
    town.night(district())
    gone = town.night(without(1)).tables["users"].removed
    assert gone == 1
    assert housekeeping.keep(house, later(399))["purged"] == 0
    purged = housekeeping.keep(house, later(401))["purged"]
    assert purged >= gone
    assert "removed-records-purged" in town.acts()
    assert house.stores.roster(SLUG).revisions()[0].kind == "retention"
    assert house.stores.roster(SLUG).counts()["users"].tobedeleted == 0
    assert house.stores.control.audit.last(1, SLUG)[0].detail["records"] == purged
    assert town.night(district()).tables["users"].added == 1


def test_the_clock_looks_once_a_day_and_not_while_a_person_is_asked(pinewoods: Pinewood) -> None:
    town, house = pinewoods, pinewoods.house
    town.night(district())
    town.night(without(1))
    held = town.night(half())
    assert held.status == "waiting_for_approval"
    assert housekeeping.keep(house, later(500))["purged"] == 0
    imports.reject(house, SLUG, held.number, who="ada")
    assert housekeeping.keep(house, later(500))["purged"] > 0
    assert housekeeping.keep(house, later(500))["purged"] == 0


def test_a_district_may_keep_longer_or_for_ever(pinewoods: Pinewood) -> None:
    town, house = pinewoods, pinewoods.house
    town.night(district())
    town.night(without(1))
    assert expiry.keep_days(house, SLUG, 0, NOW) == 0
    assert housekeeping.keep(house, later(5000))["purged"] == 0
    assert expiry.keep_days(house, SLUG, 7, NOW) == 7
    assert housekeeping.keep(house, later(5001))["purged"] > 0
    assert expiry.keep_days(house, SLUG, None, NOW) == 400
    with pytest.raises(Misuse):
        expiry.keep_days(house, SLUG, -1, NOW)
    assert expiry.kept_days(replace(house, settings=replace(house.settings, keep_removed_days=30)), SLUG) == 30


def test_a_record_that_was_rolled_away_and_purged_comes_back(pinewoods: Pinewood) -> None:
    """The snapshot of the last night still lists it; it must not be taken for one that never left."""
    town, house = pinewoods, pinewoods.house
    town.night(without(1))
    town.night(district())
    imports.rollback(house, SLUG, 1, who="ada")
    assert housekeeping.keep(house, later(401))["purged"] > 0
    town.night(renamed(2))
    assert house.stores.roster(SLUG).one("users", "u1") is not None


def test_the_command_shows_and_sets_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood Schools"]) == 0
    for arguments, said in ((["90"], "for 90 days"), (["0"], "for ever"), (["--default"], "for 400 days"), ([], "for 400 days")):
        capsys.readouterr()
        assert run([*data, "district", "keep", "pinewood", *arguments]) == 0
        assert said in "".join(capsys.readouterr())
    assert run([*data, "district", "keep", "oakwood"]) == WRONG_USE
