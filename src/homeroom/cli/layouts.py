"""layouts list, layouts show."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, say, table


def list_(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List the layout sets.

    Parameters
    ----------
    as_json
        Print one JSON document.
    """
    from homeroom.systems import layout_sets

    rows = [
        {"set": s.name, "title": s.title, "layouts": [layout.name for layout in s.layouts], "required": list(s.required)}
        for s in layout_sets()
    ]
    if as_json:
        document(rows)
    else:
        table(["set", "title", "layouts"], [(r["set"], r["title"], len(r["layouts"])) for r in rows])
    return 0


def show(name: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Show a layout set (`oneroster-1.1`) or one layout of it (`oneroster-1.1/users`) as its text.

    Parameters
    ----------
    name
        A set, or a layout.
    as_json
        Print one JSON document.
    """
    from homeroom.roster.faults import Misuse
    from homeroom.sync.layouts import known_set

    found = known_set(name.partition("/")[0])
    shown = [layout for layout in found.layouts if "/" not in name or layout.name == name]
    if not shown:
        raise Misuse(f"{found.name} has no layout {name!r}; it has: {', '.join(layout.name for layout in found.layouts)}.")
    if as_json:
        document({"set": found.name, "layouts": [{"name": la.name, "table": la.table, "text": la.text} for la in shown]})
        return 0
    for layout in shown:
        say(f"# {layout.name}")
        say(layout.text.rstrip() + "\n")
    return 0
