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

    Parameters
    ----------
    slug
        The district.
    out
        The ZIP to write. It is uploaded as it is, not unpacked.
    with_
        An optional pack, for what not every PowerSchool has: legal-guardian, the mark of that name; ignored-schools, the
        district's own field IgnoreForIntegration of schools (U_Schools_Extension). May be repeated.
    as_json
        Print one JSON document.
    """
    from homeroom.systems.powerschool.plugin import inspection
    from homeroom.systems.powerschool.plugin.package import VERSION, Publisher, fields, package
    from homeroom.systems.powerschool.plugin.queries import BASE, of_pack

    with opened_house() as house:
        house.stores.control.districts.get(slug)
    made = package(Publisher(url=settings().public_url), with_)
    if wrong := inspection.faults(made):
        raise Misuse(" ".join(wrong))
    try:
        out.write_bytes(made)
    except OSError as trouble:
        raise Misuse(f"{out} cannot be written ({trouble.strerror}).") from None
    queries = [q for pack in (BASE, *with_) for q in of_pack(pack)]
    asked = fields(queries)
    if as_json:
        document({"file": str(out), "version": VERSION, "queries": [q.name for q in queries], "fields": asked})
        return 0
    say(f"{out} holds the plug-in with {len(queries)} queries. It asks to read {len(asked)} fields, and to write none:")
    table(["field", "why"], list(asked.items()))
    say("Next: in PowerSchool, System > System Settings > Plugin Management Configuration > Install; then enable it.")
    return 0
