"""layouts list, layouts show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table
from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.layouts.sets import LayoutSet


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


def show(
    name: str,
    /,
    *,
    district: str | None = None,
    out: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show a layout set (`oneroster-1.1`) or one layout of it (`oneroster-1.1/users`) as its text.

    Parameters
    ----------
    name
        A set, or a layout. With `--district` also a saved set (`ours`) or one version of it (`ours@2`).
    district
        The district whose saved sets are meant.
    out
        Write the set's files into this new folder instead, to begin one of your own with them.
    as_json
        Print one JSON document.
    """
    from homeroom.sync.layouts import Own, known_set, texts_of

    set_name = name.partition("/")[0]
    if district is None:
        found, texts = known_set(set_name), texts_of(set_name)
    else:
        with opened_house() as house:
            house.stores.control.districts.get(district)
            own = Own(house, district)
            found, texts = known_set(set_name, own), texts_of(set_name, own)
    if out is not None:
        return _write(out, dict(texts))
    return _print(found, name, as_json)


def _write(out: Path, texts: dict[str, str]) -> int:
    if out.exists():
        raise Misuse(f"{out} is there already; name a new folder.")
    out.mkdir(parents=True)
    for file, text in texts.items():
        (out / file).write_text(text, encoding="utf-8")
    note(f"{len(texts)} files were written into {out}.")
    return 0


def _print(found: LayoutSet, name: str, as_json: bool) -> int:
    shown = [layout for layout in found.layouts if "/" not in name or layout.name == name]
    if not shown:
        raise Misuse(f"{found.name} has no layout {name!r}; it has: {', '.join(layout.name for layout in found.layouts)}.")
    if as_json:
        listed = [{"name": la.name, "table": la.table, "text": la.text} for la in shown]
        document({"set": found.name, "version": found.number, "digest": found.digest, "layouts": listed})
        return 0
    for layout in shown:
        say(f"# {layout.name}")
        say(layout.text.rstrip() + "\n")
    return 0
