"""Notices: which records another system said it changed, until they were read again; and the doors at which it says so.

A notice is a hint, never a value: the word for a kind of record, and its key. `times` counts how often it was heard, so that
whoever reads the record takes away exactly the notices it saw, and none that came while it was reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from homeroom.store.control_tables import notice, notice_door, setting
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.upsert import inserting, put

ALL = "*"
"""The word and the key of the notice that stands for all that were not written down one by one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One record that may have changed. `times`: how often it was heard since it was last read."""

    resource: str
    key: str
    times: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source's notices: how many records, and when the first of them was heard."""

    source: int
    records: int
    since: datetime


class Notices:
    """The notices of all sources, and their doors. It holds no value of a record and no secret, only a secret's SHA-256."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def open_door(self, source: int, sha256: str, now: datetime) -> None:
        """Give a source's door a new secret; the old one opens it no more."""
        values = {"sha256": sha256, "created": written(now)}
        with self._place.write() as connection:
            put(connection, notice_door, {"source": source}, {**values, "called": None}, values)

    def shut_door(self, source: int) -> None:
        """No secret opens the source's door any more."""
        with self._place.write() as connection:
            connection.execute(delete(notice_door).where(notice_door.c.source == source))

    def secret_of(self, source: int) -> str | None:
        """The SHA-256 of the secret that opens a source's door, or None."""
        with self._place.read() as connection:
            return connection.execute(select(notice_door.c.sha256).where(notice_door.c.source == source)).scalar_one_or_none()

    def behind(self, sha256: str) -> tuple[int, str] | None:
        """The source whose door opens to a secret with that SHA-256, and the SHA-256 as it is kept."""
        with self._place.read() as connection:
            found = connection.execute(
                select(notice_door.c.source, notice_door.c.sha256).where(notice_door.c.sha256 == sha256)
            ).one_or_none()
        return (int(found.source), str(found.sha256)) if found is not None else None

    def hear(self, source: int, told: Iterable[tuple[str, str]], now: datetime, most: int) -> None:
        """Keep what was heard: pairs of a word and a key. Where more than `most` records wait, only that there are more."""
        pairs = sorted(set(told))
        if not pairs:
            return
        with self._place.write() as connection:
            held = connection.execute(select(func.count()).where(notice.c.source == source)).scalar_one()
            if held + len(pairs) > most:
                pairs = [*pairs[: max(0, most - held)], (ALL, ALL)]
            rows = [
                {"source": source, "resource": resource, "key": key, "heard": written(now), "times": 1} for resource, key in pairs
            ]
            made = inserting(connection, notice)
            again = made.on_conflict_do_update(
                index_elements=[notice.c.source, notice.c.resource, notice.c.key], set_={"times": notice.c.times + 1}
            )
            connection.execute(again, rows)

    def waiting(self) -> list[Waiting]:
        """The sources of which notices wait."""
        asked = select(notice.c.source, func.count().label("records"), func.min(notice.c.heard).label("since"))
        with self._place.read() as connection:
            found = connection.execute(asked.group_by(notice.c.source).order_by(notice.c.source)).all()
        return [Waiting(row.source, row.records, read(row.since)) for row in found]

    def of(self, source: int) -> tuple[Notice, ...]:
        """The notices of a source that wait now."""
        asked = select(notice.c.resource, notice.c.key, notice.c.times).where(notice.c.source == source)
        with self._place.read() as connection:
            found = connection.execute(asked.order_by(notice.c.resource, notice.c.key)).all()
        return tuple(Notice(row.resource, row.key, row.times) for row in found)

    def forget(self, source: int, notices: Collection[Notice]) -> None:
        """Take notices away whose records were read. One that was heard again since stays: the record may have changed again."""
        with self._place.write() as connection:
            for one in notices:
                connection.execute(
                    delete(notice).where(
                        notice.c.source == source,
                        notice.c.resource == one.resource,
                        notice.c.key == one.key,
                        notice.c.times == one.times,
                    )
                )

    def claim(self, source: int, now: datetime, unless_since: datetime) -> bool:
        """Take a source's notices up now. False where somebody did since that moment: of many workers one goes.

        A source without a door may have notices too, of what Homeroom wrote there itself; for it the moment is kept among the settings.
        """
        moment, since = written(now), written(unless_since)
        name = f"notices-called-{source}"
        with self._place.write() as connection:
            free = or_(notice_door.c.called.is_(None), notice_door.c.called <= since)
            done = connection.execute(update(notice_door).where(notice_door.c.source == source, free).values(called=moment))
            if done.rowcount or connection.execute(select(notice_door.c.source).where(notice_door.c.source == source)).first():
                return bool(done.rowcount)
            made = inserting(connection, setting).values(name=name, value="")
            connection.execute(made.on_conflict_do_nothing(index_elements=[setting.c.name]))
            done = connection.execute(
                update(setting).where(setting.c.name == name, setting.c.value <= since).values(value=moment)
            )
        return bool(done.rowcount)
