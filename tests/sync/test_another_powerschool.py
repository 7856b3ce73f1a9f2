"""The server behind a source's address is that of another district: a wrong address, a name that was given away, somebody else's copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connected import NOW, added, pull, source_of
from homeroom.roster.faults import Refused
from homeroom.sync import pulling, source_settings, sources
from homeroom.sync.refresh import refresh
from homeroom.sync.writing_back import write_back
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood


@pytest.fixture(scope="module")
def ours() -> Iterator[Caller]:
    with pretend(20, seed=4) as caller:
        yield caller


@pytest.fixture(scope="module")
def theirs() -> Iterator[Caller]:
    """The same numbers for other people, as every PowerSchool counts its records from one."""
    with pretend(20, seed=9) as caller:
        yield caller


def lead(pinewood: Pinewood, server: Caller) -> None:
    """Address and credentials, as somebody types them who means well."""
    plugin, number = server.world.plugin, source_of(pinewood).id
    sources.change(pinewood.house, SLUG, number, {"url": server.world.url, "client_id": plugin.client_id})
    sources.set_secrets(pinewood.house, SLUG, number, {"client_secret": plugin.client_secret})


def changing(server: Caller) -> list[str]:
    """What the server was asked to change."""
    calls = server.get("/__simulator/log")["calls"]
    return [c["path"] for c in calls if (c["method"], c["path"]) == ("POST", "/ws/v1/student")]


def uuid_of(server: Caller) -> str:
    return str(server.get("/ws/v1/metadata")["metadata"]["district_uuid"])


def test_a_pull_keeps_whose_server_it_was_and_takes_nothing_from_anothers(
    pinewood: Pinewood, ours: Caller, theirs: Caller
) -> None:
    added(pinewood, ours)
    pull(pinewood)
    assert source_settings.value(source_of(pinewood), "district_uuid") == uuid_of(ours)
    revision = pinewood.revision
    lead(pinewood, theirs)
    report = pull(pinewood)
    assert report.outcome == "failed"
    assert report.reason is not None
    assert report.reason.code == "another_powerschool"
    assert uuid_of(ours) in (report.reason.detail or "")
    assert uuid_of(theirs) in (report.reason.detail or "")
    assert pinewood.revision == revision
    with pytest.raises(pulling.NotReached, match="another district"):
        pulling.look(pinewood.house, SLUG, None, NOW)
    lead(pinewood, ours)
    assert pull(pinewood).revision_after == revision


def test_no_child_is_refreshed_with_another_childs_record(pinewood: Pinewood, ours: Caller, theirs: Caller) -> None:
    added(pinewood, ours)
    pull(pinewood)
    before = pinewood.records("users")["S1001"]
    lead(pinewood, theirs)
    with pytest.raises(Refused) as refused:
        refresh(pinewood.house, SLUG, "users", "S1001", who="ada", now=NOW)
    assert refused.value.reason == "another_powerschool"
    assert pinewood.records("users")["S1001"] == before


def test_nothing_is_written_into_another_districts_powerschool(pinewood: Pinewood, ours: Caller, theirs: Caller) -> None:
    added(pinewood, ours, write_back=True)
    pull(pinewood)
    lead(pinewood, theirs)
    path = pinewood.folder / "students.csv"
    path.write_text("id,name.first_name\n1001,Ingrid\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        write_back(pinewood.house, SLUG, path, who="ada", now=lambda: NOW)
    assert refused.value.reason == "another_powerschool"
    assert not changing(theirs)


def test_a_district_that_moved_is_met_anew_once_the_mark_is_taken_out(pinewood: Pinewood, ours: Caller, theirs: Caller) -> None:
    added(pinewood, ours)
    pull(pinewood)
    lead(pinewood, theirs)
    sources.change(pinewood.house, SLUG, source_of(pinewood).id, {"district_uuid": None})
    report = pull(pinewood)
    assert report.reason is None or report.reason.code != "another_powerschool"
    assert source_settings.value(source_of(pinewood), "district_uuid") == uuid_of(theirs)
