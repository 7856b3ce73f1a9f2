"""What machines ask: whether the process lives, whether it can work, and what it counted."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from e2e.files import district
from homeroom.doors.machines import door as door_module
from homeroom.doors.machines.assembling import assemble
from homeroom.doors.machines.door import Door
from homeroom.doors.machines.meters import Meters
from homeroom.sync import readiness
from homeroom.sync.house import House, opened
from homeroom.sync.readiness import KEY, SLOW, STORE, Trouble, troubles
from patience import SECONDS
from sync_house import SLUG, Pinewood, settings

HERE = ("127.0.0.1", 50_000)
Answer = tuple[int, dict[str, str], bytes]


async def asked(
    app: Any, path: str, method: str = "GET", client: tuple[str, int] | None = HERE, headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """What an application answers: status, headers, body."""
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    await app({"type": "http", "method": method, "path": path, "client": client, "headers": raw}, receive, send)
    return told[0]["status"], {n.decode(): v.decode() for n, v in told[0]["headers"]}, told[1]["body"]


def answer(app: Any, path: str, **more: Any) -> Answer:
    """The same from outside a loop."""
    return asyncio.run(asked(app, path, **more))


def door(token: str | None = None, found: Sequence[Trouble] = ()) -> Door:
    """A door over nothing."""
    return Door(lambda: found, lambda: (b"counted 1\n", "text/plain"), token)


def test_a_process_that_answers_lives() -> None:
    status, headers, body = answer(door(found=[STORE]), "/healthz")
    assert (status, json.loads(body), headers["cache-control"]) == (200, {"status": "alive"}, "no-store")
    assert answer(door(), "/healthz", method="HEAD")[2] == b""
    assert answer(door(), "/healthz", method="POST")[0] == 405
    assert answer(door(), "/elsewhere")[0] == 404


def test_readiness_is_told_with_codes() -> None:
    status, _, body = answer(door(), "/readyz")
    assert (status, json.loads(body)) == (200, {"status": "ready", "troubles": []})
    status, _, body = answer(door(found=[STORE, KEY]), "/readyz")
    assert (status, [t["code"] for t in json.loads(body)["troubles"]]) == (503, ["store-unreachable", "key-unreadable"])


def test_a_store_that_hangs_does_not_make_the_answer_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "LONGEST_SECONDS", 0.05)
    free, looks = threading.Event(), []

    def look() -> Sequence[Trouble]:
        looks.append(1)
        free.wait(SECONDS)
        return ()

    async def story() -> list[Answer]:
        app = Door(look, lambda: (b"", ""), None)
        told = list(await asyncio.gather(*(asked(app, "/readyz") for _ in range(5))))
        free.set()
        while app._looking is not None and not app._looking.done():
            await asyncio.sleep(0)
        return [*told, await asked(app, "/readyz")]

    *slow, at_last = asyncio.run(story())
    assert [(s, json.loads(b)["troubles"][0]["code"]) for s, _, b in slow] == [(503, SLOW.code)] * 5
    assert (at_last[0], len(looks)) == (200, 1)


@pytest.mark.parametrize(
    ("token", "client", "headers", "status"),
    [
        (None, HERE, [], 200),
        (None, ("::1", 1), [], 200),
        (None, ("192.0.2.7", 1), [], 403),
        (None, None, [], 403),
        (None, ("testclient", 1), [], 403),
        # Behind a proxy on this machine everybody comes from this machine.
        (None, HERE, [("X-Forwarded-For", "192.0.2.7")], 403),
        (None, HERE, [("Forwarded", "for=192.0.2.7")], 403),
        ("open-sesame", HERE, [], 401),
        ("open-sesame", HERE, [("Authorization", "Bearer open-sesam")], 401),
        ("open-sesame", ("192.0.2.7", 1), [("Authorization", "Bearer open-sesame"), ("Via", "1.1 proxy")], 200),
    ],
)
def test_who_may_read_the_metrics(token: str | None, client: Any, headers: list[tuple[str, str]], status: int) -> None:
    assert answer(door(token), "/metrics", client=client, headers=headers)[0] == status


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    """An installation on each engine."""
    with opened(settings(tmp_path / "data", database_url)) as house:
        yield house


def test_a_house_in_order_is_ready_and_one_in_trouble_says_which(house: House) -> None:
    assert troubles(house) == []
    (house.settings.keys / "master.key").write_text("nothing")
    full = replace(house, settings=replace(house.settings, disk_floor_mb=1 << 40))
    assert [t.code for t in troubles(full)] == ["key-unreadable", "disk-low"]


def test_a_store_that_is_gone_or_of_another_version(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        file = (tmp_path / "data" / "control.db").resolve()
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.close()
        assert [t.code for t in troubles(house)] == ["store-outdated"]
        house.stores.control.close()
        for place in tmp_path.glob("data/control*"):
            place.unlink()
        assert readiness.STORE in troubles(house)
        shutil.rmtree(tmp_path / "data")
        assert readiness.FOLDER in troubles(house)


def test_the_metrics_count_and_name_nobody(house: House, tmp_path: Path) -> None:
    pinewood = Pinewood.founded(house, tmp_path)
    pinewood.night(district())
    meters = Meters()
    assemble(meters, house, None)
    meters.ask_sftp(lambda: {"logins": 3, "open": 1})
    meters.walked("success", 0.4)
    meters.walked("success", 40)
    meters.sealed("sftp", 1000, missing=True)
    meters.answered("GET", "1.2 /users/{sourcedId}", 200, 0.002)
    meters.answered("BREW", "-", 405, 0.001)
    body, kind = meters.exposed()
    text = body.decode()
    assert kind.startswith("text/plain")
    for line in (
        'homeroom_import_seconds_count{outcome="success"} 2.0',
        'homeroom_import_seconds_bucket{le="0.5",outcome="success"} 1.0',
        'homeroom_deliveries_total{trigger="sftp"} 1.0',
        'homeroom_delivery_bytes_total{trigger="sftp"} 1000.0',
        "homeroom_incomplete_sets_total 1.0",
        'homeroom_http_request_seconds_count{method="GET",route="1.2 /users/{sourcedId}",status="200"} 1.0',
        'homeroom_http_request_seconds_count{method="other",route="-",status="405"} 1.0',
        'homeroom_sftp_events_total{event="logins"} 3.0',
        "homeroom_sftp_connections 1.0",
        'homeroom_districts{state="success"} 1.0',
        'homeroom_trouble{code="disk-low"} 0.0',
    ):
        assert f"\n{line}\n" in text, line
    assert SLUG not in text
    assert "Given1" not in text
