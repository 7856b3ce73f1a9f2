"""What the control store has of a district that goes: every row that bears its short name or hangs on one of its sources.

Tables are found by their columns, so that one that is added later goes along by itself. People and apps stay: they only lose the
district. Whoever has no other is shut out, and keeps the district's short name: an auditor without any would see all districts.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, or_, select, update

from homeroom.store.control_tables import account, app, audit, control, deletion, district, login, news, setting, source
from homeroom.store.moments import written
from homeroom.store.people_tables import elevation, mailing, person, personal_token, session

_STAYS = frozenset({audit.name, deletion.name})
"""What was done stays, and the line that says that the district is gone."""


def depart(connection: Connection, slug: str, now: datetime) -> dict[str, int]:
    """Remove all that belongs to a district, and the district; returns how many there were of what people would ask for."""
    counts = _people(connection, slug, now)
    counts["apps"] = _narrowed(connection, app, app.c.client_id, slug)
    counts["tokens"] = _tokens(connection, slug)
    mine = _sources(slug)
    connection.execute(delete(login).where(login.c.username.in_(select(account.c.username).where(account.c.source.in_(mine)))))
    connection.execute(delete(mailing).where(mailing.c.news.in_(select(news.c.id).where(news.c.district == slug))))
    connection.execute(delete(setting).where(setting.c.name.endswith(f":{slug}", autoescape=True)))
    for table in reversed(control.sorted_tables):
        if (owned := _owned(table, slug)) is not None:
            gone = connection.execute(delete(table).where(owned)).rowcount
            if table is source:
                counts["sources"] = gone
    connection.execute(delete(district).where(district.c.slug == slug))
    return counts


def _sources(slug: str) -> Select[Any]:
    return select(source.c.id).where(source.c.district == slug)


def _owned(table: Table, slug: str) -> Any:
    """Which rows of a table belong to a district: by their own column, or by their source; None: none do."""
    if table.name in _STAYS:
        return None
    if "district" in table.c:
        return table.c.district == slug
    hanging = [c for c in table.c if any(key.column is source.c.id for key in c.foreign_keys)]
    return or_(*(c.in_(_sources(slug)) for c in hanging)) if hanging else None


def _people(connection: Connection, slug: str, now: datetime) -> dict[str, int]:
    """Untie people from the district; those who had no other are shut out."""
    untied = out = 0
    for row in connection.execute(select(person)).all():
        own, said = list(json.loads(row.districts)), json.loads(row.preferences)
        told = said.get("notices", {})
        values: dict[str, Any] = {}
        if told.pop(slug, None) is not None:
            values["preferences"] = json.dumps(said)
        if slug in own:
            untied += 1
            left = [each for each in own if each != slug]
            if left:
                values["districts"] = json.dumps(left)
            else:
                out += row.disabled is None
                values |= {"schools": "[]", "disabled": row.disabled or written(now)}
                connection.execute(delete(session).where(session.c.person == row.id))
        if values:
            connection.execute(update(person).where(person.c.id == row.id).values(values))
    return {"people": untied, "people_shut_out": out}


def _narrowed(connection: Connection, table: Table, key: Any, slug: str) -> int:
    """Take the district out of shares. An empty share stays one: it reads nothing, where none at all would read everything."""
    count = 0
    for row in connection.execute(select(key, table.c.districts).where(table.c.districts.is_not(None))).all():
        own = json.loads(row.districts)
        if slug in own:
            left = json.dumps([each for each in own if each != slug])
            connection.execute(update(table).where(key == row[0]).values(districts=left))
            count += 1
    return count


def _tokens(connection: Connection, slug: str) -> int:
    """Personal tokens: those with the elevated role in the district, and those for it alone, are gone; others lose it."""
    raised = select(elevation.c.id).where(elevation.c.district == slug)
    gone = connection.execute(delete(personal_token).where(personal_token.c.elevation.in_(raised))).rowcount
    alone = personal_token.c.districts == json.dumps([slug])
    gone += connection.execute(delete(personal_token).where(alone)).rowcount
    return gone + _narrowed(connection, personal_token, personal_token.c.id, slug)
