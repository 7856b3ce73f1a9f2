"""Data keys in the control store: one or more for each district, wrapped by the master key. Never in plain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from homeroom.store.control_tables import data_key
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class DataKey:
    """A district's data key as the vault wrapped it (text). The newest is used for writing, all for reading."""

    district: str
    key_id: str
    wrapped: str
    created: datetime


class Keys:
    """The wrapped data keys of all districts."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def keep(self, made: DataKey) -> DataKey:
        """Keep a key. When another process kept the same key id first, that one is returned and is the one to use."""
        row = {"district": made.district, "key_id": made.key_id, "wrapped": made.wrapped, "created": written(made.created)}
        try:
            with self._place.write() as connection:
                connection.execute(insert(data_key).values(row))
        except IntegrityError:
            return next(key for key in self.of(made.district) if key.key_id == made.key_id)
        return made

    def of(self, district: str) -> list[DataKey]:
        """A district's keys, oldest first."""
        wanted = select(data_key).where(data_key.c.district == district).order_by(data_key.c.created, data_key.c.key_id)
        with self._place.read() as connection:
            return [DataKey(r.district, r.key_id, r.wrapped, read(r.created)) for r in connection.execute(wanted)]

    def all(self) -> list[DataKey]:
        """Every key, by district and age."""
        wanted = select(data_key).order_by(data_key.c.district, data_key.c.created, data_key.c.key_id)
        with self._place.read() as connection:
            return [DataKey(r.district, r.key_id, r.wrapped, read(r.created)) for r in connection.execute(wanted)]

    def rewrap(self, district: str, key_id: str, wrapped: str) -> None:
        """Replace the wrapping of a key, after a change of the master key."""
        with self._place.write() as connection:
            connection.execute(
                data_key.update().where(data_key.c.district == district, data_key.c.key_id == key_id).values(wrapped=wrapped)
            )

    def destroy(self, district: str) -> None:
        """Forget a district's keys: whatever they encrypted can never be read again."""
        with self._place.write() as connection:
            connection.execute(delete(data_key).where(data_key.c.district == district))
