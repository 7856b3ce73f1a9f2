"""July 1: a made school year ends. Nobody is woken for the calendar; a school that is lost on the same night is a hold all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from homeroom.simulator.district import make
from homeroom.simulator.generate import deliver
from walks.walking import country


def test_the_first_of_july_wakes_nobody(tmp_path: Path) -> None:
    deliver(make(15, 3), tmp_path / "june", "powerschool-dem", 0.0, seed=3)
    (tmp_path / "july").mkdir()
    for file in (tmp_path / "june").glob("*.csv"):
        head, *rows = file.read_bytes().removesuffix(b"\r").split(b"\r")
        (tmp_path / "july" / file.name).write_bytes(b"\r".join([head, *reversed(rows)]) + b"\r")
    with country(tmp_path / "house") as land:
        town = land.town()
        town.now = datetime(2027, 6, 30, 12, tzinfo=UTC)
        town.walk(tmp_path / "june", "powerschool-dem")
        classes = town.active()["classes"]
        july = town.walk(tmp_path / "july", "powerschool-dem")
        assert (july.status, july.outcome, july.limits) == ("done", "success", ())
        assert (july.tables["academicSessions"].added, july.tables["academicSessions"].removed) == (1, 1)
        assert july.tables["classes"].updated == classes
        assert town.record("academicSessions", "schoolYear-2028")["status"] == "active"
        assert town.record("academicSessions", "schoolYear-2027")["status"] == "tobedeleted"

        other = land.town()
        other.now = datetime(2027, 6, 30, 12, tzinfo=UTC)
        other.walk(tmp_path / "june", "powerschool-dem")
        kept = (tmp_path / "july" / "classes.csv").read_bytes().split(b"\r")
        (tmp_path / "july" / "classes.csv").write_bytes(b"\r".join(kept[: len(kept) // 3]) + b"\r")
        lost = other.walk(tmp_path / "july", "powerschool-dem")
        assert lost.status == "waiting_for_approval"
        assert {limit.change for limit in lost.limits if limit.table == "classes"} == {"remove"}
