"""The worksheet as a viewer of schools has it: the figures of the own schools, and answers for no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeroom.desk.viewer import Viewer
from homeroom.guide.worksheet.form import Answers
from homeroom.roster.faults import Misuse


def schools_of(asking: Viewer) -> tuple[str, ...] | None:
    """The schools that this person is bound to; None for those who see the whole district."""
    return asking.person.schools if asking.role == "school_viewer" else None


def within(asking: Viewer, about: str) -> bool:
    """Whether this person sees the figures that are about that (`comparing.Line.about`)."""
    own = schools_of(asking)
    return own is None or about in {f"School {school}" for school in own}


def said_within(asking: Viewer, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered so far, as far as this person sees it: totals by key, figures of schools by id and column."""
    own, schools = schools_of(asking), dict(said.get("schools", {}))
    if own is None:
        return {"totals": dict(said.get("totals", {})), "schools": schools}
    return {"totals": {}, "schools": {id: figures for id, figures in schools.items() if id in own}}


def joined(asking: Viewer, before: Answers, given: Answers) -> Answers:
    """The answers to keep: of a viewer of schools those of the own schools, in the midst of all others. Raises Misuse for more than that."""
    own = schools_of(asking)
    if own is None:
        return given
    if given.totals or given.terms or any(school.id not in own for school in given.schools):
        raise Misuse("You fill in the figures of your own schools. An administrator of the district fills in the others.")
    others = tuple(school for school in before.schools if school.id not in own)
    return replace(before, schools=(*others, *given.schools))
