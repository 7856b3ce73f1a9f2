"""Where Homeroom may connect for a district: the one place that decides it, for every road and every kind of server.

A source's address is typed by people of a district, and Homeroom stands in somebody else's network: without a limit a source could
be pointed at that network's inner servers. So a name is looked up, every address that it has is judged, and the connection goes to
one of the addresses that were judged: a name whose answer changes in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from homeroom.roster.faults import Refused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LookUp = Callable[[str, int], tuple[str, ...]]
_UNICAST = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""IPv6 addresses that stand for any IPv4 address by 6to4 and Teredo: nobody's SIS has one."""
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""IPv4 addresses of protocols, which not every version of Python counts as such."""
_NAT64 = IPv6Network("64:ff9b::/96")


class NotLookedUp(OSError):
    """A name could not be looked up just now; it may be there later."""


def looked_up(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name; none where nobody knows it. Raises NotLookedUp where it may be known later."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as trouble:
        if trouble.errno == socket.EAI_AGAIN:
            raise NotLookedUp("the name could not be looked up") from None
        return ()
    except UnicodeError:  # a name that no resolver takes
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be connected to: public addresses, and what the operator allows beside them.

    `names`: hosts whose addresses need not be public. `networks`: such addresses. `places`: hosts with a port (`127.0.0.1:9000`).
    """

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    places: frozenset[str] = frozenset()
    look_up: LookUp = field(default=looked_up, compare=False)

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses to connect to, each of them judged. Raises Refused (`no_public_address`), and NotLookedUp.

        A name that nobody knows is told like one that stands inside: else answers would tell which inner names there are.
        """
        bare = plain(host)
        found = self.look_up(bare, port)
        if not found or not (self._vouched(bare, port) or all(map(self._open, found))):
            raise Refused("no_public_address", host=bare)
        return found

    def allows(self, host: str, port: int) -> bool:
        """Whether a host may be saved: what is an address already is judged; a name is judged each time that it is looked up."""
        bare = plain(host)
        written = address_of(bare)
        return written is None or self._vouched(bare, port) or self._open(str(written))

    def _vouched(self, host: str, port: int) -> bool:
        return host in self.names or place(host, port) in self.places

    def _open(self, text: str) -> bool:
        address = _meant(ipaddress.ip_address(text.partition("%")[0]))
        return public(address) or any(address in network for network in self.networks)


def plain(host: str) -> str:
    """A host as it is compared: small letters, no brackets, no dot at its end."""
    return host.strip().lower().removeprefix("[").removesuffix("]").rstrip(".")


def place(host: str, port: int) -> str:
    """A host and its port as one text."""
    return f"{plain(host)}:{port}"


def address_of(host: str) -> Address | None:
    """The address that a host's text is by itself, in whatever form (`127.1`, `0x7f000001`, `::ffff:127.0.0.1`); None for a name.

    `localhost` and names below it mean this machine everywhere.
    """
    bare = plain(host)
    if bare == "localhost" or bare.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        found = socket.getaddrinfo(bare, None, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return None
    return ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])


def public(address: Address) -> bool:
    """Whether an address is one of the public internet. What is not known to be, is not."""
    meant = _meant(address)
    if isinstance(meant, IPv6Address) and (meant not in _UNICAST or any(meant in tunnel for tunnel in _TUNNELS)):
        return False
    if isinstance(meant, IPv4Address) and any(meant in special for special in _SPECIAL):
        return False
    return meant.is_global and not (meant.is_multicast or meant.is_reserved or meant.is_private)


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps, or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
