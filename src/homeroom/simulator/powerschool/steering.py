"""`/__simulator`: what a test or a person turns while the server runs. No token is asked for; the server listens on loopback."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, get_args, get_type_hints

from homeroom.roster.faults import Misuse
from homeroom.simulator.powerschool import clerk, faults, packages
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.plugin import RESOURCES, granted
from homeroom.simulator.powerschool.schema.named import Rejected
from homeroom.simulator.powerschool.tables import TABLES
from homeroom.simulator.powerschool.world import Switches, World


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
    world.faults.calls = world.faults.turned = world.faults.slipped = 0
    return _faults(world, call)


def _faults(world: World, call: Call) -> Answer:
    return Answer({"faults": world.faults.words, "calls": world.faults.calls})


def _log(world: World, call: Call) -> Answer:
    after = call.query.get("after", "0")
    told: dict[str, Any] = world.journal.told(int(after) if after.isdecimal() else 0)
    return Answer(told)


def _clear_log(world: World, call: Call) -> Answer:
    world.journal.clear()
    return Answer(status=204, form="none")


def _plugin(world: World, call: Call) -> Answer:
    """The plug-in's state; with a package as the body a new one is installed, with JSON single settings are turned.

    `v1` (NONE, READ, FULL), `enabled`, `closed` (beginnings of paths that are answered with 405), `fields` (`"all"` or a list of `table.column`, each perhaps with `:FullAccess`), `sizes` by
    resource, `regenerate` (new credentials), `life` (seconds of a token), `expires_in` (`"text"` or `"number"`).
    """
    if call.method == "PUT":
        try:
            world.install(packages.read(call.body))
        except Rejected as no:
            raise Trouble(400, str(no), reasons=no.reasons) from None
    elif call.method == "POST":
        _turned(world, call.json())
    plugin = world.plugin
    fields = "all" if plugin.fields is None else sorted(plugin.fields)
    body = {"name": plugin.name, "enabled": plugin.enabled, "v1": plugin.v1, "fields": fields, "sizes": plugin.sizes}
    more = {"client_id": plugin.client_id, "client_secret": plugin.client_secret, "queries": sorted(world.brought)}
    return Answer(body | more)


def _turned(world: World, wanted: Any) -> None:
    known = {"v1", "enabled", "closed", "fields", "sizes", "regenerate", "life", "expires_in"}
    if not isinstance(wanted, dict) or set(wanted) - known:
        raise Trouble(400, f"Send an object with any of {', '.join(sorted(known))}")
    plugin = world.plugin
    if wanted.get("v1", plugin.v1) not in packages.LEVELS:
        raise Trouble(400, "v1 is one of NONE, READ, FULL")
    sizes = wanted.get("sizes", {})
    if not isinstance(sizes, dict) or set(sizes) - set(RESOURCES) or not all(isinstance(n, int) for n in sizes.values()):
        raise Trouble(400, f"sizes has any of {', '.join(RESOURCES)}, each with a number")
    if not isinstance(wanted.get("fields", []), list) and wanted["fields"] != "all":
        raise Trouble(400, 'fields is "all" or a list of table.column')
    if not isinstance(wanted.get("closed", []), list):
        raise Trouble(400, "closed is a list of beginnings of paths")
    if not isinstance(wanted.get("life", 1), int):
        raise Trouble(400, "life is a number of seconds")
    plugin.v1 = wanted.get("v1", plugin.v1)
    if "closed" in wanted:
        plugin.closed = tuple(str(path) for path in wanted["closed"])
    plugin.enabled = bool(wanted.get("enabled", plugin.enabled))
    plugin.sizes |= {name: max(1, size) for name, size in sizes.items()}
    if "fields" in wanted:
        pairs = [str(f).partition(":") for f in wanted["fields"]] if wanted["fields"] != "all" else None
        plugin.fields = None if pairs is None else granted({name: access for name, _, access in pairs})
    if wanted.get("regenerate"):
        world.renewals += 1
        plugin.renewed(world.seed, world.renewals)
        world.tokens.revoke()
    if "life" in wanted:
        world.tokens.life = wanted["life"]
        world.tokens.revoke()
    world.tokens.as_text = wanted.get("expires_in", "text" if world.tokens.as_text else "number") == "text"


def _subscribe(world: World, call: Call) -> Answer:
    """`{"name": "Homeroom", "tables": ["students", "cc"]}`: a data version subscription; without tables it goes."""
    body = call.json()
    if isinstance(body, dict) and body.get("name"):
        given = body.get("tables", [])
        unknown = [t for t in given if str(t).lower() not in TABLES] if isinstance(given, list) else [given]
        if unknown:
            raise Trouble(400, f"There is no table {unknown[0]}")
        name, tables = str(body["name"]), frozenset(str(t).lower() for t in given)
        if tables:
            world.ledger.subscriptions[name] = tables
        else:
            world.ledger.subscriptions.pop(name, None)
    told = {name: sorted(tables) for name, tables in sorted(world.ledger.subscriptions.items())}
    return Answer({"$dataversion": str(world.ledger.version), "subscriptions": told})


def _switch(world: World, call: Call) -> Answer:
    """Where servers are said to differ: `{"values": "typed"}` and the like."""
    body = call.json()
    if not isinstance(body, dict):
        raise Trouble(400, 'Send an object such as {"values": "typed"}')
    for name, value in body.items():
        if value not in SWITCHES.get(name, ()):
            raise Trouble(400, f"There is no switch {name} with the value {value}")
    world.switches = replace(world.switches, **body)
    return Answer(asdict(world.switches))


SWITCHES: dict[str, tuple[str, ...]] = {name: get_args(kind) for name, kind in get_type_hints(Switches).items()}
ENDPOINTS = (
    Endpoint("POST", "/__simulator/switches", _switch, open=True),
    Endpoint("GET", "/__simulator/plugin", _plugin, open=True),
    Endpoint("POST", "/__simulator/plugin", _plugin, open=True),
    Endpoint("PUT", "/__simulator/plugin", _plugin, open=True),
    Endpoint("POST", "/__simulator/dataversion", _subscribe, open=True),
    Endpoint("POST", "/__simulator/change", clerk.change, open=True),
    Endpoint("POST", "/__simulator/faults", _set_faults, open=True),
    Endpoint("GET", "/__simulator/faults", _faults, open=True),
    Endpoint("GET", "/__simulator/log", _log, open=True),
    Endpoint("DELETE", "/__simulator/log", _clear_log, open=True),
)
