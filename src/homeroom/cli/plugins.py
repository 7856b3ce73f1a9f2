"""plugin: the package that a district's administrator installs in PowerSchool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, settings, table
from homeroom.roster.faults import Misuse


def plugin(
    slug: str,
    out: Path,
    /,
    *,
    with_: Annotated[tuple[str, ...], Parameter(name="--with")] = (),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Write the plug-in for PowerSchool: its queries, the fields that it asks for and why, and what makes PowerSchool give credentials.

    Fields that the district's source names in its setting extension_fields are asked for and brought too.

    Parameters
    ----------
    slug
        The district.
    out
        The ZIP to write. It is uploaded as it is, not unpacked.
    with_
        An optional pack, for what not every PowerSchool has: legal-guardian, the mark of that name. May be repeated.
    as_json
        Print one JSON document.
    """
    from homeroom.desk import papers

    with opened_house() as house:
        made = papers.plugin(house, slug, with_, settings().public_url)
    try:
        out.write_bytes(made.package)
    except OSError as trouble:
        raise Misuse(f"{out} cannot be written ({trouble.strerror}).") from None
    if as_json:
        document({"file": str(out), "version": made.version, "queries": list(made.queries), "fields": made.fields})
        return 0
    say(
        f"{out} holds the plug-in with {len(made.queries)} queries. It asks to read {len(made.fields)} fields, and to write none:"
    )
    table(["field", "why"], list(made.fields.items()))
    say("Next: in PowerSchool, System > System Settings > Plugin Management Configuration > Install; then enable it.")
    return 0
