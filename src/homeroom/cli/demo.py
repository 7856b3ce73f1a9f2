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

from homeroom.cli.context import say

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
            say(f"\nThe server goes on at {story.address}. Ctrl-C ends it and removes the demo's folder.")
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

    def tell(self, students: int) -> None:
        """The story from the first night to the application that reads the roster."""
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
        say("  Nothing was changed: the roster of night one is served on. A person looks at the numbers and says no:")
        self.command("reject", SLUG, "2", ok=(0,))
        say("  Rejected. The next good delivery would also have taken its place.")

        self.title("Night three: the real changes, and some bad rows")
        self.push(source, nights[2])
        self.show(self.wait(3))
        self.counts()

        self.title("The same files once more")
        self.push(source, nights[2])
        self.show(self.wait(4))

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
        say(f"\nThe story took {time.monotonic() - self.began:.1f} s.")

    def make_district(self, students: int) -> list[Path]:
        """Three nights on disk: the first, one without a school, one with ordinary changes and bad rows."""
        from homeroom.simulator import dirt
        from homeroom.simulator.district import make
        from homeroom.simulator.nights import next_night, without_school
        from homeroom.simulator.sheets import write
        from homeroom.simulator.writers import WRITERS

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
            say(f"    revision {change['revision']}: {change['verb']} {fields}")

    def command(self, *arguments: str, ok: tuple[int, ...] = (0,)) -> Any:
        """Run a command as a person would, show it with its time, and return what it printed as JSON."""
        start = time.monotonic()
        status, out = self._run(*arguments)
        if status not in ok:
            raise SystemExit(f"homeroom {' '.join(arguments)} ended with {status}")
        say(f"  $ homeroom {' '.join(arguments)}    ({time.monotonic() - start:.1f} s)")
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


def described(report: dict[str, Any]) -> list[str]:
    """An import report as a few sentences."""
    lines = []
    if report["status"] == "waiting_for_approval":
        lines.append(f"Import {report['import']} waits for approval: {report['reason']['message']}")
    elif report["outcome"] == "failed":
        lines.append(f"Import {report['import']} failed: {report['reason']['message']}")
    else:
        words = {"success": "success", "success_with_row_issues": "success with row issues"}[report["outcome"]]
        lines.append(
            f"Import {report['import']}: {words}, revision {report['revision_before']} -> {report['revision_after']}, {report['seconds']:.1f} s."
        )
    for file in report["files"]:
        repairs = ", ".join(f"{r['code']} {r['count']:,}" for r in file["repairs"])
        mended = f"; healed: {repairs}" if repairs else ""
        lines.append(
            f"  {file['name']}: {file['rows']:,} rows = {file['accepted']:,} accepted + {file['refused']:,} refused"
            f" + {file['ignored']:,} ignored{mended}"
        )
    for name, t in report["tables"].items():
        moved = ", ".join(f"{t[k]:,} {k}" for k in ("added", "updated", "removed", "restored") if t[k])
        if moved:
            lines.append(f"  {name}: {moved}")
    for limit in report["limits"][:4]:
        where = f" of {limit['school_name'] or limit['school']}" if limit["school"] else ""
        verb = "would be removed" if limit["change"] == "remove" else "would change"
        lines.append(
            f"  limit: {limit['count']:,} of {limit['of']:,} {limit['table']}{where} {verb}; {limit['allowed']:,} are allowed"
        )
    return lines + _findings(report)


def _findings(report: dict[str, Any]) -> list[str]:
    """One example of each kind of finding with how often it was met, what keeps records first."""
    first: dict[str, dict[str, Any]] = {}
    for issue in report["issues"]:
        if issue["severity"] != "info":
            first.setdefault(issue["code"], issue)
    lines = []
    for code, issue in sorted(first.items(), key=lambda pair: pair[1]["line"] is not None):
        where = ":".join(str(p) for p in (issue["file"], issue["line"]) if p is not None)
        count = report["issue_counts"][code]
        more = f" ({code}, {count:,} in all)" if count > 1 else f" ({code})"
        lines.append(f"  {where + ': ' if where else ''}{issue['message']}{more}")
    return lines


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
