"""The brake against guessing: answers come later with every failure, and an address that goes on is shut out for a while.

Failures are counted for an address, for an address at one account, and for an account from everywhere. Only the first two
shut out: a stranger who guesses at a district's account makes other strangers wait, but never locks the district out. Many
districts share an address (a hosted student information system, a regional centre), so an address from which somebody logged in
is not shut out as a whole: there each account is counted by itself. Keys are not guessed: a key is turned away only with its
whole address. The clock is an argument: seconds that only grow.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field

KNOWN_FOR = 7 * 86_400.0
"""Seconds for which an address from which somebody logged in is a known one."""
REMEMBERED = 50_000
"""Places that are remembered; the oldest are forgotten first, so that an attacker cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class BrakeRules:
    """How hard to brake. Times are seconds.

    The wait before an answer is `first_wait` after the first failure and doubles up to `longest_wait`. After `address_tries`
    failures from one address, or `account_tries` from one address at one account, within `window`, it is shut out for
    `shut_out`.
    """

    first_wait: float = 0.5
    longest_wait: float = 8.0
    window: float = 900.0
    address_tries: int = 30
    account_tries: int = 10
    shut_out: float = 900.0


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    shut_until: float = 0.0


@dataclass(slots=True)
class Brake:
    """What was seen of failures. `failures` and `shut_outs` only grow: for metrics."""

    rules: BrakeRules = field(default_factory=BrakeRules)
    failures: int = 0
    shut_outs: int = 0
    _counts: OrderedDict[tuple[str, str], _Count] = field(default_factory=OrderedDict)
    _known: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def shut(self, address: str, account: str | None, now: float) -> bool:
        """Whether this address may not even try (at this account; with None: at all)."""
        places = [] if self._knows(address, now) else [(_net(address), "")]
        places += [(_net(address), account)] if account is not None else []
        return any(now < c.shut_until for c in map(self._counts.get, places) if c is not None)

    def wait(self, address: str, account: str, now: float) -> float:
        """Seconds to wait before the next answer to this address at this account."""
        places = _places(address, account)
        worst = max(self._recent(place, now) for place in (places[1:2] if self._knows(address, now) else places))
        return min(self.rules.longest_wait, self.rules.first_wait * 2.0 ** min(worst - 1, 32)) if worst else 0.0

    def failed(self, address: str, account: str, now: float) -> bool:
        """Count a failure. Returns whether it shut the address out."""
        self.failures += 1
        net = _net(address)
        tries = {(net, ""): self.rules.address_tries, (net, account): self.rules.account_tries}
        shut = False
        for place in _places(address, account):
            count = self._counted(place, now)
            count.failures, count.last = self._recent(place, now) + 1, now
            if count.failures >= tries.get(place, count.failures + 1):
                count.shut_until, count.failures = now + self.rules.shut_out, 0
                shut = True
        self.shut_outs += shut
        return shut

    def succeeded(self, address: str, account: str, now: float) -> None:
        """Forget the failures of this address at this account, and know the address from now on."""
        net = _net(address)
        self._counts.pop((net, account), None)
        self._known[net] = now
        self._known.move_to_end(net)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _knows(self, address: str, now: float) -> bool:
        seen = self._known.get(_net(address))
        return seen is not None and now - seen <= KNOWN_FOR

    def _recent(self, place: tuple[str, str], now: float) -> int:
        count = self._counts.get(place)
        return count.failures if count is not None and now - count.last <= self.rules.window else 0

    def _counted(self, place: tuple[str, str], now: float) -> _Count:
        count = self._counts.setdefault(place, _Count(last=now))
        self._counts.move_to_end(place)
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return count


def _places(address: str, account: str) -> tuple[tuple[str, str], ...]:
    net = _net(address)
    return (net, ""), (net, account), ("", account)


def _net(address: str) -> str:
    """The address; of IPv6 the /64, which is what one customer has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
