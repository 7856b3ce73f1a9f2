"""A door that is made for its first caller: once, however many come at once, and again where making it broke."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest

from homeroom.doors.when_asked import WhenAsked
from patience import SECONDS


async def ask(door: WhenAsked) -> list[Any]:
    """What one request is answered."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("nobody reads the body")

    async def send(message: Any) -> None:
        sent.append(message)

    await door({"type": "http"}, receive, send)
    return sent


def test_it_is_made_once_for_all_who_come_first_while_others_go_on() -> None:
    made: list[int] = []
    go_on = threading.Event()

    def make() -> Any:
        assert go_on.wait(SECONDS)
        made.append(threading.get_ident())

        async def inside(scope: Any, receive: Any, send: Any) -> None:
            await send("here")

        return inside

    async def story() -> None:
        door = WhenAsked(make)
        first = [asyncio.create_task(ask(door)) for _ in range(5)]
        for _ in range(50):
            await asyncio.sleep(0)  # everybody else is served while it is made
        assert made == []
        go_on.set()
        assert await asyncio.gather(*first) == [["here"]] * 5
        assert await ask(door) == ["here"]

    asyncio.run(asyncio.wait_for(story(), SECONDS))
    assert len(made) == 1
    assert made != [threading.get_ident()]


def test_what_broke_while_it_was_made_is_tried_again() -> None:
    tries: list[int] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send("here")

    def make() -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk was gone for a moment")
        return inside

    async def story() -> None:
        door = WhenAsked(make)
        with pytest.raises(OSError, match="for a moment"):
            await ask(door)
        assert await ask(door) == ["here"]

    asyncio.run(story())


def test_a_program_starts_without_the_management_api() -> None:
    told = "import sys, homeroom.serve; print(*sorted({'fastapi', 'pydantic', 'homeroom.doors.api.app'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "\n"
