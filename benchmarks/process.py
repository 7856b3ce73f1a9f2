"""A command as a whole process: wall time, processor time and peak memory, its children included."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost. `wall` and `cpu` in seconds, `peak_mb` the largest resident size of the process or of one child."""

    wall: float
    cpu: float
    peak_mb: float
    status: int
    output: str


def run(command: Sequence[str], *, env: dict[str, str] | None = None) -> Cost:
    """Run a command to its end and measure it. Its standard output is kept, its standard error goes to ours."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env)
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    unit = 1 if sys.platform == "darwin" else 1024  # Linux tells kilobytes, macOS bytes
    process.stdout.close()
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6, process.returncode, output)


if __name__ == "__main__":
    cost = run(sys.argv[1:])
    print(cost.output, end="")
    print(f"{cost.wall:.2f} s wall, {cost.cpu:.2f} s CPU, {cost.peak_mb:.0f} MB, exit {cost.status}", file=sys.stderr)
    sys.exit(cost.status)
