"""district add, district list."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, table


def add(
    slug: str,
    /,
    *,
    name: str,
    timezone: str = "America/Chicago",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Add a district.

    Parameters
    ----------
    slug
        Short name for commands and addresses: small letters, digits, hyphens.
    name
        The district's name.
    timezone
        Its time zone, e.g. America/Chicago; schedules and deadlines are in it.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import districts

    with opened_house() as house:
        district = districts.add(house, slug, name, timezone)
    if as_json:
        document({"district": district.slug, "name": district.name, "timezone": district.timezone})
    else:
        say(f"District {district.slug} ({district.name}) was added. Next: homeroom source add {district.slug} --kind sftp")
    return 0


def list_(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List the districts.

    Parameters
    ----------
    as_json
        Print one JSON document.
    """
    from homeroom.sync import districts

    with opened_house() as house:
        listed = districts.listed(house)
    if as_json:
        document(listed)
    else:
        table(
            ["district", "name", "time zone", "revision", "last import", "outcome"],
            [(d["district"], d["name"], d["timezone"], d["revision"], d["last_import"], d["outcome"]) for d in listed],
        )
    return 0
