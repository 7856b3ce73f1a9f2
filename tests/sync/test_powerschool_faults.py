"""Every fault of the contract in one pull, on the roads that make many calls: the roster of a clean pull, or last night's untouched.

Each fault alone, on each road, is in `tests/systems/powerschool/test_ways.py`; a server that fails for good in `test_powerschool_source.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from connected import active, added, pull
from homeroom.roster.report import ImportReport
from homeroom.simulator.powerschool import packages
from homeroom.simulator.powerschool.plugin import RESOURCES
from homeroom.systems.powerschool.plugin.package import Publisher, package
from pretend import Caller, pretend
from sync_house import Pinewood

CALLS = ("429", "500", "503", "html", "emptybody", "truncate", "drop")
"""Faults that strike single calls."""
LASTING = ["maxpage:8", "nocount", "slow:0.0001"]
MIXED = [*(f"{name}:140" for name in CALLS), "expire:60", "shift:20", "dupe:20", *LASTING]
"""Seven faults of one call in 140 each are 5 % of the calls; page faults, spent tokens and what lasts come on top."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(24) as caller:
        caller.world.install(packages.read(package(Publisher(), ("legal-guardian",))))
        caller.world.plugin.fields = None
        caller.steer("plugin", {"sizes": dict.fromkeys(RESOURCES, 10) | {"schema_table_query": 5}})
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.steer("faults", {"faults": []})


def clean_and_equal(pinewood: Pinewood, server: Caller) -> bool:
    """Whether a pull without faults finds nothing to change in what a struck one brought."""
    server.steer("faults", {"faults": []})
    before = pinewood.revision
    report = pull(pinewood)
    assert report.outcome != "failed", report.reason
    return report.revision_after == before and not [t for t in report.tables.values() if t.added or t.updated or t.removed]


def told(report: ImportReport) -> str | None:
    return report.reason.code if report.reason else None


@pytest.mark.parametrize("way", ["tables", "v1"])
def test_with_one_call_in_twenty_failing_in_every_way_the_roster_is_that_of_a_clean_pull(
    pinewood: Pinewood, server: Caller, way: str
) -> None:
    added(pinewood, server, way=way)
    assert server.call("DELETE", "/__simulator/log").status_code == 204
    server.steer("faults", {"faults": ["chance:7", *MIXED]})
    struck = pull(pinewood)
    assert struck.outcome != "failed", struck.reason
    calls = server.get("/__simulator/log")["calls"]
    counts: Counter[Any] = Counter(c["fault"] for c in calls)
    assert set(CALLS) <= set(counts)
    share = 1 - counts[None] / len(calls)
    assert len(calls) > 200
    assert 0.03 < share < 0.08
    assert sum(c["path"] == "/oauth/access_token" and c["status"] == 200 for c in calls) > 2, "tokens were spent"
    assert not [c for c in calls if c["path"].endswith("/count") and c["status"] == 200 and not c["fault"]], "nothing was counted"
    if way == "v1":
        assert server.world.faults.slipped > 3
    assert clean_and_equal(pinewood, server)


@pytest.mark.parametrize(("way", "reason"), [("queries", None), ("tables", None), ("v1", "access_closed")])
def test_v1_that_is_closed_stops_only_those_who_go_there(
    pinewood: Pinewood, server: Caller, way: str, reason: str | None
) -> None:
    added(pinewood, server, way=way)
    pull(pinewood)
    before = active(pinewood)
    server.steer("faults", {"faults": ["v1closed"]})
    report = pull(pinewood)
    assert told(report) == reason
    assert (report.outcome == "failed") == (reason is not None)
    assert (pinewood.revision, active(pinewood)) == (1, before)
