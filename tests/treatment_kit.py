"""Words for tests of settings: a source that has them, a night of it, and the rules that every night must keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from e2e.files import district
from homeroom.roster.report import ImportReport
from homeroom.store.sources import Source
from homeroom.sync import source_settings, sources
from sync_house import SLUG, Pinewood

OCTOBER = datetime(2026, 10, 5, 2, tzinfo=UTC)


def having(pinewood: Pinewood, *changes: str, layouts: str = "oneroster-1.1") -> Source:
    """A source with settings as a person types them."""
    source = pinewood.source("upload", layouts=layouts)
    return change(pinewood, source, *changes)


def change(pinewood: Pinewood, source: Source, *changes: str) -> Source:
    """The source after `homeroom source set`."""
    return sources.change(pinewood.house, SLUG, source.id, source_settings.typed(changes, source))


def night(pinewood: Pinewood, source: Source, files: dict[str, str], **more: Any) -> ImportReport:
    """Walk files; whatever the settings do, the counts of each file add up, and an ignored row has a reason in the report."""
    now = more.pop("now", OCTOBER)
    made = pinewood.walk(pinewood.begin(files, source=source.id, now=now, **more), now=now)
    for file in made.files:
        assert file.rows == file.accepted + file.refused + file.ignored, file
    return made


def same_again(pinewood: Pinewood, source: Source, files: dict[str, str]) -> ImportReport:
    """The same rows in another order, so that they are walked: nothing may change (law 7)."""
    turned = {}
    for name, text in files.items():
        head, *rows = text.splitlines(keepends=True)
        turned[name] = head + "".join(reversed(rows))
    before = pinewood.revision
    made = night(pinewood, source, turned)
    assert (made.status, made.revision_after) == ("done", before), made
    assert not any(t.added or t.updated or t.removed or t.restored for t in made.tables.values())
    return made


def files_of(made: ImportReport, name: str) -> Any:
    """One file's entry of the report."""
    return next(f for f in made.files if f.name == name)


def told(made: ImportReport, code: str) -> dict[str, int]:
    """Table -> how many rows were told under a code that counts them."""
    words = [i for i in made.issues if i.code == code]
    return {
        str(i.message.partition(" that ")[0].removeprefix("Rows of ")): int(i.message.rpartition(": ")[2].rstrip("."))
        for i in words
    }


def without(files: dict[str, str], name: str, *keys: str) -> dict[str, str]:
    """Files without the rows of a file that begin with one of these keys."""
    kept = "".join(r for r in files[name].splitlines(keepends=True) if r.split(",")[0] not in keys)
    return files | {name: kept}


def gone(*students: int, many: int = 20) -> dict[str, str]:
    """The district in which these students stand no more, neither among the users nor in a class."""
    files = without(district(many), "users.csv", *(f"u{n}" for n in students))
    return without(files, "enrollments.csv", *(f"e-{n}" for n in students))
