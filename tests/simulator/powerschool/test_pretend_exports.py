"""The nightly files, written to a real SFTP server, of the tables as they are now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from pretend import Caller, pretend


class Account(asyncssh.SSHServer):
    """One user with one password."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("night", "letmein")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    root = tmp_path_factory.mktemp("sftp")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def listen() -> asyncssh.SSHAcceptor:
        factory = lambda channel: asyncssh.SFTPServer(channel, chroot=str(root))  # noqa: E731
        return await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=Account, sftp_factory=factory)

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    facts = {"host": "127.0.0.1", "port": listening.get_port(), "username": "night", "password": "letmein"}
    yield facts | {"fingerprint": key.get_fingerprint()}, root

    async def close() -> None:
        listening.close()
        await listening.wait_closed()

    asyncio.run_coroutine_threadsafe(close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(80) as caller:
        yield caller


def test_three_files_come_in_the_form_that_the_guide_prescribes(server: Caller, account: tuple[dict[str, Any], Path]) -> None:
    facts, root = account
    told = server.steer("export", facts)
    assert [f["name"] for f in told["files"]] == ["users.csv", "classes.csv", "enrollments.csv"]
    users = (root / "users.csv").read_bytes()
    assert b"\n" not in users
    header, *rows = users.decode().split("\r")[:-1]
    assert header == ",".join(
        f"USERS.{c}"
        for c in [
            "sourcedId",
            "orgSourcedIds",
            "role",
            "givenName",
            "familyName",
            "email",
            "sms",
            "phone",
            "agentSourcedIds",
            "grades",
            "language",
            "Dcid",
        ]
    )
    assert len(rows) == told["files"][0]["rows"] == server.post("/ws/schema/query/com.classtag.one_roster_users/count")["count"]
    assert any(r.count(",") > 11 for r in rows), "lists without quotes make rows too long"
    assert (root / "classes.csv").read_bytes().startswith(b"SECTIONS.sourcedId,")
    assert (root / "enrollments.csv").read_bytes().startswith(b"CC.classSourcedId,")


def test_the_files_follow_the_tables(server: Caller, account: tuple[dict[str, Any], Path]) -> None:
    facts, root = account
    dcid = server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0][0]
    server.steer("change", {"do": "leave", "student": dcid})
    server.steer("export", facts | {"labels": "corrected", "quotes": True})
    rows = (root / "users.csv").read_bytes().decode().split("\r")
    assert rows[0].startswith("sourcedId,orgSourcedIds,")
    assert not any(r.startswith(f"S{dcid},") for r in rows)
    assert any('"' in r for r in rows)


def test_rows_are_spoiled_on_demand(server: Caller, account: tuple[dict[str, Any], Path]) -> None:
    facts, root = account
    server.steer("export", facts)
    clean = set((root / "users.csv").read_bytes().split(b"\r"))
    server.steer("export", facts | {"dirty": 0.2})
    assert len(set((root / "users.csv").read_bytes().split(b"\r")) - clean) > 5


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"password": "wrong"}, 502),
        ({"port": 1}, 502),
        ({"fingerprint": "SHA256:other"}, 502),
        ({"path": "nowhere/at/all"}, 502),
        ({"host": ""}, 400),
        ({"dirty": 2}, 400),
    ],
)
def test_what_cannot_be_written_is_told(
    server: Caller, account: tuple[dict[str, Any], Path], change: dict[str, Any], status: int
) -> None:
    answer = server.call("POST", "/__simulator/export", account[0] | change)
    assert answer.status_code == status
    assert answer.json()["message"]
