"""An opened installation with the district Pinewood in it, for tests that call the corridor as doors and jobs do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from e2e.files import district, write
from homeroom.roster.report import ImportReport
from homeroom.settings import Settings
from homeroom.store.sources import Source
from homeroom.sync import districts, imports, intake, sources
from homeroom.sync.house import House

SLUG = "pinewood"


def settings(data: Path, database_url: str | None = None, storage: str | None = None) -> Settings:
    """The settings of a small installation."""
    return Settings(
        data=data, database_url=database_url, storage=storage, memory_mb=400, quiet_seconds=0.0, http_port=0, sftp_port=0
    )


def half() -> dict[str, str]:
    """The district without the people of Elm School: a hold, by law 4."""
    files = district()
    for name in ("users.csv", "enrollments.csv"):
        files[name] = "".join(line for line in files[name].splitlines(True) if ",s2," not in line)
    return files


def renamed(*students: int) -> dict[str, str]:
    """The district with other given names for some students: a small change."""
    files = district()
    for number in students:
        files["users.csv"] = files["users.csv"].replace(f"Given{number},", f"Other{number},")
    return files


@dataclass
class Pinewood:
    """The district under test, and short words for what doors do with it."""

    house: House
    folder: Path
    _numbers: Any = field(default_factory=count)

    @classmethod
    def founded(cls, house: House, folder: Path) -> Pinewood:
        """Add the district; its hours are those of UTC."""
        districts.add(house, SLUG, "Pinewood", "UTC")
        return cls(house, folder)

    def source(self, kind: str = "upload", **more: Any) -> Source:
        """Add a source."""
        return sources.add(self.house, SLUG, kind, **more).source

    def begin(self, files: dict[str, str], trigger: str = "upload", **more: Any) -> int:
        """Hand files in and begin their import, without walking it."""
        options: dict[str, Any] = {"layouts": None, "source": None, "kind": "continuous", "dry_run": False, "now": None} | more
        place = write(self.folder / f"night-{next(self._numbers)}", files)
        return intake.hand_in(self.house, SLUG, place, trigger=trigger, **options)

    def night(self, files: dict[str, str], **more: Any) -> ImportReport:
        """Hand files in and walk them."""
        return self.walk(self.begin(files, **more))

    def walk(self, number: int, **more: Any) -> ImportReport:
        """Walk an import that was begun."""
        return imports.run(self.house, SLUG, number, **more)

    def approve(self, number: int, plan: str | None = None) -> ImportReport:
        """Approve a held import."""
        return imports.approve(self.house, SLUG, number, plan=plan, who="ada")

    def report(self, number: int) -> ImportReport:
        """The report of an import."""
        return imports.report(self.house, SLUG, number)

    def ended(self, number: int) -> tuple[str, str | None, str | None]:
        """Status, outcome and the reason's code."""
        entry = self.house.stores.roster(SLUG).imports.get(number)
        return entry.status, entry.outcome, entry.reason["code"] if entry.reason else None

    @property
    def revision(self) -> int:
        """The roster's revision."""
        return self.house.stores.roster(SLUG).revision()

    def active(self, table: str = "users") -> int:
        """How many records of a table are active."""
        return self.house.stores.roster(SLUG).counts()[table].active

    def records(self, table: str, status: str = "active") -> dict[str, dict[str, Any]]:
        """The records of a table by their ids."""
        store = self.house.stores.roster(SLUG)
        page = store.page(table, 10_000, status=status)
        return {str(row["sourcedId"]): row for row in (dict(zip(page.columns, r, strict=True)) for r in page.rows)}

    def acts(self) -> list[str]:
        """What the audit trail says was done, oldest first."""
        return [row.action for row in reversed(self.house.stores.control.audit.last(100, SLUG))]
