"""Whom the console asks who somebody is and what they may do: the desk. It decides nothing of that itself."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from homeroom.desk import rights, sessions
from homeroom.desk.viewer import Viewer
from homeroom.sync.house import House

Verdict = rights.Answer


class Gate(Protocol):
    """Sessions and rights. Both are asked in threads."""

    def viewer(self, house: House, cookie: str | None, now: datetime, *, keep: bool = True) -> Viewer | None:
        """Who has the session with that text; None for nobody. `keep`: somebody sits there, so that the session goes on."""
        ...

    def allows(self, house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Verdict:
        """Whether that person may do that act there."""
        ...


class OfTheDesk:
    """The real gate."""

    def viewer(self, house: House, cookie: str | None, now: datetime, *, keep: bool = True) -> Viewer | None:
        """Who has the session with that text."""
        return sessions.viewer(house, cookie, now, keep=keep)

    def allows(self, house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Verdict:
        """What the desk says."""
        return rights.allows(house, asking, act, slug, now)
