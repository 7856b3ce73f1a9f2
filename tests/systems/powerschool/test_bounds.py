"""What a hostile server may cost: an answer is taken up to a length, one that is packed by what it unpacks to."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx2
import pytest

from homeroom.systems.powerschool.client import BrokenAnswer, Patience, PowerSchool, calling

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
