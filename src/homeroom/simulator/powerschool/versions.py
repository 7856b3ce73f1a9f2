"""`/ws/dataversion`: which rows of subscribed tables changed after a version."""

from __future__ import annotations

from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.world import World


def _changes(world: World, call: Call) -> Answer:
    name, version = call.parts["application"], call.parts["version"]
    found = world.ledger.since(name, int(version)) if version.isdecimal() else None
    if found is None:
        raise Trouble(400, f"Invalid data version or application name: {version}, {name}")
    return Answer({"$dataversion": str(world.ledger.version), "tables": {t: sorted(keys) for t, keys in sorted(found.items())}})


ENDPOINTS = (Endpoint("GET", "/ws/dataversion/{application}/{version}", _changes),)
