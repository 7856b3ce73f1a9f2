"""The three nightly files of a communication product's plug-in, as the Data Export Manager sends them to an SFTP account.

Made of the live tables by the same queries that the API answers, in the form that the product's guide prescribes: CR line ends, comma,
UTF-8, headers, *no* quotes although some values are lists with commas, and the table's name before each label unless an
administrator took it away. `dirty` spoils a share of the rows besides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.schema.named import shipped
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.sheets import Form, Sheet

FILES = {"users": "USERS.", "classes": "SECTIONS.", "enrollments": "CC."}
PATIENCE = 30
"""Seconds that an SFTP server has to let us in."""


@dataclass(frozen=True, slots=True)
class Target:
    """An account to write to. `fingerprint` (`SHA256:...`) is compared where it is given."""

    host: str
    port: int
    username: str
    password: str
    path: str
    fingerprint: str


def files(world: World, *, labels: str = "prefixed", quotes: bool = False, dirty: float = 0.0) -> dict[str, bytes]:
    """The three files by name."""
    prefixes = FILES if labels == "prefixed" else {}
    form = Form(ends="\r", quotes="needed" if quotes else "none", prefixes=prefixes)
    sheets: tuple[Sheet, ...] = tuple(_sheet(world, name) for name in FILES)
    if dirty:
        from homeroom.simulator import dirt  # for those who want it

        sheets, _ = dirt.spoil(sheets, form, dirty, world.seed)
    return {sheet.file: form.encode(sheet) for sheet in sheets}


def _sheet(world: World, name: str) -> Sheet:
    from homeroom.simulator.powerschool.schema import oracle  # the reader of SQL takes an eighth of a second to load

    query = shipped()[f"com.classtag.one_roster_{name}"]
    rows = world.tables.execute(oracle.sqlite(query.sql)).fetchall()
    columns = tuple(alias for _, alias in query.columns)
    return Sheet(f"{name}.csv", name, columns, [tuple("" if v is None else str(v) for v in row) for row in rows])


async def send(target: Target, written: Mapping[str, bytes]) -> None:
    """Write the files into the account, one after the other, each under its own name. Raises asyncssh.Error, OSError, TimeoutError."""
    import asyncssh  # a fifth of the server's start, for those who write files

    given = asyncssh.connect(
        target.host,
        target.port,
        username=target.username,
        password=target.password,
        known_hosts=None,
        client_keys=None,
        config=None,
    )
    async with asyncio.timeout(PATIENCE), given as connection:
        key = connection.get_server_host_key()
        if target.fingerprint and (key is None or key.get_fingerprint() != target.fingerprint):
            raise asyncssh.HostKeyNotVerifiable("the host key is another than the one given")
        async with connection.start_sftp_client() as sftp:
            for name, content in written.items():
                async with sftp.open(str(PurePosixPath(target.path) / name), "wb") as file:
                    await file.write(content)


def _export(world: World, call: Call) -> Answer:
    """POST /__simulator/export: `host port username password`, and if wanted `path fingerprint labels quotes dirty`."""
    body = call.json()
    if not isinstance(body, dict) or not all(body.get(k) for k in ("host", "port", "username", "password")):
        raise Trouble(400, "Give host, port, username and password of an SFTP account")
    if not str(body["port"]).isdecimal() or int(body["port"]) > 65_535:
        raise Trouble(400, "port is a number up to 65535")
    share = body.get("dirty", 0)
    if not isinstance(share, int | float) or not 0 <= share <= 0.5:
        raise Trouble(400, "dirty is a share of the rows between 0 and 0.5")
    words = {k: str(body.get(k, "")) for k in ("host", "username", "password", "path", "fingerprint")}
    target = Target(port=int(body["port"]), **words)
    written = files(world, labels=str(body.get("labels", "prefixed")), quotes=bool(body.get("quotes")), dirty=float(share))
    return Answer(_sent(target, written), form="later")


async def _sent(target: Target, written: Mapping[str, bytes]) -> Answer:
    import asyncssh

    try:
        await send(replace(target, path=target.path or "."), written)
    except (asyncssh.Error, OSError, TimeoutError) as wrong:
        return Answer({"message": f"The files could not be written: {wrong or type(wrong).__name__}"}, 502)
    return Answer({"files": [{"name": n, "bytes": len(c), "rows": c.count(b"\r") - 1} for n, c in written.items()]})


ENDPOINTS = (Endpoint("POST", "/__simulator/export", _export, open=True),)
