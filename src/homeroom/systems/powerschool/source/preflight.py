"""Before the first night: what this PowerSchool lets Homeroom see, what is missing, and what to do about it there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from homeroom.roster.words import Said, _
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import AccessClosed, FieldsRefused, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.client.errors import Field
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.queries import BASE, Query
from homeroom.systems.powerschool.source import guardians
from homeroom.systems.powerschool.source.connecting import connected, host
from homeroom.systems.powerschool.source.troubles import CLOSED, each, lines, told
from homeroom.systems.powerschool.source.ways import way_of

ENABLE = _("Install Homeroom's plug-in and enable it: System > System Settings > Plugin Management Configuration.")
GRANT = _("Install the newest plug-in of Homeroom and approve its access request; the fields that are missing are named above.")
LEVEL = _(
    "On the plug-in's Data Provider Configuration page set the access level of the v1 API to READ. The nightly pull by queries works without it."
)

VERSIONS = _(
    "Data versions are closed, or PowerSchool does not know the name in changes_application: each round of the day reads everything. Ask "
    "PowerSchool's support for the name of the subscription, or take the setting away."
)


def look(errand: Errand) -> dict[str, Any]:
    """What is there and what is missing, as plain values and sentences. Raises Refused only where the server itself cannot be reached."""
    asked = extended(errand.settings.get("extension_fields", ()))
    with told(host(errand)), connected(errand) as sis:
        found: dict[str, Any] = {
            "version": sis.metadata.get("powerschool_version"),
            "time_zone": sis.metadata.get("district_timezone"),
            "v1": _level(sis),
        }
        rows, missing, refused = _queries(sis, asked)
        way, why, closed = way_of(sis, errand, asked)
        versions = _versions(sis, errand.settings.get("changes_application"))
        contacts, more = (_("the queries"), set[Field]()) if way == "queries" else _guardians(sis, asked, way)
    todo = [ENABLE] if missing and way != "tables" else []
    refused |= closed
    if refused:
        todo.append(GRANT)
    if found["v1"] == "closed":
        todo.append(LEVEL)
    if versions == "closed":
        todo.append(VERSIONS)
    if contacts == guardians.STATE_CLOSED:
        todo.append(_alone(more))
    fields = tuple(sorted(refused))
    return {
        **found,
        "way": way,
        "why": why,
        "guardians": contacts,
        "rows": rows,
        "missing_queries": missing,
        "missing_fields": each(fields),
        **({"data_versions": versions} if versions else {}),
        "to_do": todo,
    }


def _alone(fields: set[Field]) -> Said:
    return _(
        "Guardians cannot be read and stay as they are: let the plug-in's access request name these fields and approve it, or let it use "
        "/ws/contacts: {fields}",
        fields=lines(tuple(sorted(fields)), most=len(fields)),
    )


def _versions(sis: PowerSchool, application: str | None) -> str | None:
    """Whether the server tells what changed under the application's name; None where nobody named one."""
    if not application:
        return None
    try:
        sis.changed_since(application, 0)
    except (NotFound, Rejected):
        return "closed"
    return "open"


def _guardians(sis: PowerSchool, asked: Sequence[Query], way: str) -> tuple[Said | str, set[Field]]:
    """By what guardians would come without our queries, and the fields to ask for where they would not."""
    query = next(q for q in asked if q.key == guardians.QUERY)
    wanting = {Field(name.lower()) for name in query.why}
    if way == "tables":
        from homeroom.systems.powerschool.source import by_tables  # with the SQL parser, for those who go this way

        with suppress(NotFound, Rejected):  # a table that is none for plug-ins: then every field is wanting
            wanting = by_tables.lacking(sis, [query])
        if not wanting:
            return _("tables"), wanting
    try:
        student = guardians.anybody(sis, way)
        if student is not None:
            sis.contacts(student)
    except CLOSED as trouble:
        return guardians.STATE_CLOSED, set(trouble.fields) if isinstance(trouble, FieldsRefused) else wanting
    return _("/ws/contacts, with a call for each student"), set()


def _level(sis: PowerSchool) -> str:
    try:
        next(iter(sis.schools()), None)
    except (AccessClosed, NotFound, Rejected):
        return "closed"
    return "open"


def _queries(sis: PowerSchool, asked: Sequence[Query]) -> tuple[dict[str, int], list[str], set[Field]]:
    """Counts of the queries that answer, names of those that are not there, fields that are not granted."""
    rows: dict[str, int] = {}
    missing: list[str] = []
    refused: set[Field] = set()
    for query in asked:
        try:
            rows[query.key] = sis.counted(query.name)
        except (NotFound, Rejected):
            if query.pack == BASE:
                missing.append(query.name)
        except FieldsRefused as trouble:
            refused |= set(trouble.fields)
    return rows, missing, refused
