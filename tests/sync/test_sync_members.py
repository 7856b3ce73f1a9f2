"""Members of `metadata` are columns like any others: one that did not come says nothing (law 2)."""

from __future__ import annotations

from e2e.files import district
from homeroom.sync import reading_back
from sync_house import SLUG, Pinewood


def people(head: str, cells: str) -> dict[str, str]:
    files = district()
    first, *rows = files["courses.csv"].splitlines()
    files["courses.csv"] = "\n".join([first + head, *(row + cells for row in rows)]) + "\n"
    return files


def member(town: Pinewood) -> str:
    return str(reading_back.record(town.house, SLUG, "courses", "c1")["record"]["metadata"])


def test_a_member_that_did_not_come_stays(pinewood: Pinewood) -> None:
    """The export loses a column: its values stay. A blank cell in a column that came takes the value away."""
    town = pinewood
    town.night(people(",metadata.wing,metadata.level", ",North,2"))
    assert member(town) == '{"level":"2","wing":"North"}'
    again = town.night(people(",metadata.level", ",2"))
    assert again.tables["courses"].updated == 0
    town.night(people(",metadata.level", ",3"))
    assert member(town) == '{"level":"3","wing":"North"}'
    assert town.night(people("", "")).tables["courses"].updated == 0
    town.night(people(",metadata.wing,metadata.level", ",,3"))
    assert member(town) == '{"level":"3"}'
