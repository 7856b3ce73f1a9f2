"""source archive, source take-back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house

if TYPE_CHECKING:
    from homeroom.store.sources import Source

Json = Annotated[bool, Parameter(name="--json", negative="")]


def archive(slug: str, source: int, /, *, as_json: Json = False) -> int:
    """End a source for good: it is closed and leaves the lists; its imports and what it brought are kept.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import archiving

    with opened_house() as house:
        made = archiving.archive(house, slug, source, datetime.now(UTC))
    return _said(made, f"is archived; homeroom source take-back {slug} {made.id} brings it back", as_json)


def take_back(slug: str, source: int, /, *, as_json: Json = False) -> int:
    """Bring an archived source back. It is closed until somebody opens it: homeroom source set DISTRICT SOURCE enabled=true.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import archiving

    with opened_house() as house:
        made = archiving.take_back(house, slug, source, datetime.now(UTC))
    return _said(made, f"is back, and closed; homeroom source set {slug} {made.id} enabled=true opens it", as_json)


def _said(made: Source, what: str, as_json: bool) -> int:
    from homeroom.roster.report import moment

    if as_json:
        document({"source": made.id, "enabled": made.enabled, "archived_at": moment(made.archived) if made.archived else None})
    else:
        note(f"Source {made.id} ({made.name}) {what}.")
    return 0
