"""The apps that read a district's roster, and what each of them read last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeroom.roster.report import ImportReport
from homeroom.roster.words import Said, _, ngettext
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Reader:
    """An app that may read a roster. `read`: when it last did, to the minute, and `revision` what it saw; None: not yet."""

    client_id: str
    name: str
    scopes: tuple[str, ...]
    since: datetime
    read: datetime | None
    revision: int | None


def readers(house: House, slug: str) -> tuple[Reader, ...]:
    """The apps that may read a district, by name."""
    last = house.stores.control.readings.of(slug)
    found = []
    for app in house.stores.control.apps.all():
        if app.revoked is None and (app.districts is None or slug in app.districts):
            read = last.get(app.client_id)
            at, revision = (read.at, read.revision) if read is not None else (None, None)
            found.append(Reader(app.client_id, app.name, app.scopes, app.created, at, revision))
    return tuple(found)


def sent(report: ImportReport, apps: tuple[Reader, ...]) -> Said | None:
    """How far what an import changed has gone: how many apps have read its revision, or a later one."""
    if report.outcome not in ("success", "success_with_row_issues") or report.dry_run:
        return None
    if report.revision_after == report.revision_before:
        return _("nothing to send on")
    if not apps:
        return _("no app reads this roster")
    read = sum(app.revision is not None and app.revision >= report.revision_after for app in apps)
    return ngettext("read by {read} of {count} app", "read by {read} of {count} apps", len(apps), read=read)
