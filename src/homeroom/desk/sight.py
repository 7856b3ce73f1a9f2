"""What of an import's rows one person may see: which schools', and whether with their values. Decided once, before anything is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from homeroom.desk.rights import values_open
from homeroom.desk.viewer import Viewer
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.sync.house import House

_NUMBER = re.compile(r"\d{3}-\d{2}-\d{4}")
MASK = "•••-••-••••"


@dataclass(frozen=True, slots=True)
class Sight:
    """`schools`: the only ones whose rows are seen; None: all. `values`: whether keys and values of rows are."""

    schools: tuple[str, ...] | None
    values: bool

    @property
    def whole(self) -> bool:
        """Whether the whole district's rows are seen, with values or without."""
        return self.schools is None

    def key(self, text: str | None) -> str | None:
        """A record's id as it may be shown: None where it may not."""
        return text if self.values else None

    def value(self, text: str | None, column: str | None = None) -> str | None:
        """A value of a row as it may be shown: None where it may not.

        What looks like a social security number, or stands in a column of secrets, is masked for everybody.
        """
        if not self.values or text is None:
            return None
        secret = column is not None and is_secret(column)
        return MASK if _NUMBER.search(text) or (secret and text) else text


def sight(house: House, viewer: Viewer, slug: str, now: datetime) -> Sight:
    """What this person may see of rows of that district."""
    if not viewer.sees(slug):
        return Sight((), values=False)
    schools = viewer.person.schools if viewer.role == "school_viewer" else None
    return Sight(schools, values_open(house, viewer, slug, now))
