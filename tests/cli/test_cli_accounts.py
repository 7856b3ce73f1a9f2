"""Who may come in, changed while the door is open: passwords that are replaced, keys that come and go, applications shut out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from e2e.installation import Installation
from homeroom.cli import WRONG_USE
from homeroom.doors.rest.provider import create
from homeroom.doors.sftp.brake import BrakeRules
from homeroom.doors.sftp.limits import Limits
from homeroom.doors.sftp.server import serve_sftp
from homeroom.serve import SftpAccounts
from homeroom.settings import Settings
from homeroom.sync.house import House, opened


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "data")
    assert made.inside("district", "add", "pinewood", "--name", "Pinewood").status == 0
    return made


@pytest.fixture
def house(home: Installation) -> Iterator[House]:
    with opened(Settings(data=home.data)) as house:
        yield house


@asynccontextmanager
async def door(house: House, keys: Path) -> AsyncIterator[int]:
    """The SFTP door over the installation's own accounts; gives its port."""
    limits = Limits(brake=BrakeRules(first_wait=0.0), spare_bytes=0)
    running = await serve_sftp(SftpAccounts(house), house.settings.spool, keys, "127.0.0.1", 0, limits=limits)
    try:
        yield running.port
    finally:
        await running.close()


async def lets_in(port: int, username: str, **how: Any) -> bool:
    """Whether somebody with this password or key is let in."""
    alone: dict[str, Any] = {"known_hosts": None, "config": None, "client_keys": None, "agent_path": None} | how
    try:
        async with asyncssh.connect("127.0.0.1", port, username=username, **alone):
            return True
    except asyncssh.PermissionDenied:
        return False


def test_a_password_is_replaced_and_the_old_one_stops_or_stays_for_a_while(
    home: Installation, house: House, host_keys_folder: Path
) -> None:
    first = home.inside("source", "add", "pinewood", "--kind", "sftp", "--json").document
    name = first["username"]
    second = home.inside("source", "rotate", "pinewood", "1", "--overlap-hours", "24", "--json").document
    third: dict[str, Any] = {}

    async def story() -> None:
        async with door(house, host_keys_folder) as port:
            assert await lets_in(port, name, password=first["password"])
            assert await lets_in(port, name, password=second["password"])
            third.update(home.inside("source", "rotate", "pinewood", "1", "--json").document)
            assert await lets_in(port, name, password=third["password"])
            assert not await lets_in(port, name, password=second["password"])
            assert not await lets_in(port, name, password=first["password"])

    asyncio.run(story())
    assert third["username"] == second["username"] == name
    assert third["old_until"] is None
    account = house.stores.control.accounts.find(name)
    assert account is not None
    assert account.retiring_hash is None
    trail = [row.detail for row in house.stores.control.audit.last(9) if row.action == "password-rotated"]
    assert len(trail) == 2
    assert not [p for p in (first, second, third) if p["password"] in json.dumps(trail)]


def test_the_old_password_stops_at_its_time(home: Installation, house: House) -> None:
    home.inside("source", "add", "pinewood", "--kind", "sftp")
    until = home.inside("source", "rotate", "pinewood", "1", "--overlap-hours", "1", "--json").document["old_until"]
    account = house.stores.control.accounts.find("pinewood-1")
    assert account is not None
    ends = datetime.fromisoformat(until)
    assert timedelta(minutes=59) < ends - datetime.now(UTC) <= timedelta(hours=1)
    assert len(account.hashes(ends - timedelta(seconds=1))) == 2
    assert account.hashes(ends + timedelta(seconds=1)) == (account.password_hash,)


def test_keys_come_and_go(home: Installation, house: House, host_keys_folder: Path) -> None:
    home.inside("source", "add", "pinewood", "--kind", "sftp")
    pair = asyncssh.generate_private_key("ssh-ed25519", comment="ada@pinewood")
    line = pair.export_public_key().decode().strip()
    added = home.inside("source", "key", "add", "pinewood", "1", line, "--json").document
    assert added == {"source": 1, "kind": "ssh-ed25519", "fingerprint": pair.get_fingerprint(), "comment": "ada@pinewood"}
    twice = home.inside("source", "key", "add", "pinewood", "1", line.rsplit(" ", 1)[0])
    assert (twice.status, "already" in twice.err) == (WRONG_USE, True)
    assert [k["comment"] for k in home.inside("source", "key", "list", "pinewood", "1", "--json").document] == ["ada@pinewood"]

    async def story() -> None:
        async with door(house, host_keys_folder) as port:
            assert await lets_in(port, "pinewood-1", client_keys=[pair])
            assert home.inside("source", "key", "remove", "pinewood", "1", pair.get_fingerprint()).status == 0
            assert not await lets_in(port, "pinewood-1", client_keys=[pair])

    asyncio.run(story())
    gone = home.inside("source", "key", "remove", "pinewood", "1", pair.get_fingerprint())
    assert (gone.status, "has no key" in gone.err) == (WRONG_USE, True)
    assert [r.action for r in house.stores.control.audit.last(2)] == ["key-removed", "key-added"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("source", "rotate", "pinewood", "1"), "only sources of kind sftp have an account"),
        (("source", "rotate", "pinewood", "7"), "has no source 7"),
        (("source", "rotate", "nowhere", "1"), "There is no district 'nowhere'"),
        (("source", "key", "add", "pinewood", "1", "ssh-ed25519 AAAA..."), "cannot be read"),
        (("source", "key", "list", "pinewood", "1"), "only sources of kind sftp have an account"),
        (("app", "revoke", "app-0"), "there is no application app-0"),
        (("district", "rename", "pinewood", "--name", " "), "needs a name"),
    ],
)
def test_what_cannot_be_is_one_sentence(home: Installation, arguments: tuple[str, ...], said: str) -> None:
    home.inside("source", "add", "pinewood", "--kind", "upload")
    ran = home.inside(*arguments)
    assert (ran.status, ran.out) == (WRONG_USE, "")
    assert said in ran.err


def test_an_overlap_has_its_bounds(home: Installation) -> None:
    home.inside("source", "add", "pinewood", "--kind", "sftp")
    for hours in ("-1", "721"):
        assert "0 to 720 hours" in home.inside("source", "rotate", "pinewood", "1", "--overlap-hours", hours).err


def test_a_revoked_application_reads_nothing_more(home: Installation, house: House) -> None:
    import httpx2

    app = home.inside("app", "add", "reader", "--json").document
    asked = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}

    async def story() -> tuple[int, int, int]:
        wire = httpx2.ASGITransport(app=create(house.stores, address=None))
        async with httpx2.AsyncClient(transport=wire, base_url="http://homeroom") as client:
            token = await client.post("/oauth/token", data=asked)
            assert home.inside("app", "revoke", app["client_id"]).status == 0
            bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
            read = await client.get("/ims/oneroster/rostering/v1p2/orgs", headers=bearer)
            return token.status_code, read.status_code, (await client.post("/oauth/token", data=asked)).status_code

    assert asyncio.run(story()) == (200, 401, 401)
    assert [a["revoked"] for a in home.inside("app", "list", "--json").document] == [True]
    assert "already" in home.inside("app", "revoke", app["client_id"]).err


def test_a_district_is_called_otherwise(home: Installation, house: House) -> None:
    assert home.inside("district", "rename", "pinewood", "--name", "Pinewood Union").status == 0
    assert home.inside("district", "list", "--json").document[0]["name"] == "Pinewood Union"
    [row] = house.stores.control.audit.last(1)
    assert (row.action, row.detail) == ("district-renamed", {"name": ["Pinewood", "Pinewood Union"]})
