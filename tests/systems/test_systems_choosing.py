"""Which set is chosen for a delivery when nobody names one: over every system in which a made-up district can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.layouts.choice import Choice, choose
from homeroom.reading.archives import unpack
from homeroom.reading.inspect import inspect
from homeroom.roster.faults import Refused
from homeroom.simulator.generate import generate
from homeroom.simulator.writers.catalogue import WRITERS
from homeroom.systems import SETS, layout_sets
from homeroom.workbench.values import Hints, SourceFile

AS_ONEROSTER = {"aeries", "infinite-campus"}
"""Their headers are those of OneRoster 1.1, which reads them where nobody names the set."""
BY_NAME = {name for name in SETS if name.startswith("pathways-")} | {"schoolstatus", "testhound", "clever", "clientpoint"}
"""Columns or whole files that come here are only inferred: a person confirms them by naming the set."""
NO_HEADER = {"powerschool-autosend:headerless"}
"""Files without header words can be told by nobody."""
OF_ITS_OWN = {"infinite-campus:ad-hoc"}
"""Every district chooses the fields: no set that ships reads them."""
LEFT = {"userFlags.csv"}
"""Files that a set leaves alone."""
STUDENTS = 12


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("towns")


def chosen(towns: Path, system: str) -> Choice:
    folder = towns / system.replace(":", "-")
    generate(folder / "in", STUDENTS, 4, system, nights=1)
    files = [f for f in sorted((folder / "in").rglob("*")) if f.is_file()]
    delivered = [SourceFile(n, f.name, f, f.stat().st_size) for n, f in enumerate(files)]
    looked = [inspect(f, Hints()) for f in unpack(delivered, folder / "out").files]
    return choose(layout_sets(), looked, None)


@pytest.mark.parametrize("system", [s for s in WRITERS if s not in NO_HEADER | OF_ITS_OWN and s.partition(":")[0] not in BY_NAME])
def test_a_delivery_is_read_by_the_set_in_which_it_was_written(towns: Path, system: str) -> None:
    name = system.partition(":")[0]
    choice = chosen(towns, system)
    assert choice.layouts.name == ("oneroster-1.1" if name in AS_ONEROSTER else name)
    assert {i.file.name for i, _ in choice.unmatched} <= LEFT


@pytest.mark.parametrize("system", [s for s in WRITERS if s in NO_HEADER | OF_ITS_OWN or s.partition(":")[0] in BY_NAME])
def test_a_delivery_that_needs_a_person_is_refused_and_the_near_ones_are_named(towns: Path, system: str) -> None:
    name = system.partition(":")[0]
    with pytest.raises(Refused) as caught:
        chosen(towns, system)
    assert caught.value.reason == "layouts_unclear"
    if system not in OF_ITS_OWN:
        assert name in caught.value.message


def test_every_set_that_ships_is_among_them() -> None:
    assert {s.partition(":")[0] for s in WRITERS} | {"datasets", "powerschool-api"} >= set(SETS)
