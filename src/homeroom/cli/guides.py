"""guide: what a district's administrator is given, made from the layouts that are enforced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house
from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.guide.occasion import Occasion
    from homeroom.guide.steps import Steps
    from homeroom.layouts.sets import LayoutSet
    from homeroom.sync.house import House


def guide(
    slug_or_out: Annotated[str, Parameter(name="SLUG")],
    out: Annotated[Path | None, Parameter(name="OUT")] = None,
    /,
    *,
    source: int | None = None,
    layouts: str | None = None,
    ask: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Write the configuration guide for a district's administrator: OUT.html, and the same as Markdown beside it.

    Without a district (`homeroom guide OUT.html --layouts SET`) it is a general guide of the set. No password stands in it.

    Parameters
    ----------
    slug_or_out
        The district. Left out for a general guide.
    out
        The HTML file to write; the Markdown goes beside it, with the ending .md.
    source
        Number of the source that the guide is about; without it the district's only source.
    layouts
        Layout set, or a folder of layouts; without it the source's set.
    ask
        Whom the administrator can ask: a name, an address, a telephone number.
    as_json
        Print one JSON document.
    """
    from homeroom.desk import papers

    if out is None:
        made, target = papers.paper(*_general(layouts, ask)), Path(slug_or_out)
    else:
        with opened_house() as house:
            made = papers.guide(
                house, slug_or_out, source=source, layouts=layouts, ask=ask, fingerprints=lambda: _fingerprints(house)
            )
        target = out
    if target.suffix.lower() not in (".html", ".htm"):
        raise Misuse(f"{target} must end in .html; the Markdown is written beside it.")
    beside = target.with_suffix(".md")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(made.html, encoding="utf-8")
    beside.write_text(made.markdown, encoding="utf-8")
    if as_json:
        document({"html": str(target), "markdown": str(beside), "layouts": made.layouts, "district": made.district})
    else:
        note(f"{target} and {beside}: the guide of {made.layouts}. It holds no password; hand that over by a road of its own.")
    return 0


def _general(layouts: str | None, ask: str | None) -> tuple[LayoutSet, Steps, Occasion]:
    from homeroom.guide import steps
    from homeroom.guide.occasion import Occasion
    from homeroom.sync.layouts import known_set, texts_of

    if layouts is None:
        raise Misuse("name a district (homeroom guide SLUG OUT.html), or --layouts SET for a general guide.")
    return known_set(layouts), steps.of_set(texts_of(layouts)), Occasion(today=datetime.now(UTC).date(), ask=ask)


def _fingerprints(house: House) -> list[tuple[str, str]]:
    from homeroom.doors.sftp.hostkeys import fingerprints, host_keys

    return [(p.kind, p.sha256) for p in fingerprints(host_keys(house.settings.keys))]
