"""End dates of systems that name the last day, brought to OneRoster's, which name the first day after it.

A date is moved only where it can be read: by the form that was said for the column, by itself, or by what the whole column of
its file leaves as the only reading, exactly as the checks read it. What cannot be read is left to them as it stands.
"""

from __future__ import annotations

from homeroom.checks.dates import reading
from homeroom.roster.names import quoted
from homeroom.treatment.feeds import mended
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import Feed

MOVED = ("enrollments", "roles", "academicSessions")
"""The tables whose `endDate` the standard counts as the first day after."""


def move(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Every end date one day later. Rows that Homeroom makes itself have the standard's dates already."""
    return [_moved(night, f) if f.table in MOVED and "endDate" in f.columns and not f.made else f for f in feeds]


def _moved(night: Night, feed: Feed) -> Feed:
    day = reading(night.bench, feed.select, "endDate", night.date_form(feed.table, "endDate"))
    later = f'coalesce(CAST(TRY_CAST({day} AS DATE) + 1 AS VARCHAR), "endDate")'
    # '9999-12-31' and its like say "never": there is no day after.
    never = f"coalesce({day} >= '9999', false)"
    count = night.bench.value(f"SELECT count(*) FROM ({feed.select}) WHERE _keep AND {day} IS NOT NULL AND NOT {never}")
    if count:
        word = dict(feed.headers).get("endDate", "endDate")
        night.bench.tell("end-dates-moved", file=feed.text.file.number, column=word, table=feed.table, count=int(count))
    return mended(feed, "ends", {"endDate": f"CASE WHEN {never} THEN {quoted('endDate')} ELSE {later} END"})
