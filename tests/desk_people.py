"""People who ask the desk, one of each role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from homeroom.desk.viewer import Elevation, Kind, Person, Viewer
from sync_house import SLUG

OPERATOR = Viewer(Person(1, "ops@vendor.example", "Olga Ops", "operator"))
ENGINEER = Viewer(Person(2, "eng@vendor.example", "Egon Eng", "engineer"))
ADMINISTRATOR = Viewer(Person(3, "sis@pinewood.example", "Ada Admin", "administrator", (SLUG,)))
SCHOOL_VIEWER = Viewer(Person(4, "oak@pinewood.example", "Sam School", "school_viewer", (SLUG,), ("s1",)))
AUDITOR = Viewer(Person(5, "audit@state.example", "Aude Auditor", "auditor"))
EVERYBODY = (OPERATOR, ENGINEER, ADMINISTRATOR, SCHOOL_VIEWER, AUDITOR)


def elevated(viewer: Viewer, kind: Kind = "records", slug: str = SLUG) -> Viewer:
    """The same person with the elevated role on."""
    until = datetime.now(UTC) + timedelta(minutes=15)
    return Viewer(viewer.person, viewer.session, Elevation(1, kind, slug, "a reason to look", until))
