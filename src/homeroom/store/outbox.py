"""The outbox of one district: what a commit promised to tell, written in the same transaction, sent afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from homeroom.store.district_tables import outbox
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. `payload` holds plain JSON values."""

    topic: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that lies in the outbox."""

    id: int
    revision: int | None
    topic: str
    payload: Mapping[str, Any]
    created: datetime


class Outbox:
    """The outbox of a district."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def waiting(self, limit: int = 100) -> list[Letter]:
        """Messages that were not sent yet, oldest first."""
        asked = select(outbox).where(outbox.c.sent.is_(None)).order_by(outbox.c.id).limit(limit)
        with self._place.read() as connection:
            return [Letter(r.id, r.revision, r.topic, json.loads(r.payload), read(r.created)) for r in connection.execute(asked)]

    def sent(self, id: int, now: datetime) -> None:
        """Write down that a message went out."""
        with self._place.write() as connection:
            connection.execute(update(outbox).where(outbox.c.id == id).values(sent=written(now)))

    def purge(self, before: datetime) -> int:
        """Remove messages that went out before that moment."""
        with self._place.write() as connection:
            return connection.execute(delete(outbox).where(outbox.c.sent < written(before))).rowcount
