"""district delete, district undelete, district erase."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say
from homeroom.roster.faults import Misuse

WHO = "command line"


def delete(
    slug: str,
    /,
    *,
    reason: str,
    confirm: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Shut a district at once, and delete it with everything that it has in 7 days. Until then `district undelete` keeps it.

    Apps, sources, log-ins, schedules and notices are shut out; nothing is removed before the 7 days are over.

    Parameters
    ----------
    slug
        The district.
    reason
        Why, in a sentence of ten characters or more. It stays in the audit.
    confirm
        The district's short name once more. Without it the command asks for it.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import deleting

    with opened_house() as house:
        name = house.stores.control.districts.get(slug).name
        typed = confirm if confirm is not None else _asked(slug, name)
        made = deleting.ask(house, slug, typed, reason, who=WHO, now=datetime.now(UTC))
    if as_json:
        document(deleting.told(made))
    else:
        day = made.due.strftime("%Y-%m-%d %H:%M UTC")
        say(f"{made.name} is shut, and is deleted after {day}. Until then: homeroom district undelete {slug}")
    return 0


def undelete(slug: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Keep a district that waits to be deleted: it is open again, with everything that it had.

    Parameters
    ----------
    slug
        The district.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import deleting

    with opened_house() as house:
        kept = deleting.keep(house, slug, who=WHO, now=datetime.now(UTC))
    if as_json:
        document(deleting.told(kept))
    else:
        say(f"{kept.name} stays. Apps read it again, and its sources work as before.")
    return 0


def erase(slug: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Remove everything of a district whose 7 days are over. A running server does it by itself; this is for those without one.

    What a crash cut off is taken up where it was. A district that can still be kept is not touched.

    Parameters
    ----------
    slug
        The district.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import deleting
    from homeroom.sync import erasing

    with opened_house() as house:
        gone = erasing.erase(house, slug, datetime.now(UTC), WHO, lambda step: note(f"  {step}"))
    if as_json:
        document(deleting.told(gone))
    else:
        counts = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in gone.counts.items())
        say(f"{gone.name} is deleted: {counts}. The audit says who asked for it.")
    return 0


def _asked(slug: str, name: str) -> str:
    """The short name, typed by whoever sits there. Raises Misuse where nobody does."""
    if not sys.stdin.isatty():
        raise Misuse(f"Give the short name once more: homeroom district delete {slug} --confirm {slug} --reason ...")
    note(f"This shuts {name} at once, and deletes it with its roster, its files and its sources in 7 days.")
    sys.stderr.write(f"Type its short name ({slug}) to go on: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
