"""Where a source may be led, by whom: the machine's own command line, people of the console, and the operator's setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from e2e.files import district
from homeroom.roster.faults import Misuse
from homeroom.settings import read
from homeroom.store.sources import Source
from homeroom.sync import imports, pulling, sources
from remote_sftp import PASSWORD, USER, Remote
from sync_house import SLUG, Pinewood

BOB = "bob@pinewood.example"
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    folder = tmp_path / "theirs"
    folder.mkdir()
    with Remote(folder).standing() as standing:
        standing.put(district())
        yield standing


def added(pinewood: Pinewood, host: str, port: int, who: str = BOB, kind: str = "sftp-pull", **more: Any) -> Source:
    place: dict[str, Any] = {"host": host, "port": port, "username": USER}
    if kind == "powerschool":
        place = {"url": f"https://{host}:{port}", "client_id": "c"}
    secret = {"client_secret": "s"} if kind == "powerschool" else {"password": PASSWORD}
    return sources.add(pinewood.house, SLUG, kind, settings=place | more, secrets=secret, who=who).source


def allowing(pinewood: Pinewood, *entries: str) -> Pinewood:
    """The same installation, where the operator allows hosts."""
    settings = replace(pinewood.house.settings, allowed_hosts=entries)
    return replace(pinewood, house=replace(pinewood.house, settings=settings))


@pytest.mark.parametrize("kind", ["sftp-pull", "powerschool"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.5", "127.1", "2130706433", "[::1]", "[fd00::5]"]
)
def test_nobody_of_the_console_saves_an_inner_address(pinewood: Pinewood, host: str, kind: str) -> None:
    with pytest.raises(Misuse, match="public addresses only"):
        added(pinewood, host, 5432, kind=kind)
    assert pinewood.house.stores.control.sources.of(SLUG) == []
    made = added(pinewood, "sis.pinewood.example", 2022, kind=kind)
    moved: dict[str, Any] = {"url": f"https://{host}"} if kind == "powerschool" else {"host": host}
    with pytest.raises(Misuse, match="public addresses only"):
        sources.change(pinewood.house, SLUG, made.id, moved, BOB)
    assert pinewood.house.stores.control.sources.get(made.id) == made


def test_a_night_does_not_go_where_its_name_leads_inside(pinewoods: Pinewood, remote: Remote) -> None:
    """A name is saved, since it may be public; where it leads is judged each time that somebody would connect."""
    name = "sis.pinewood.example"
    control = pinewoods.house.stores.control
    made = added(pinewoods, name, remote.port)
    # What a name is that stands for this machine, without a resolver of our own: the address, as an older version saved it.
    control.sources.change(made.id, settings={"connection": {"host": "127.0.0.1", "port": remote.port, "username": USER}})
    with pytest.raises(Misuse, match="no public address"):
        pulling.look(pinewoods.house, SLUG, made.id, NOW)
    report = imports.run(pinewoods.house, SLUG, pulling.begin(pinewoods.house, SLUG, made.id, NOW), now=NOW)
    assert (report.outcome, report.reason.code if report.reason else None) == ("failed", "no_public_address")
    assert remote.opened == []
    wide = allowing(pinewoods, "127.0.0.0/8")
    assert [f["name"] for f in pulling.look(wide.house, SLUG, made.id, NOW)["files"]]


def test_the_test_of_a_connection_is_no_scanner_of_ports(pinewood: Pinewood, remote: Remote) -> None:
    told = set()
    for port in (remote.port, 1):
        made = added(pinewood, "sis.pinewood.example", port)
        inner = {"connection": {"host": "127.0.0.1", "port": port, "username": USER}}
        pinewood.house.stores.control.sources.change(made.id, settings=inner)
        with pytest.raises(Misuse) as refused:
            pulling.look(pinewood.house, SLUG, made.id, NOW)
        told.add(str(refused.value))
    assert len(told) == 1, "the same words for a port where something listens and for one where nothing does"


def test_what_the_machine_s_own_command_line_sets_is_allowed_for_that_very_place(pinewood: Pinewood, remote: Remote) -> None:
    made = added(pinewood, "127.0.0.1", remote.port, who="command line")
    assert pulling.look(pinewood.house, SLUG, made.id, NOW)["files"]
    sources.change(pinewood.house, SLUG, made.id, {"path": "."}, BOB)
    assert pulling.look(pinewood.house, SLUG, made.id, NOW)["files"], "what does not lead elsewhere takes nothing away"
    for moved in ({"port": 5432}, {"host": "10.0.0.1"}, {"host": "127.0.0.2"}):
        with pytest.raises(Misuse, match="public addresses only"):
            sources.change(pinewood.house, SLUG, made.id, moved, BOB)
    sources.change(pinewood.house, SLUG, made.id, {"host": "sis.pinewood.example"}, BOB)
    with pytest.raises(Misuse, match="public addresses only"):
        sources.change(pinewood.house, SLUG, made.id, {"host": "127.0.0.1"}, BOB)


def test_a_secret_does_not_follow_its_source_to_another_server(pinewood: Pinewood) -> None:
    made = added(pinewood, "sis.pinewood.example", 443, kind="powerschool")
    kept = sources.change(pinewood.house, SLUG, made.id, {"url": "https://sis.pinewood.example:443/", "way": "v1"}, BOB)
    assert kept.secret is not None, "it is the same server"
    led = sources.change(pinewood.house, SLUG, made.id, {"url": "https://listener.example"}, BOB)
    assert led.secret is None
    last = pinewood.house.stores.control.audit.last(1, SLUG)[0]
    assert (last.actor, last.action, last.detail["secrets"]) == (BOB, "source-secret-changed", [])
    own = added(pinewood, "sis.pinewood.example", 443, kind="powerschool")
    assert sources.change(pinewood.house, SLUG, own.id, {"url": "https://new.pinewood.example"}).secret is not None


def test_the_operator_s_list_is_read_whole_or_told_wrong(tmp_path: Path) -> None:
    text = "sis.vpn.example, 10.20.0.0/16 fd00::/8,[::1], 127.0.0.1"
    found = read({"HOMEROOM_ALLOWED_HOSTS": text}, tmp_path).allowed_hosts
    assert found == ("sis.vpn.example", "10.20.0.0/16", "fd00::/8", "[::1]", "127.0.0.1")
    for odd in ("10.20.0.1/16", "https://sis.example", "300.1.1.1", "*", "a/b"):
        with pytest.raises(Misuse, match="HOMEROOM_ALLOWED_HOSTS"):
            read({"HOMEROOM_ALLOWED_HOSTS": odd}, tmp_path)
