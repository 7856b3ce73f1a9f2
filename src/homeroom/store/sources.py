"""Sources in the control store: the ways in which districts' data arrives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.store.control_tables import district, source
from homeroom.store.moments import read, written
from homeroom.store.places import Place

NAMES = {
    "sftp": "SFTP folder",
    "sftp-pull": "Their SFTP server",
    "upload": "Uploads",
    "powerschool": "PowerSchool",
    "oneroster": "OneRoster server",
}
"""The kinds of sources, and what a source is called to which nobody gave a name."""
KINDS = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class Source:
    """One way of arrival. `start` is a local time HH:MM or None: walk at once. `layouts` names a layout set.

    `settings` are plain JSON values (limits, dates, hints, host names ...). `secret` is text that the vault wrapped. `archived`: since
    when nothing more is expected of it; its imports and what it brought stay.
    """

    id: int
    district: str
    kind: str
    name: str
    created: datetime
    layouts: str | None = None
    start: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    secret: str | None = None
    archived: datetime | None = None


class Sources:
    """The sources of all districts. Ids count within the installation."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(
        self,
        district: str,
        kind: str,
        name: str,
        now: datetime,
        *,
        layouts: str | None = None,
        start: str | None = None,
        settings: Mapping[str, Any] | None = None,
        secret: str | None = None,
    ) -> Source:
        """Add a source to a district that exists. Raises Misuse for an unknown kind or a start that is no time of day."""
        if kind not in KINDS:
            raise Misuse("{kind!r} is no kind of source; the kinds are {kinds}.", kind=kind, kinds=in_a_row(KINDS))
        _check_start(start)
        row = {
            "district": district,
            "kind": kind,
            "name": name,
            "layouts": layouts,
            "start": start,
            "settings": json.dumps(dict(settings or {})),
            "enabled": True,
            "secret": secret,
            "created": written(now),
        }
        with self._place.write() as connection:
            made = connection.execute(insert(source).values(row).returning(source.c.id)).scalar_one()
        return self.get(made)

    def get(self, id: int) -> Source:
        """One source. Raises Misuse for an unknown one."""
        with self._place.read() as connection:
            row = connection.execute(select(source).where(source.c.id == id)).one_or_none()
        if row is None:
            raise Misuse("There is no source {id}.", id=str(id))
        return _source(row)

    def of(self, district: str) -> list[Source]:
        """The sources of a district in the order in which they were added."""
        with self._place.read() as connection:
            rows = connection.execute(select(source).where(source.c.district == district).order_by(source.c.id))
            return [_source(row) for row in rows]

    def current(self, district: str) -> list[Source]:
        """Those of them that are not archived."""
        return [found for found in self.of(district) if found.archived is None]

    def all(self) -> list[Source]:
        """Every source of the installation, by id, but for those of districts that are to be deleted."""
        staying = select(source).join(district, district.c.slug == source.c.district).where(district.c.leaves.is_(None))
        with self._place.read() as connection:
            return [_source(row) for row in connection.execute(staying.order_by(source.c.id))]

    def change(self, id: int, **values: Any) -> Source:
        """Change `name`, `layouts`, `start`, `settings` (replaced whole), `enabled`, `secret` or `archived`."""
        unknown = values.keys() - {"name", "layouts", "start", "settings", "enabled", "secret", "archived"}
        if unknown:
            raise Misuse("a source has no setting {unknown}", unknown=in_a_row(sorted(unknown)))
        _check_start(values.get("start"))
        self.get(id)
        if "settings" in values:
            values["settings"] = json.dumps(dict(values["settings"]))
        if "archived" in values:
            values["archived"] = written(values["archived"])
        with self._place.write() as connection:
            connection.execute(update(source).where(source.c.id == id).values(values))
        return self.get(id)


def _check_start(start: str | None) -> None:
    if start is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", start):
        raise Misuse("{start!r} is no time of day; write it like 02:30.", start=start)


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        district=row.district,
        kind=row.kind,
        name=NAMES[row.kind] if row.name == row.kind else row.name,  # before they had names of their own
        created=read(row.created),
        layouts=row.layouts,
        start=row.start,
        settings=json.loads(row.settings),
        enabled=bool(row.enabled),
        secret=row.secret,
        archived=read(row.archived),
    )
