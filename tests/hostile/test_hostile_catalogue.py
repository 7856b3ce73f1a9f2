"""The catalogue of hostile deliveries is sound: each can be made, differs from the others, and leaves the base alone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from homeroom.roster.catalogue import catalogue
from hostile import HOSTILE, Hostile, base, district, write


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_there_are_enough_and_no_two_alike(tmp_path: Path) -> None:
    assert len(HOSTILE) >= 80
    assert len({h.name for h in HOSTILE}) == len(HOSTILE)
    seen = {}
    for h in HOSTILE:
        h.make(tmp_path / h.name)
        made = repr((h.first, content(tmp_path / h.name)))
        assert seen.setdefault(made, h.name) == h.name


@pytest.mark.parametrize("h", HOSTILE, ids=lambda h: h.name)
def test_each_is_made_the_same_way_and_says_what_it_is(h: Hostile, tmp_path: Path) -> None:
    h.make(tmp_path / "one")
    h.make(tmp_path / "other")
    assert content(tmp_path / "one") == content(tmp_path / "other")
    assert h.says.endswith(".")
    assert (h.outcome in ("failed", "held")) or h.reason is None
    assert set(h.active) <= set(district.ACTIVE)


def test_the_base_district_is_valid(tmp_path: Path) -> None:
    write(base(), tmp_path)
    tables = {}
    for path in tmp_path.iterdir():
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
        assert tuple(rows[0]) == catalogue()[path.stem].header("1.1")
        assert {len(r) for r in rows} == {len(rows[0])}
        tables[path.stem] = [dict(zip(rows[0], r, strict=True)) for r in rows[1:]]
    assert {name: len(rows) for name, rows in tables.items()} == district.ACTIVE
    ids = {name: {r["sourcedId"] for r in rows} for name, rows in tables.items()}
    for name, rows in tables.items():
        assert len(ids[name]) == len(rows)
        for field in catalogue()[name].references:
            for row in rows:
                assert {i for i in row.get(field.spelled("1.1"), "").split(",") if i} <= ids[field.ref or ""], (name, field.name)
