"""The running program from outside: a district pushes files over real SFTP while people work at the command line beside it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import httpx2
import psutil
import pytest

from e2e.files import district, users, write
from e2e.installation import Installation
from homeroom.store import stores
from patience import SECONDS, until
from sync_house import half

pytestmark = pytest.mark.slow

PORTS = {"HOMEROOM_HTTP_PORT": "0", "HOMEROOM_SFTP_PORT": "0", "HOMEROOM_QUIET_SECONDS": "1"}


@dataclass
class Program:
    """A running `homeroom serve`, the line that it told, and an sftp account with a token for an application."""

    home: Installation
    process: subprocess.Popen[str]
    told: dict[str, Any]
    account: dict[str, Any]
    app: dict[str, Any]
    errors: list[str]

    def push(self, *steps: tuple[str, str]) -> None:
        """Log in and write files in pieces; a name that ends in `.part` is renamed to what it is when all are written."""

        async def talk() -> None:
            async with (
                asyncssh.connect(
                    "127.0.0.1",
                    self.told["sftp_port"],
                    username=self.account["username"],
                    password=self.account["password"],
                    known_hosts=None,
                    config=None,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                for name, text in steps:
                    async with client.open(name, "w") as file:
                        for start in range(0, len(text), 700):
                            await file.write(text[start : start + 700])
                for name, _ in steps:
                    if name.endswith(".part"):
                        await client.posix_rename(name, name.removesuffix(".part"))

        asyncio.run(asyncio.wait_for(talk(), SECONDS))

    def ended(self, number: int) -> dict[str, Any]:
        """The line of an import in the log, once it has ended."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [e for e in self.ask("imports", "pinewood") if e["import"] == number and e["status"] != "running"]
            return bool(found)

        until(there, pause=0.2)  # a look opens the whole installation
        return found[0]

    def ask(self, *arguments: str | Path) -> Any:
        """A command beside the running server, in this process: `homeroom` starts slowly on a busy machine."""
        return command(self.home, *arguments)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One server for the tests of this file, on each engine in turn."""
    environment = dict(PORTS)
    if request.param == "postgres":
        environment["HOMEROOM_DATABASE_URL"] = request.getfixturevalue("postgres_server")
    home = Installation(tmp_path_factory.mktemp("serve") / "data", environment)
    command(home, "district", "add", "pinewood", "--name", "Pinewood")
    account = command(home, "source", "add", "pinewood", "--kind", "sftp", "--layouts", "oneroster-1.1")
    app = command(home, "app", "add", "reader", "--district", "pinewood")
    with serving(home, account, app) as made:
        yield made


@contextmanager
def serving(home: Installation, account: dict[str, Any], app: dict[str, Any]) -> Iterator[Program]:
    """Run `homeroom serve --json`; at the end SIGTERM must end it quietly, and leave no process."""
    process = home.start("serve", "--json")
    assert process.stdout is not None
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        told = json.loads(process.stdout.readline())
        yield Program(home, process, told, account, app, errors)
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS)
        finally:
            process.kill()
            reader.join(SECONDS)
            process.stdout.close()
            if process.stderr:
                process.stderr.close()
    assert process.returncode == 0, errors
    assert not [child for child in children if child.is_running()]
    assert not [line for line in errors if "Traceback" in line], errors


def command(home: Installation, *arguments: str | Path) -> Any:
    """Run a command with `--json` in this process and return its document."""
    ran = home.inside(*arguments, "--json")
    return ran.document


def test_the_story_of_a_district_that_pushes(program: Program, tmp_path: Path) -> None:
    """In order, since each night stands on the one before."""
    assert program.told["sftp_port"] != 0
    assert program.told["fingerprints"]["ssh-ed25519"] == program.account["fingerprint"]
    files = district()

    # Night one comes in pieces. Under temporary names nothing is begun; once whole and renamed it is.
    program.push(*((f"{name}.part", text) for name, text in files.items()))
    first = program.ended(1)
    assert (first["trigger"], first["outcome"], first["revision_after"]) == ("sftp", "success", 1)
    report = program.ask("imports", "pinewood", "1")
    assert {f["name"] for f in report["files"]} == set(files)
    assert program.ask("roster", "pinewood")["tables"]["users"] == {"active": 24, "tobedeleted": 0}

    # Who logged in is written down beside the door, for the page of the source.
    with stores.open(program.home.data, program.home.environment.get("HOMEROOM_DATABASE_URL")) as opened:
        logins = opened.control.logins.of(program.account["username"])
    assert {(login.address, login.result) for login in logins} == {("127.0.0.1", "in")}

    # An application reads it back.
    with httpx2.Client(base_url=program.told["url"]) as web:
        asked = web.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(program.app["client_id"], program.app["client_secret"]),
        )
        token = asked.json()["access_token"]
        read = web.get("/ims/oneroster/rostering/v1p2/users?limit=5", headers={"Authorization": f"Bearer {token}"})
        assert read.status_code == 200
        assert len(read.json()["users"]) == 5
        assert read.headers["X-Total-Count"] == "24"
        assert web.get("/ims/oneroster/rostering/v1p2/users").status_code == 401

    # A second set comes, and people work beside the server: by hand into another source, asking, rolling back.
    program.push(*((name, text) for name, text in (files | {"users.csv": users().replace("Given3,", "Other,")}).items()))
    ash = {"orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nx1,,,Ash School,school,9,\n"}
    by_hand = program.ask("source", "add", "pinewood", "--kind", "upload")["source"]
    hand = program.ask("import", "pinewood", write(tmp_path / "ash", ash), "--source", str(by_hand), "--layouts", "oneroster-1.1")
    assert hand["outcome"] in ("success", "success_with_row_issues")
    until(lambda: len(program.ask("imports", "pinewood")) == 3)
    log = {e["import"]: program.ended(e["import"]) for e in program.ask("imports", "pinewood")}
    assert {e["outcome"] for e in log.values()} <= {"success", "success_with_row_issues"}
    assert program.ask("roster", "pinewood")["revision"] == 3

    # A night without a school is held, and approved at the command line while the server runs.
    program.push(*((name, text) for name, text in half().items()))
    assert program.ended(4)["status"] == "waiting_for_approval"
    assert program.home.inside("approve", "pinewood", "4").status == 0
    assert program.ask("roster", "pinewood")["revision"] == 4

    # What the program told while all this happened: nothing of a person, no secret.
    told = "".join(program.errors)
    secrets = [program.account["password"], program.app["client_secret"], token, "Given3", "Other", "u3@example.org"]
    assert not [s for s in secrets if s in told]
    assert not [s for s in secrets if s in " ".join(psutil.Process(program.process.pid).cmdline())]


@pytest.mark.parametrize("begun", [False, True], ids=["before the seal", "in the walk"])
def test_stopped_and_started_again_it_goes_on(home: Installation, begun: bool) -> None:
    """A set that is pushed just before the signal, or is being walked when it comes, is walked to its end after the next start."""
    home = Installation(home.data, PORTS | {"HOMEROOM_QUIET_SECONDS": "2"})
    command(home, "district", "add", "pinewood", "--name", "Pinewood")
    account = command(home, "source", "add", "pinewood", "--kind", "sftp", "--layouts", "oneroster-1.1")
    app = command(home, "app", "add", "reader")
    invited = command(home, "person", "add", "ada@vendor.example", "--role", "operator")
    assert invited["link"].startswith("/once/"), "no port is made up before the system chose one"
    assert (account["port"], app["token_url"]) == (0, "/oauth/token")
    with serving(home, account, app) as first:
        first.push(*district().items())
        if begun:
            until(lambda: command(home, "imports", "pinewood") != [])
    with serving(home, account, app) as second:
        assert command(home, "person", "link", "ada@vendor.example")["link"].startswith(second.told["url"] + "/once/")
        assert command(home, "source", "add", "pinewood", "--kind", "sftp")["port"] == second.told["sftp_port"]
        assert second.ended(1)["outcome"] == "success"
        assert second.told["executor"] != first.told["executor"]
    assert len(command(home, "imports", "pinewood")) == 1
    assert not [p for p in (home.data / "work").rglob("*") if p.is_file()]
    assert not [p for p in (home.data / "sftp").rglob("*") if p.is_file()]


def test_a_role_that_needs_no_queue_starts_and_ends_alone(home: Installation) -> None:
    home = Installation(home.data, PORTS)
    process = home.start("web", "--json")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert "sftp_port" not in told
    assert httpx2.get(f"{told['url']}/ims/oneroster/rostering/v1p2/users").status_code == 401
    person = httpx2.get(f"{told['url']}/districts/pinewood")
    assert (person.status_code, person.headers["location"]) == (303, "/sign-in?to=/districts/pinewood"), "pages for people"
    assert httpx2.get(f"{told['url']}/static/homeroom.css").status_code == 200
    assert httpx2.get(f"{told['url']}/healthz").status_code == 200
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, "Traceback" in errors) == (0, False)


def test_an_occupied_port_is_one_sentence(home: Installation) -> None:

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for name, role in (("HOMEROOM_HTTP_PORT", "web"), ("HOMEROOM_SFTP_PORT", "sftp")):
            busy = Installation(home.data, PORTS | {name: str(taken.getsockname()[1])})
            ran = busy.run(role, "--json")
            assert (ran.status, ran.out) == (1, ""), ran.err
            assert str(taken.getsockname()[1]) in ran.err
