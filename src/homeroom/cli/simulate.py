"""simulate powerschool."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from homeroom.cli.context import note
from homeroom.roster.faults import Misuse
from homeroom.roster.unhurried import settled, unhurried


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
        from homeroom.simulator.powerschool import packages, serving
        from homeroom.simulator.powerschool.schema.named import Rejected
        from homeroom.simulator.powerschool.world import founded
        from homeroom.systems.powerschool.plugin.package import Publisher
        from homeroom.systems.powerschool.plugin.package import package as ours
        from homeroom.systems.powerschool.plugin.queries import packs

        if not 10 <= students <= 200_000:
            raise Misuse("The pretend district has 10 to 200,000 students.")
        wanted = known.read(faults.replace(",", " ").split())
        try:
            package = packages.read(plugin.read_bytes()) if plugin else None
        except Rejected as no:
            raise Misuse(f"A server would not take the plug-in {plugin}. {no}") from None
        sock = serving.listening(host, port)
        world = founded(students, seed)
        world.faults.set = wanted
        if package is not None:
            world.install(package)
        else:
            world.installed = packages.read(ours(Publisher(), packs()[1:]), sound=True).queries
    settled()

    def ready() -> None:
        first = {"url": world.url, "client_id": world.plugin.client_id, "client_secret": world.plugin.client_secret}
        more = {"district": world.name, "students": students, "seed": seed, "today": world.today, "faults": world.faults.words}
        sys.stdout.write(json.dumps(first | more, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        note("A pretend PowerSchool is running. Ctrl-C ends it.")

    serving.serve(world, sock, ready)
    return 0
