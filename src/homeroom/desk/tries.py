"""Tries that did not match, counted in the store: neither many at once nor several processes get around the brake."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from homeroom.roster.faults import Misuse
from homeroom.sync.house import House

TRIES = 10
WAIT = timedelta(minutes=15)


def key(kind: str, text: str) -> str:
    """Under what tries are counted: a hash, so that no list of addresses lies in the store."""
    return hashlib.sha256(f"{kind} {text}".encode("utf-8", "replace")).hexdigest()


def place(address: str) -> str:
    """Where tries come from: the address; of IPv6 the /64, which is what one customer has to choose from."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def spend(house: House, kind: str, text: str, now: datetime) -> None:
    """Write a try down before it is looked at. Raises Misuse when there were too many within `WAIT`."""
    named, attempts = key(kind, text), house.stores.control.attempts
    if attempts.most((named,), now - WAIT).get(named, 0) >= TRIES:
        raise Misuse("Too many tries. Wait 15 minutes.")
    attempts.add((named,), now, now - WAIT)


def forgive(house: House, kind: str, text: str) -> None:
    """Forget the tries: it was right."""
    house.stores.control.attempts.forgive(key(kind, text))
