"""A house whose raw files lie in a bucket: nights, originals, retention, erasing, backups; and a bucket that is away loses nothing of them."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backing_up_kill import child
from e2e.files import district, write
from forks import begin
from full_house import ASKED, SLUGS, installation
from homeroom.cli import run
from homeroom.deliveries import objects
from homeroom.deliveries.keys import SealBroken
from homeroom.desk import deleting
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.sync import backing_up, backups, erasing, housekeeping, imports, restoring
from homeroom.sync.checkup import checkup
from homeroom.sync.glancing import glance_at
from homeroom.sync.house import House, opened, raw_store
from patience import SECONDS
from s3 import S3, closed_port, variables
from sync_house import SLUG, Pinewood, renamed, settings

NOW = ASKED + timedelta(hours=14)
KEYS = ("s3.json",)


@pytest.fixture
def storage(s3: S3) -> str:
    """The address of an empty bucket, and a prefix in it."""
    return f"s3://{s3.bucket()}/homeroom"


@pytest.fixture
def pinewood(storage: str, tmp_path: Path) -> Iterator[Pinewood]:
    with opened(settings(tmp_path / "data", storage=storage)) as house:
        yield Pinewood.founded(house, tmp_path)


def raw(house: House, slug: str) -> list[str]:
    return [each.path for each in objects.under(house.raw, f"deliveries/{slug}")]


def elsewhere(house: House) -> House:
    """The same house with whatever the environment says by now."""
    return replace(house, raw=raw_store(house.settings))
