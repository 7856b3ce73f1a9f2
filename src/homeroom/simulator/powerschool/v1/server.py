"""What the server says of itself: its time, and the metadata that every client should read first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, tree
from homeroom.simulator.powerschool.plugin import RESOURCES
from homeroom.simulator.powerschool.v1.schools import district_uuid
from homeroom.simulator.powerschool.world import World

VERSION = "25.7.0.0.0000000"


def _time(world: World, call: Call) -> Answer:
    """The body is a guess: no one showed one. The day is the pretend district's, the clock ours."""
    clock = datetime.now(ZoneInfo(world.zone)).time().replace(microsecond=0)
    return tree({"time": datetime.combine(date.fromisoformat(world.today), clock, ZoneInfo(world.zone)).isoformat()})


def _metadata(world: World, call: Call) -> Answer:
    most = world.faults.number("maxpage")
    sizes = {f"{name}_max_page_size": min(world.plugin.sizes[name], most or world.plugin.sizes[name]) for name in RESOURCES}
    facts: dict[str, Any] = {
        "district_timezone": world.zone,
        "district_uuid": district_uuid(world),
        "machine_uptime": "12 days 03:41:09",
        "mobile_api_version": "2.1",
        "plugin_id": world.plugin.number,
        "powerschool_uptime": "3 days 07:12:55",
        "powerschool_version": VERSION,
        "state": "TX",
        "state_reporting_version": "25.6.1.0",
        **{f"sso_enabled_{who}": "false" for who in ("admin", "guardian", "student", "teacher")},
    }
    return tree({"metadata": dict(sorted((facts | sizes).items()))})


ENDPOINTS = (
    Endpoint("GET", "/ws/v1/time", _time, open=True),
    Endpoint("GET", "/ws/v1/metadata", _metadata, open=True),
)
