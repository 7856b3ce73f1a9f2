"""simulate powerschool."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from homeroom.cli.context import note
from homeroom.roster.faults import Misuse
from homeroom.roster.unhurried import settled, unhurried

if TYPE_CHECKING:
    from homeroom.simulator.powerschool.packages import Package
    from homeroom.simulator.powerschool.schema.named import Named


def powerschool(
    *,
    port: int = 0,
    students: int = 500,
    seed: int = 1,
    faults: str = "",
    plugin: Path | None = None,
    host: str = "127.0.0.1",
) -> int:
    """Run a pretend PowerSchool of a made-up district until Ctrl-C.

    The first line on standard output is JSON: url, client_id, client_secret.

    Parameters
    ----------
    port
        The port to listen on; 0 takes a free one.
    students
        How many students the district has, 10 to 200,000.
    seed
        Any number; the same seed gives the same district and the same credentials.
    faults
        What the server does wrong, with commas or blanks between: expire:N 429:N 500:N 503:N html:N emptybody:N truncate:N
        slow:S maxpage:N nocount shift dupe v1closed, and throttle:MS down drop:N overmax contactsclosed. POST
        /__simulator/faults changes them.
    plugin
        A plug-in's package (ZIP or plugin.xml) to install: clients then have its level and its fields, and may call its
        queries. Without it everything is granted, and Homeroom's own queries are there.
    host
        The address to listen on. Steering asks for no password: keep it on loopback.
    """
    with unhurried():
        from homeroom.simulator.powerschool import faults as known
        from homeroom.simulator.powerschool import serving
        from homeroom.simulator.powerschool.world import founded

        if not 10 <= students <= 200_000:
            raise Misuse("The pretend district has 10 to 200,000 students.")
        wanted = known.read(faults.replace(",", " ").split())
        package = _package(plugin) if plugin else None
        sock = serving.listening(host, port)
        world = founded(students, seed)
        world.faults.set = wanted
        if package is not None:
            world.install(package)
        else:
            world.own = _own_queries
    settled()

    def ready() -> None:
        first = {"url": world.url, "client_id": world.plugin.client_id, "client_secret": world.plugin.client_secret}
        more = {"district": world.name, "students": students, "seed": seed, "today": world.today, "faults": world.faults.words}
        sys.stdout.write(json.dumps(first | more, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        note("A pretend PowerSchool is running. Ctrl-C ends it.")

    serving.serve(world, sock, ready)
    return 0


def _package(plugin: Path) -> Package:
    """A plug-in's package. Raises Misuse."""
    from homeroom.simulator.powerschool import packages
    from homeroom.simulator.powerschool.schema.named import Rejected

    try:
        return packages.read(plugin.read_bytes())
    except Rejected as no:
        raise Misuse(f"A server would not take the plug-in {plugin}. {no}") from None


@cache
def _own_queries() -> Mapping[str, Named]:
    """The queries of Homeroom's own plug-in with all its packs, as its package brings them."""
    from homeroom.simulator.powerschool import packages
    from homeroom.systems.powerschool.plugin.package import Publisher, package
    from homeroom.systems.powerschool.plugin.queries import packs

    return packages.read(package(Publisher(), packs()[1:]), sound=True).queries
