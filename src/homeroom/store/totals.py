"""The sums of an import report, kept beside it: the import log shows them for hundreds of imports, and reports may be large."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all tables and files of an import. `rows` = `accepted` + `refused` + `ignored`. `codes`: issue code -> rows found.

    `steps`: word of a step -> its seconds.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    restored: int = 0
    unchanged: int = 0
    rows: int = 0
    accepted: int = 0
    refused: int = 0
    ignored: int = 0
    seconds: float | None = None
    codes: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)

    def written(self) -> str:
        """As the store keeps it."""
        return json.dumps(asdict(self))


def totals_of(report: Mapping[str, Any]) -> Totals:
    """The sums of a report, given as plain JSON values."""
    tables, files = report.get("tables", {}).values(), report.get("files", ())
    return Totals(
        **{name: sum(t[name] for t in tables) for name in ("added", "updated", "removed", "restored", "unchanged")},
        **{name: sum(f[name] for f in files) for name in ("rows", "accepted", "refused", "ignored")},
        seconds=report.get("seconds"),
        steps=_steps(report.get("steps", ())),
        codes=report.get("issue_rows") or report.get("issue_counts", {}),
    )


def _steps(told: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in told:
        found[each["step"]] = found.get(each["step"], 0.0) + each["seconds"]
    return found


def read(text: str) -> Totals:
    """What `written` wrote."""
    return Totals(**json.loads(text))
