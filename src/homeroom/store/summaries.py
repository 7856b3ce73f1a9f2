"""How each district stands: one row per district in the control store, so that the list of thousands opens no other store.

Everything in a row can be made anew from the district's own store, but for its set-up, which belongs to those who lead it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import and_, case, func, insert, literal, or_, select, update

from homeroom.roster.report import Outcome, Status
from homeroom.store.control_tables import district, summary
from homeroom.store.districts import District
from homeroom.store.districts import from_cells as district_of
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.upsert import put

SHAPE = 1
"""Goes up with every change of what a `Standing` holds: rows of another shape are made anew."""

State = Literal["waiting", "failed", "late", "row_issues", "success", "paused", "new"]
"""How a district stands, by its worst source. `new`: nothing was ever imported."""

NIGHTS = 30
"""So many nights are kept, a letter each, the newest last: S success, I row issues, H waiting, F failed, N nothing came, - none due."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An import of a district, as its list shows it. `reason` is a code; `seconds` is the time of its walk."""

    number: int
    source: int | None
    trigger: str
    status: Status
    outcome: Outcome | None
    reason: str | None
    begun: datetime
    finished: datetime | None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What probably stands behind something, as a word and the values of its sentence. Never a value of a person's record."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a district stood when its row was written.

    `since`: when that state began. `failures`: imports that failed in a row. `held`: the import that waits for a person. `arrived`:
    when the last whole set came, `due`: the deadline that is not over yet, and `counted_from` the one before: what came after it
    counts for `due`; `due_after` is the one after it. `nights` end with the night `nights_to`, by the district's calendar. `issues`: rows that the last import that
    was applied found something about. `people`: active `student`, `staff`, `guardian` records. `sis` names the student
    information system. `removed`: people whom the waiting import would remove.
    """

    state: State
    nights: str
    nights_to: date
    since: datetime | None = None
    attempt: Attempt | None = None
    succeeded: datetime | None = None
    failures: int = 0
    held: int | None = None
    cause: Cause | None = None
    removed: int = 0
    arrived: datetime | None = None
    counted_from: datetime | None = None
    due: datetime | None = None
    due_after: datetime | None = None
    late: datetime | None = None
    paused_until: date | None = None
    issues: int = 0
    people: Mapping[str, int] = field(default_factory=dict)
    sis: str | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a set-up is: its day of so many days, whose move it is (`vendor`, `district`, `homeroom`), until when, and what is next."""

    day: int
    of: int
    whose: str
    due: date | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list of districts shows of one. `counts`: table -> active records.

    `again`: when it must be made anew, since something changes by itself then; None: never by itself.
    """

    district: str
    revision: int
    updated: datetime
    last_import: int | None = None
    status: str | None = None
    outcome: str | None = None
    finished: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    standing: Standing | None = None
    again: datetime | None = None
    setup: Setup | None = None


class Summaries:
    """One row per district for the list of districts, so that it need not open thousands of stores."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def put(self, row: Summary) -> None:
        """Write or replace a district's summary. Its set-up stays as it is."""
        values = _values(row)
        with self._place.write() as connection:
            put(connection, summary, {"district": row.district}, values, values)

    def begun(self, slug: str, number: int, now: datetime) -> None:
        """Say that an import is being walked. A district without a summary gets one when the walk ends."""
        values = {"last_import": number, "status": "running", "outcome": None, "finished": None, "updated": written(now)}
        with self._place.write() as connection:
            connection.execute(update(summary).where(summary.c.district == slug).values(values))

    def set_up(self, slug: str, setup: Setup | None, now: datetime) -> None:
        """Say how far a district's set-up is; None: it has none, or it is finished."""
        text = json.dumps(asdict(setup) | {"due": setup.due.isoformat() if setup.due else None}) if setup is not None else None
        with self._place.write() as connection:
            first = {"revision": 0, "counts": "{}", "updated": written(now), "setup": text}
            put(connection, summary, {"district": slug}, first, {"setup": text})

    def get(self, slug: str) -> Summary | None:
        """One district's summary; None where there is none yet."""
        with self._place.read() as connection:
            row = connection.execute(select(summary).where(summary.c.district == slug)).one_or_none()
        return _summary(*row) if row is not None else None

    def all(self) -> dict[str, Summary]:
        """All summaries by district."""
        with self._place.read() as connection:
            rows = connection.execute(select(summary)).all()
        return {r[0]: _summary(*r) for r in rows}

    def listed(self, only: tuple[str, ...] | None = None) -> list[tuple[District, Summary | None]]:
        """All districts that are walked, by slug, each with its summary but without its counts: one query. `only`: no others than those."""
        cells = (literal("{}") if c is summary.c.counts else c for c in summary.c)
        asked = select(*district.c, *cells).outerjoin(summary, summary.c.district == district.c.slug)
        asked = asked.where(district.c.archived.is_(None)).order_by(district.c.slug)
        if only is not None:
            asked = asked.where(district.c.slug.in_(only))
        width = len(district.c)
        with self._place.read() as connection:
            rows = connection.execute(asked).all()
        return [(district_of(*row[:width]), _summary(*row[width:]) if row[width] is not None else None) for row in rows]

    def waiting(self, only: tuple[str, ...] | None = None) -> tuple[int, int]:
        """How many districts have an import that waits for a person, and how many a set-up that goes on; without reading their rows."""
        held = case((summary.c.standing.like('%"held": %'), 1), else_=0)
        asked = select(func.sum(held), func.count(summary.c.setup)).join(district, summary.c.district == district.c.slug)
        asked = asked.where(district.c.archived.is_(None), district.c.leaves.is_(None))
        if only is not None:
            asked = asked.where(district.c.slug.in_(only))
        with self._place.read() as connection:
            holds, setups = connection.execute(asked).one()
        return int(holds or 0), int(setups)

    def due(self, now: datetime, limit: int) -> list[str]:
        """Districts whose row is missing, of another shape, or to be made anew by now; those that wait longest first. None that is shut."""
        joined = select(district.c.slug).outerjoin(summary, summary.c.district == district.c.slug)
        stale = or_(summary.c.shape.is_(None), summary.c.shape != SHAPE, summary.c.again <= written(now))
        asked = (
            joined.where(and_(district.c.archived.is_(None), district.c.leaves.is_(None), stale))
            .order_by(summary.c.again, district.c.slug)
            .limit(limit)
        )
        with self._place.read() as connection:
            return list(connection.execute(asked).scalars())

    def put_many(self, rows: list[Summary]) -> None:
        """Write many summaries of districts that have none, in one transaction: for a restore, and to measure."""
        values = [{"district": row.district} | _values(row) for row in rows]
        with self._place.write() as connection:
            connection.execute(insert(summary), values)


def _values(row: Summary) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "last_import": row.last_import,
        "status": row.status,
        "outcome": row.outcome,
        "finished": written(row.finished),
        "counts": json.dumps(dict(row.counts)),
        "updated": written(row.updated),
        "shape": SHAPE if row.standing is not None else None,
        "standing": _standing_text(row.standing) if row.standing is not None else None,
        "again": written(row.again),
    }


def _summary(
    slug: str,
    revision: int,
    last_import: int | None,
    status: str | None,
    outcome: str | None,
    finished: str | None,
    counts: str,
    updated: str,
    shape: int | None,
    standing: str | None,
    again: str | None,
    setup: str | None,
) -> Summary:
    """A summary from the cells of its row, in the table's order: by position, since a fleet has thousands."""
    stood = _standing(standing) if standing is not None and shape == SHAPE else None
    held, changes = json.loads(counts), read(again)
    return Summary(
        slug, revision, read(updated), last_import, status, outcome, read(finished), held, stood, changes, _setup(setup)
    )


_MOMENTS = ("since", "succeeded", "arrived", "counted_from", "due", "due_after", "late")


def _standing_text(standing: Standing) -> str:
    raw = {k: v for k, v in asdict(standing).items() if v is not None}
    for name in _MOMENTS:
        if name in raw:
            raw[name] = written(raw[name])
    for name in ("nights_to", "paused_until"):
        if name in raw:
            raw[name] = raw[name].isoformat()
    if standing.attempt is not None:
        raw["attempt"] |= {"begun": written(standing.attempt.begun), "finished": written(standing.attempt.finished)}
    return json.dumps(raw)


def _standing(text: str) -> Standing:
    raw = json.loads(text)
    for name in _MOMENTS:
        if name in raw:
            raw[name] = read(raw[name])
    for name in ("nights_to", "paused_until"):
        if name in raw:
            raw[name] = date.fromisoformat(raw[name])
    if (attempt := raw.get("attempt")) is not None:
        raw["attempt"] = Attempt(**(attempt | {"begun": read(attempt["begun"]), "finished": read(attempt["finished"])}))
    if (cause := raw.get("cause")) is not None:
        raw["cause"] = Cause(**cause)
    return Standing(**raw)


def _setup(text: str | None) -> Setup | None:
    if text is None:
        return None
    raw = json.loads(text)
    return Setup(**(raw | {"due": date.fromisoformat(raw["due"]) if raw["due"] else None}))
