"""The one road in: whatever arrives becomes a sealed, numbered delivery and an import that waits for its walk."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homeroom.deliveries.seal import Incoming, seal
from homeroom.roster.faults import Misuse
from homeroom.roster.words import ngettext
from homeroom.store.deliveries import Delivery, RawFile
from homeroom.store.sources import Source
from homeroom.sync import gate
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, sets_for
from homeroom.sync.sources import add, in_use, of
from homeroom.workbench.values import Mode

MOST_FILES = 10_000


def hand_in(
    house: House,
    slug: str,
    path: Path,
    *,
    layouts: str | None,
    source: int | None,
    kind: Mode,
    trigger: str,
    dry_run: bool,
    now: datetime | None,
    note: Callable[[str], None] = lambda said: None,
) -> int:
    """Seal what lies at `path` (a folder, an archive or one file) and begin an import of it; returns the import's number.

    `note` hears, in a sentence, which source was chosen where somebody may have meant another, and what was left out. Raises Misuse when there is no
    such path, district, source or layout set; nothing was taken then.
    """
    house.stores.control.districts.get(slug)
    house.stores.control.deletions.check(slug)
    files = files_of(path)
    if others := left_out(path):
        note(f"Left out, since links are not followed and only regular files are read: {', '.join(others)}.")
    if layouts is not None:
        sets_for(layouts, Own(house, slug))  # a set that is not there is told before anything is taken
    chosen = of(house, slug, source) or _upload(house, slug, layouts, note)
    in_use(chosen)
    at = now or datetime.now(UTC)
    delivery = deliver(house, slug, chosen, files, trigger, at)
    house.announce()
    entry = house.stores.roster(slug).imports.begin(
        source=chosen.id,
        delivery=delivery.number,
        kind=kind,
        trigger=trigger,
        now=at,
        dry_run=dry_run or gate.closed(house, slug),
        executor=house.executor.name,
    )
    return entry.number


def deliver(house: House, slug: str, source: Source, files: Sequence[Incoming], trigger: str, now: datetime) -> Delivery:
    """Seal files as the district's next delivery. The plain files stay where they are; the caller removes them.

    Raises Leaving for a district that is to be deleted.
    """
    house.stores.control.deletions.check(slug)
    store = house.stores.roster(slug)
    sealed = seal(house.raw, house.data_key(slug), slug, store.deliveries.next_number(), files)
    keep = timedelta(days=house.settings.keep_days)
    return store.deliveries.add(
        sealed.number,
        source=source.id,
        trigger=trigger,
        files=[RawFile(f.name, f.size, f.sha256, f.stored) for f in sealed.files],
        digest=sealed.digest,
        sealed_at=now,
        expires_at=now + keep,
    )


def files_of(path: Path) -> list[Incoming]:
    """The regular files of a folder (links are not followed), or the one file."""
    if path.is_file():
        return [Incoming(_name(Path(path.name)), path)]
    if not path.is_dir():
        raise Misuse("{path} is not there: name a folder, an archive or a file.", path=str(path))
    found = [p for p in sorted(path.rglob("*")) if _regular(p)]
    if not found:
        raise Misuse("{path} holds no files.", path=str(path))
    if len(found) > MOST_FILES:
        raise Misuse(
            ngettext(
                "{path} holds {count} file; a delivery has at most {most}.",
                "{path} holds {count} files; a delivery has at most {most}.",
                len(found),
                path=str(path),
                most=MOST_FILES,
            )
        )
    return [Incoming(_name(p.relative_to(path)), p) for p in found]


def left_out(path: Path) -> list[str]:
    """What lies in a folder and is no regular file, by name: links are not followed, pipes and devices not read."""
    return [_name(p.relative_to(path)) for p in sorted(path.rglob("*")) if not _regular(p) and (p.is_symlink() or not p.is_dir())]


def _regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _name(path: Path) -> str:
    """A name as text; bytes in it that are not UTF-8 (an old Windows share) are shown as the sign for an unreadable letter."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")


def _upload(house: House, slug: str, layouts: str | None, note: Callable[[str], None]) -> Source:
    """The district's source for files handed in by hand; made the first time."""
    there = house.stores.control.sources.current(slug)
    mine = next((s for s in there if s.kind == "upload"), None)
    chosen = mine or add(house, slug, "upload", layouts=layouts).source
    if there:
        listed = ", ".join(f"{s.id} ({s.kind})" for s in there)
        which = f"source {chosen.id} (upload)" + ("" if mine else ", which was made for it")
        note(f"{slug} has the sources {listed}, and none was named: this delivery is taken as one of {which}.")
    return chosen
