"""layouts save, layouts versions, layouts restore, layouts diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, printable, say, table
from homeroom.roster.report import moment

if TYPE_CHECKING:
    from homeroom.store.layout_versions import LayoutVersion

Json = Annotated[bool, Parameter(name="--json", negative="")]


def _row(saved: LayoutVersion) -> dict[str, Any]:
    return {
        "set": saved.name,
        "version": saved.number,
        "digest": saved.digest,
        "saved": moment(saved.saved),
        "by": saved.saved_by,
        "note": saved.note,
        "files": sorted(saved.texts),
    }


def _told(saved: LayoutVersion, new: bool, as_json: bool) -> int:
    if as_json:
        document(_row(saved) | {"new": new})
    elif new:
        say(f"{saved.name} is saved as version {saved.number}.")
        say(f"A source reads by it after: homeroom source set {saved.district} SOURCE layouts={saved.name}")
    else:
        say(f"Nothing is new: version {saved.number} of {saved.name} holds the same text.")
    return 0


def save(slug: str, folder: Path, /, *, name: str | None = None, note: str | None = None, as_json: Json = False) -> int:
    """Save a folder of layouts as the next version of a district's own set. The same text again makes no version.

    Parameters
    ----------
    slug
        The district.
    folder
        The folder of TOML files.
    name
        The set's name; without it the one in set.toml, else the folder's.
    note
        What was changed and why, for those who look later.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import own_layouts

    with opened_house() as house:
        saved, new = own_layouts.save(house, slug, folder, name=name, note=note)
    return _told(saved, new, as_json)


def versions(slug: str, name: str | None = None, /, *, as_json: Json = False) -> int:
    """List the saved versions of a district's own sets, newest first.

    Parameters
    ----------
    slug
        The district.
    name
        One set only.
    as_json
        Print one JSON document.
    """
    with opened_house() as house:
        house.stores.control.districts.get(slug)
        found = house.stores.control.layouts.of(slug, name)
    if as_json:
        document([_row(saved) for saved in found])
    else:
        rows = [(s.name, s.number, moment(s.saved), s.saved_by, s.digest[7:19], s.note or "") for s in found]
        table(["set", "version", "saved", "by", "digest", "note"], rows)
    return 0


def restore(slug: str, name: str, version: int, /, *, note: str | None = None, as_json: Json = False) -> int:
    """Make an old version of a district's own set the newest again. It becomes a version of its own; nothing is lost.

    Parameters
    ----------
    slug
        The district.
    name
        The set.
    version
        The version to go back to.
    note
        Why, for those who look later.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import own_layouts

    with opened_house() as house:
        saved, new = own_layouts.restore(house, slug, name, version, note=note)
    return _told(saved, new, as_json)


def diff(old: str, new: str, /, *, district: str | None = None, as_json: Json = False) -> int:
    """Show what changed between two sets or versions: in words, then as text. Exit status 1 where anything did.

    Parameters
    ----------
    old
        A set that ships, a folder, a file, or with `--district` a saved set (`ours`, `ours@2`).
    new
        What it is compared with, named the same ways.
    district
        The district whose saved sets are meant.
    as_json
        Print one JSON document.
    """
    from homeroom.layouts.differences import compare
    from homeroom.sync.layouts import Own, texts_of

    if district is None:
        found = compare(texts_of(old), texts_of(new), (old, new))
    else:
        with opened_house() as house:
            house.stores.control.districts.get(district)
            own = Own(house, district)
            found = compare(texts_of(old, own), texts_of(new, own), (old, new))
    changes = found.changes or ()
    if as_json:
        listed = [{"layout": c.layout, "target": c.target, "change": c.sentence} for c in changes]
        document({"same": found.same, "readable": found.changes is not None, "changes": listed, "text": found.text})
    elif found.same:
        say(f"{old} and {new} hold the same text.")
    else:
        if found.changes is None:
            say("One of the two has mistakes and cannot be told in words; `homeroom layouts check` lists them.")
        for change in changes:
            say(printable(f"{change.layout + ': ' if change.layout else ''}{change.sentence}"))
        say()
        for line in found.text.splitlines():
            say(printable(line))
    return 0 if found.same else 1
