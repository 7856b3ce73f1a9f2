"""The continuous pull: every query of the plug-in, whole, in the order of what names what; each becomes a file of the delivery."""

from __future__ import annotations

from homeroom.deliveries.seal import Incoming
from homeroom.roster.faults import Refused
from homeroom.systems.fetching import Errand, Fetched
from homeroom.systems.powerschool.client import NotFound, PowerSchool
from homeroom.systems.powerschool.plugin.queries import BASE, FILES, Query, queries
from homeroom.systems.powerschool.source import sheets
from homeroom.systems.powerschool.source.connecting import client, host
from homeroom.systems.powerschool.source.troubles import told


def fetch(errand: Errand) -> Fetched:
    """Pull the whole district. Raises Refused: either everything came whole, or nothing is delivered."""
    files: list[Incoming] = []
    with told(host(errand)), client(errand) as sis:
        version = sis.metadata.get("powerschool_version")
        for query in queries().values():
            file = _file(sis, query, errand)
            if file is not None:
                files.append(file)
    return Fetched(tuple(files), {"powerschool_version": version, "files": sorted(f.name for f in files)})


def _file(sis: PowerSchool, query: Query, errand: Errand) -> Incoming | None:
    """A query's rows as a file; None for a query of a pack that this district did not install.

    A pack that answered last time and does not now is missing, not empty: the plug-in was changed or disabled.
    """
    name = FILES[query.key]
    errand.tell(f"fetch {name.removesuffix('.csv')}")
    path = errand.folder / name
    try:
        sheets.write(path, list(query.columns), sis.query(query.name))
    except NotFound:
        if query.pack == BASE:
            raise
        if name in errand.known.get("files", ()):
            raise Refused("query_missing", what=query.name) from None
        path.unlink(missing_ok=True)
        return None
    return Incoming(name, path)
