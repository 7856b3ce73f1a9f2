"""Sessions of people, what they may do for a while, tokens for programs, links that open once, and tries that did not match."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update

from homeroom.store.moments import read, written
from homeroom.store.people_tables import attempt, elevation, once, personal_token, session, support
from homeroom.store.places import Place
from homeroom.store.upsert import put


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. Of the cookie only the SHA-256 is kept."""

    id: int
    person: int
    created: datetime
    seen: datetime
    expires: datetime
    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Elevated:
    """The elevated role, once: of a session, or (without one) of a token. `district` None: for the installation itself."""

    id: int
    person: int
    session: int | None
    kind: str
    district: str | None
    reason: str
    began: datetime
    until: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Once:
    """A link that opens once. `about` says whom or what for; `sealed` is what it hands over, encrypted, None after use."""

    sha256: str
    kind: str
    district: str | None
    about: str
    sealed: str | None
    given_by: str
    created: datetime
    expires: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A personal access token. `districts` None: all that its maker sees; `elevation` is the one that it was made with."""

    id: int
    person: int
    name: str
    districts: tuple[str, ...] | None
    elevation: int | None
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, slots=True)
class Support:
    """Until when a district lets the vendor's staff look inside, and who said so."""

    district: str
    until: datetime
    said_by: str


class Sessions:
    """Who is signed in."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def begin(self, sha256: str, person: int, now: datetime, expires: datetime, agent: str, address: str) -> int:
        """Begin a session, and forget those that have expired; returns its number."""
        row = {"sha256": sha256, "person": person, "created": written(now), "seen": written(now), "expires": written(expires)}
        with self._place.write() as connection:
            connection.execute(delete(session).where(session.c.expires <= written(now)))
            values = {**row, "agent": agent, "address": address}
            return int(connection.execute(insert(session).values(values).returning(session.c.id)).scalar_one())

    def find(self, sha256: str, now: datetime) -> Session | None:
        """The session of a cookie's hash, unless it is unknown or expired."""
        with self._place.read() as connection:
            wanted = select(session).where(session.c.sha256 == sha256, session.c.expires > written(now))
            row = connection.execute(wanted).one_or_none()
        return _session(row) if row is not None else None

    def of(self, person: int, now: datetime) -> list[Session]:
        """A person's sessions, the one used last first."""
        with self._place.read() as connection:
            wanted = select(session).where(session.c.person == person, session.c.expires > written(now))
            return [_session(row) for row in connection.execute(wanted.order_by(session.c.seen.desc()))]

    def seen(self, id: int, now: datetime, expires: datetime) -> None:
        """Write down that a session was used, and until when it lasts now."""
        with self._place.write() as connection:
            connection.execute(update(session).where(session.c.id == id).values(seen=written(now), expires=written(expires)))

    def end(self, id: int) -> None:
        """End a session."""
        with self._place.write() as connection:
            connection.execute(delete(session).where(session.c.id == id))

    def end_all(self, person: int, but: int | None = None) -> int:
        """End a person's sessions (all but one); returns how many."""
        with self._place.write() as connection:
            mine = delete(session).where(session.c.person == person)
            return connection.execute(mine.where(session.c.id != but) if but is not None else mine).rowcount


class Elevations:
    """When the elevated role was on, for whom and why."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def begin(
        self, person: int, session_id: int | None, kind: str, district: str | None, reason: str, now: datetime, until: datetime
    ) -> Elevated:
        """Begin one; another of the same session ends."""
        row = {"person": person, "session": session_id, "kind": kind, "district": district, "reason": reason}
        times = {"began": written(now), "until": written(until)}
        with self._place.write() as connection:
            if session_id is not None:
                before = update(elevation).where(elevation.c.session == session_id, elevation.c.ended.is_(None))
                connection.execute(before.values(ended=written(now)))
            number = connection.execute(insert(elevation).values(**row, **times).returning(elevation.c.id)).scalar_one()
        return self.get(number)

    def get(self, id: int) -> Elevated:
        """One of them, on or over."""
        with self._place.read() as connection:
            return _elevated(connection.execute(select(elevation).where(elevation.c.id == id)).one())

    def reasons(self, ids: Collection[int]) -> dict[int, tuple[str | None, str]]:
        """The district and the reason of each."""
        wanted = select(elevation.c.id, elevation.c.district, elevation.c.reason).where(elevation.c.id.in_(sorted(ids)))
        with self._place.read() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(wanted)} if ids else {}

    def on(self, session_id: int, now: datetime) -> Elevated | None:
        """The one that is on in a session."""
        wanted = select(elevation).where(
            elevation.c.session == session_id, elevation.c.ended.is_(None), elevation.c.until > written(now)
        )
        with self._place.read() as connection:
            row = connection.execute(wanted.order_by(elevation.c.id.desc()).limit(1)).one_or_none()
        return _elevated(row) if row is not None else None

    def end(self, id: int, now: datetime) -> None:
        """End it before its time."""
        with self._place.write() as connection:
            connection.execute(
                update(elevation).where(elevation.c.id == id, elevation.c.ended.is_(None)).values(ended=written(now))
            )


class OnceLinks:
    """Links that open once."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def keep(self, made: Once) -> None:
        """Keep a link. Links of the same kind about the same thing that were not opened yet are dead from now on."""
        row = {
            "sha256": made.sha256,
            "kind": made.kind,
            "district": made.district,
            "about": made.about,
            "sealed": made.sealed,
            "given_by": made.given_by,
            "created": written(made.created),
            "expires": written(made.expires),
        }
        with self._place.write() as connection:
            if (
                self._place.dialect == "postgresql"
            ):  # or two that are made at once would not see each other; SQLite has one writer anyway
                connection.exec_driver_sql(f"LOCK TABLE {self._place.name('once')} IN SHARE ROW EXCLUSIVE MODE")
            others = delete(once).where(once.c.kind == made.kind, once.c.about == made.about, once.c.used.is_(None))
            connection.execute(others)
            connection.execute(insert(once).values(row))

    def find(self, sha256: str) -> Once | None:
        """The link of a hash, used or not."""
        with self._place.read() as connection:
            row = connection.execute(select(once).where(once.c.sha256 == sha256)).one_or_none()
        return _once(row) if row is not None else None

    def use(self, sha256: str, now: datetime) -> Once | None:
        """Open a link: what it holds, for the one who comes first; None for everyone else, and when its time is over."""
        wanted = select(once).where(once.c.sha256 == sha256, once.c.used.is_(None), once.c.expires > written(now))
        with self._place.write() as connection:
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            taken = update(once).where(once.c.sha256 == sha256, once.c.used.is_(None))
            if connection.execute(taken.values(used=written(now), sealed=None)).rowcount != 1:
                return None
        return _once(row)

    def waiting(self, kind: str, about: str, now: datetime) -> Once | None:
        """The link of that kind about that thing that can still be opened."""
        wanted = select(once).where(once.c.kind == kind, once.c.about == about, once.c.used.is_(None))
        with self._place.read() as connection:
            row = connection.execute(wanted.where(once.c.expires > written(now)).limit(1)).one_or_none()
        return _once(row) if row is not None else None

    def newest(self, kind: str, about: str) -> Once | None:
        """The last link of that kind about that thing, opened or not, while it is remembered."""
        wanted = select(once).where(once.c.kind == kind, once.c.about == about)
        newest = wanted.order_by(once.c.created.desc(), once.c.used.is_not(None)).limit(1)
        with self._place.read() as connection:
            row = connection.execute(newest).one_or_none()
        return _once(row) if row is not None else None

    def opened(self, kind: str, about: str, since: datetime) -> Once | None:
        """The last link of that kind about that thing that was opened since a moment."""
        wanted = select(once).where(once.c.kind == kind, once.c.about == about, once.c.used >= written(since))
        with self._place.read() as connection:
            row = connection.execute(wanted.order_by(once.c.used.desc()).limit(1)).one_or_none()
        return _once(row) if row is not None else None

    def purge(self, now: datetime, before: datetime) -> None:
        """Destroy what links hold whose time is over, and forget those whose time was over before that moment."""
        over = update(once).where(once.c.expires <= written(now), once.c.sealed.is_not(None))
        with self._place.write() as connection:
            connection.execute(over.values(sealed=None))
            connection.execute(delete(once).where(once.c.expires < written(before)))


class PersonalTokens:
    """Tokens for programs, each made by a person."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(
        self,
        sha256: str,
        person: int,
        name: str,
        districts: tuple[str, ...] | None,
        elevation_id: int | None,
        now: datetime,
        expires: datetime,
    ) -> PersonalToken:
        """Keep a token that is given out now."""
        row = {
            "sha256": sha256,
            "person": person,
            "name": name,
            "districts": json.dumps(districts) if districts is not None else None,
            "elevation": elevation_id,
            "created": written(now),
            "expires": written(expires),
        }
        with self._place.write() as connection:
            kept = connection.execute(insert(personal_token).values(row).returning(personal_token)).one()
            return _token(kept)

    def find(self, sha256: str, now: datetime) -> PersonalToken | None:
        """The token of a hash, unless it is unknown, revoked or expired."""
        good = (personal_token.c.sha256 == sha256, personal_token.c.revoked.is_(None), personal_token.c.expires > written(now))
        with self._place.read() as connection:
            row = connection.execute(select(personal_token).where(*good)).one_or_none()
        return _token(row) if row is not None else None

    def of(self, person: int) -> list[PersonalToken]:
        """A person's tokens, the newest first."""
        with self._place.read() as connection:
            wanted = select(personal_token).where(personal_token.c.person == person).order_by(personal_token.c.id.desc())
            return [_token(row) for row in connection.execute(wanted)]

    def used(self, id: int, now: datetime) -> None:
        """Write down that a token was used."""
        with self._place.write() as connection:
            connection.execute(update(personal_token).where(personal_token.c.id == id).values(used=written(now)))

    def revoke(self, id: int, now: datetime) -> None:
        """A token is good no more."""
        mine = update(personal_token).where(personal_token.c.id == id, personal_token.c.revoked.is_(None))
        with self._place.write() as connection:
            connection.execute(mine.values(revoked=written(now)))


class Supports:
    """Which districts let the vendor's staff look inside."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def turn_on(self, district: str, until: datetime, said_by: str) -> None:
        """Let them in until then."""
        values = {"until": written(until), "said_by": said_by}
        with self._place.write() as connection:
            put(connection, support, {"district": district}, values, values)

    def turn_off(self, district: str) -> None:
        """Let them in no more."""
        with self._place.write() as connection:
            connection.execute(delete(support).where(support.c.district == district))

    def of(self, district: str, now: datetime) -> Support | None:
        """Until when they are let in; None: they are not."""
        wanted = select(support).where(support.c.district == district, support.c.until > written(now))
        with self._place.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return Support(row.district, read(row.until), row.said_by) if row is not None else None


class Attempts:
    """Sign-ins that did not match, under hashes of who was meant and of where they came from."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, keys: tuple[str, ...], now: datetime, forget_before: datetime) -> None:
        """Write one down under each key, and forget the old ones."""
        with self._place.write() as connection:
            connection.execute(delete(attempt).where(attempt.c.at < written(forget_before)))
            connection.execute(insert(attempt), [{"key": key, "at": written(now)} for key in keys])

    def most(self, keys: tuple[str, ...], since: datetime) -> dict[str, int]:
        """How many there were under each key since that moment."""
        asked = select(attempt.c.key, func.count()).where(
            or_(*(attempt.c.key == key for key in keys)), attempt.c.at >= written(since)
        )
        with self._place.read() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(asked.group_by(attempt.c.key))}

    def take_back(self, key: str, at: datetime) -> None:
        """Forget what was written down under a key at that moment: it was right after all."""
        with self._place.write() as connection:
            connection.execute(delete(attempt).where(attempt.c.key == key, attempt.c.at == written(at)))

    def forgive(self, key: str) -> None:
        """Forget what stands under a key: somebody signed in."""
        with self._place.write() as connection:
            connection.execute(delete(attempt).where(attempt.c.key == key))


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.person, read(row.created), read(row.seen), read(row.expires), row.agent, row.address)


def _elevated(row: Row[Any]) -> Elevated:
    times = read(row.began), read(row.until), read(row.ended)
    return Elevated(row.id, row.person, row.session, row.kind, row.district, row.reason, *times)


def _once(row: Row[Any]) -> Once:
    return Once(
        sha256=row.sha256,
        kind=row.kind,
        district=row.district,
        about=row.about,
        sealed=row.sealed,
        given_by=row.given_by,
        created=read(row.created),
        expires=read(row.expires),
        used=read(row.used),
    )


def _token(row: Row[Any]) -> PersonalToken:
    return PersonalToken(
        id=row.id,
        person=row.person,
        name=row.name,
        districts=tuple(json.loads(row.districts)) if row.districts is not None else None,
        elevation=row.elevation,
        created=read(row.created),
        expires=read(row.expires),
        used=read(row.used),
        revoked=read(row.revoked),
    )
