"""A process that dies in the middle of a commit leaves the old revision or the new one, and nothing in between (law 1)."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from forks import begin
from homeroom.store import stores as opening
from homeroom.store.pages import Counts
from homeroom.store.sqlite_file import SqliteFile
from patience import SECONDS
from store_kill import SIZE, child, night, prepare
from store_recount import check

OLD = {"apply": (1, Counts(SIZE, 0)), "first": (0, None)}
NEW = {"apply": (2, Counts(SIZE + 160, 40)), "first": (1, Counts(SIZE, 0))}


def _die(*given: object) -> int | None:
    """Run `child` in a process of its own; returns how it ended."""
    process = begin(child, *given)
    process.join(SECONDS)
    return process.exitcode


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["apply", "first"])
def test_a_killed_file_holds_the_old_or_the_new_revision(tmp_path: Path, scenario: str) -> None:
    before, answer = tmp_path / "before", tmp_path / "answer"
    prepare(before, None, scenario)
    shutil.copytree(before, tmp_path / "count", symlinks=True)
    assert _die(tmp_path / "count", None, scenario, None, answer) == 0
    steps = int(answer.read_text())
    outcomes = []
    for die_at in sorted({*range(5, steps, max(1, steps // 5)), *range(steps - 5, steps)}):
        data = tmp_path / f"data-{die_at}"
        shutil.copytree(before, data, symlinks=True)
        assert _die(data, None, scenario, die_at, answer) == -signal.SIGKILL
        outcomes.append(_whole(data, None, scenario))
    assert {OLD[scenario], NEW[scenario]} == set(outcomes)
    night(tmp_path / "data-5", None, scenario)  # the next night is walked as if nothing had been
    assert _whole(tmp_path / "data-5", None, scenario) == NEW[scenario]


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("scenario", ["apply", "first"])
def test_a_killed_process_leaves_the_old_or_the_new_schema(postgres_url: str, tmp_path: Path, scenario: str) -> None:
    prepare(tmp_path, postgres_url, scenario)
    outcomes = []
    for die_at in (4, 12, 20, 30):
        if _die(tmp_path, postgres_url, scenario, die_at, tmp_path / "answer") == -signal.SIGKILL:
            outcomes.append(_whole(tmp_path, postgres_url, scenario))
    assert OLD[scenario] in outcomes
    if outcomes[-1] == OLD[scenario]:
        night(tmp_path, postgres_url, scenario)
    assert _whole(tmp_path, postgres_url, scenario) == NEW[scenario]


def _whole(data: Path, url: str | None, scenario: str) -> tuple[int, Counts | None]:
    """The state after the kill: consistent, writable, and one of the two."""
    with opening.open(data, url) as opened:
        store = opened.roster("pine")
        found = (store.revision(), store.counts().get("users"))
        assert found in (OLD[scenario], NEW[scenario])
        check(store)
        if isinstance(store.place, SqliteFile):
            with sqlite3.connect(store.place.file) as raw:
                assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            raw.close()
        with opened.lock("pine", 0):  # the dead hold no lock
            for running in store.imports.with_status("running"):
                assert found == OLD[scenario] or url is not None  # there, earlier deaths are in the log too
                store.imports.resume(running.number, "another")
    return found
