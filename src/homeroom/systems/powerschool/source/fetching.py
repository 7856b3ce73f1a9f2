"""The continuous pull: by the queries of our plug-in, by the tables that they touch, or by v1; each road brings files of the same names.

`way` of the source says which. `auto` takes the first that is open, and never one that carries less than what the last round came by: what a road cannot
carry would look as if it were gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from homeroom.deliveries.seal import Incoming
from homeroom.roster.faults import Refused
from homeroom.systems.fetching import Errand, Fetched
from homeroom.systems.powerschool.client import AccessClosed, FieldsRefused, NotFound, PowerSchool, PowerSchoolError
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.queries import BASE, FILES, Query
from homeroom.systems.powerschool.source import by_v1, guardians, sheets
from homeroom.systems.powerschool.source.connecting import connected, district_of, host
from homeroom.systems.powerschool.source.troubles import CLOSED, told
from homeroom.systems.powerschool.source.ways import Way, installed, refuse_less

MARKS = FILES["legal_guardians"]


def fetch(errand: Errand) -> Fetched:
    """Pull the whole district. Raises Refused: either everything came whole, or nothing is delivered."""
    with told(host(errand)), connected(errand) as sis:
        version = sis.metadata.get("powerschool_version")
        pinned, district = errand.settings.get("district_uuid"), district_of(sis)
        way, why, files = _brought(sis, errand)
    names = {f.name for f in files}
    before = set(errand.known.get("files", ()))
    # Contacts that are closed leave guardians alone (law 2); the mark of the legal guardian says nothing without them.
    alone = () if guardians.FILE in names else before & {guardians.FILE, MARKS}
    if lost := sorted(before - names - set(alone)):
        raise Refused("query_missing", what=", ".join(lost))
    known = {"powerschool_version": version, "files": sorted(names | set(alone)), "way": way, "why": why}
    state = guardians.STATE_COMES if guardians.FILE in names else guardians.STATE_CLOSED
    learnt = {"district_uuid": district} if district is not None and pinned is None else {}
    return Fetched(tuple(files), known | {guardians.QUERY: state}, learnt=learnt, noted=_noted(errand, way, why, state))


def _noted(errand: Errand, way: Way, why: str, guardians_now: str) -> dict[str, str]:
    """What the audit trail is told: another road than last time; that guardians are left alone from now on, or no more."""
    before = errand.known.get("way", way)
    road = {} if way == before else {"way": way, "before": before, "why": why}
    same = guardians_now == errand.known.get(guardians.QUERY, guardians.STATE_COMES)
    return road if same else road | {guardians.QUERY: guardians_now}


def _brought(sis: PowerSchool, errand: Errand) -> tuple[Way, str, list[Incoming]]:
    """The way that was taken, why, and what came by it."""
    asked = tuple(extended(errand.settings.get("extension_fields", ())))
    bringing: dict[Way, Callable[[], list[Incoming]]] = {
        "queries": lambda: _by_queries(sis, asked, errand),
        "tables": lambda: _by_tables(sis, asked, errand),
        "v1": lambda: by_v1.bring(sis, errand),
    }
    wanted = errand.settings.get("way", "auto")
    if wanted != "auto":
        refuse_less(wanted, errand, "the setting way says so")
        return wanted, "the setting way says so", bringing[wanted]()
    if installed(sis, asked):
        return "queries", "the queries of Homeroom's plug-in are there", bringing["queries"]()
    try:
        return "tables", "none of the queries of Homeroom's plug-in is there", bringing["tables"]()
    except CLOSED as trouble:
        return "v1", _closed(trouble), _last(sis, errand, trouble)


def _closed(trouble: PowerSchoolError) -> str:
    what = (
        f"{len(trouble.fields)} fields of tables are not granted"
        if isinstance(trouble, FieldsRefused)
        else f"tables are closed ({trouble})"
    )
    return f"none of the queries of Homeroom's plug-in is there, and {what}"


def _last(sis: PowerSchool, errand: Errand, trouble: PowerSchoolError) -> list[Incoming]:
    """By v1, unless the last round came by more; raises what closed the tables where v1 is closed too."""
    refuse_less("v1", errand, _closed(trouble))
    try:
        return by_v1.bring(sis, errand)
    except AccessClosed:
        raise trouble from None


def _by_tables(sis: PowerSchool, asked: Sequence[Query], errand: Errand) -> list[Incoming]:
    from homeroom.systems.powerschool.source import by_tables  # with the SQL parser, for those who go this way

    return by_tables.bring(sis, asked, errand)


def _by_queries(sis: PowerSchool, asked: Sequence[Query], errand: Errand) -> list[Incoming]:
    return [file for query in asked if (file := _file(sis, query, errand)) is not None]


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
