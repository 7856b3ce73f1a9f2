"""Those who may sign in: operators, engineers, administrators, viewers of schools, auditors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse
from homeroom.store.moments import read, written
from homeroom.store.people_tables import person
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class Kept:
    """A person as the store keeps one. `totp` is encrypted and only good for its place; `preferences` are the person's own."""

    id: int
    email: str
    name: str
    role: str
    districts: tuple[str, ...]
    schools: tuple[str, ...]
    created: datetime
    password_hash: str | None = field(default=None, repr=False)
    totp: str | None = field(default=None, repr=False)
    totp_step: int = 0
    subject: str | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)
    disabled: datetime | None = None


class People:
    """The people of an installation. E-mail addresses are kept in lower case and are unique."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, email: str, name: str, role: str, districts: tuple[str, ...], schools: tuple[str, ...], now: datetime) -> Kept:
        """Add a person without any way in yet. Raises Misuse when the e-mail address is taken."""
        row = {
            "email": email.lower(),
            "name": name,
            "role": role,
            "districts": json.dumps(districts),
            "schools": json.dumps(schools),
            "totp_step": 0,
            "preferences": "{}",
            "created": written(now),
        }
        try:
            with self._place.write() as connection:
                number = connection.execute(insert(person).values(row).returning(person.c.id)).scalar_one()
        except IntegrityError:
            raise Misuse("There is already somebody with the e-mail address {email}.", email=email.lower()) from None
        return self.get(number)

    def get(self, id: int) -> Kept:
        """One person. Raises Misuse for an unknown number."""
        with self._place.read() as connection:
            row = connection.execute(select(person).where(person.c.id == id)).one_or_none()
        if row is None:
            raise Misuse("There is no person {id}.", id=str(id))
        return _kept(row)

    def find(self, email: str) -> Kept | None:
        """The person with an e-mail address, disabled or not."""
        return self._one(person.c.email == email.strip().lower())

    def by_subject(self, subject: str) -> Kept | None:
        """The person whom the OIDC issuer knows by that name."""
        return self._one(person.c.subject == subject)

    def all(self) -> list[Kept]:
        """All people by e-mail address."""
        with self._place.read() as connection:
            return [_kept(row) for row in connection.execute(select(person).order_by(person.c.email))]

    def change(self, id: int, **values: Any) -> Kept:
        """Give columns of a person other values; tuples and mappings are written as JSON, points in time as text."""
        with self._place.write() as connection:
            connection.execute(update(person).where(person.c.id == id).values({k: _as_kept(v) for k, v in values.items()}))
        return self.get(id)

    def prefer(self, id: int, **values: Any) -> None:
        """Give some of a person's preferences other values. Those that are set at the same moment elsewhere stay."""
        with self._place.write() as connection:
            asked = select(person.c.preferences).where(person.c.id == id).with_for_update()
            found = connection.execute(asked).scalar_one_or_none()
            if found is not None:
                said = json.dumps({**json.loads(found), **values})
                connection.execute(update(person).where(person.c.id == id).values(preferences=said))

    def use_step(self, id: int, step: int) -> bool:
        """Use up a time step of the code generator; False when it, or a later one, was used before: a code is good once."""
        with self._place.write() as connection:
            mine = update(person).where(person.c.id == id, person.c.totp_step < step)
            return connection.execute(mine.values(totp_step=step)).rowcount == 1

    def _one(self, condition: Any) -> Kept | None:
        with self._place.read() as connection:
            row = connection.execute(select(person).where(condition)).one_or_none()
        return _kept(row) if row is not None else None


def _as_kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    return json.dumps(value) if isinstance(value, (tuple, list, Mapping)) else value


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        districts=tuple(json.loads(row.districts)),
        schools=tuple(json.loads(row.schools)),
        created=read(row.created),
        password_hash=row.password_hash,
        totp=row.totp,
        totp_step=row.totp_step,
        subject=row.subject,
        preferences=json.loads(row.preferences),
        disabled=read(row.disabled),
    )
