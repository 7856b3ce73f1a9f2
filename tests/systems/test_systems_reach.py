"""Which addresses Homeroom connects to for a district: forms of inner addresses, names that change their answer, and redirects."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network

import httpx2
import pytest

from homeroom.roster.faults import Refused
from homeroom.systems.reach import NotLookedUp, Reach, address_of, looked_up, public
from homeroom.systems.reached import Reached

INNER = (
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
)
OUTER = ("8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("text", INNER)
def test_an_inner_address_is_not_public_in_any_form(text: str) -> None:
    assert not public(ip_address(text))
    assert not Reach().allows(text, 443)
    assert not Reach().allows(f"[{text}]", 443)
    with pytest.raises(Refused) as refused:
        Reach(look_up=lambda host, port: ("8.8.8.8", text)).addresses("sis.example", 443)
    assert refused.value.reason == "no_public_address"


@pytest.mark.parametrize("text", OUTER)
def test_a_public_address_is(text: str) -> None:
    assert public(ip_address(text))
    assert Reach(look_up=lambda host, port: (text,)).addresses("sis.example", 443) == (text,)


@pytest.mark.parametrize(
    "text",
    ["localhost", "LOCALHOST.", "a.localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "fe80::1%lo"],
)
def test_other_ways_to_write_an_inner_address_are_seen_through(text: str) -> None:
    assert address_of(text) is not None
    assert not Reach().allows(text, 22)


def test_a_name_that_nobody_knows_is_told_like_one_that_stands_inside() -> None:
    told = []
    for answer in ((), ("10.0.0.1",)):
        with pytest.raises(Refused) as refused:
            Reach(look_up=lambda host, port, answer=answer: answer).addresses("db.vendor.example", 5432)  # type: ignore[misc]
        told.append(refused.value.message)
    assert told[0] == told[1]
    assert "10.0.0.1" not in told[0]
    assert looked_up("no-such-name.invalid", 443) == ()


def test_what_the_operator_allows_is_reached_and_nothing_beside_it() -> None:
    reach = Reach(
        frozenset({"sis.vpn.example"}), (ip_network("10.20.0.0/16"), ip_network("fd00:1::/32")), frozenset({"127.0.0.1:9000"})
    )
    assert reach.allows("10.20.3.4", 1)
    assert reach.allows("::ffff:10.20.3.4", 1)
    assert reach.allows("fd00:1::7", 1)
    assert not reach.allows("10.21.0.1", 1)
    assert reach.allows("127.0.0.1", 9000)
    assert not reach.allows("127.0.0.1", 9001)
    inside = Reach(reach.names, look_up=lambda host, port: ("192.168.7.7",))
    assert inside.addresses("SIS.vpn.example.", 443) == ("192.168.7.7",)
    with pytest.raises(Refused):
        inside.addresses("other.vpn.example", 443)


class _Server(BaseHTTPRequestHandler):
    """Answers with the name by which it was called; sends whoever asks for /away to another port of this machine."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(f"{self.headers['host']}{self.path}")
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("location", "http://127.0.0.1:1/secrets")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *args: object) -> None:
        """Nothing is told."""


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    heard: list[str] = []
    standing = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (_Server,), {"heard": heard}))
    thread = threading.Thread(target=standing.serve_forever)
    thread.start()
    yield standing.server_port, heard
    standing.shutdown()
    standing.server_close()
    thread.join()


def test_a_name_that_changes_its_answer_is_connected_to_where_it_was_judged(server: tuple[int, list[str]]) -> None:
    port, heard = server
    answers = iter((("127.0.0.1",), ("169.254.169.254",)))
    reach = Reach(networks=(ip_network("127.0.0.0/8"),), look_up=lambda host, port: next(answers))
    with httpx2.Client(transport=Reached(reach, ssl.create_default_context())) as client:
        assert client.get(f"http://rebound.example:{port}/a").text == "here"
        with pytest.raises(Refused):
            client.get(f"http://rebound.example:{port}/b")
    assert heard == [f"rebound.example:{port}/a"], "called by its name, and once"


def test_a_redirect_is_not_followed_and_the_next_address_is_tried(server: tuple[int, list[str]]) -> None:
    port, heard = server
    reach = Reach(networks=(ip_network("127.0.0.0/8"), ip_network("::1")), look_up=lambda host, port: ("::1", "127.0.0.1"))
    with httpx2.Client(transport=Reached(reach, ssl.create_default_context()), follow_redirects=False) as client:
        assert client.get(f"http://two.example:{port}/away").status_code == 302
    assert heard == [f"two.example:{port}/away"]


def test_a_followed_redirect_would_be_judged_too(server: tuple[int, list[str]]) -> None:
    port, _ = server
    reach = Reach(frozenset({"one.example"}), look_up=lambda host, port: ("127.0.0.1",))
    with (
        httpx2.Client(transport=Reached(reach, ssl.create_default_context()), follow_redirects=True) as client,
        pytest.raises(Refused),
    ):
        client.get(f"http://one.example:{port}/away")


def test_a_name_that_cannot_be_looked_up_now_may_be_tried_again() -> None:
    def busy(host: str, port: int) -> tuple[str, ...]:
        raise NotLookedUp("the name could not be looked up")

    with (
        httpx2.Client(transport=Reached(Reach(look_up=busy), ssl.create_default_context())) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.get("https://sis.example/")


def test_a_proxy_is_not_asked_for_an_inner_address(server: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    port, heard = server
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    with httpx2.Client(transport=Reached(Reach(), ssl.create_default_context())) as client:
        assert client.get("http://sis.example/by-proxy").text == "here"
        with pytest.raises(Refused):
            client.get("http://169.254.169.254/latest/meta-data")
    assert len(heard) == 1
