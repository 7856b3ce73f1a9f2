"""Whom the console asks who somebody is and what they may do. It decides nothing of that itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from homeroom.desk.viewer import Kind, Viewer
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on. `code`: the form brings the six digits along, and the act looks at them."""

    code: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """As far as this person is told there is no such page."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The district has not turned support access on."""

    district: str


@dataclass(frozen=True, slots=True)
class MayNot:
    """It may be seen but not done by this person; the sentence says who can."""

    sentence: str


@dataclass(frozen=True, slots=True)
class NeedsElevation:
    """The elevated role comes first: of this kind, in this district (None: the installation)."""

    kind: Kind
    district: str | None


Verdict = Allowed | Hidden | Closed | MayNot | NeedsElevation


class Gate(Protocol):
    """Sessions and rights. Both are asked in threads."""

    def viewer(self, house: House, cookie: str | None, now: datetime) -> Viewer | None:
        """Who has the session with that text; None for nobody."""
        ...

    def allows(self, house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Verdict:
        """Whether that person may do that act there."""
        ...


class NobodyYet:
    """The gate of an installation without people: nobody is known."""

    def viewer(self, house: House, cookie: str | None, now: datetime) -> Viewer | None:
        """Nobody."""
        return None

    def allows(self, house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Verdict:
        """Nothing."""
        return Hidden()
