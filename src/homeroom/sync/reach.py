"""How far a source reaches: public addresses, what the operator allows for all, and what was typed on the machine itself.

Whoever has the machine's command line reaches its network anyhow. So an inner address that is set there counts as allowed, for that
source, that host and that port; set in the console or by a program, it counts only where the operator's setting allows it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from homeroom.roster.faults import Misuse
from homeroom.settings import Settings
from homeroom.store.sources import Source
from homeroom.sync import source_settings
from homeroom.systems import reach as reaching
from homeroom.systems.reach import Network, Reach

COMMAND_LINE = "command line"
"""Who acted, where somebody on the machine itself did."""
MARK = "reach"
"""Where a source keeps the place that was allowed on the command line."""
PLACES = frozenset({"host", "port", "url"})
"""Settings that say where a source connects."""


def of_house(settings: Settings) -> Reach:
    """What is allowed for every source."""
    networks = tuple(found for e in settings.allowed_hosts if (found := _network(e)) is not None)
    names = frozenset(reaching.plain(e) for e in settings.allowed_hosts if _network(e) is None)
    return Reach(names, networks)


def of(settings: Settings, source: Source) -> Reach:
    """What a source may connect to."""
    house, mark = of_house(settings), source.settings.get(MARK)
    return house if mark is None else Reach(house.names, house.networks, frozenset({str(mark)}))


def marked(kept: Mapping[str, Any], kind: str, values: Mapping[str, Any], who: str, settings: Settings) -> dict[str, Any]:
    """A source's settings after `values` were put in, with the mark that `who` may set. Raises Misuse for a place that is not reached.

    The mark falls with the place that it was for.
    """
    made = dict(kept)
    if PLACES.isdisjoint(values):
        return made
    made.pop(MARK, None)
    found = _place(made, kind)
    if found is None or of_house(settings).allows(*found):
        return made
    if who != COMMAND_LINE:
        raise Misuse(
            "Homeroom connects to public addresses only, and {host} is none: enter the server's public name, "
            "or ask whoever runs Homeroom to allow this address.",
            host=found[0],
        )
    return {**made, MARK: reaching.place(*found)}


def elsewhere(before: Mapping[str, Any], after: Mapping[str, Any], kind: str) -> bool:
    """Whether settings lead to another server than they did."""
    return kind in source_settings.PULLED and _place(before, kind) != _place(after, kind)


def _place(kept: Mapping[str, Any], kind: str) -> tuple[str, int] | None:
    """Host and port to which settings lead; None where they name none, or one that is told otherwise (`url` is judged before)."""
    connection = kept.get("connection", {})
    if kind in source_settings.REMOTE:
        return (str(connection["host"]), int(connection.get("port") or 22)) if connection.get("host") else None
    try:
        parts = urlsplit(str(connection.get("url") or ""))
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise Misuse("The address of the server is written wrongly: write it as https://powerschool.pinewood.example.") from None
    return (parts.hostname, port) if parts.hostname else None


def _network(text: str) -> Network | None:
    """A network or a single address; None for a name."""
    try:
        return ipaddress.ip_network(text.removeprefix("[").removesuffix("]"), strict=False)
    except ValueError:
        return None
