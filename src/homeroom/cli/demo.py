"""demo: the main job told as a story, with real files over real SFTP, and read back as an application would."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from homeroom.cli import demo_api
from homeroom.cli.context import say
from homeroom.cli.demo_words import described, headline

STUDENTS = 5000
SEED = 2026
SLUG = "pinewood"
QUIET_SECONDS = "1"
PATIENCE = 120.0


def demo(
    *,
    leave: Annotated[bool, Parameter(name="--exit", negative="")] = False,
    students: int = STUDENTS,
) -> int:
    """Show the main job from end to end with a made-up district, then leave the server running until Ctrl-C.

    Parameters
    ----------
    leave
        Stop by itself when the story is told.
    students
        How many students the made-up district has.
    """
    folder = Path(tempfile.mkdtemp(prefix="homeroom-demo-"))
    story = Story(folder)
    try:
        story.tell(students)
        if not leave:
            say(f"\nThe server goes on. The console: {story.console()}")
            say(
                "The link opens once; choose a password, and set up a code generator on a phone. Ctrl-C ends it and removes the demo's folder."
            )
            signal.pause()
    except KeyboardInterrupt:
        say("\nEnded.")
    finally:
        story.end()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@dataclass(slots=True)
class Story:
    """One telling. `address` and `sftp_port` are known once the server listens."""

    folder: Path
    address: str = ""
    http_port: int = 0
    sftp_port: int = 0
    server: subprocess.Popen[str] | None = None
    began: float = field(default_factory=time.monotonic)

    def console(self) -> str:
        """The link by which the first operator comes in to the console."""
        made = self.command("person", "add", "you@demo.example", "--role", "operator")
        return f"{self.address}/once/{str(made['link']).rpartition('/')[2]}"

    def tell(self, students: int) -> None:
        """The story from the first night to the application that reads the roster."""
        say(
            "A school district's information system exports its people and classes every night. Homeroom receives the files, checks every"
        )
        say(
            "row, compares them with last night, stops what looks like a disaster, and serves the result to applications. Here is how."
        )
        self.title("A district is made up")
        nights = self.make_district(students)
        self.title("Homeroom starts, a district and its SFTP account are added")
        self.start()
        self.command("district", "add", SLUG, "--name", "Pinewood Unified", "--timezone", "America/Chicago")
        source = self.command("source", "add", SLUG, "--kind", "sftp", "--layouts", "powerschool-dem")
        say(
            f"  The administrator of its PowerSchool gets: host {source['host']}, port {source['port']}, user {source['username']},"
        )
        say(f"  a password that is shown once, and the host key's fingerprint {source['fingerprint']}.")

        self.title("Night one: PowerSchool pushes its three files over SFTP")
        say("  They come as PowerSchool writes them: lines end with CR, headers say USERS.sourcedId, nothing is quoted, although")
        say("  the guardians of a student and the schools of a teacher are lists with commas.")
        self.push(source, nights[0])
        self.show(self.wait(1))
        self.counts()

        self.title("Night two: a filter in the export has lost a whole school")
        self.push(source, nights[1])
        held = self.wait(2)
        self.show(held)
        say("  Nothing was changed: applications read the roster of night one on, and no account of that school is closed.")
        say("  A person looks at the numbers, asks the district whether the school is really gone, and says no:")
        self.command("reject", SLUG, "2", ok=(0,))
        say("  Rejected. The next good delivery would also have taken its place.")

        self.title("Night three: the real changes, and some bad rows")
        self.push(source, nights[2])
        self.show(self.wait(3))
        say("  A row that could not be taken is told with its file and line; what was known of that person or class stays.")
        self.counts()

        self.title("The same files once more")
        self.push(source, nights[2])
        again = self.wait(4)
        say(f"  {headline(again)}")
        told = sum(again["issue_counts"].values())
        say(
            f"  The same bytes, so nothing is done twice. What was found ({told:,} findings) stands in this report, too: nobody has mended it."
        )

        self.title("An application reads the roster through OneRoster REST")
        self.read_back()
        self.title("One record: where it comes from and how it changed")
        self.one_record()
        self.title("A OneRoster package for a system that wants files")
        out = self.folder / "pinewood-oneroster-1.2.zip"
        package = self.command("export", SLUG, str(out), "--version", "1.2")
        say(
            f"  {out.name}: {sum(package['rows'].values()):,} rows in {len(package['rows'])} files, {out.stat().st_size:,} bytes."
        )
        self.title("A second district: its PowerSchool is asked by API, and one student is refreshed")
        demo_api.tell(self.folder, self._homeroom(), self._variables(), self.command, self.show)
        say(
            "\nWhat you have seen: a district's files came over SFTP as its system writes them, were put right where that is certain,"
        )
        say("compared with what was known, stopped where a school would have vanished, taken row by row where they were good,")
        say("explained by file and line, and read back by an application. All of it is one program and one folder.")
        say(f"The story took {time.monotonic() - self.began:.1f} s.")

    def make_district(self, students: int) -> list[Path]:
        """Three nights on disk: the first, one without a school, one with ordinary changes and bad rows."""
        from homeroom.simulator import dirt
        from homeroom.simulator.district import make
        from homeroom.simulator.nights import next_night, without_school
        from homeroom.simulator.sheets import write
        from homeroom.simulator.writers.catalogue import WRITERS

        start = time.monotonic()
        writer = WRITERS["powerschool-dem"]
        first = make(students, SEED)
        second = next_night(first, SEED, 2)
        folders = []
        for number, state in enumerate((first, without_school(second, first.schools[0].id), second), start=1):
            sheets = writer.sheets(state)
            if number == 3:
                sheets, _ = dirt.spoil(sheets, writer.form, 0.001, SEED, night=number)
            folder = self.folder / f"night-{number}"
            write(sheets, writer.form, folder)
            folders.append(folder)
        size = sum(f.stat().st_size for f in folders[0].iterdir())
        say(f"  {students:,} students with teachers, guardians, classes and enrollments, all invented; {size:,} bytes a night.")
        self.took(start)
        return folders

    def start(self) -> None:
        """Start the server in a process of its own, on free ports of this machine only."""
        start = time.monotonic()
        self.server = subprocess.Popen(
            [*self._homeroom(), "serve", "--json"],
            stdout=subprocess.PIPE,
            stderr=(self.folder / "server.log").open("w"),
            text=True,
            env=self._variables(),
        )
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        if not line:
            raise SystemExit("The server did not start:\n" + (self.folder / "server.log").read_text())
        told = json.loads(line)
        self.address, self.http_port, self.sftp_port = told["url"], told["http_port"], told["sftp_port"]
        say(f"  $ homeroom serve            HTTP on {self.address}, SFTP on port {self.sftp_port}")
        self.took(start)

    def push(self, source: dict[str, Any], folder: Path) -> None:
        """Put a night's files into the account's folder by SFTP, as the district's system does."""
        start = time.monotonic()
        size = asyncio.run(_upload(source, folder))
        seconds = time.monotonic() - start
        say(f"  sftp> put {' '.join(sorted(f.name for f in folder.iterdir()))}    {size:,} bytes in {seconds:.2f} s")

    def wait(self, number: int) -> dict[str, Any]:
        """Wait until an import has ended or waits for a person; returns its report."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            log = self._json("imports", SLUG)
            entry = next((e for e in log if e["import"] == number), None)
            if entry is not None and entry["status"] != "running":
                report: dict[str, Any] = self._json("imports", SLUG, str(number))
                return report
            time.sleep(0.3)
        raise SystemExit(f"Import {number} did not end in {PATIENCE:.0f} s; see {self.folder / 'server.log'}")

    def show(self, report: dict[str, Any]) -> None:
        """What an import did, in plain words."""
        for line in described(report):
            say(f"  {line}")

    def counts(self) -> None:
        """The roster's counts, a line."""
        roster = self._json("roster", SLUG)
        listed = ", ".join(f"{c['active']:,} {name}" for name, c in roster["tables"].items())
        say(f"  Revision {roster['revision']} is served: {listed}.")

    def read_back(self) -> None:
        """A token, a page of students, and how many there are."""
        app = self.command("app", "add", "Reading Lamp", "--district", SLUG)
        start = time.monotonic()
        form = urllib.parse.urlencode(
            {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}
        )
        token = _fetch(f"{self.address}/oauth/token", form.encode())[0]["access_token"]
        root = f"{self.address}/ims/oneroster/rostering/v1p2"
        body, headers = _fetch(f"{root}/users?limit=3&filter=role%3D%27student%27", token=token)
        say(f"  GET {root}/users?limit=3&filter=role='student'")
        for user in body["users"]:
            grade = ", ".join(user.get("grades", ()))
            school = user["roles"][0]["org"]["sourcedId"]
            say(f"    {user['sourcedId']}: {user['givenName']} {user['familyName']}, grade {grade}, school {school}")
        say(f"  X-Total-Count says {int(headers['X-Total-Count']):,} students.")
        self.took(start)

    def one_record(self) -> None:
        """The provenance of one user that changed."""
        changed = next((row for row in self._json("roster", SLUG, "users") if row["last_revision"] > row["first_revision"]), None)
        if changed is None:
            say("  No user has changed yet.")
            return
        record = self._json("record", SLUG, "users", changed["sourcedId"])
        known = record["provenance"]
        say(f"  $ homeroom record {SLUG} users {changed['sourcedId']}")
        say(
            f"  Written by import {known['import']} from {known['file']}, line {known['line']}; first seen in revision {known['first_revision']}."
        )
        for change in record["changes"]:
            fields = "; ".join(f"{k}: {old!r} became {new!r}" for k, (old, new) in change["fields"].items())
            say(f"    In revision {change['revision']}: {change['verb']} {fields}".rstrip())

    def command(self, *arguments: str, ok: tuple[int, ...] = (0,)) -> Any:
        """Run a command as a person would, show it with its time, and return what it printed as JSON."""
        start = time.monotonic()
        status, out = self._run(*arguments)
        if status not in ok:
            raise SystemExit(f"homeroom {' '.join(arguments)} ended with {status}")
        shown = " ".join(
            "..." if before == "--client-secret" else a for before, a in zip(("", *arguments), arguments, strict=False)
        )
        say(f"  $ homeroom {shown}    ({time.monotonic() - start:.1f} s)")
        return json.loads(out)

    def title(self, text: str) -> None:
        """A heading with the time since the beginning."""
        say(f"\n[{time.monotonic() - self.began:5.1f} s] {text}")

    def took(self, start: float) -> None:
        """How long something took."""
        say(f"  ({time.monotonic() - start:.2f} s)")

    def end(self) -> None:
        """Stop the server and wait for it."""
        if self.server is not None and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        if self.server is not None and self.server.stdout is not None:
            self.server.stdout.close()

    def _json(self, *arguments: str) -> Any:
        status, out = self._run(*arguments)
        if status != 0:
            raise SystemExit(f"homeroom {' '.join(arguments)} ended with {status}")
        return json.loads(out)

    def _run(self, *arguments: str) -> tuple[int, str]:
        """A command as a person would type it, run here: starting Python anew each time would only cost time."""
        from homeroom.cli import run

        os.environ.update(self._variables())
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = run(["--data", str(self.folder / "data"), *arguments, "--json"])
        return status, out.getvalue()

    def _homeroom(self) -> list[str]:
        program = "import sys; from homeroom.cli import main; main(sys.argv[1:])"
        return [sys.executable, "-c", program, "--data", str(self.folder / "data")]

    def _variables(self) -> dict[str, str]:
        """The environment of the demo: its own settings only, whatever the machine says."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HOMEROOM_")}
        ports = {"HOMEROOM_HTTP_PORT": str(self.http_port), "HOMEROOM_SFTP_PORT": str(self.sftp_port)}
        return kept | ports | {"HOMEROOM_QUIET_SECONDS": QUIET_SECONDS, "HOMEROOM_HOST": "127.0.0.1"}


async def _upload(source: dict[str, Any], folder: Path) -> int:
    """Upload every file of a folder; returns the bytes."""
    size = 0
    connection = await _connect(source)
    async with connection, connection.start_sftp_client() as sftp:
        for file in sorted(folder.iterdir()):
            await sftp.put(str(file), file.name)
            size += file.stat().st_size
    return size


async def _connect(source: dict[str, Any]) -> Any:
    """Connect as a careful client does: only to a server whose host key has the fingerprint that was handed over."""
    import asyncssh

    class Careful(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
            return key.get_fingerprint("sha256") in source["fingerprints"].values()

    connection, _ = await asyncssh.create_connection(
        Careful,
        source["host"],
        source["port"],
        username=source["username"],
        password=source["password"],
        known_hosts=b"",
        client_keys=None,
        agent_path=None,
        config=[],
    )
    return connection


def _fetch(address: str, form: bytes | None = None, token: str | None = None) -> tuple[Any, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(address, data=form, headers=headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read()), answer.headers
