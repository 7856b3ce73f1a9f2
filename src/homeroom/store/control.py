"""The control store: what belongs to the installation, in small groups that each speak one word.

Everything goes in and comes out as frozen values. Secrets arrive here already hashed or wrapped and leave so.
"""

from __future__ import annotations

from homeroom.store.accounts import Accounts
from homeroom.store.apps import Apps
from homeroom.store.audit import Audit
from homeroom.store.districts import Districts
from homeroom.store.errands import Errands
from homeroom.store.journal import Settings, Summaries, Workers
from homeroom.store.keys import Keys
from homeroom.store.layout_versions import LayoutVersions
from homeroom.store.news import Mailings, NewsList
from homeroom.store.notices import Notices
from homeroom.store.own_schools import OwnSchools
from homeroom.store.people import People
from homeroom.store.places import Place
from homeroom.store.sessions import Attempts, Elevations, OnceLinks, PersonalTokens, Sessions, Supports
from homeroom.store.setups import Setups
from homeroom.store.sources import Sources
from homeroom.store.taken_over import TakeOvers


class Control:
    """The control store. Thread safe."""

    def __init__(self, place: Place) -> None:
        """`place` holds the control tables, up to date; `Stores` sees to that."""
        self.place = place
        self.districts = Districts(place)
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
        self.news = NewsList(place)
        self.mailings = Mailings(place)
        self.setups = Setups(place)

    def close(self) -> None:
        """Close its connections."""
        self.place.close()
