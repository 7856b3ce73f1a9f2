"""A real installation for tests from outside: a data folder and the `homeroom` command as a process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from homeroom.cli import run
from patience import SECONDS

COMMAND = Path(sys.executable).parent / "homeroom"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that `--json` promises."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Installation:
    """One data folder; `environment` is added to every command (a database URL, ports)."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path, timeout: float = SECONDS) -> Ran:
        """Run `homeroom --data DATA ARGUMENTS` as a process of its own. Nothing a user sees may be a traceback."""
        done = subprocess.run(
            [str(COMMAND), "--data", str(self.data), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.variables(),
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def inside(self, *arguments: str | Path) -> Ran:
        """The same in this process, without a second's start: for tests that need no process of its own."""
        out, errors = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.variables(), clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            status = run(["--data", str(self.data), *map(str, arguments)])
        assert "Traceback" not in errors.getvalue(), errors.getvalue()
        return Ran(status, out.getvalue(), errors.getvalue())

    def json(self, *arguments: str | Path, timeout: float = SECONDS) -> Any:
        """Run with `--json` and read the document; the exit status does not matter."""
        return self.run(*arguments, "--json", timeout=timeout).document

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and let it run; the caller ends it."""
        return subprocess.Popen(
            [str(COMMAND), "--data", str(self.data), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables(),
        )

    def variables(self) -> dict[str, str]:
        """The environment of its commands: this one's, without settings of the machine, with its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HOMEROOM_")}
        return kept | self.environment
