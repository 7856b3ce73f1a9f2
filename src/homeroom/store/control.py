"""The control store: what belongs to the installation, in small groups that each speak one word.

Everything goes in and comes out as frozen values. Secrets arrive here already hashed or wrapped and leave so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from homeroom.store.accounts import Accounts
from homeroom.store.apps import Apps
from homeroom.store.audit import Audit
from homeroom.store.control_tables import setting, worker
from homeroom.store.deletions import Deletions
from homeroom.store.districts import Districts
from homeroom.store.errands import Errands
from homeroom.store.found import Found
from homeroom.store.journal import Settings, Workers
from homeroom.store.keys import Keys
from homeroom.store.layout_versions import LayoutVersions
from homeroom.store.logins import Logins
from homeroom.store.moments import read
from homeroom.store.news import Mailings, NewsList
from homeroom.store.notices import Notices
from homeroom.store.own_schools import OwnSchools
from homeroom.store.people import People
from homeroom.store.places import Place
from homeroom.store.ran import RanList
from homeroom.store.readings import Readings
from homeroom.store.sessions import Attempts, Elevations, OnceLinks, PersonalTokens, Sessions, Supports
from homeroom.store.setups import Setups
from homeroom.store.sources import Sources
from homeroom.store.summaries import Summaries
from homeroom.store.taken_over import TakeOvers

BACKUP = "last-backup"
"""The setting that says when the last backup was made."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Signs of life of the installation: when a worker was last heard, and when the last backup was made, as far as it is known."""

    beat: datetime | None
    backup: datetime | None


class Control:
    """The control store. Thread safe."""

    def __init__(self, place: Place) -> None:
        """`place` holds the control tables, up to date; `Stores` sees to that."""
        self.place = place
        self.districts = Districts(place)
        self.deletions = Deletions(place)
        self.sources = Sources(place)
        self.accounts = Accounts(place)
        self.apps = Apps(place)
        self.keys = Keys(place)
        self.audit = Audit(place)
        self.workers = Workers(place)
        self.summaries = Summaries(place)
        self.settings = Settings(place)
        self.layouts = LayoutVersions(place)
        self.schools = OwnSchools(place)
        self.taken_over = TakeOvers(place)
        self.errands = Errands(place)
        self.notices = Notices(place)
        self.people = People(place)
        self.sessions = Sessions(place)
        self.elevations = Elevations(place)
        self.once = OnceLinks(place)
        self.tokens = PersonalTokens(place)
        self.support = Supports(place)
        self.attempts = Attempts(place)
        self.found = Found(place)
        self.logins = Logins(place)
        self.news = NewsList(place)
        self.mailings = Mailings(place)
        self.setups = Setups(place)
        self.ran = RanList(place)
        self.readings = Readings(place)

    def pulse(self) -> Pulse:
        """The installation's signs of life, in one query."""
        beat = select(func.max(worker.c.seen)).scalar_subquery()
        backup = select(setting.c.value).where(setting.c.name == BACKUP).scalar_subquery()
        with self.place.read() as connection:
            row = connection.execute(select(beat.label("beat"), backup.label("backup"))).one()
        return Pulse(read(row.beat), read(json.loads(row.backup)) if row.backup is not None else None)

    def close(self) -> None:
        """Close its connections."""
        self.place.close()
