"""district add, district list, district rename, district keep."""

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


def rename(slug: str, /, *, name: str, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Give a district another name for people. Its short name stays: folders, addresses and user names hang on it.

    Parameters
    ----------
    slug
        The district.
    name
        The new name.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import districts

    with opened_house() as house:
        district = districts.rename(house, slug, name)
    if as_json:
        document({"district": district.slug, "name": district.name, "timezone": district.timezone})
    else:
        say(f"District {district.slug} is called {district.name} now.")
    return 0


def keep(
    slug: str,
    days: int | None = None,
    /,
    *,
    default: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Say or show how long a district keeps removed records.

    Parameters
    ----------
    slug
        The district.
    days
        Days after which a removed record is purged with its history; 0 keeps all for ever. Without a number the present one is shown.
    default
        Let the installation's setting (HOMEROOM_KEEP_REMOVED_DAYS) hold again.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.sync import expiry

    with opened_house() as house:
        house.stores.control.districts.get(slug)
        if days is not None or default:
            expiry.keep_days(house, slug, None if default else days, datetime.now(UTC))
        held = expiry.kept_days(house, slug)
    if as_json:
        document({"district": slug, "keep_removed_days": held})
    else:
        say(f"District {slug} keeps removed records {f'for {held} days' if held else 'for ever'}.")
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
            ["district", "name", "time zone", "revision", "last import", "outcome", "stands", "last success"],
            [
                (
                    d["district"],
                    d["name"],
                    d["timezone"],
                    d["revision"],
                    d["last_import"],
                    d["outcome"],
                    f"to be deleted {d['deleted_on'][:10]}" if d["deleted_on"] else d["state"].replace("_", " "),
                    d["last_success"],
                )
                for d in listed
            ],
        )
    return 0
