"""The installation: its version, whether it can work now, its workers and its queue."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from homeroom import __version__
from homeroom.desk import house_settings
from homeroom.doors.api.models import Told
from homeroom.doors.api.routes import Answer, Ask, Routes
from homeroom.roster.report import moment
from homeroom.sync.checkup import checkup
from homeroom.sync.readiness import troubles

routes = Routes("Installation")


class WorkerTold(Told):
    """A process of the installation."""

    executor: str
    host: str
    seen: str


class InstallationTold(Told):
    """How the installation stands."""

    version: str
    ready: bool
    troubles: list[dict[str, str]] = Field(description="What keeps it from working now: code and message.")
    workers: list[WorkerTold]
    queue: int = Field(description="Imports that somebody walks or will walk.")
    districts: int


class Finding(Told):
    """One thing that was looked at."""

    what: str
    ok: bool
    found: str
    remedy: str


class SettingTold(Told):
    """One setting of the installation."""

    variable: str = Field(examples=["HOMEROOM_HTTP_PORT"])
    is_set: bool
    value: str | None = Field(description="Null for a secret, and where there is none.")
    secret: bool
    meaning: str


@routes.ask("GET", "/installation", "installation.see", response_model=InstallationTold)
def get_installation(asked: Ask) -> Answer:
    """Show version, health, workers and queue."""
    found = troubles(asked.house)
    workers = asked.house.stores.control.workers.all()
    return {
        "version": __version__,
        "ready": not found,
        "troubles": [trouble.as_json() for trouble in found],
        "workers": [{"executor": w.executor, "host": w.host, "seen": moment(w.seen)} for w in workers],
        "queue": len(asked.office.jobs.unfinished()),
        "districts": len(asked.house.stores.control.districts.all()),
    }


@routes.ask("GET", "/installation/check", "installation.see", response_model=list[Finding])
def check_installation(asked: Ask) -> list[Answer]:
    """Look at settings, keys, stores, clock and disk: every problem at once, each with what to do."""
    return [f.told() for f in checkup(asked.house.settings)]


@routes.ask("GET", "/installation/settings", "installation.see", response_model=list[SettingTold])
def list_installation_settings(asked: Ask) -> list[Answer]:
    """List what the installation was started with. Settings are read from the environment; of secrets only whether they are set is told."""
    return [asdict(line) for line in house_settings.lines(asked.house.settings)]
