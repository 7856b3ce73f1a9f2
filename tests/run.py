"""Everything that has to hold, in one command: format, lint, types, layers, then the tests on SQLite and PostgreSQL.

    python tests/run.py            all of it (what `make test` runs)
    python tests/run.py --lint     only format, lint, types and layers
    python tests/run.py PATH ...   lint, then only these tests

Tools that only the system's packages have (other SFTP clients) are installed where root or sudo is there; otherwise their
tests are listed at the end as not run, one sentence per tool. With CI set, a missing tool is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

PACKAGES = {
    "sftp": "openssh-client",
    "curl": "curl",
    "lftp": "lftp",
    "rclone": "rclone",
    "javac": "default-jdk-headless",
    "jsch.jar": "libjsch-java",
}


def found(tool: str) -> bool:
    """Whether a tool is on the machine; a `.jar` is looked for where Debian puts it."""
    return (Path("/usr/share/java") / tool).exists() if tool.endswith(".jar") else shutil.which(tool) is not None


def install_tools() -> list[str]:
    """Install what is missing by apt where that is allowed; returns the tools that are still missing."""
    missing = [tool for tool in PACKAGES if not found(tool)]
    if not missing or shutil.which("apt-get") is None:
        return missing
    sudo: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
            return missing
        sudo = ["sudo", "-n"]
    print(f"Installing for the tests: {', '.join(PACKAGES[t] for t in missing)}", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", "update", "-qq"], env=environment, **quiet)  # type: ignore[call-overload]
    for tool in missing:
        command = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGES[tool]]
        subprocess.run(command, env=environment, **quiet)  # type: ignore[call-overload]
    return [tool for tool in missing if not found(tool)]


def step(name: str, *command: str) -> bool:
    """Run one step, say how it ended and how long it took."""
    start = time.monotonic()
    print(f"── {name}", flush=True)
    ok = subprocess.run(command, cwd=ROOT).returncode == 0
    print(f"   {'ok' if ok else 'FAILED'} ({time.monotonic() - start:.1f} s)", flush=True)
    return ok


def main(arguments: list[str]) -> int:
    """Run the steps; 0 when all of them held."""
    lint = [
        step("format", str(BIN / "ruff"), "format", "--check", "--quiet", "."),
        step("lint", str(BIN / "ruff"), "check", "--quiet", "."),
        step("types", str(BIN / "mypy")),
        step("layers", str(BIN / "lint-imports"), "--no-cache"),
    ]
    if "--lint" in arguments:
        return 0 if all(lint) else 1
    missing = install_tools()
    chosen = arguments or ["tests"]
    tests = step("tests", sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", *chosen)
    for tool in missing:
        print(f"Not run: the tests that need {tool}; install it with: apt-get install {PACKAGES[tool]}")
    if missing and os.environ.get("CI"):
        return 1
    return 0 if all(lint) and tests else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
