"""plugin: the package that a district's administrator installs in PowerSchool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, settings, table
from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.sync.house import House


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
    from homeroom.systems.powerschool.plugin import inspection
    from homeroom.systems.powerschool.plugin.package import Publisher, chosen, fields, package, versioned

    with opened_house() as house:
        house.stores.control.districts.get(slug)
        own = _own(house, slug)
    made = package(Publisher(url=settings().public_url), with_, own=own)
    if wrong := inspection.faults(made):
        raise Misuse(" ".join(wrong))
    try:
        out.write_bytes(made)
    except OSError as trouble:
        raise Misuse(f"{out} cannot be written ({trouble.strerror}).") from None
    queries = chosen(with_, own)
    asked = fields(queries)
    if as_json:
        document({"file": str(out), "version": versioned(with_, own), "queries": [q.name for q in queries], "fields": asked})
        return 0
    say(f"{out} holds the plug-in with {len(queries)} queries. It asks to read {len(asked)} fields, and to write none:")
    table(["field", "why"], list(asked.items()))
    say("Next: in PowerSchool, System > System Settings > Plugin Management Configuration > Install; then enable it.")
    return 0


def _own(house: House, slug: str) -> list[str]:
    """The extension fields that the district's PowerSchool sources name."""
    from homeroom.sync import source_settings

    mine = [s for s in house.stores.control.sources.of(slug) if s.kind == "powerschool"]
    asked = [tuple(source_settings.value(s, "extension_fields") or ()) for s in mine]
    if len(set(asked)) > 1:
        raise Misuse(
            f"the PowerSchool sources of {slug} name different extension_fields: give them the same ones, one plug-in serves all."
        )
    return list(asked[0]) if asked else []
