"""Credentials handed to a district by a link that opens once: a new password is made for it, and the old one stays good for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeroom.desk import once, passwords
from homeroom.desk.setup.acting import credentials_opened
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.sessions import Once
from homeroom.sync import accounts, doorways
from homeroom.sync.house import House

KIND: once.Kind = "credentials"
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Handed:
    """What the link shows: how to reach the door (an empty port is not known yet), and the password, once."""

    district: str
    name: str
    given_by: str
    facts: Mapping[str, str]
    password: str


def make(house: House, asking: Viewer, slug: str, number: int, facts: Mapping[str, str], now: datetime) -> str:
    """The token of a link that shows a source's new password. The password before stays good for 24 hours, links before are dead.

    A password that lies in a link nobody opened is used by nobody: the one before that stays good then.

    `facts` are what else the page shows (its host key), by name; host and port are those of the day when it is opened. Raises Misuse for
    a source without an account, TryAgain while others make so many that it does not come to its turn.
    """
    password = passwords.new_password()
    hashed = passwords.hashed(password)
    with house.stores.sole("link"):  # of two at once the link that lives has to be the one with the newer password
        unseen = waiting(house, slug, number, now) is not None
        account, _ = accounts.rotate(house, slug, number, hashed, OVERLAP, asking.who, unseen=unseen)
        values = {"password": password, "facts": {**facts, "username": account.username}}
        house.stores.control.audit.add(AuditRow(now, asking.who, "link-made", slug, {"source": number, "kind": KIND}))
        return once.make(house, KIND, f"{slug} {number}", values, asking.who, now, slug)


def waiting(house: House, slug: str, number: int, now: datetime) -> Once | None:
    """The link for a source that nobody opened yet."""
    return house.stores.control.once.waiting(KIND, f"{slug} {number}", now)


def newest(house: House, slug: str, number: int) -> Once | None:
    """The last link that was made for a source, opened or not, as long as it is remembered."""
    return house.stores.control.once.newest(KIND, f"{slug} {number}")


def look(house: House, token: str, now: datetime) -> Once:
    """The link, unopened. Raises LinkDead."""
    found = once.look(house, token, now)
    if found.kind != KIND:
        raise once.LinkDead(None, expired=False)
    return found


def opened(house: House, token: str, now: datetime) -> Handed:
    """Open a link: shows the password for the first and last time. Raises LinkDead."""
    look(house, token, now)
    found = once.use(house, token, now)
    if found.district is None:
        raise Misuse("This link belongs to no district.")
    number = int(found.about.split()[1])
    house.stores.control.audit.add(AuditRow(now, "a link", "credentials-opened", found.district, {"source": number}))
    credentials_opened(house, found.district, now)
    name = house.stores.control.districts.get(found.district).name
    reached = {"host": accounts.host_for_others(house.settings), "port": str(doorways.sftp_port(house) or "")}
    return Handed(found.district, name, found.given_by, {**found.values["facts"], **reached}, found.values["password"])
