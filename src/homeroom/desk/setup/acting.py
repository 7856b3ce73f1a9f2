"""What people do in a set-up: begin it, ask for changes, write to each other, set the training's day, approve the first real sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from homeroom.desk.setup import noting, worksheet
from homeroom.desk.setup import steps as judged
from homeroom.desk.setup.steps import Step, gathered, last_complete, state
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.setups import Message, Setup, State
from homeroom.sync import districts, gate
from homeroom.sync.house import House
from homeroom.sync.schedule import Enqueue

LONGEST_MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Progress:
    """A set-up as its page shows it. `day` counts from 1; `training` is the day, where one is set."""

    setup: Setup
    state: State
    steps: tuple[Step, ...]
    day: int
    training: date | None
    sheet: worksheet.Sheet
    messages: tuple[Message, ...]

    @property
    def current(self) -> Step | None:
        """The step that stands now; None when all are done."""
        return next((step for step in self.steps if step.standing == "now"), None)


def begin(house: House, asking: Viewer, slug: str, name: str, timezone: str, started: date, now: datetime) -> Setup:
    """Add a district with a set-up: nothing of it is saved before both sides signed. Raises Misuse."""
    districts.add(house, slug, name, timezone, asking.who)
    made = house.stores.control.setups.begin(slug, started, {"begun_by": asking.who})
    house.stores.control.audit.add(AuditRow(now, asking.who, "setup-begun", slug))
    noting.note(house, slug, now)
    return made


def progress(house: House, slug: str, now: datetime) -> Progress:
    """How far a set-up is. Raises Misuse where none was begun."""
    known = gathered(house, slug)
    said = known.setup.values
    return Progress(
        setup=known.setup,
        state=state(known),
        steps=judged.steps(known, now),
        day=noting.day(known, now),
        training=date.fromisoformat(said["training"]) if said.get("training") else None,
        sheet=worksheet.sheet(house, slug),
        messages=tuple(house.stores.control.setups.messages(slug)),
    )


def say(house: House, asking: Viewer, slug: str, text: str, now: datetime) -> None:
    """Write to the others of this set-up. Raises Misuse for an empty message."""
    _said(house, asking, slug, text, now)
    noting.note(house, slug, now)


def request_changes(house: House, asking: Viewer, slug: str, text: str, now: datetime) -> None:
    """Ask the district for other files or figures, with what is wrong. Raises Misuse once the set-up is approved."""
    known = gathered(house, slug)
    if known.setup.state in gate.OPEN:
        raise Misuse("This set-up is approved already. Open the import, or change a setting.")
    _said(house, asking, slug, text, now)
    house.stores.control.setups.change(known.setup, "changes_requested", {**known.setup.values, "signed": {}})
    house.stores.control.audit.add(AuditRow(now, asking.who, "changes-requested", slug))
    noting.note(house, slug, now)


def credentials_opened(house: House, slug: str, now: datetime) -> None:
    """Note that the one-time link with the credentials was opened; districts without a set-up have no use for that."""
    known = house.stores.control.setups.of(slug)
    if known is not None:
        house.stores.control.setups.change(known, known.state, {**known.values, "credentials_opened": now.isoformat()})


def set_training(house: House, asking: Viewer, slug: str, day: date, now: datetime) -> None:
    """Set the day of the training. Raises Misuse while the worksheet is not agreed, and for a day that is over."""
    known = gathered(house, slug)
    if not worksheet.sheet(house, slug).agreed:
        raise Misuse("Training can be set when the worksheet is agreed.")
    if day < now.astimezone(known.zone).date():
        raise Misuse("That day is over. Choose one that comes.")
    house.stores.control.setups.change(known.setup, known.setup.state, {**known.setup.values, "training": day.isoformat()})
    house.stores.control.audit.add(AuditRow(now, asking.who, "training-set", slug, {"day": day.isoformat()}))
    noting.note(house, slug, now)


def approve(house: House, asking: Viewer, slug: str, now: datetime, enqueue: Enqueue) -> int:
    """Approve the first real sync, and begin it with the files that were counted; returns the import's number.

    Raises Misuse while the worksheet is not agreed, or where other files came since and were not compared.
    """
    known = gathered(house, slug)
    if known.setup.state in gate.OPEN:
        raise Misuse("This set-up is approved already.")
    agreed = worksheet.sheet(house, slug)
    if not agreed.agreed:
        raise Misuse("The worksheet is not agreed yet: both sides sign it first.")
    newest = last_complete(known)
    if newest is None or newest.number != agreed.number:
        raise Misuse("Other files came since the worksheet was compared. Compare it once more, then sign and approve.")
    entry = house.stores.roster(slug).imports.begin(
        source=newest.source, delivery=newest.delivery, kind="continuous", trigger=newest.trigger, now=now
    )
    house.stores.control.setups.change(known.setup, "approved", {**known.setup.values, "approved_by": asking.who})
    house.stores.control.audit.add(AuditRow(now, asking.who, "first-sync-approved", slug, {"import": entry.number}))
    noting.note(house, slug, now)
    enqueue(slug, entry.number)
    return entry.number


def _said(house: House, asking: Viewer, slug: str, text: str, now: datetime) -> None:
    said = text.strip()[:LONGEST_MESSAGE]
    if not said:
        raise Misuse("Write something first.")
    gathered(house, slug)
    house.stores.control.setups.say(slug, asking.who, said, now)
