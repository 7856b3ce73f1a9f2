"""Nights: what begins in the evening belongs to the day on which it ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

EVENING = timedelta(hours=6)
"""What begins after 6 PM belongs to the night that follows: the next day's."""


def night_of(local: datetime) -> date:
    """The night that a local moment belongs to, named by the day on which it ends."""
    return (local + EVENING).date()
