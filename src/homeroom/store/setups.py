"""Set-ups of districts: from the invitation to the first night that runs by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.control_tables import setup, setup_message
from homeroom.store.moments import read, written
from homeroom.store.places import Place

State = Literal["begun", "received", "changes_requested", "approved", "automatic"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Setup:
    """A set-up. `started` is the day from which due dates count; `values` are plain JSON (road, worksheet, signatures, training)."""

    district: str
    started: date
    state: State
    values: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said to the others who set a district up."""

    at: datetime
    said_by: str
    text: str


class Setups:
    """The set-ups of an installation, past ones too."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def begin(self, district: str, started: date, values: Mapping[str, Any]) -> Setup:
        """Begin one. Raises Misuse where the district has one."""
        row = {
            "district": district,
            "started": started.isoformat(),
            "state": "begun",
            "values": json.dumps(dict(values)),
            "version": 1,
        }
        try:
            with self._place.write() as connection:
                connection.execute(insert(setup).values(row))
        except IntegrityError:
            raise Misuse("The set-up of {district} was begun before.", district=district) from None
        return Setup(district, started, "begun", values)

    def of(self, district: str) -> Setup | None:
        """The set-up of a district; None for one that was made by command line, which is automatic."""
        with self._place.read() as connection:
            row = connection.execute(select(setup).where(setup.c.district == district)).one_or_none()
        return _setup(row) if row is not None else None

    def all(self) -> list[Setup]:
        """All of them, those begun first first."""
        with self._place.read() as connection:
            return [_setup(row) for row in connection.execute(select(setup).order_by(setup.c.started, setup.c.district))]

    def change(self, known: Setup, state: State, values: Mapping[str, Any]) -> Setup:
        """Put `state` and `values` in the place of what is known. Raises TryAgain when somebody else changed it meanwhile."""
        mine = update(setup).where(setup.c.district == known.district, setup.c.version == known.version)
        with self._place.write() as connection:
            done = connection.execute(mine.values(state=state, values=json.dumps(dict(values)), version=known.version + 1))
        if done.rowcount != 1:
            raise TryAgain("Somebody else changed this set-up just now. Look at the page again.")
        return Setup(known.district, known.started, state, dict(values), known.version + 1)

    def say(self, district: str, said_by: str, text: str, now: datetime) -> None:
        """Keep a message."""
        row = {"district": district, "at": written(now), "said_by": said_by, "text": text}
        with self._place.write() as connection:
            connection.execute(insert(setup_message).values(row))

    def messages(self, district: str, limit: int = 100) -> list[Message]:
        """The newest messages, the oldest of them first."""
        asked = select(setup_message).where(setup_message.c.district == district).order_by(setup_message.c.id.desc()).limit(limit)
        with self._place.read() as connection:
            rows = [Message(read(row.at), row.said_by, row.text) for row in connection.execute(asked)]
        return rows[::-1]


def _setup(row: Row[Any]) -> Setup:
    found = row._mapping
    state: State = next(each for each in STATES if each == found["state"])
    return Setup(found["district"], date.fromisoformat(found["started"]), state, json.loads(found["values"]), found["version"])
