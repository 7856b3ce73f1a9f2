"""Which road a pull takes: the queries of our plug-in, the tables that they touch, or v1; and that none takes away what it cannot carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from homeroom.roster.faults import Refused
from homeroom.roster.words import Said, _
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import FieldsRefused, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.client.errors import Field
from homeroom.systems.powerschool.plugin.queries import BASE, Query

Way = Literal["queries", "tables", "v1"]


def installed(sis: PowerSchool, asked: Sequence[Query]) -> bool:
    """Whether our plug-in is there, whole or in part. A part is for the pull to complain of: it is no reason to go another way."""
    for query in asked:
        if query.pack != BASE:
            continue
        try:
            sis.counted(query.name)
        except NotFound:
            continue
        except FieldsRefused:
            return True
        except Rejected as trouble:
            if trouble.status in (403, 405):
                continue  # there, and closed to this plug-in: no more use than none
            raise
        return True
    return False


def refuse_less(way: Way, errand: Errand, why: Said | str) -> None:
    """Raises Refused `way_narrower` where the last round came by a road that carries more: v1 has no co-teachers and nobody of the district office alone."""
    before = errand.known.get("way", "queries" if errand.known.get("files") else way)
    if way == "v1" and before != "v1":
        raise Refused("way_narrower", before=before, why=why)


def way_of(sis: PowerSchool, errand: Errand, asked: Sequence[Query]) -> tuple[Way, Said, set[Field]]:
    """The road that a pull would take now, why, and the fields that the road by tables lacks. Only one page of each table is asked for."""
    from homeroom.systems.powerschool.source import by_tables  # with the SQL parser: no refresh waits for it

    wanted: Way | Literal["auto"] = errand.settings.get("way", "auto")
    if wanted in ("queries", "v1"):
        return wanted, _("the setting way says so"), set()
    if wanted == "auto" and installed(sis, asked):
        return "queries", _("the queries of Homeroom's plug-in are there"), set()
    try:
        refused = by_tables.lacking(sis, by_tables.base_of(asked))
    except (NotFound, Rejected) as trouble:
        if wanted == "auto":
            return "v1", _("tables are closed: {trouble}", trouble=str(trouble)), set()
        return "tables", _("{trouble}", trouble=str(trouble)), set()
    if refused and wanted == "auto":
        return "v1", _("none of the queries of Homeroom's plug-in is there, and fields of tables are not granted"), refused
    if wanted == "auto":
        return "tables", _("none of the queries of Homeroom's plug-in is there"), refused
    return "tables", _("the setting way says so"), refused
