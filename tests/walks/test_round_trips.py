"""Every way in which a system writes the made-up district, imported, gives the roster that the writer says it should.

The writers are made from what is known of the systems and never see a layout; the truth beside their files is what a perfect import
would give as far as the format can carry it. Here both meet: two nights of every writer that has a layout set, table by table and
column by column.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from homeroom.simulator.generate import generate
from homeroom.simulator.writers import WRITERS
from homeroom.sync import reading_back
from homeroom.systems.shipped import SETS
from walks.walking import Country, Town, country

STUDENTS = 40
SYSTEMS = [name for name in WRITERS if name.split(":")[0] in SETS]
NOT_STORED = ("contacts",)  # pairs of student and contact: what becomes of them stands in users


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("round")) as opened:
        yield opened


@pytest.mark.parametrize("system", SYSTEMS)
def test_two_nights_of_a_system_are_what_its_writer_says(land: Country, system: str, tmp_path: Path) -> None:
    town, truth = land.town(), tmp_path / "truth"
    nights = generate(tmp_path / "sent", STUDENTS, 7, system, 2, truth=truth)
    for number, night in enumerate(nights, start=1):
        made = town.walk(night, system.split(":")[0])
        if made.status == "waiting_for_approval":  # a small district's ordinary night may go over a limit
            made = town.approve(made.number)
        assert made.outcome in ("success", "success_with_row_issues"), made.reason
        assert not [i for i in made.issues if i.severity == "error"]
        compare(town, truth / f"night-{number}")


def compare(town: Town, truth: Path) -> None:
    """Hold the active roster against the truth of one night."""
    for name, told in json.loads((truth / "truth.json").read_text(encoding="utf-8"))["tables"].items():
        if name in NOT_STORED:
            continue
        with (truth / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            wanted = [{c: _plain(c, v) for c, v in row.items()} for row in csv.DictReader(file)]
        stored = [r for r in reading_back.rows(town.house, town.slug, name, None) if r["status"] != "tobedeleted"]
        got = [{c: _plain(c, _value(row, c)) for c in told["columns"]} for row in stored]
        key = told["key"]
        assert _by_key(got, key) == _by_key(wanted, key), name
        assert len(got) == len(wanted), name


def _by_key(rows: list[dict[str, Any]], key: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[k] for k in key): row for row in rows}


def _value(row: Mapping[str, Any], column: str) -> str:
    if column.startswith("metadata."):
        value = json.loads(row["metadata"] or "{}").get(column.removeprefix("metadata."))
    else:
        value = row[column]
    return "" if value is None else str(value)


def _plain(column: str, value: str) -> Any:
    """Lists without their order."""
    listed = column.endswith("Ids") or column in ("grades", "periods", "subjects", "subjectCodes")
    return frozenset(v.strip() for v in value.split(",") if v.strip()) if listed else value
