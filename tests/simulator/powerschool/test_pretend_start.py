"""How the server starts: what it loads only when it is asked for, and how its tables are filled."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest

from homeroom.cli.app import build
from homeroom.cli.commands import GROUPS
from homeroom.cli.simulate import _own_queries
from homeroom.roster.unhurried import unhurried
from homeroom.simulator.powerschool import database, endpoints
from homeroom.simulator.powerschool.database import Batch, Derived
from patience import SECONDS
from pretend import Caller, pretend

START = """
import json, sys
from homeroom.simulator.powerschool import door
from homeroom.simulator.powerschool.world import founded
door.app(founded(10, 1))
print(json.dumps(sorted(sys.modules)))
"""
LATER = (
    "clerk",
    "contacts",
    "exports",
    "packages",
    "schema.oracle",
    "schema.queries",
    "schema.rows",
    "steering",
    "v1",
    "writing",
)
NEVER = ("homeroom.simulator.dirt", "homeroom.simulator.sheets", "homeroom.simulator.nights", "homeroom.settings", "asyncssh")


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend() as caller:
        yield caller


def test_a_start_loads_nothing_that_only_calls_need() -> None:
    told = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, timeout=SECONDS).stdout
    loaded = set(json.loads(told))
    assert "homeroom.simulator.powerschool.filling" in loaded
    assert [m for m in LATER if f"homeroom.simulator.powerschool.{m}" in loaded] == []
    assert [m for m in NEVER if m in loaded] == []


def test_every_endpoint_stands_in_the_room_of_its_path() -> None:
    for beginning, load in endpoints.ROOMS.items():
        assert load()
        assert [e.path for e in load() if endpoints.room(e.path) != beginning] == []
    assert len({(e.method, e.path) for e in endpoints.every()}) == len(endpoints.every())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("GET", "/ws/v1", 404),
        ("GET", "/ws/v1/nothing", 404),
        ("GET", "/ws/schema/nothing", 404),
        ("GET", "/__simulator", 404),
        ("DELETE", "/ws/v1/metadata", 405),
        ("GET", "/oauth/access_token", 405),
        ("GET", "/ws/v1/metadata/", 200),
        ("GET", "/ws/schema/area//", 200),
        ("GET", "/ws/powerqueryaccesslist/", 200),
    ],
)
def test_rooms_answer_as_one_server(shared: Caller, method: str, path: str, status: int) -> None:
    answer = shared.call(method, path)
    assert answer.status_code == status
    if status != 200:
        assert answer.json() == {"message": {404: "Resource not found", 405: "Method Not Allowed"}[status]}


def test_homerooms_own_queries_are_there_until_a_plugin_is_installed(shared: Caller) -> None:
    own = "org.homeroom.connect.roster.students"
    assert shared.call("POST", f"/ws/schema/query/{own}").status_code == 404
    shared.world.own = _own_queries
    assert shared.post(f"/ws/schema/query/{own}/count")["count"] >= 60
    assert own in shared.get("/__simulator/plugin")["queries"]
    other = '<plugin xmlns="http://plugin.powerschool.pearson.com" name="Other"><oauth accessLevelV1Api="FULL"/></plugin>'
    assert httpx2.put(shared.world.url + "/__simulator/plugin", content=other.encode()).status_code == 200
    assert shared.get("/__simulator/plugin")["queries"] == []
    assert shared.call("POST", f"/ws/schema/query/{own}").status_code == 404


@pytest.mark.parametrize("count", [0, 1, 332, 333, 334, 1000])
def test_rows_are_written_whatever_their_number(count: int) -> None:
    # 333 rows of three values go into one statement
    rows = [(n, f"it's {n}", None if n % 2 else "x") for n in range(1, count + 1)]
    with closing(database.opened()) as tables:
        database.fill(
            tables,
            [
                Batch("CodeSet", "CodeSetID Code Description", iter(rows), {"CodeType": "O'Neil's"}),
                Derived("RoleDef", "ID Name", "SELECT CodeSetID + 5, Code FROM CodeSet WHERE CodeSetID % 2 = 0"),
            ],
        )
        written = [tuple(row) for row in tables.execute("SELECT CodeSetID, Code, Description, CodeType FROM CodeSet ORDER BY 1")]
        derived = [tuple(row) for row in tables.execute("SELECT ID, Name FROM RoleDef ORDER BY 1")]
    assert written == [(*row, "O'Neil's") for row in rows]
    assert derived == [(n + 5, f"it's {n}") for n in range(2, count + 1, 2)]


@pytest.mark.parametrize("value", [None, 7, -3, 1.5, "", "x", "O'Neil's", "a\nb", "ü田"])
def test_a_literal_is_the_value(value: database.Value) -> None:
    with closing(database.opened()) as tables:
        found = tables.execute(f"SELECT {database.literal(value)}").fetchone()[0]
    assert (found, type(found)) == (value, type(value))


def test_the_search_for_garbage_goes_on_afterwards() -> None:
    assert gc.isenabled()
    with unhurried():
        assert not gc.isenabled()
        with unhurried():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), unhurried():
        raise KeyError
    assert gc.isenabled()


@pytest.mark.parametrize("group", GROUPS)
def test_a_call_finds_the_commands_of_its_group(group: str) -> None:
    whole, called, other = (build(words)[group] for words in (None, [group, "list"], ["import"]))
    assert set(called) == set(whole)
    assert len(set(whole)) > len(set(other))
    assert other.help == whole.help
