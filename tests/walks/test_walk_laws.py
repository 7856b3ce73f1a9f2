"""Laws of the whole walk over made-up districts with bad rows at random: counts add up, order says nothing, nothing changes twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homeroom.roster.report import ImportReport
from homeroom.simulator import dirt
from homeroom.simulator.district import make
from homeroom.simulator.generate import deliver
from homeroom.simulator.writers.catalogue import WRITERS
from hostile import base, write
from walks.walking import Country, Town, country

LAWFUL = settings(
    deadline=None,
    max_examples=2,
    phases=[Phase.generate],  # an example takes four walks: shrinking one would take minutes, and its seed tells it all
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SYSTEMS = ("oneroster-1.1", "oneroster-1.2", "powerschool-dem")  # every row of these is a record of one table


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("laws")) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@LAWFUL
@given(seed=st.integers(1, 10_000), students=st.integers(10, 20), rate=st.sampled_from([0.05, 0.2]))
def test_bad_rows_are_told_and_the_order_of_rows_says_nothing(
    land: Country, tmp_path_factory: pytest.TempPathFactory, system: str, seed: int, students: int, rate: float
) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    spoiled = deliver(make(students, seed), folder / "in", system, rate, seed=seed)
    end = WRITERS[system].form.ends.encode()
    shuffled(folder / "in", folder / "mixed", end, seed)

    town, other = land.town(), land.town()
    dry = town.walk(folder / "in", system, dry_run=True)
    assert town.counts() == {}
    first = town.walk(folder / "in", system)
    assert told(dry) == told(first)
    if not system.startswith("powerschool"):  # there, ids are made of cells: a spoiled one makes another record
        the_truth_is_told(first, spoiled)

    mixed = other.walk(folder / "mixed", system)
    assert told(mixed) == told(first)
    assert other.roster("source") == town.roster("source")

    again = town.walk(folder / "mixed", system)
    assert (again.revision_before, again.revision_after) == (first.revision_after, first.revision_after)
    # Rows that stand as last night are not looked at again; what is found of them is told again all the same.
    assert (again.outcome, again.issue_counts) == (first.outcome, first.issue_counts)
    assert again.files == mixed.files
    assert {name: t.refused for name, t in again.tables.items()} == {name: t.refused for name, t in first.tables.items()}


def the_truth_is_told(report: ImportReport, spoiled: dirt.Spoiled | None) -> None:
    """Those rows are refused that were spoiled so, or fell with one; every spoiled row's code is told of its file.

    A surplus cell that could be put back into a list costs no row; then fewer are refused, never more.
    """
    every = (*spoiled.rows, *spoiled.consequences) if spoiled else ()
    wanted = Counter(name for name, _ in {(bad.file, bad.line) for bad in every if bad.effect == "refused"})
    refused = {f.name: f.refused for f in report.files if f.refused}
    assert Counter(refused) <= wanted
    if not any(r.code == "surplus-cells-placed" for f in report.files for r in f.repairs):
        assert refused == dict(wanted)
    ignored = Counter(bad.file for bad in every if bad.effect == "ignored")
    assert {f.name: f.ignored for f in report.files if f.ignored} == dict(ignored)
    codes = {(i.code, i.file) for i in report.issues} | {(r.code, f.name) for f in report.files for r in f.repairs}
    for bad in spoiled.rows if spoiled else ():
        assert bad.effect != "refused" or bad.kind == "long-row" or (bad.code, bad.file) in codes, bad


def told(report: ImportReport) -> dict[str, object]:
    """What a report says, without what differs between two imports and two orders of rows."""
    files = {f.name: (f.rows, f.accepted, f.refused, f.ignored, {r.code: r.count for r in f.repairs}) for f in report.files}
    return {
        "outcome": report.outcome,
        "files": files,
        "tables": {name: asdict(t) for name, t in report.tables.items()},
        "issues": dict(report.issue_counts),
    }


def shuffled(source: Path, out: Path, end: bytes, seed: int) -> None:
    """The same files with their rows in another order; made-up districts have no line breaks in cells."""
    out.mkdir()
    for path in source.glob("*.csv"):
        head, *rows = path.read_bytes().removesuffix(end).split(end)
        random.Random(seed).shuffle(rows)
        (out / path.name).write_bytes(end.join([head, *rows]) + end)


def test_a_clean_strict_delivery_has_nothing_to_tell(land: Country, tmp_path: Path) -> None:
    write(base(), tmp_path / "in")
    report = land.town().walk(tmp_path / "in")
    assert report.issues == ()
    assert {(f.name, r.code) for f in report.files for r in f.repairs} == {("users.csv", "secret-column-dropped")}


def test_the_same_delivery_again_is_no_revision(land: Country, tmp_path: Path) -> None:
    """Bytes that are the same are not walked; the same rows in other bytes are, and change nothing either."""
    town = settled(land, tmp_path)
    for name in ("base", "crlf"):
        again = town.walk(tmp_path / name)
        assert (again.outcome, again.revision_after) == ("success", 1)
        assert not any(t.added or t.updated or t.removed or t.restored for t in again.tables.values())


def test_a_dry_run_writes_nothing(land: Country, tmp_path: Path) -> None:
    """Not even after a good night, where it would remove somebody; the next import starts from what was there."""
    town = settled(land, tmp_path)
    before = town.roster()
    users = (tmp_path / "base" / "users.csv").read_bytes().split(b"\n")
    write({"users.csv": b"\n".join(row for row in users if not row.startswith(b"a-02"))}, tmp_path / "less")
    dry = town.walk(tmp_path / "less", dry_run=True)
    assert (dry.status, dry.outcome, dry.tables["users"].removed) == ("done", "success", 1)
    assert town.roster() == before
    real = town.walk(tmp_path / "less")
    assert real.tables == dry.tables
    assert real.plan == dry.plan


def test_a_manifest_alone_says_that_nothing_came(land: Country, tmp_path: Path) -> None:
    town = settled(land, tmp_path)
    lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1"]
    write({"manifest.csv": "\n".join([*lines, "file.users,absent", ""]).encode()}, tmp_path / "manifest")
    report = town.walk(tmp_path / "manifest")
    assert report.outcome == "success"
    assert report.tables == {}
    assert [(f.name, f.table) for f in report.files] == [("manifest.csv", None)]
    assert town.active()["users"] == 45


def test_a_file_in_a_folder_is_read_under_its_own_name(land: Country, tmp_path: Path) -> None:
    town = land.town()
    write({f"export/today/{name}": raw for name, raw in base().items()}, tmp_path / "in")
    report = town.walk(tmp_path / "in")
    assert report.outcome == "success"
    assert town.active()["users"] == 45


def settled(land: Country, tmp_path: Path) -> Town:
    """A district after one good night, whose delivery lies in `base`; the same rows with other line ends lie in `crlf`."""
    write({name: raw.replace(b"\r\n", b"\n") for name, raw in base().items()}, tmp_path / "base")
    write(base(), tmp_path / "crlf")
    town = land.town()
    assert town.walk(tmp_path / "base").outcome == "success"
    return town
