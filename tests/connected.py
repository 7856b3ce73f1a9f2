"""A district connected to a pretend PowerSchool: its source, its pulls, what is in its roster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from homeroom.roster.report import ImportReport
from homeroom.store.sources import Source
from homeroom.sync import imports, pulling, sources
from pretend import Caller
from sync_house import SLUG, Pinewood

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def added(pinewood: Pinewood, server: Caller, **more: Any) -> Source:
    """The source, with settings on top of those that connect it; it gives up soon."""
    plugin = server.world.plugin
    settings = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.3} | more
    return sources.add(
        pinewood.house, SLUG, "powerschool", settings=settings, secrets={"client_secret": plugin.client_secret}
    ).source


def pull(pinewood: Pinewood) -> ImportReport:
    """One pull, begun and walked."""
    return imports.run(pinewood.house, SLUG, pulling.begin(pinewood.house, SLUG, None, NOW), now=NOW)


def source_of(pinewood: Pinewood) -> Source:
    """The district's only source."""
    (source,) = pinewood.house.stores.control.sources.of(SLUG)
    return source


def active(pinewood: Pinewood) -> dict[str, int]:
    """Active records by table."""
    return {name: told.active for name, told in pinewood.house.stores.roster(SLUG).counts().items() if told.active}
