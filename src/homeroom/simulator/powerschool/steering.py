"""`/__simulator`: what a test or a person turns while the server runs. No token is asked for; the server listens on loopback."""

from __future__ import annotations

from typing import Any

from homeroom.roster.faults import Misuse
from homeroom.simulator.powerschool import faults
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.world import World


def _set_faults(world: World, call: Call) -> Answer:
    """`{"faults": ["429:5", "shift"]}` replaces what was set; an empty list ends all faults."""
    body = call.json()
    words = body.get("faults", []) if isinstance(body, dict) else body
    if isinstance(words, str):
        words = words.replace(",", " ").split()
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        raise Trouble(400, 'Send {"faults": ["429:5", "shift"]}')
    try:
        world.faults.set = faults.read(words)
    except Misuse as wrong:
        raise Trouble(400, str(wrong)) from None
    world.faults.calls = world.faults.turned = 0
    return _faults(world, call)


def _faults(world: World, call: Call) -> Answer:
    return Answer({"faults": world.faults.words, "calls": world.faults.calls})


def _log(world: World, call: Call) -> Answer:
    after = call.query.get("after", "0")
    told: dict[str, Any] = world.journal.told(int(after) if after.isdigit() else 0)
    return Answer(told)


def _clear_log(world: World, call: Call) -> Answer:
    world.journal.clear()
    return Answer(status=204, form="none")


ENDPOINTS = (
    Endpoint("POST", "/__simulator/faults", _set_faults, open=True),
    Endpoint("GET", "/__simulator/faults", _faults, open=True),
    Endpoint("GET", "/__simulator/log", _log, open=True),
    Endpoint("DELETE", "/__simulator/log", _clear_log, open=True),
)
