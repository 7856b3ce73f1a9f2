"""The link before a district's file: copies and backups do not always keep it, and no roster may be lost for that."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeroom.roster.faults import Misuse
from homeroom.store import stores

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def made(data: Path) -> None:
    """An installation with one district and one import in its log."""
    with stores.open(data) as opened:
        opened.control.districts.add("pinewood", "Pinewood", "UTC", NOW)
        opened.roster("pinewood").imports.begin(source=None, delivery=None, kind="rollback", trigger="test", now=NOW)


def test_a_copy_that_followed_the_links_opens_as_it_was(tmp_path: Path) -> None:
    made(tmp_path / "data")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy, symlinks=False)
    for numbered in (*copy.rglob("roster.*.db*"), *copy.rglob("control.*.db*")):
        numbered.unlink()
    with stores.open(copy) as opened:
        assert [d.slug for d in opened.control.districts.all()] == ["pinewood"]
        assert opened.roster("pinewood").imports.get(1).trigger == "test"
    assert (copy / "control.db").is_symlink()
    with stores.open(copy) as again:
        assert again.roster("pinewood").imports.get(1).trigger == "test"


def test_a_missing_link_never_starts_an_empty_roster(tmp_path: Path) -> None:
    made(tmp_path)
    link = tmp_path / "districts" / "pinewood" / "roster.db"
    link.unlink()
    with (
        stores.open(tmp_path) as opened,
        pytest.raises(Misuse, match=r"roster\.1\.db holds a store.*ln -s roster\.1\.db roster\.db"),
    ):
        opened.roster("pinewood")
    link.symlink_to("roster.1.db")
    with stores.open(tmp_path) as opened:
        assert opened.roster("pinewood").imports.get(1).trigger == "test"


def test_a_store_that_was_cut_off_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    with stores.open(tmp_path) as opened:
        opened.control.districts.add("pinewood", "Pinewood", "UTC", NOW)
    folder = tmp_path / "districts" / "pinewood"
    folder.mkdir(parents=True)
    (folder / "roster.1.db").write_bytes(b"")
    with stores.open(tmp_path) as opened:
        assert opened.roster("pinewood").revision() == 0
