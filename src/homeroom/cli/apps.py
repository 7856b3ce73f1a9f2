"""app add, app list, app revoke."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, table


def add(
    name: str,
    /,
    *,
    district: tuple[str, ...] = (),
    scope: tuple[str, ...] = (),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Add an application. Its secret is printed here and never again.

    Parameters
    ----------
    name
        The application's name.
    district
        A district that it may see; may be repeated. Without it: all.
    scope
        A OneRoster scope (short or full); may be repeated. Without it: reading the roster.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import apps

    with opened_house() as house:
        added = apps.add(house, name, district, scope)
    if as_json:
        document(added)
    else:
        say(f"Application {name} was added.")
        for key in ("client_id", "client_secret", "token_url"):
            say(f"  {key} {added[key]}")
        say("  The secret is shown once; write it down now.")
    return 0


def list_(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List the applications.

    Parameters
    ----------
    as_json
        Print one JSON document.
    """
    from homeroom.sync import apps

    with opened_house() as house:
        listed = apps.listed(house)
    if as_json:
        document(listed)
    else:
        table(
            ["client id", "name", "districts", "scopes", "last read", ""],
            [
                (
                    a["client_id"],
                    a["name"],
                    "all" if a["districts"] is None else ", ".join(a["districts"]) or "none",
                    ", ".join(a["scopes"]),
                    f"{a['last_read']['at']} {a['last_read']['district']}" if a["last_read"] else "",
                    "revoked" if a["revoked"] else "",
                )
                for a in listed
            ],
        )
    return 0


def revoke(client_id: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Shut an application out. Its tokens are gone, and it gets no new ones; it cannot be let in again, only added anew.

    Parameters
    ----------
    client_id
        The application's client id, as `app list` shows it.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import apps

    with opened_house() as house:
        gone = apps.revoke(house, client_id)
    if as_json:
        document({"client_id": client_id, "name": gone.name, "revoked": True})
    else:
        say(f"Application {gone.name} ({client_id}) is shut out.")
    return 0
