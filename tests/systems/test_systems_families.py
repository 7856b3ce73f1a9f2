"""What becomes of the contacts of a made-up district: who passes the contact rules is named by the student, in the told role."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.simulator.generate import generate
from walks.walking import Country, country

TOLD = ("microsoft-sds-1", "microsoft-sds-2.1")
"""Sets whose files say the role themselves: whoever has an e-mail address passes."""
KINDS = ("clever", "clever:contacts-file")
"""Sets whose files say what kind of contact it is."""


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("families")) as opened:
        yield opened


@pytest.mark.parametrize("system", [*TOLD, *KINDS])
def test_guardians_are_those_of_the_truth(land: Country, tmp_path: Path, system: str) -> None:
    generate(tmp_path / "in", 30, 4, system, nights=1, truth=tmp_path / "truth")
    with next((tmp_path / "truth").rglob("contacts.csv")).open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    town = land.town()
    town.walk(tmp_path / "in", system.partition(":")[0])
    users = town.roster()["users"]
    held = {(s, a) for s, u in users.items() for a in (u["agentSourcedIds"] or "").split(",") if a}
    if system in TOLD:
        assert held == {(p["student"], p["sourcedId"]) for p in pairs}
        assert all(users[p["sourcedId"]]["role"] == p["role"] for p in pairs)
    else:
        taken = [p for p in pairs if p["type"] == "Parent/Guardian" and (p["email"] or p["sms"])]
        assert held == {(p["student"], p["sourcedId"]) for p in taken}
        assert {users[p["sourcedId"]]["role"] for p in taken} <= {"parent", "guardian"}
