"""Where the doors are, when the settings leave the choice of ports to the system: what one process took, the others hand out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeroom.sync import doorways
from homeroom.sync.doorways import Doors
from homeroom.sync.house import House, opened
from homeroom.sync.jobs import Executor
from sync_house import settings


@pytest.fixture
def pair(tmp_path: Path, database_url: str | None) -> Iterator[tuple[House, House]]:
    """A server and a command beside it, on one installation whose ports are left to the system."""
    free = replace(settings(tmp_path / "data", database_url), http_port=0, sftp_port=0)
    with ExitStack() as stack:
        server, command = stack.enter_context(opened(free)), stack.enter_context(opened(free))
        here = Executor.of_this_process()
        yield server, replace(command, executor=replace(here, name=here.name + "-command"))


def beat(house: House, seen: datetime | None = None, pid: int | None = None) -> None:
    executor = house.executor
    house.stores.control.workers.beat(executor.name, executor.host, pid or executor.pid, seen or datetime.now(UTC))


def told(house: House) -> tuple[int | None, int | None, str]:
    return doorways.http_port(house), doorways.sftp_port(house), doorways.public_url(house)


def test_nothing_is_known_before_a_door_stands_and_after_it_left(pair: tuple[House, House]) -> None:
    server, command = pair
    assert told(server) == told(command) == (None, None, "")
    beat(server)
    doorways.stand(server, Doors(http=40080, sftp=40022))
    assert told(server) == told(command) == (40080, 40022, "http://127.0.0.1:40080")
    doorways.leave(server, Doors(http=40080, sftp=40022))
    assert told(command) == (None, None, "")


def test_what_a_process_that_is_gone_wrote_down_counts_no_more(pair: tuple[House, House]) -> None:
    server, command = pair
    doorways.stand(server, Doors(http=40080, sftp=40022))
    assert told(command) == (None, None, ""), "nobody ever heard of it"
    beat(server, datetime.now(UTC) - timedelta(minutes=5))
    assert told(command) == (None, None, ""), "silent for long"
    beat(server, pid=2**22 + 1)
    assert told(command) == (None, None, ""), "its process ended"
    beat(server)
    assert told(command)[0] == 40080


def test_each_role_tells_its_own_door_and_leaves_the_newer_one(pair: tuple[House, House]) -> None:
    web, sftp = pair
    beat(web)
    beat(sftp)
    doorways.stand(web, Doors(http=40080))
    doorways.stand(sftp, Doors(sftp=40022))
    assert told(web) == told(sftp) == (40080, 40022, "http://127.0.0.1:40080")
    doorways.stand(sftp, Doors(http=40081, sftp=40022))
    doorways.leave(web, Doors(http=40080))
    assert told(web)[0] == 40081


def test_settings_that_name_an_address_are_believed(tmp_path: Path) -> None:
    plain = settings(tmp_path / "data")
    with opened(replace(plain, http_port=8080, sftp_port=2222, http_host="::1", host="0.0.0.0")) as house:
        doorways.stand(house, Doors(http=8080, sftp=2222))
        assert told(house) == (8080, 2222, "http://[::1]:8080")
        assert house.stores.control.settings.get("http-door") is None, "nothing is written down that the settings say"
    with opened(replace(plain, http_port=0, public_url="https://roster.example/")) as house:
        assert doorways.public_url(house) == "https://roster.example"
