"""Districts in the control store: the tenants."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse
from homeroom.store.control_tables import deletion, district
from homeroom.store.moments import read, written
from homeroom.store.places import Place

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class District:
    """A tenant. `timezone` is an IANA name; `archived` says since when it is no longer walked.

    `looked_after`: the e-mail addresses of those of the vendor who look after it. `leaves`: when it goes for good with all that it has;
    until then it is shut, and can be kept. None: it stays.
    """

    slug: str
    name: str
    timezone: str
    created: datetime
    archived: datetime | None = None
    looked_after: tuple[str, ...] = ()
    leaves: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Its own time zone."""
        return ZoneInfo(self.timezone)


class Districts:
    """The districts of an installation."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, slug: str, name: str, timezone: str, now: datetime) -> District:
        """Add a district. Raises Misuse for a bad slug, an unknown time zone, a blank name, or a slug that is or was taken.

        The short name of a deleted district is not given again: whoever comes later must not find the other's lines in the audit.
        """
        check_slug(slug)
        check_timezone(timezone)
        if not name.strip():
            raise Misuse("A district needs a name that people know it by.")
        row = {"slug": slug, "name": name, "timezone": timezone, "created": written(now)}
        went = select(deletion.c.due).where(deletion.c.district == slug, deletion.c.begun.is_not(None))
        try:
            with self._place.write() as connection:
                if connection.execute(went).first() is not None:
                    raise Misuse(
                        "There was a district {slug!r}, and it was deleted; give this one another short name.", slug=slug
                    )
                connection.execute(insert(district).values(row))
        except IntegrityError:
            raise Misuse("There is a district {slug!r} already.", slug=slug) from None
        return self.get(slug)

    def get(self, slug: str) -> District:
        """One district. Raises Misuse for an unknown one."""
        with self._place.read() as connection:
            row = connection.execute(select(district).where(district.c.slug == slug)).one_or_none()
        if row is None:
            raise Misuse("There is no district {slug!r}.", slug=slug, command="homeroom district list")
        return from_cells(*row)

    def all(self) -> list[District]:
        """All districts by slug, archived ones included."""
        with self._place.read() as connection:
            return [from_cells(*row) for row in connection.execute(select(district).order_by(district.c.slug))]

    def stays(self, slug: str) -> bool:
        """Whether a district is open: nobody asked to delete it. Raises Misuse for an unknown one."""
        return self.get(slug).leaves is None

    def staying(self) -> list[District]:
        """All districts by slug, but for those that are to be deleted."""
        return [each for each in self.all() if each.leaves is None]

    def first(self, most: int) -> list[District]:
        """The first districts by slug, at most so many: enough to tell one from several."""
        with self._place.read() as connection:
            return [from_cells(*row) for row in connection.execute(select(district).order_by(district.c.slug).limit(most))]

    def rename(self, slug: str, name: str) -> None:
        """Change the name that people read."""
        self._set(slug, name=name)

    def look_after(self, slug: str, people: Sequence[str]) -> None:
        """Say who looks after a district, by e-mail address; nobody is an answer, too."""
        self._set(slug, looked_after=json.dumps(sorted({person.strip().lower() for person in people})) if people else None)

    def archive(self, slug: str, now: datetime) -> None:
        """Stop walking a district; its roster stays."""
        self._set(slug, archived=written(now))

    def revive(self, slug: str) -> None:
        """Walk an archived district again."""
        self._set(slug, archived=None)

    def _set(self, slug: str, **values: str | None) -> None:
        self.get(slug)
        with self._place.write() as connection:
            connection.execute(update(district).where(district.c.slug == slug).values(values))


def check_slug(slug: str) -> None:
    """Raise Misuse unless `slug` can name a district: it becomes a folder, a schema and a part of addresses."""
    if not _SLUG.fullmatch(slug):
        raise Misuse(
            "{slug!r} cannot name a district: use 1 to 50 small letters, digits and hyphens, no hyphen at the ends.", slug=slug
        )


def check_timezone(name: str) -> None:
    """Raise Misuse unless `name` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misuse("{name!r} is no time zone; write one like America/Chicago.", name=name) from None


def from_cells(
    slug: str, name: str, timezone: str, created: str, archived: str | None, looked_after: str | None, leaves: str | None
) -> District:
    """A district from the cells of its row, in the table's order."""
    return District(slug, name, timezone, read(created), read(archived), _people(looked_after), read(leaves))


@lru_cache(maxsize=1024)
def _people(text: str | None) -> tuple[str, ...]:
    """Those who look after a district; few look after many."""
    return tuple(json.loads(text)) if text else ()
