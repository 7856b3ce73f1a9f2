"""What searches for people found: kept for the session that asked, sealed, for half an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from homeroom.store.moments import written
from homeroom.store.people_tables import found
from homeroom.store.places import Place


class Found:
    """The results of searches. Texts arrive and leave sealed."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def keep(self, sha256: str, session: int, district: str, sealed: str, now: datetime, expires: datetime) -> None:
        """Keep a result under the hash of its handle, and forget those whose time is over."""
        row = {"sha256": sha256, "session": session, "district": district, "sealed": sealed, "expires": written(expires)}
        with self._place.write() as connection:
            connection.execute(delete(found).where(found.c.expires <= written(now)))
            connection.execute(insert(found).values(row))

    def of(self, sha256: str, session: int, district: str, now: datetime) -> str | None:
        """The sealed result, for the session and the district that it was kept for; None for all others, and when its time is over."""
        mine = (found.c.sha256 == sha256, found.c.session == session, found.c.district == district)
        with self._place.read() as connection:
            return connection.execute(select(found.c.sealed).where(*mine, found.c.expires > written(now))).scalar_one_or_none()
