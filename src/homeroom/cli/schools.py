"""school add, school match, school list, school remove."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, printable, say, table
from homeroom.roster.faults import Misuse

Json = Annotated[bool, Parameter(name="--json", negative="")]


def add(slug: str, own_id: str, /, *, name: str, sis: str | None = None, as_json: Json = False) -> int:
    """Declare a school of the district. From the first one on, schools of the SIS that match none are neither read nor removed.

    Parameters
    ----------
    slug
        The district.
    own_id
        The school's id on your side.
    name
        The school's name.
    sis
        The id that the SIS has for it (sourcedId of the schools' file), where it is known already.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import schools

    with opened_house() as house:
        schools.add(house, slug, own_id, name, sis)
    if as_json:
        document({"own": own_id, "name": name, "sis": sis})
    else:
        say(printable(f"School {own_id} ({name}) is declared" + (f" and matched with {sis}." if sis else ".")))
        if sis is None:
            say(printable(f"Next: homeroom school match {slug} {own_id} SIS_ID"))
    return 0


def match(
    slug: str,
    own_id: str,
    sis_id: str | None = None,
    /,
    *,
    none: Annotated[bool, Parameter(negative="")] = False,
    source: int | None = None,
    as_json: Json = False,
) -> int:
    """Say which school of the SIS an own school is.

    Parameters
    ----------
    slug
        The district.
    own_id
        The school's id on your side.
    sis_id
        The id that the SIS has for it, exactly as its files have it, zeros included.
    none
        Take the match back.
    source
        Only for this source; without it for all of the district.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import schools

    if (sis_id is None) is not none:
        raise Misuse("name the id that the SIS has for the school, or --none to take the match back.")
    with opened_house() as house:
        schools.match(house, slug, own_id, sis_id, source)
    if as_json:
        document({"own": own_id, "sis": sis_id, "source": source})
    else:
        say(printable(f"Own school {own_id} is {sis_id} of the SIS." if sis_id else f"Own school {own_id} is matched no more."))
    return 0


def list_(slug: str, /, *, source: int | None = None, as_json: Json = False) -> int:
    """List what is matched, own schools that are not, and schools known only to the SIS. Suggestions are never applied by themselves.

    Parameters
    ----------
    slug
        The district.
    source
        As this source sees it; without it the district's only source, or what holds for all.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import schools

    with opened_house() as house:
        told = schools.listed(house, slug, source)
    if as_json:
        document([asdict(t) for t in told])
        return 0
    table(
        ["state", "own", "name", "SIS", "name there", "may be", "since it has"],
        [(t.state, t.own, t.own_name, t.sis, t.sis_name, t.suggested, t.why) for t in told],
    )
    if not any(t.own for t in told):
        say("\nNo own school is declared: every school of the SIS is read.")
    for t in (t for t in told if t.state == "unmatched" and t.suggested):
        say(printable(f"  homeroom school match {slug} {t.own} {t.suggested}   if that is right"))
    return 0


def remove(slug: str, own_id: str, /, *, as_json: Json = False) -> int:
    """Take an own school back, with its match. When none is left, every school of the SIS is read again.

    Parameters
    ----------
    slug
        The district.
    own_id
        The school's id on your side.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import schools

    with opened_house() as house:
        schools.remove(house, slug, own_id)
    if as_json:
        document({"own": own_id, "removed": True})
    else:
        say(printable(f"School {own_id} is no longer declared."))
    return 0
