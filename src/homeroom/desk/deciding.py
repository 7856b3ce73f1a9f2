"""Deciding about an import that waits: reject it, approve the plan that was shown, or ask the district first; going back to a revision.

Rules: what is decided about is the plan that the person saw, and only as long as no newer one came; whoever approves says why, and
types how much would go, as a sign of having read it. A program cannot be asked to type a number or a code: it names the plan by its
hash, and its token's own reason stands where it gives none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from homeroom.deliveries.workfolders import claim
from homeroom.desk import people
from homeroom.desk.rights import demand
from homeroom.desk.viewer import Viewer
from homeroom.roster.codes import anew
from homeroom.roster.faults import Fault, Misuse
from homeroom.roster.report import ImportReport, TableReport
from homeroom.roster.words import Said, _
from homeroom.store.audit import because
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.sync import imports, interrupting, likely
from homeroom.sync.house import House
from homeroom.workbench.bench import Workbench

SHORTEST_REASON = 10
Field = Literal["code", "sure", "reason", "message"]
What = Literal["people", "rows", "changes"]


class NotSo(Fault):
    """What was typed does not do: `field` names it, `said` is what to do."""

    def __init__(self, field: Field, said: Said) -> None:
        self.field = field
        super().__init__("{said}", said=said)


class Overtaken(Fault):
    """Something newer came: the plan was not applied. `number` is the newer import, `at` when it began; None: the plan itself changed."""

    def __init__(self, number: int | None, at: datetime | None) -> None:
        self.number, self.at = number, at
        super().__init__("Something newer came. This plan was not applied.")


@dataclass(frozen=True, slots=True)
class Back:
    """What going back to a revision would do."""

    revision: int
    tables: dict[str, TableReport]
    plan: str
    empty: bool


def to_type(report: ImportReport) -> tuple[What, int]:
    """What an approval must type: the number of people that would be removed; without any that of the rows; else that of the changes."""
    if people_removed := likely.people_removed(report):
        return "people", people_removed
    if removed := sum(t.removed for t in report.tables.values()):
        return "rows", removed
    return "changes", sum(t.added + t.updated + t.restored for t in report.tables.values())


def reject(
    house: House, asking: Viewer, slug: str, number: int, plan: str | None, message: str, code: str, now: datetime
) -> ImportReport:
    """Turn it down, and tell the district why. `plan` None: whatever waits there. Raises NotSo, Overtaken, NotAllowed, Misuse."""
    demand(house, asking, "holds.reject", slug, now)
    if plan is not None:
        _still(house, slug, number, plan)
    if asking.token is None:
        try:
            people.confirm(house, asking, code, now)
        except Misuse as wrong:
            raise NotSo("code", wrong.said) from None
    return imports.reject(house, slug, number, who=asking.who, message=message, now=now)


def approve(
    house: House, asking: Viewer, slug: str, number: int, plan: str, typed: str, reason: str, now: datetime
) -> ImportReport:
    """Apply the plan that was shown, once. It is walked again, here and now. Raises NotSo, Overtaken, NotAllowed, Misuse, TryAgain."""
    demand(house, asking, "holds.approve", slug, now)
    _still(house, slug, number, plan)
    _what, count = to_type(imports.report(house, slug, number))
    digits = "".join(each for each in typed if each.isdigit())
    if asking.token is None and digits != str(count):
        raise NotSo("sure", _("That is not the number in the plan. Look at the table, then type it."))
    with because(reason=_reasoned(asking, reason)):
        return imports.approve(house, slug, number, plan=plan, who=asking.who, now=now)


def ask(house: House, asking: Viewer, slug: str, number: int, message: str, now: datetime) -> None:
    """Ask the district's people, and let the import wait on. Raises NotSo, NotAllowed, Misuse."""
    demand(house, asking, "holds.reject", slug, now)
    if not message.strip():
        raise NotSo("message", _("Write what you want to know."))
    interrupting.ask(house, slug, number, who=asking.who, message=message, now=now)


def newer(store: RosterStore, row: Import) -> Import | None:
    """The newest later import of a whole set of the same source; one that failed does not take this one's place."""
    later = [e for e in store.imports.last(50, source=row.source) if e.number > row.number and e.kind == "continuous"]
    return next((e for e in later if not e.dry_run and e.outcome != "failed"), None)


def back_to(house: House, asking: Viewer, slug: str, revision: int, now: datetime) -> Back:
    """What going back to a revision would change; nothing is changed. Raises Misuse for a revision that there is not."""
    demand(house, asking, "rollback", slug, now)
    store = house.stores.roster(slug)
    if not 0 < revision < store.revision():
        raise Misuse("There is no earlier revision {revision} to go back to.", revision=str(revision))
    with claim(house.settings.work, f"{slug}-back-{revision}") as folder, Workbench(folder.path) as bench:
        plan = store.rollback_plan(bench, revision)
    active = {name: counted.active for name, counted in store.counts().items()}
    tables = {
        name: replace(table, unchanged=max(active.get(name, 0) - table.updated - table.removed, 0))
        for name, table in plan.tables.items()
    }
    return Back(revision, tables, plan.hash, plan.empty)


def go_back(house: House, asking: Viewer, slug: str, revision: int, plan: str | None, reason: str, now: datetime) -> ImportReport:
    """Make a new revision that equals an old one, if that still does what was shown (`plan` None: whatever it does now).

    Raises NotSo, Overtaken, NotAllowed, Misuse.
    """
    seen = house.stores.roster(slug).revision()
    shown = back_to(house, asking, slug, revision, now)
    said = _reasoned(asking, reason)
    if plan is not None and shown.plan != plan:
        raise Overtaken(None, None)
    try:
        with because(reason=said):
            return imports.rollback(house, slug, revision, who=asking.who, now=now, seen=seen)
    except imports.MovedOn:  # between the look and the lock: another click, or a night
        raise Overtaken(None, None) from None


def _reasoned(asking: Viewer, reason: str) -> str:
    """The reason in one line; a program that gives none has that of its token's elevated role. Raises NotSo."""
    said = " ".join(reason.split())
    if not said and asking.token is not None and asking.elevation is not None:
        said = asking.elevation.reason
    if len(said) < SHORTEST_REASON:
        raise NotSo("reason", _("Say in a sentence why this is right: {count} characters or more.", count=SHORTEST_REASON))
    return said


def _still(house: House, slug: str, number: int, plan: str) -> None:
    """Go on only if the import still waits with that plan, and nothing newer came."""
    store = house.stores.roster(slug)
    row = store.imports.get(number)
    if (later := newer(store, row)) is not None:
        raise Overtaken(later.number, later.started_at)
    if row.status != "waiting_for_approval":
        if row.reason:
            why = anew(row.reason["code"], row.reason["message"])
            raise Misuse("Import {number} does not wait for a decision any more. {why}", number=str(number), why=why)
        raise Misuse("Import {number} does not wait for a decision any more.", number=str(number))
    if row.plan != plan:
        raise Overtaken(None, None)
