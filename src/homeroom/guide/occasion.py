"""For whom a guide is made: the district, its source, and what this installation keeps. Plain values that the caller gathers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from homeroom.compare.allowance import Limits


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the SFTP door; `port` is None while it is not known yet. `fingerprints` are (kind of key, SHA256:...). Never a password.

    `by_key`: the district's public key is registered; `by_password`: there is a password, handed over by another road.
    """

    host: str
    port: int | None
    username: str
    fingerprints: tuple[tuple[str, str], ...]
    by_password: bool = True
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days things are kept; 0 means without end."""

    raw: int = 14
    removed: int = 400
    issues: int = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """What the source says about how its files are written; None is left to detection. `date_forms`: table.column or * -> form."""

    encoding: str | None = None
    delimiter: str | None = None
    quoted: bool | None = None
    strip_prefix: bool = True
    date_forms: Mapping[str, str] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    def date_form(self, table: str, column: str) -> str | None:
        """The form in which dates of a column are written, or None."""
        return self.date_forms.get(f"{table}.{column}") or self.date_forms.get("*")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything about the district that a guide says. Without a district it is a general guide of the set.

    `road` is the kind of the source. `start` is the local time of the import; `quiet` seconds a set must lie still and
    `patience` minutes that an incomplete one is waited for. `ask` is whom to turn to. `today` is the day in the district's zone.
    """

    today: date
    district: str | None = None
    timezone: str | None = None
    road: str | None = None
    connection: Connection | None = None
    start: str | None = None
    quiet: float = 60.0
    patience: float = 30.0
    pauses: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keeping: Keeping = field(default_factory=Keeping)
    reading: Reading = field(default_factory=Reading)
    ask: str | None = None
