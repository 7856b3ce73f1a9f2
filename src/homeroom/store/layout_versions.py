"""Districts' own layout sets in the control store: every saved change is a version, and no version is ever changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.control_tables import layout_version
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class LayoutVersion:
    """One saved version of a set. `number` counts from 1 within district and name; `texts` are its files by name.

    `digest` stands for the texts: versions with the same digest hold the same text. `saved_by` says who saved it.
    """

    district: str
    name: str
    number: int
    digest: str
    texts: Mapping[str, str]
    note: str | None
    saved_by: str
    saved: datetime


class LayoutVersions:
    """The saved layout sets of all districts."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def save(
        self, district: str, name: str, texts: Mapping[str, str], digest: str, *, note: str | None, who: str, now: datetime
    ) -> tuple[LayoutVersion, bool]:
        """Save a set's texts as its next version, unless the newest holds the same; returns it, and whether it was made.

        Raises TryAgain where another process saved the same set at the same moment.
        """
        newest = self.newest(district, name)
        if newest is not None and newest.digest == digest:
            return newest, False
        number = newest.number + 1 if newest else 1
        row = {
            "district": district,
            "name": name,
            "number": number,
            "digest": digest,
            "texts": json.dumps(dict(sorted(texts.items())), ensure_ascii=False),
            "note": note,
            "saved_by": who,
            "saved": written(now),
        }
        try:
            with self._place.write() as connection:
                connection.execute(insert(layout_version).values(row))
        except IntegrityError:
            raise TryAgain(
                "Somebody else saved {name} at the same moment; look at its versions and save again.", name=name
            ) from None
        return self.get(district, name, number), True

    def get(self, district: str, name: str, number: int) -> LayoutVersion:
        """One version. Raises Misuse for one that there is not."""
        wanted = select(layout_version).where(*_of(district, name), layout_version.c.number == number)
        with self._place.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise Misuse(
                "{district} has no version {number} of {name}.",
                district=district,
                number=str(number),
                name=name,
                command=f"homeroom layouts versions {district}",
            )
        return _version(row)

    def newest(self, district: str, name: str) -> LayoutVersion | None:
        """The version that is used now, or None where the district has no set of that name."""
        wanted = select(layout_version).where(*_of(district, name)).order_by(layout_version.c.number.desc()).limit(1)
        with self._place.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return _version(row) if row is not None else None

    def of(self, district: str, name: str | None = None) -> list[LayoutVersion]:
        """The versions of a district's sets, or of one of them, by name and newest first."""
        wanted = select(layout_version).where(layout_version.c.district == district)
        if name is not None:
            wanted = wanted.where(layout_version.c.name == name)
        with self._place.read() as connection:
            rows = connection.execute(wanted.order_by(layout_version.c.name, layout_version.c.number.desc()))
            return [_version(row) for row in rows]

    def names(self, district: str) -> list[str]:
        """The names of a district's own sets."""
        wanted = select(layout_version.c.name).where(layout_version.c.district == district, layout_version.c.number == 1)
        with self._place.read() as connection:
            return [row.name for row in connection.execute(wanted.order_by(layout_version.c.name))]


def _of(district: str, name: str) -> tuple[Any, Any]:
    return layout_version.c.district == district, layout_version.c.name == name


def _version(row: Row[Any]) -> LayoutVersion:
    return LayoutVersion(
        district=row.district,
        name=row.name,
        number=row.number,
        digest=row.digest,
        texts=json.loads(row.texts),
        note=row.note,
        saved_by=row.saved_by,
        saved=read(row.saved),
    )
