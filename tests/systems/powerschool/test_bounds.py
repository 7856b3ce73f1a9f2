"""What a hostile server may cost: an answer is taken up to a length, one that is packed by what it unpacks to."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx2
import pytest

from homeroom.systems.powerschool.client import BrokenAnswer, Patience, PowerSchool, Unreachable, calling

TOKEN = {"access_token": "t", "expires_in": "3600"}


class Endless(httpx2.BaseTransport):
    """A server that signs anybody in and then answers with more than anybody wants. `given`: bytes that were taken."""

    def __init__(self, packed: bool) -> None:
        self.packed, self.given = packed, 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == calling.SIGN_IN:
            return httpx2.Response(200, json=TOKEN)
        if self.packed:
            bomb = gzip.compress(b" " * (calling.MOST_IN_MEMORY + (1 << 20)))
            return httpx2.Response(200, content=bomb, headers={"content-type": "application/json", "content-encoding": "gzip"})
        return httpx2.Response(200, stream=_Stream(self), headers={"content-type": "application/json"})


class _Stream(httpx2.SyncByteStream):
    def __init__(self, of: Endless) -> None:
        self.of = of

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.of.given += 1 << 20
            yield b" " * (1 << 20)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_never_ends_is_given_up(packed: bool) -> None:
    server = Endless(packed)
    patience = Patience(attempts=1)
    with (
        PowerSchool("https://sis.example", "c", "s", patience=patience, transport=server) as sis,
        pytest.raises(BrokenAnswer, match="64 MB"),
    ):
        _ = sis.metadata
    assert server.given <= calling.MOST_IN_MEMORY + (2 << 20)


def calls_to_a_silent_server(patience: Patience) -> int:
    """How often a server is called that takes every call and says nothing, until it is given up."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server, ExitStack() as open_calls:
        sis = open_calls.enter_context(PowerSchool(f"http://127.0.0.1:{server.getsockname()[1]}", "c", "s", patience=patience))
        with pytest.raises(Unreachable, match="no answer in time"):
            _ = sis.metadata
        server.setblocking(False)
        called = 0
        try:
            while True:
                open_calls.enter_context(server.accept()[0])
                called += 1
        except BlockingIOError:
            return called


def test_a_server_that_says_nothing_is_given_up_by_the_time_and_not_by_the_tries() -> None:
    """Twelve calls of three minutes each would be half a night, and a person who waits for a test would wait as long."""
    silent = Patience(attempts=12, first_wait=0.001, longest_wait=0.002, answer=0.2, whole=0.3)
    assert calls_to_a_silent_server(silent) == 2
    assert calls_to_a_silent_server(replace(silent, attempts=3, whole=None)) == 3


def test_patience_of_so_many_seconds_waits_for_no_answer_longer_than_that() -> None:
    person, night, hasty = (Patience.of(seconds) for seconds in (15, 300, 0.3))
    assert (person.answer, person.connect, person.whole) == (15, 15, 15)
    # A query over 100,000 rows takes minutes until it begins to answer, and has them at night.
    assert (night.answer, night.connect, night.whole) == (180, 20, 300)
    # Little patience is for tries; a busy server still gets the time in which it can answer at all.
    assert (hasty.answer, hasty.whole) == (15, 15)
