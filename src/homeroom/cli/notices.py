"""source notices, source subscribe: how another system tells Homeroom of changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say


def notices(slug: str, source: int, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Make the address at which a source's system may tell of changes. It is printed here and never again; an older one stops.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import notice_addresses

    with opened_house() as house:
        made = notice_addresses.renew(house, slug, source, datetime.now(UTC))
    if as_json:
        document({"source": source, "url": made.url})
        return 0
    say(f"Source {source} of {slug} hears of changes at this address (shown once; it holds a secret):")
    say(f"  {made.url}")
    return 0


def subscribe(
    slug: str,
    source: int,
    /,
    *,
    off: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Let a source's PowerSchool tell Homeroom of changes, at a new address; what the plug-in was subscribed to before is replaced.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    off
        End the subscription instead, and shut the address.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import notice_addresses

    with opened_house() as house:
        if off:
            notice_addresses.unsubscribe(house, slug, source, datetime.now(UTC))
        else:
            notice_addresses.subscribe(house, slug, source, datetime.now(UTC))
    if as_json:
        document({"source": source, "subscribed": not off})
    elif off:
        say(f"PowerSchool tells source {source} of {slug} of no more changes. The nightly pull goes on.")
    else:
        say(f"PowerSchool tells source {source} of {slug} of changes from now on.")
        say("  If none come: the district must allow them (Global Event Services: Data Event API Services Only).")
    return 0
