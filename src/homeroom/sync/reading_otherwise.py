"""A source that names no layout set, and whose files of tonight are read by another set than those of last time.

One renamed column is enough: the set that read the files until now lacks it, and another one, which needs less, takes them. It would
make its own schools and courses, and the district would look like another. So a person is asked, with what the usual set lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from homeroom.compare.limits import Limits
from homeroom.layouts.choice import Choice, lacking
from homeroom.layouts.sets import LayoutSet
from homeroom.store.roster import RosterStore
from homeroom.sync.ending import reason
from homeroom.workbench.values import Inspected, Judgement, Plan


def usual_set(store: RosterStore, source: int) -> str | None:
    """The set that read the last import of a source that was applied; None where there was none."""
    for entry in store.imports.last(50, source=source):
        if not entry.dry_run and entry.status == "done" and entry.outcome != "failed" and entry.kind == "continuous":
            used = (store.imports.report(entry.number) or {}).get("layouts")
            return used["set"] if isinstance(used, dict) else used
    return None


def judge(
    judgement: Judgement,
    choice: Choice,
    usual: str | None,
    sets: Sequence[LayoutSet],
    inspected: Sequence[Inspected],
    plan: Plan,
    limits: Limits,
) -> Judgement:
    """The judgement, or a hold where another set than the `usual` one (None: any will do) reads the files and would change something.

    The versions of OneRoster are one system's files, and no such change.
    """
    taken = choice.layouts
    before = next((s for s in sets if s.name == usual), None)
    kin = before is not None and before.manifest and taken.manifest
    if usual in (None, taken.name) or kin or plan.first or plan.empty or judgement.verdict == "fail":
        return judgement
    gap = lacking(before, inspected) if before is not None else ""
    told = f" For {usual}, {gap}." if gap else ""
    why = reason("layouts_changed", now=taken.name, before=usual, gap=told)
    return replace(judgement, verdict="hold" if limits.policy == "hold" else "fail", reason=why)
