"""What people are told of, once for each district, night and cause, and the e-mails that tell them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from homeroom.store.control_tables import news
from homeroom.store.moments import read, written
from homeroom.store.people_tables import mailing
from homeroom.store.places import Place
from homeroom.store.upsert import inserting

NEVER = "9999"
"""Behind every point in time: no further try."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that people may want to know. `cause` is `failed:CODE`, `held:CODE`, `late:SOURCE`, or what a
    person wrote of an import: `rejected:MOMENT`, `asked:MOMENT`; or who was let in: `invited:PERSON:MOMENT`, `access:PERSON:MOMENT`. `detail` holds codes, counts and ids, and the sentence that was written.
    """

    id: int
    district: str
    night: str
    cause: str
    number: int | None
    detail: Mapping[str, Any]
    heard: datetime
    told: datetime | None


@dataclass(frozen=True, slots=True)
class Mailing:
    """One e-mail to one person, sent or not. `given_up`: no further try will be made."""

    news: int
    person: int
    tries: int
    sent: datetime | None
    trouble: str | None
    given_up: bool


class NewsList:
    """The news of an installation."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def hear(self, district: str, night: str, cause: str, number: int | None, detail: Mapping[str, Any], now: datetime) -> bool:
        """Keep news; False where the same was heard this night already."""
        row = {"district": district, "night": night, "cause": cause, "detail": json.dumps(dict(detail)), "heard": written(now)}
        with self._place.write() as connection:
            made = inserting(connection, news).values({**row, "import": number})
            return bool(connection.execute(made.on_conflict_do_nothing()).rowcount == 1)

    def untold(self, limit: int = 100) -> list[News]:
        """What nobody looked at yet, oldest first."""
        with self._place.read() as connection:
            asked = select(news).where(news.c.told.is_(None)).order_by(news.c.id).limit(limit)
            return [_news(row) for row in connection.execute(asked)]

    def get(self, id: int) -> News:
        """One of them."""
        with self._place.read() as connection:
            return _news(connection.execute(select(news).where(news.c.id == id)).one())

    def of_import(self, district: str, number: int) -> list[News]:
        """What was told about one import."""
        with self._place.read() as connection:
            asked = select(news).where(news.c.district == district, news.c["import"] == number).order_by(news.c.id)
            return [_news(row) for row in connection.execute(asked)]

    def purge(self, before: datetime) -> None:
        """Forget what was heard before that moment, and whom it was told."""
        with self._place.write() as connection:
            old = select(news.c.id).where(news.c.heard < written(before))
            connection.execute(delete(mailing).where(mailing.c.news.in_(old)))
            connection.execute(delete(news).where(news.c.heard < written(before)))


class Mailings:
    """The e-mails of an installation."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def plan(self, id: int, people: list[int], now: datetime) -> None:
        """Write down who is to be told of news, and that it was looked at: both or neither."""
        with self._place.write() as connection:
            done = connection.execute(update(news).where(news.c.id == id, news.c.told.is_(None)).values(told=written(now)))
            if done.rowcount == 1 and people:  # else another process was quicker
                rows = [{"news": id, "person": person, "tries": 0, "due": written(now)} for person in people]
                connection.execute(insert(mailing), rows)

    def due(self, now: datetime, limit: int = 50) -> list[Mailing]:
        """What is to be sent now, the longest due first."""
        asked = (
            select(mailing).where(mailing.c.sent.is_(None), mailing.c.due <= written(now)).order_by(mailing.c.due).limit(limit)
        )
        with self._place.read() as connection:
            return [_mailing(row) for row in connection.execute(asked)]

    def take(self, one: Mailing, until: datetime) -> bool:
        """Take one to send it: nobody else does before `until`. False where another process was quicker."""
        mine = update(mailing).where(
            mailing.c.news == one.news, mailing.c.person == one.person, mailing.c.tries == one.tries, mailing.c.sent.is_(None)
        )
        with self._place.write() as connection:
            return connection.execute(mine.values(tries=one.tries + 1, due=written(until))).rowcount == 1

    def sent(self, one: Mailing, now: datetime) -> None:
        """It was taken by the mail server."""
        self._set(one, sent=written(now), trouble=None)

    def later(self, one: Mailing, trouble: str, due: datetime | None) -> None:
        """It was not; the next try is due then, None: there is no further one."""
        self._set(one, trouble=trouble, due=written(due) if due is not None else NEVER)

    def of(self, news_ids: list[int]) -> list[Mailing]:
        """Whom some news were told."""
        asked = select(mailing).where(mailing.c.news.in_(news_ids)).order_by(mailing.c.news, mailing.c.person)
        with self._place.read() as connection:
            return [_mailing(row) for row in connection.execute(asked)]

    def _set(self, one: Mailing, **values: Any) -> None:
        with self._place.write() as connection:
            mine = update(mailing).where(mailing.c.news == one.news, mailing.c.person == one.person)
            connection.execute(mine.values(values))


def _news(row: Row[Any]) -> News:
    number = row._mapping["import"]
    return News(row.id, row.district, row.night, row.cause, number, json.loads(row.detail), read(row.heard), read(row.told))


def _mailing(row: Row[Any]) -> Mailing:
    return Mailing(row.news, row.person, row.tries, read(row.sent), row.trouble, row.due == NEVER)
