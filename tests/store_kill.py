"""What a process does that is killed in the middle of a commit. Run in a child made by a fork server."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from homeroom.store import stores
from store_plans import commit, user

SIZE = 1100


def prepare(data: Path, url: str | None, scenario: str) -> None:
    """The state before: a district without a roster, or with one."""
    with stores.open(data, url) as opened:
        store = opened.roster("pine")
        if scenario == "apply":
            commit(store, {"orgs": _orgs(), "users": [("add", _user(n, "s1")) for n in range(SIZE)]}, data)


def night(data: Path, url: str | None, scenario: str) -> None:
    """Commit the night."""
    with stores.open(data, url) as opened:
        store = opened.roster("pine")
        if scenario == "apply":
            changes = [("remove", _user(n, "s1")) for n in range(40)]
            changes += [("update", _user(n, "s2")) for n in range(40, 400)]
            changes += [("add", _user(n, "s2")) for n in range(SIZE, SIZE + 200)]
            commit(store, {"users": changes}, data)
        else:
            users = [("add", _user(n, "s1")) for n in range(SIZE)]
            commit(store, {"orgs": _orgs(), "users": users}, data, first=True)


def child(data: Path, url: str | None, scenario: str, die_at: int | None, answer: Path) -> None:
    """Commit the night, and die by SIGKILL at a step of it: a statement, a commit, a connection given back, a rename, a removed file.

    Writes how many steps there were, when it lives.
    """
    steps = _dying(die_at)
    night(data, url, scenario)
    answer.write_text(str(next(steps)))


def _dying(at: int | None) -> count[int]:
    steps = count(1)

    def step(*_: object) -> None:
        if next(steps) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(name: str, _: object) -> None:
        if name in {"os.rename", "os.remove", "os.symlink", "sqlite3.connect", "subprocess.Popen"}:
            step()

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)
    event.listen(Pool, "checkin", step)  # after a commit, or a transaction that only read
    sys.addaudithook(audit)
    return steps


def _orgs() -> list[tuple[str, dict[str, str | None]]]:
    return [("add", {"sourcedId": key, "name": key, "type": "school"}) for key in ("s1", "s2")]


def _user(n: int, org: str) -> dict[str, str | None]:
    return user(f"u{n:05}", orgSourcedIds=org, agentSourcedIds=f"u{n + 1:05}")
