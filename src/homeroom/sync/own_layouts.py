"""A district's own layout sets: saved as versions, and restored. Nothing that was saved is ever changed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from homeroom.layouts import sets
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync.house import House
from homeroom.systems import SETS

MOST_BYTES = 1 << 20
"""All texts of one saved set together; a set of forty layouts has a tenth of it."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,48}[a-z0-9])?")


def save(
    house: House, slug: str, folder: Path, *, name: str | None = None, note: str | None = None, who: str = "command line"
) -> tuple[LayoutVersion, bool]:
    """Save a folder of layouts as the next version of a district's own set; returns it, and whether anything was new.

    The name is that of `set.toml`, else the folder's. A set with mistakes is not saved. Raises Misuse, LayoutFaults.
    """
    texts = sets.texts_in(folder)
    return save_texts(house, slug, name or _declared(texts) or folder.resolve().name, texts, note=note, who=who)


def save_texts(
    house: House, slug: str, name: str, texts: Mapping[str, str], *, note: str | None = None, who: str = "command line"
) -> tuple[LayoutVersion, bool]:
    """The same for texts by file name, wherever they come from. Raises Misuse, LayoutFaults."""
    return _keep(house, slug, sets.read(texts, name).name, texts, note, who)


def restore(
    house: House, slug: str, name: str, number: int, *, note: str | None = None, who: str = "command line"
) -> tuple[LayoutVersion, bool]:
    """Make an old version the newest again, as a version of its own. Raises Misuse for one that there is not."""
    house.stores.control.districts.get(slug)
    old = house.stores.control.layouts.get(slug, name, number)
    sets.read(old.texts, name)
    return _keep(house, slug, name, old.texts, note or f"version {number} again", who)


def _keep(house: House, slug: str, name: str, texts: Mapping[str, str], note: str | None, who: str) -> tuple[LayoutVersion, bool]:
    house.stores.control.districts.get(slug)
    if not _NAME.fullmatch(name):
        raise Misuse(
            "{name!r} cannot name a set: use small letters, digits, points and hyphens, as in pinewood-synergy.", name=name
        )
    if name in SETS:
        raise Misuse("{name} is a set that ships with Homeroom; give yours a name of its own.", name=name, command="--name NAME")
    if sum(len(text.encode()) for text in texts.values()) > MOST_BYTES:
        raise Misuse("{name} holds more than {count} MB of text; a layout set is small.", name=name, count=MOST_BYTES >> 20)
    now = datetime.now(UTC)
    saved, made = house.stores.control.layouts.save(slug, name, texts, sets.digest(texts), note=note, who=who, now=now)
    if made:
        detail = {"set": name, "version": saved.number, "digest": saved.digest}
        house.stores.control.audit.add(AuditRow(now, who, "layouts-saved", slug, detail))
    return saved, made


def _declared(texts: Mapping[str, str]) -> str | None:
    """The name that a set gives itself, if its declaration can be read at all; mistakes in it are told when the set is."""
    try:
        name = tomllib.loads(texts.get(sets.DECLARATION, "")).get("name")
    except tomllib.TOMLDecodeError:
        return None
    return name if isinstance(name, str) else None
