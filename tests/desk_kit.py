"""People of an installation as its own commands and pages make them: invited, come in by the link, with code generators that tick."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher

from homeroom.desk import elevation, once, people, sessions, signing_in
from homeroom.desk.viewer import Person, Viewer
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House

PASSWORD = "correct horse battery staple"
KEPT = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""Cheap on purpose: these people sign in some hundred times. Those who come in by a real link have a real one."""
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@dataclass
class Somebody:
    """A person who can sign in, with what they carry. `now` is the clock of the tests; each code takes half a minute of it."""

    house: House
    person: Person
    secret: str | None
    now: datetime = NOON
    _last: list[int] = field(default_factory=list)

    def code(self) -> str:
        """The next code that was not used before; without a generator the password."""
        if self.secret is None:
            return PASSWORD
        self.now += timedelta(seconds=30)
        return pyotp.TOTP(self.secret).at(self.now)

    def sign_in(self) -> str:
        """The cookie of a new session."""
        code = self.code() if self.secret else ""
        return signing_in.sign_in(self.house, self.person.email, PASSWORD, code, self.now, agent="test", address="127.0.0.1")

    def viewer(self, cookie: str) -> Viewer:
        """Who asks, by the cookie."""
        found = sessions.viewer(self.house, cookie, self.now)
        assert found is not None
        return found

    def elevated(self, cookie: str, kind: Any, slug: str | None = "pinewood") -> Viewer:
        """The same with the elevated role on."""
        elevation.begin(self.house, self.viewer(cookie), kind, slug, "to see why Foxglove is missing", self.code(), 30, self.now)
        return self.viewer(cookie)


def somebody(
    house: House, role: str, email: str | None = None, *, code: bool = True, now: datetime = NOON, **more: Any
) -> Somebody:
    """Invite somebody who came in by the link: as `people.accept` leaves them (a test compares), but for the cost of the hash."""
    control = house.stores.control
    invited = people.invite(house, email or f"{role}@vendor.example", role, who="tests", now=now, **more)
    number, secret = invited.person.id, pyotp.random_base32() if code else None
    once.use(house, invited.token, now)
    sealed = house.vault.encrypt(secret, table="person", row=str(number), column="totp") if secret else None
    step = int(now.timestamp()) // 30 if secret else 0
    kept = control.people.change(number, password_hash=KEPT, totp=sealed, totp_step=step)
    own = kept.districts[0] if len(kept.districts) == 1 else None
    control.audit.add(AuditRow(now, kept.email, "came-in", own, {"code": code}))
    return Somebody(house, people.as_person(kept), secret, now)
