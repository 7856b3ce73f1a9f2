"""Links that open once, within 48 hours: invitations, new passwords, and credentials that are handed over (law 12)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from homeroom.roster.faults import Fault
from homeroom.store.sessions import Once
from homeroom.sync.house import House

LASTS = timedelta(hours=48)

Kind = Literal["invitation", "new-password", "credentials"]


class LinkDead(Fault):
    """The link opens nothing. `used` tells when it was opened, None: never was, or is not known; `expired`: its time is over."""

    def __init__(self, used: datetime | None, expired: bool) -> None:
        self.used = used
        self.expired = expired
        super().__init__("this link opens nothing any more")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link gave. `values` is what was sealed in it."""

    kind: str
    district: str | None
    about: str
    given_by: str
    values: Mapping[str, Any]


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(
    house: House, kind: Kind, about: str, values: Mapping[str, Any], given_by: str, now: datetime, district: str | None = None
) -> str:
    """The token of a new link. A link of the same kind about the same thing that nobody opened is dead from now on."""
    token = secrets.token_urlsafe(32)
    kept = digest(token)
    sealed = house.vault.encrypt(json.dumps(values), table="once", row=kept, column="sealed")
    house.stores.control.once.keep(Once(kept, kind, district, about, sealed, given_by, now, now + LASTS, None))
    return token


def look(house: House, token: str, now: datetime) -> Once:
    """The link, which can be opened still. Opens nothing: programs that scan mail look at addresses, too. Raises LinkDead.

    A link of a district that is to be deleted opens nothing either, and is good again when the district is kept.
    """
    found = house.stores.control.once.find(digest(token))
    if found is None or _shut(house, found):
        raise LinkDead(None, expired=False)
    if found.used is not None or found.expires <= now:
        raise LinkDead(found.used, expired=found.used is None)
    return found


def use(house: House, token: str, now: datetime) -> Opened:
    """Open a link, for the first who comes. Raises LinkDead for everyone after."""
    look(house, token, now)
    taken = house.stores.control.once.use(digest(token), now)
    if taken is None:
        raise LinkDead(now, expired=False)  # somebody was quicker just now
    return _opened(house, taken)


def _shut(house: House, link: Once) -> bool:
    """Whether it is of a district that is to be deleted: it opens again when the district is kept."""
    return link.district is not None and not house.stores.control.districts.stays(link.district)


def _opened(house: House, link: Once) -> Opened:
    values = json.loads(house.vault.decrypt(link.sealed or "", table="once", row=link.sha256, column="sealed"))
    return Opened(link.kind, link.district, link.about, link.given_by, values)
