"""Deleting a district, keeping it, what ran everywhere and the plan of a hold, at the command line."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.files import district, write
from e2e.installation import Installation
from homeroom.settings import Settings
from homeroom.store.control_tables import deletion
from homeroom.sync.house import opened
from sync_house import half

WHY = ("--reason", "The contract ended on November 30")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("cli")
    made = Installation(folder / "data")
    for slug in ("pinewood", "larkspur"):
        assert made.inside("district", "add", slug, "--name", slug.title()).status == 0
    assert made.inside("import", "pinewood", write(folder / "one", district())).status == 0
    assert made.inside("import", "pinewood", write(folder / "two", half())).status == 4
    return made


def test_a_district_is_deleted_kept_and_erased_when_its_time_is_over(place: Installation) -> None:
    for more, said in (((), "--confirm larkspur"), (("--confirm", "pinewood"), "Type the short name")):
        refused = place.inside("district", "delete", "larkspur", *more, *WHY)
        assert (refused.status, said in refused.err) == (2, True)
    assert place.inside("district", "delete", "larkspur", "--confirm", "larkspur", "--reason", "done").status == 2
    asked = place.inside("district", "delete", "larkspur", "--confirm", "larkspur", *WHY)
    assert (asked.status, "homeroom district undelete larkspur" in asked.out) == (0, True)
    listed = {d["district"]: d["state"] for d in place.inside("district", "list", "--json").document}
    assert listed == {"larkspur": "leaving", "pinewood": "waiting"}
    assert "to be deleted 20" in place.inside("district", "list").out
    shut = place.inside("import", "larkspur", place.data.parent / "one")
    assert (shut.status, "is to be deleted on" in shut.err) == (2, True)
    early = place.inside("district", "erase", "larkspur")
    assert (early.status, "can be kept until" in early.err) == (2, True)

    kept = place.inside("district", "undelete", "larkspur", "--json")
    assert kept.document["kept"] is not None
    assert place.inside("district", "undelete", "larkspur").status == 2

    place.inside("district", "delete", "larkspur", "--confirm", "larkspur", *WHY)
    with opened(Settings(data=place.data)) as house, house.stores.control.place.write() as connection:
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        connection.execute(deletion.update().where(deletion.c.kept.is_(None)).values(due=past))
    gone = place.inside("district", "erase", "larkspur")
    assert (gone.status, "Larkspur is deleted" in gone.out) == (0, True)
    assert [d["district"] for d in place.inside("district", "list", "--json").document] == ["pinewood"]
    assert place.inside("audit", "--check").status == 0
    again = place.inside("district", "add", "larkspur", "--name", "Another")
    assert (again.status, "another short name" in again.err) == (2, True)


def test_what_ran_in_all_districts(place: Installation) -> None:
    told = place.inside("imports", "--json").document
    assert [(e["district"], e["import"], e["status"]) for e in told] == [
        ("pinewood", 2, "waiting_for_approval"),
        ("pinewood", 1, "done"),
    ]
    assert "pinewood" in place.inside("imports").out


def test_the_plan_of_a_hold(place: Installation, tmp_path: Path) -> None:
    out = tmp_path / "plan.csv"
    written = place.inside("plan", "pinewood", "2", out)
    assert (written.status, "changes were written" in written.err) == (0, True)
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert {row["change"] for row in rows} == {"would be removed"}
    assert out.stat().st_mode & 0o777 == 0o600
    assert place.inside("plan", "pinewood", "2").out.count("would be removed") == len(rows)
    assert place.inside("plan", "pinewood", "1").status == 2
