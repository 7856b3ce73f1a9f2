"""A roster held against the truth that a made-up district was written with (`homeroom.simulator.truth`).

For every layout set that a made-up district is written in: walk the delivery, then `differences(town.roster(), truth)` is empty.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from walks.walking import Roster

UNSAID = "?"
GUARDIANS = ("parent", "guardian", "relative")
SAID_AT_MOST = 20
NUMBER = re.compile(r"\d\.\d+|\d")  # an id has more digits before the point
Record = Mapping[str, Any]


def differences(roster: Roster, truth: Path) -> list[str]:
    """What the roster lacks or holds otherwise, the first of each table; `truth` is a folder with `truth.json`.

    Only what is active counts. Beside the truth a table may hold made rows, and guardians where the format sends contacts: what
    becomes of those is for the contact rules.
    """
    tables = json.loads((truth / "truth.json").read_text(encoding="utf-8"))["tables"]
    found: list[str] = []
    for table, about in tables.items():
        if table != "contacts":
            with (truth / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                told = list(csv.DictReader(file))
            wrong = _table(roster, table, tuple(about["key"]), told)
            found += (wrong + _beside(roster, table, tuple(about["key"]), told, "contacts" in tables))[:SAID_AT_MOST]
    return found


def _active(roster: Roster, table: str) -> list[Record]:
    return [r for r in roster.get(table, {}).values() if r.get("status") != "tobedeleted"]


def _beside(roster: Roster, table: str, key: tuple[str, ...], expected: list[dict[str, str]], contacts: bool) -> list[str]:
    """Active records that the truth does not know and that nothing explains."""
    told = {tuple(_list(row[c]) for c in key) for row in expected}
    stray = [r for r in _active(roster, table) if tuple(_said(roster, r, c) for c in key) not in told]
    stray = [r for r in stray if '"made":"true"' not in (r.get("metadata") or "")]
    if contacts and table == "users":
        stray = [r for r in stray if r["role"] not in GUARDIANS]
    return [f"{table}: {[_said(roster, r, c) for c in key]} is not in the truth" for r in stray]


def _table(roster: Roster, table: str, key: tuple[str, ...], expected: list[dict[str, str]]) -> list[str]:
    held: dict[tuple[str, ...], Record] = {tuple(_said(roster, r, c) for c in key): r for r in _active(roster, table)}
    wrong = []
    for row in expected:
        record = held.get(tuple(_list(row[c]) for c in key))
        if record is None:
            wrong.append(f"{table}: nothing under {[row[c] for c in key]}")
            continue
        for column, value in row.items():
            if value != UNSAID and not _same(_said(roster, record, column), _list(value)):
                wrong.append(f"{table} {[row[c] for c in key]}: {column} is {_said(roster, record, column)!r}, not {value!r}")
    return wrong


def _same(held: str, told: str) -> bool:
    """Whether two cells say the same; a decimal number may be written longer or shorter."""
    return held == told or (
        NUMBER.fullmatch(held) is not None and NUMBER.fullmatch(told) is not None and float(held) == float(told)
    )


def _said(roster: Roster, record: Record, column: str) -> str:
    """A record's cell as the truth writes it; a dotted column reads metadata, or through a reference."""
    name, _, rest = column.partition(".")
    if not rest:
        return _list(record.get(name) or "")
    if name == "metadata":
        return _list(json.loads(record.get("metadata") or "{}").get(rest, ""))
    named = roster[{"classSourcedId": "classes", "courseSourcedId": "courses"}[name]].get(record[name], {})
    return _said(roster, named, rest)


def _list(value: str) -> str:
    """A comma list in one order; any other text is its own."""
    return ",".join(sorted(value.split(",")))
