"""Points in time as the stores keep them: UTC, ISO 8601 text with milliseconds and `Z`, so that text order is time order."""

from __future__ import annotations

from datetime import datetime
from typing import overload

from homeroom.roster.report import moment


@overload
def written(at: datetime) -> str: ...
@overload
def written(at: None) -> None: ...
def written(at: datetime | None) -> str | None:
    """The stored text of a point in time. Raises ValueError for one without a time zone: whose noon would it be?"""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("a point in time needs a time zone")
    return moment(at)


@overload
def read(text: str) -> datetime: ...
@overload
def read(text: None) -> None: ...
def read(text: str | None) -> datetime | None:
    """The point in time that a stored text means."""
    return datetime.fromisoformat(text) if text is not None else None
