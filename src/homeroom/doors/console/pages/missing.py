"""Why is somebody missing? One field, and seven steps for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeroom.desk import missing
from homeroom.doors.console.answers import Answer, Goto, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _
from homeroom.roster.faults import Misuse

STEPS = {
    "received": N_("Received"),
    "read": N_("Read"),
    "mapped": N_("Mapped"),
    "checked": N_("Checked"),
    "compared": N_("Compared"),
    "saved": N_("Saved"),
    "sent-on": N_("Sent on"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """The page. `over`: the question that was asked for is not kept any more."""

    slug: str
    answer: missing.Answer | None
    over: bool
    steps: Mapping[str, str] = field(default_factory=lambda: STEPS)


def show(asked: Asked) -> Answer:
    """The question, and its answer."""
    handle = asked.asked_for("asked")
    answer = missing.kept(asked.house, asked.viewer, asked.slug, handle, asked.now) if handle else None
    return Shown("pages/missing.html", Why(asked.slug, answer, bool(handle) and answer is None))


def ask(asked: Asked) -> Answer:
    """Ask; the answer is asked for by a handle."""
    try:
        handle = missing.keep(asked.house, asked.viewer, asked.slug, asked.form("who"), asked.now)
    except Misuse:
        raise Wrong(who=_("Type a name or a number: two letters or digits at least.")) from None
    return Goto(f"/districts/{asked.slug}/missing?asked={handle}")


PAGES = (Page("/districts/{slug}/missing", "records.see", show, ask, tab="records"),)
