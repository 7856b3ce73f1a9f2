"""A real S3 server for the tests: SeaweedFS out of a wheel, started by ourselves on free ports of this machine, asking for its key.

It is started only where a test asks for it, once for each worker; each test has a bucket of its own. The processor works for half a second until
it answers; the rest of its four seconds it waits for itself.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx2

from patience import SECONDS

ATTEMPTS = 3
KEY, SECRET = "homeroom", "let-Me.in-5"
PARTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)
SETTINGS = {
    "ip": "127.0.0.1",
    "ip.bind": "127.0.0.1",
    "filer": "true",
    "s3": "true",
    "master.telemetry": "false",  # it would tell its maker of itself
    "master.telemetry.url": "http://127.0.0.1:9",
    "master.electionTimeout": "1s",
    "master.heartbeatInterval": "50ms",
    "master.volumeSizeLimitMB": "64",
    "volume.max": "1000",
    "volume.preStopSeconds": "0",
    "s3.iam": "false",
    "s3.autoCreateBucket": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
}


@dataclass
class S3:
    """The server: its address, and where buckets are made without a key."""

    port: int
    within: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        """What clients call its endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"bucket-{os.getpid()}-{next(self._numbers)}"
        httpx2.post(f"http://127.0.0.1:{self.within}/buckets/{name}/", trust_env=False).raise_for_status()
        return name

    def unfinished(self, bucket: str) -> list[str]:
        """What was begun to be written into a bucket in parts, and neither ended nor given up: nobody sees it, and it takes room."""
        asked = f"http://127.0.0.1:{self.within}/buckets/{bucket}/.uploads/"
        answer = httpx2.get(asked, headers={"Accept": "application/json"}, trust_env=False)
        return [] if answer.status_code == 404 else [str(each["FullPath"]) for each in answer.json()["Entries"] or ()]

    def without(self, bucket: str) -> None:
        """Take a bucket away with all that is in it."""
        httpx2.delete(
            f"http://127.0.0.1:{self.within}/buckets/{bucket}", params={"recursive": "true"}, trust_env=False
        ).raise_for_status()


def variables(address: str, key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    """What an operator sets so that a store is reached."""
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": address,
        "AWS_ALLOW_HTTP": "true",
    }


def _free(many: int) -> list[int]:
    """Ports that nobody has; all are held until all are known, so that none comes twice."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(many)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def closed_port() -> int:
    """A port on which nobody listens."""
    return _free(1)[0]


@contextmanager
def s3_server() -> Iterator[S3]:
    """The server until the block ends; then it is ended at once, since nothing of it has to outlive it."""
    folder = Path(tempfile.mkdtemp(prefix="homeroom-s3-"))
    try:
        running, ports = _started(folder)
        try:
            yield S3(ports["s3.port"], ports["filer.port"])
        finally:
            _end(running, ports)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, int]]:
    """The server, answering. It takes no port 0, so another may take a free port first: then it is tried with others."""
    for attempt in range(ATTEMPTS):
        home = folder / str(attempt)
        home.mkdir()
        running, ports = _run(home)
        if _answers(ports["s3.port"], running):
            return running, ports
        _end(running, ports)
    raise RuntimeError(
        "the S3 server did not come up:\n" + "\n".join((home / "log").read_text(errors="replace").splitlines()[-5:])
    )


def _run(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, int]]:
    (folder / "data").mkdir()
    known = {"name": "homeroom", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [known]}))
    (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")  # a bucket begins with one volume, not with seven
    ports = dict(zip(PARTS, _free(len(PARTS)), strict=True))
    told = SETTINGS | {name: str(port) for name, port in ports.items()}
    told |= {"dir": str(folder / "data"), "s3.config": str(folder / "s3.json")}
    told |= {f"{part}.localSocket": str(folder / part) for part in ("filer", "s3")}
    command = [Path(sysconfig.get_path("scripts")) / "weed", "server", *(f"-{name}={value}" for name, value in told.items())]
    with (folder / "log").open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder), ports


def _end(running: subprocess.Popen[bytes], ports: dict[str, int]) -> None:
    running.kill()
    running.wait()
    for part in ("master", "volume", "filer", "s3"):
        Path(f"/tmp/seaweedfs-{part}-grpc-{ports[f'{part}.port.grpc']}.sock").unlink(missing_ok=True)


def _answers(port: int, running: subprocess.Popen[bytes]) -> bool:
    """Wait until it answers; False where it ended by itself or never does."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and running.poll() is None:
        with suppress(httpx2.HTTPError):  # nobody listens yet, or another program has the port
            if httpx2.get(f"http://127.0.0.1:{port}/status", trust_env=False, timeout=1).status_code == 200:
                return True
        _pass(running)
    return False


def _pass(running: subprocess.Popen[bytes]) -> None:
    """Let a twentieth of a second pass, unless the process ends before."""
    try:
        running.wait(0.05)
    except subprocess.TimeoutExpired:
        return
