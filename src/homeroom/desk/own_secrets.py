"""A person's own password and code generator, changed by the person."""

from __future__ import annotations

import re
from datetime import datetime

from homeroom.desk import passwords, people, tries
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House

SECRET = re.compile(r"[A-Z2-7]{32}")
"""A secret of a code generator as `passwords.new_secret` makes it."""


def change_password(house: House, asking: Viewer, old: str, new: str, now: datetime, *, keep_tokens: bool = False) -> int:
    """Give oneself another password; how many tokens ended. Other sessions end, and tokens unless they are to be kept. Raises Misuse."""
    control = house.stores.control
    kept = control.people.get(asking.person.id)
    tries.spend(house, "confirm", str(kept.id), now)
    if not passwords.right(kept.password_hash, old):
        raise Misuse("The old password did not match.")
    passwords.judged(new, kept.email, kept.name)
    control.people.change(kept.id, password_hash=passwords.hashed(new))
    control.sessions.end_all(kept.id, but=asking.session)
    tries.forgive(house, "confirm", str(kept.id))
    ended = 0 if keep_tokens else people.end_tokens(house, kept.id, now)
    control.audit.add(AuditRow(now, asking.who, "password-changed", None, {"tokens_ended": ended}))
    return ended


def set_code(house: House, asking: Viewer, confirmation: str, secret: str, code: str, now: datetime) -> None:
    """Set a code generator up, or another one. `confirmation`: a code of the old one, or the password. Other sessions end. Raises Misuse."""
    kept = house.stores.control.people.get(asking.person.id)
    if kept.totp is not None or kept.password_hash is not None:  # who came by single sign-on alone has neither yet
        people.confirm(house, asking, confirmation, now)
    step = passwords.step_of(secret, code, now) if SECRET.fullmatch(secret) else None
    if step is None:
        raise Misuse("The new code did not match. Check that the clock of your phone is right, and type the newest code.")
    control = house.stores.control
    sealed = house.vault.encrypt(secret, table="person", row=str(asking.person.id), column="totp")
    control.people.change(asking.person.id, totp=sealed, totp_step=step)
    control.sessions.end_all(asking.person.id, but=asking.session)
    control.audit.add(AuditRow(now, asking.who, "code-generator-set", None))
