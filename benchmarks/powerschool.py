"""What a district connected by PowerSchool's API costs on the client's side, against a pretend server in a process of its own.

`python benchmarks/powerschool.py DATA STUDENTS ROUND [ROUND ...]` prints JSON for each round: `pull` (fetched, sealed, walked), `again` (nothing changed), `struck` (by tables, which makes many
calls, of which 5 % fail in every way of the contract), `tables` and `v1` (a first pull by that road), `refresh` (one student, in a process that lives on; the third of three counts). Seconds are of the wall and of this
process's processor; the server's own time is what its journal says of the calls, and beside that it takes the same cores.
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom.settings import Settings
from homeroom.sync import districts, imports, pulling, sources
from homeroom.sync.house import House, opened
from homeroom.sync.refresh import refresh
from homeroom.systems.powerschool.plugin.package import Publisher, package

FAULTS = [
    "chance:7", *(f"{name}:140" for name in ("429", "500", "503", "html", "emptybody", "truncate", "drop")),
    "expire:100", "maxpage:60", "nocount", "slow:0.001", "shift:20", "dupe:20", "v1closed",
]  # fmt: skip
"""Every way of failing: seven of one call in 140 each, by chance, which is 5 % of the calls; the others last, or strike pages and tokens."""


def run(data: Path, students: int, rounds: list[str]) -> list[dict[str, object]]:
    """Found a district, connect it, and go through the rounds."""
    zipped = data / "plugin.zip"
    zipped.write_bytes(package(Publisher(), ("legal-guardian",)))
    command = [
        sys.executable,
        "-c",
        "import sys; from homeroom.cli import main; sys.exit(main())",
        "simulate",
        "powerschool",
        "--students",
        str(students),
        "--plugin",
        str(zipped),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            with opened(Settings(data=data / "house")) as house:
                districts.add(house, "bench", "Bench", "UTC")
                settings = {"url": said["url"], "client_id": said["client_id"], "give_up_seconds": 60}
                secrets = {"client_secret": said["client_secret"]}
                source = sources.add(house, "bench", "powerschool", settings=settings, secrets=secrets).source
                return [_round(name, house, source.id, said["url"]) for name in rounds]
        finally:
            server.terminate()


def _round(name: str, house: House, source: int, url: str) -> dict[str, object]:
    if name == "refresh":
        return _refreshed(house, url)
    if name in ("struck", "tables", "v1"):
        sources.change(house, "bench", source, {"way": "v1" if name == "v1" else "tables"})
        _steer(url, "POST", "plugin", {"fields": "all"})
    if name == "struck":
        _steer(url, "POST", "faults", {"faults": FAULTS})
    told = _pulled(house, source, url)
    if name == "struck":
        _steer(url, "POST", "faults", {"faults": []})
        sources.change(house, "bench", source, {"way": "queries"})
    return {"round": name, **told}


def _pulled(house: House, source: int, url: str) -> dict[str, object]:
    _steer(url, "DELETE", "log")
    begun, used, steps = time.perf_counter(), _processor(), []
    now = datetime.now(UTC)
    number = pulling.begin(house, "bench", source, now)
    report = imports.run(house, "bench", number, now=now, tell=lambda step: steps.append((step, time.perf_counter(), _peak())))
    ended, cpu = time.perf_counter(), _processor() - used
    fetched, peak = next(((at, peak) for step, at, peak in steps if not step.startswith("fetch")), (ended, _peak()))
    return {
        "wall": round(ended - begun, 3),
        "fetch": round(fetched - begun, 3),
        "cpu": round(cpu, 3),
        **_calls(url),
        "outcome": report.outcome,
        "reason": report.reason.code if report.reason else None,
        "rows": sum(f.rows for f in report.files),
        "changed": sum(t.added + t.updated + t.removed for t in report.tables.values()),
        "peak_fetch_mb": peak,
        "peaks": {step: peak for step, _, peak in steps if not step.startswith("fetch")},
        "peak_mb": _peak(),
    }


def _refreshed(house: House, url: str) -> dict[str, object]:
    page = house.stores.roster("bench").page("demographics", 5, status="active")
    at = page.columns.index("sourcedId")
    told: dict[str, object] = {}
    for row in page.rows[:3]:
        _steer(url, "DELETE", "log")
        begun, used = time.perf_counter(), _processor()
        done = refresh(house, "bench", "users", str(row[at]), who="bench", now=datetime.now(UTC))
        wall, cpu = time.perf_counter() - begun, _processor() - used
        told = {"round": "refresh", "wall": round(wall, 3), "cpu": round(cpu, 3), **_calls(url), "outcome": done.report.outcome}
    return told


def _calls(url: str) -> dict[str, object]:
    """How many calls there were, how many were struck, and the server's own seconds for them."""
    calls = _steer(url, "GET", "log")["calls"]
    return {
        "calls": len(calls),
        "struck": sum(bool(c.get("fault")) for c in calls),
        "server": round(sum(float(c.get("seconds", 0)) for c in calls), 3),
    }


def _steer(url: str, method: str, what: str, body: Any = None) -> Any:
    given = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/__simulator/{what}", given, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def _peak() -> int:
    """The largest resident size of this process so far, in millions of bytes. Linux tells kilobytes, macOS bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # what is logged of calls that failed stands beside the answer, not in it
        told = run(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    json.dump(told, sys.stdout)
