"""An installation as its users would have made it: districts in every state, walked by the real walk, and people who signed in by their links.

`larkspur` waits for a decision, `saltgrass` failed, `pinewood` has row issues, `goldenrod` is fine, `cedar` is being set up, `fernhollow` never sent anything.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from desk_kit import Somebody, somebody
from e2e.files import district, write
from homeroom.desk.setup import acting
from homeroom.desk.viewer import Person, Viewer
from homeroom.doors.console import frame
from homeroom.doors.console.app import Console, create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.roster.report import ImportReport
from homeroom.sync import districts, imports, intake, sources
from homeroom.sync.house import House, opened
from homeroom.sync.jobs import Jobs
from sync_house import half, settings

NAMES = {
    "larkspur": "Larkspur Valley Schools",
    "saltgrass": "Saltgrass County Schools",
    "pinewood": "Pinewood ISD",
    "goldenrod": "Goldenrod Charter Network",
    "fernhollow": "Fernhollow R-IV",
}


@dataclass
class World:
    """The installation, and short words for what happens in it."""

    house: House
    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=5))
    people: dict[str, Somebody] = field(default_factory=dict)
    _numbers: Any = field(default_factory=count)

    def night(self, slug: str, files: dict[str, str], **more: Any) -> ImportReport:
        """Files come and are walked."""
        options: dict[str, Any] = {"layouts": None, "source": None, "kind": "continuous", "dry_run": False, "now": None} | more
        place = write(self.folder / f"night-{next(self._numbers)}", files)
        number = intake.hand_in(self.house, slug, place, trigger="upload", **options)
        return imports.run(self.house, slug, number)

    def add(self, slug: str, name: str) -> None:
        """A district with a source for uploads."""
        districts.add(self.house, slug, name, "America/Chicago")
        sources.add(self.house, slug, "upload", layouts="oneroster-1.1", name="Nightly files")

    def who(self, role: str, **more: Any) -> Somebody:
        """Somebody of that role, who came in by a link; the same person each time."""
        key = f"{role} {sorted(more.items())}"
        if key not in self.people:
            email = f"{role}@{(more.get('districts') or ['vendor'])[0]}.example"
            self.people[key] = somebody(self.house, role, email, now=self.now, **more)
        return self.people[key]

    def cookie(self, role: str, **more: Any) -> str:
        """The cookie of a session of somebody."""
        person = self.who(role, **more)
        person.now = max(person.now, self.now)
        return person.sign_in()

    def console(self, jobs: Jobs | None = None) -> Console:
        """The console over it; its clock goes on."""
        return create(
            self.house,
            jobs,
            OfTheDesk(),
            pages=PAGES,
            count=frame.counted,
            now=lambda: max(self.now, *(p.now for p in self.people.values()), self.now),
        )


_first: list[Path] = []
"""Where the installation lies that is copied, once it was made."""


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The installation with its districts, in an empty folder: its nights are walked once for a worker, and every file has a copy."""
    if not _first:
        place = folder.with_name(f"{folder.name}-first")
        _founded(place)
        _first.append(place)
    shutil.copytree(_first[0] / "data", folder / "data", symlinks=True)
    with opened(settings(folder / "data")) as house:
        yield World(house, folder)


def _founded(folder: Path) -> None:
    with opened(settings(folder / "data")) as house:
        made = World(house, folder)
        for slug, name in NAMES.items():
            made.add(slug, name)
        good, bad = district(), district()
        bad["users.csv"] += "u900,active,2026-08-01,true,s1,student,nina,,Nina,,,,nina@example,,,,,\n"
        bad["enrollments.csv"] = bad["enrollments.csv"].replace(
            "\n", "\ne900,active,2026-08-01,k1,s1,u-404,student,false,2026-08-15,2027-06-01\n", 1
        )
        empty = district()
        empty["users.csv"] = empty["users.csv"].splitlines(keepends=True)[0]
        for slug in ("larkspur", "saltgrass", "pinewood", "goldenrod"):
            made.night(slug, good)
        made.night("larkspur", half())
        made.night("saltgrass", empty)
        made.night("pinewood", bad)
        made.night("goldenrod", good)
        ada = Viewer(Person(1, "ada@vendor.example", "Ada", "operator"), session=1)
        acting.begin(
            house, ada, "cedar", "Cedar Hollow Schools", "America/Chicago", made.now.date() - timedelta(days=3), made.now
        )
