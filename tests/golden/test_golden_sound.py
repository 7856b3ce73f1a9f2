"""The golden nights are true to themselves: a naive comparison of their files finds the numbers that `expected.json` promises."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
STORIES = sorted(p.parent for p in HERE.glob("*/expected.json"))
PLAIN = [
    p for p in STORIES if not p.name.startswith(("a-school-steps-out", "delta", "powerschool", "required", "held"))
]  # the others need more than files
IGNORED = ("status", "dateLastModified", "password")
Records = dict[str, dict[str, str]]


def read(folder: Path) -> dict[str, Records]:
    """Table -> id -> the delivered cells; a doubled id is kept once, since stories with doubled ids promise refusals there."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem != "manifest":
            rows = csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))
            found[path.stem] = {
                r["sourcedId"]: {k: v for k, v in r.items() if k not in IGNORED} for r in rows if "sourcedId" in r
            }
    return found


def compare(before: Records, gone: Records, now: Records) -> dict[str, int]:
    """Counts of one table; only delivered columns are compared, list items in any order."""

    def differs(old: dict[str, str], new: dict[str, str]) -> bool:
        return any(sorted(old.get(k, "").split(",")) != sorted(v.split(",")) for k, v in new.items())

    both = [k for k in now if k in before]
    updated = sum(differs(before[k], now[k]) for k in both)
    restored = sum(k in gone for k in now)
    return {
        "added": len(now) - len(both) - restored,
        "updated": updated,
        "unchanged": len(both) - updated,
        "removed": sum(k not in now for k in before),
        "restored": restored,
        "refused": 0,
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda p: p.name)
def test_every_night_is_described(story: Path) -> None:
    told = json.loads((story / "expected.json").read_text(encoding="utf-8"))
    folders = sorted(p.name for p in story.iterdir() if p.is_dir())
    assert folders == [f"night-{n}" for n in range(1, len(told["nights"]) + 1)]
    assert told["says"].endswith(".")
    for night in told["nights"]:
        assert (night["outcome"] is None) == (night["status"] == "waiting_for_approval")
        assert (night["reason"] is None) == (night["outcome"] in ("success", "success_with_row_issues"))
        assert night.get("then") in (None, "approve", "reject")
        changed = any(t["added"] + t["updated"] + t["removed"] + t["restored"] for t in night["tables"].values())
        taken = night["status"] == "done" or night.get("then") == "approve"
        assert (night["revision"] == "new") == (changed and taken)


@pytest.mark.parametrize("story", PLAIN, ids=lambda p: p.name)
def test_the_numbers_are_those_of_the_files(story: Path) -> None:
    told = json.loads((story / "expected.json").read_text(encoding="utf-8"))
    state: dict[str, Records] = {}
    gone: dict[str, Records] = {}
    for number, night in enumerate(told["nights"], start=1):
        now = read(story / f"night-{number}")
        for table, counts in night["tables"].items():
            if not counts["refused"]:
                assert compare(state.get(table, {}), gone.get(table, {}), now[table]) == counts, (number, table)
        if night["outcome"] == "failed" or (night["status"] != "done" and night.get("then") != "approve"):
            continue
        _take(night, now, state, gone)
        active = {t: len(r) for t, r in state.items()}
        assert {t: c["active"] for t, c in night["roster"].items()} == active, number


def _take(night: dict[str, Any], now: dict[str, Records], state: dict[str, Records], gone: dict[str, Records]) -> None:
    """Bring the state to what the night left. Where rows were refused, only what the night counts as removed is gone."""
    for table, counts in night["tables"].items():
        old = state.get(table, {})
        if counts["refused"]:
            lost = [k for k in old if k not in now[table]] if counts["removed"] else []
        else:
            lost = [k for k in old if k not in now[table]]
            old = old | {k: old.get(k, gone.get(table, {}).get(k, {})) | v for k, v in now[table].items()}
        gone.setdefault(table, {}).update({k: old[k] for k in lost})
        state[table] = {k: v for k, v in old.items() if k not in lost}
        gone[table] = {k: v for k, v in gone[table].items() if k not in state[table]}
