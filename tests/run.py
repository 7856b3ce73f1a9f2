"""Everything that has to hold, in one command: format, lint, types, layers, then the tests on SQLite and PostgreSQL.

    python tests/run.py            all of it (what `make test` runs)
    python tests/run.py --quick    all but the slow tests (`make quick`): those of the whole house, of killed processes, of servers
    python tests/run.py --lint     only format, lint, types and layers (`make lint`)
    python tests/run.py PATH ...   lint, then only these tests

Tools that only the system's packages have (other SFTP clients, a browser) are installed where root or sudo is there; otherwise their
tests are listed at the end as not run, one sentence per tool. With CI set, a missing tool is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

PACKAGES = {
    "sftp": "openssh-client",
    "curl": "curl",
    "lftp": "lftp",
    "rclone": "rclone",
    "javac": "default-jdk-headless",
    "chromium": "chromium",
    "jsch.jar": "libjsch-java",
}
ALLOCATOR = Path("/usr/lib") / str(sysconfig.get_config_var("MULTIARCH")) / "libjemalloc.so.2"
"""Planning a statement is a thousand small pieces of memory: DuckDB's small imports take a seventh less time with this library.

No test needs it, and none is left out without it. Only the processes that run tests have it, none that a test starts.
"""
QUICKER = {"libjemalloc2": ALLOCATOR, "chromium-headless-shell": Path("/usr/bin/chromium-headless-shell")}
"""Packages that tests are quicker with, and pass without."""
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free in memory before the tests' files go there; a whole run leaves less than a quarter of it at any time."""


def found(tool: str) -> bool:
    """Whether a tool is on the machine; a `.jar` is looked for where Debian puts it."""
    return (Path("/usr/share/java") / tool).exists() if tool.endswith(".jar") else shutil.which(tool) is not None


def install_tools() -> list[str]:
    """Install what is missing by apt where that is allowed; returns the tools that are still missing."""
    missing = [tool for tool in PACKAGES if not found(tool)]
    packages = [PACKAGES[tool] for tool in missing] + [name for name, place in QUICKER.items() if not place.exists()]
    if not packages or shutil.which("apt-get") is None:
        return missing
    sudo: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
            return missing
        sudo = ["sudo", "-n"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", "update", "-qq"], env=environment, **quiet)  # type: ignore[call-overload]
    install = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    if subprocess.run([*install, *packages], env=environment, **quiet).returncode != 0:  # type: ignore[call-overload]
        for package in packages:  # one that this system does not have keeps out no other
            subprocess.run([*install, package], env=environment, **quiet)  # type: ignore[call-overload]
    return [tool for tool in missing if not found(tool)]


def roomy() -> bool:
    """Whether files may be put into memory: it is there, has room, and programs may run from it (PostgreSQL's are copied)."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text("ascii").splitlines())
    return min(shutil.disk_usage(MEMORY).free, int(told["MemAvailable"].split()[0]) << 10) >= ROOM


@contextmanager
def scratch() -> Iterator[dict[str, str]]:
    """The environment for the tests: their temporary files lie in memory where there is room, since nothing has to outlive them.

    On a disk every commit of a store waits for the platter. A `TMPDIR` that somebody has set stands. Where Python is told to write no
    bytecode beside the sources, it goes there too: every program that a test starts would compile the whole house again.
    """
    if "TMPDIR" in os.environ or not roomy():
        yield dict(os.environ)
        return
    with tempfile.TemporaryDirectory(prefix="homeroom-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user where the tests run as root
        environment = os.environ | {"TMPDIR": folder}
        if environment.pop("PYTHONDONTWRITEBYTECODE", None):
            environment |= {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        yield environment


def step(name: str, *command: str, environment: dict[str, str] | None = None) -> bool:
    """Run one step, say how it ended and how long it took."""
    start = time.monotonic()
    print(f"── {name}", flush=True)
    ok = subprocess.run(command, cwd=ROOT, env=environment).returncode == 0
    print(f"   {'ok' if ok else 'FAILED'} ({time.monotonic() - start:.1f} s)", flush=True)
    return ok


def lint() -> bool:
    """Format, lint, types, layers: all of them, so that one look shows everything that is wrong."""
    steps = [
        step("format", str(BIN / "ruff"), "format", "--check", "--quiet", "."),
        step("lint", str(BIN / "ruff"), "check", "--quiet", "."),
        step("types", str(BIN / "mypy")),
        step("layers", str(BIN / "lint-imports"), "--no-cache", "--no-logo"),
    ]
    return all(steps)


def tests(environment: dict[str, str], *arguments: str) -> bool:
    """The tests on two processors; their last lines are the ten slowest and how many passed."""
    pytest = ("-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "--durations=10", "--durations-min=1")
    if ALLOCATOR.exists():
        environment = environment | {"LD_PRELOAD": str(ALLOCATOR)}
    return step("tests", sys.executable, *pytest, *arguments, environment=environment)


def gather(environment: dict[str, str], chosen: list[str]) -> None:
    """Let pytest compile the tests once, while lint leaves a processor idle: else each of its processes does, at the same time."""
    if "PYTHONDONTWRITEBYTECODE" in environment:
        return  # nothing would be kept
    quiet = ("-m", "pytest", "--collect-only", "-qq")
    subprocess.run(
        [sys.executable, *quiet, *chosen], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def main(arguments: list[str]) -> int:
    """Run the steps; 0 when all of them held."""
    if "--lint" in arguments:
        return 0 if lint() else 1
    chosen = [a for a in arguments if a != "--quick"] or ["tests"]
    with scratch() as environment:
        with ThreadPoolExecutor(2) as beside:
            installing = beside.submit(install_tools)
            gathering = beside.submit(gather, environment, chosen)
            clean = lint()
            start = time.monotonic()
            missing = installing.result()
            gathering.result()
        print(f"── tools\n   {'some are missing' if missing else 'ok'} (waited {time.monotonic() - start:.1f} s)", flush=True)
        passed = tests(environment, *(["-m", "not slow"] if "--quick" in arguments else []), *chosen)
    for tool in missing:
        print(f"Not run: the tests that need {tool}; install it with: apt-get install {PACKAGES[tool]}")
    if not clean:
        print("FAILED before the tests: see format, lint, types and layers above.")
    if missing and os.environ.get("CI"):
        return 1
    return 0 if clean and passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
