"""Walking real deliveries through an opened house, in process: what a test of the whole corridor stands on.

One house serves a test module; every story gets a district of its own in it, so that nothing is opened twice. After each import
`sound` holds what must be true of any of them, however it ended: counts add up, nothing lies outside the data folder, no plain
text stays behind, an import that was not taken leaves the roster as it was, every sentence is whole.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from homeroom.roster.codes import code
from homeroom.roster.report import ImportReport
from homeroom.settings import Settings
from homeroom.sync import districts, imports, intake, reading_back
from homeroom.sync.house import House, opened
from homeroom.workbench.values import Mode

FIRST_NIGHT = datetime(2026, 10, 5, 2, tzinfo=UTC)
FIRST_TOWN = "town-1"
UNFILLED = re.compile(r"\?|\bNone\b|\{|\}")
Roster = dict[str, dict[str, dict[str, Any]]]


@dataclass(slots=True)
class Town:
    """A district in a house, and the clock of its nights."""

    house: House
    slug: str
    now: datetime = FIRST_NIGHT
    reports: list[ImportReport] = field(default_factory=list)

    def walk(self, folder: Path, layouts: str | None = None, *, dry_run: bool = False, kind: Mode = "continuous") -> ImportReport:
        """Hand in a folder, an archive or a file as a complete delivery and walk it, a day later than the last one."""
        before = self.revision
        number = intake.hand_in(
            self.house,
            self.slug,
            folder,
            layouts=layouts,
            source=None,
            kind=kind,
            trigger="import",
            dry_run=dry_run,
            now=self.now,
        )
        made = imports.run(self.house, self.slug, number, now=self.now, layouts=layouts)
        self.now += timedelta(days=1)
        self._heard(made, before)
        return made

    def approve(self, number: int) -> ImportReport:
        """Let a hold pass, as its report shows it."""
        before = self.revision
        made = imports.approve(self.house, self.slug, number, plan=None, who="a test", now=self.now)
        self._heard(made, before)
        return made

    def reject(self, number: int) -> ImportReport:
        """Turn a hold down."""
        return imports.reject(self.house, self.slug, number, who="a test", now=self.now)

    @property
    def revision(self) -> int:
        """The roster's revision."""
        return self.house.stores.roster(self.slug).revision()

    def counts(self) -> dict[str, dict[str, int]]:
        """Active and removed records of every table that has any."""
        tables: dict[str, dict[str, int]] = reading_back.counted(self.house, self.slug)["tables"]
        return tables

    def active(self) -> dict[str, int]:
        """Active records of every table that has any record."""
        return {table: c["active"] for table, c in self.counts().items()}

    def record(self, table: str, sourced_id: str) -> Mapping[str, Any]:
        """One record's columns."""
        found: Mapping[str, Any] = reading_back.record(self.house, self.slug, table, sourced_id)["record"]
        return found

    def roster(self, *without: str) -> Roster:
        """Every record by table and id, without what only says when and whence (and `without`)."""
        dropped = {"dateLastModified", *reading_back.KNOWN, *without}
        return {
            table: {
                str(row["sourcedId"]): {k: v for k, v in row.items() if k not in dropped}
                for row in reading_back.rows(self.house, self.slug, table, None)
            }
            for table in self.counts()
        }

    def _heard(self, made: ImportReport, before: int) -> None:
        self.reports.append(made)
        sound(self, made, before)


def sound(town: Town, made: ImportReport, before: int) -> None:
    """What holds after every import, however it ended."""
    for file in made.files:
        assert file.rows == file.accepted + file.refused + file.ignored, file
        assert min(file.rows, file.accepted, file.refused, file.ignored) >= 0, file
        assert file.table is not None or file.note, file
    taken = made.status == "done" and made.outcome != "failed" and not made.dry_run
    assert town.revision == made.revision_after
    assert made.revision_before == before
    assert made.revision_after - before == (1 if taken and _changes(made) else 0)
    assert (made.reason is None) == (made.status == "done" and made.outcome is not None and made.outcome != "failed")
    assert made.reason is None or made.reason.code != "internal_error"
    assert not [p for p in town.house.settings.work.rglob("*") if p.is_file()]
    whole_sentences(made)


def whole_sentences(made: ImportReport) -> None:
    """Every message is a sentence with all its places filled, and says its line where it speaks of a row."""
    for issue in made.issues:
        assert not UNFILLED.search(_without_data(issue.message, issue.value, issue.key)), issue
        assert issue.message[0].isupper() or issue.message.startswith(_beginnings(issue.code, made)), issue
        assert issue.message.endswith("."), issue
        assert issue.key is None or issue.line is not None or issue.file is None, issue
    if made.reason is not None:
        assert not UNFILLED.search(made.reason.message), made.reason
        assert made.reason.message.endswith("."), made.reason


def _without_data(message: str, *values: str | None) -> str:
    for value in values:
        message = message.replace(value, "") if value else message
    return message


def _beginnings(name: str, made: ImportReport) -> str | tuple[str, ...]:
    """Words that may open a sentence in small letters: a column's or a file's own name, an id."""
    return tuple(filter(None, {part for i in made.issues if i.code == name for part in (i.column, i.file, i.value, i.key)}))


def _changes(made: ImportReport) -> bool:
    return any(t.added or t.updated or t.removed or t.restored for t in made.tables.values())


def told(made: ImportReport) -> set[str]:
    """Every code that an import told, as an issue or as a repair of a file."""
    for name in (codes := set(made.issue_counts) | {r.code for f in made.files for r in f.repairs}):
        code(name)
    return codes


class Country:
    """An opened house in which any number of towns can be founded, and a watch over the folder it lies in."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self._numbers = count(1)

    def town(self) -> Town:
        """A new district without any record."""
        slug = f"town-{next(self._numbers)}"  # the first is FIRST_TOWN
        districts.add(self.house, slug, f"Town {slug}", "America/Chicago")
        return Town(self.house, slug)

    def stray(self) -> list[Path]:
        """What lies beside the data folder."""
        return [p for p in self.folder.iterdir() if p != self.house.settings.data]


@dataclass(frozen=True, slots=True)
class Settled:
    """A closed installation with one town after its first night, and what that night told."""

    folder: Path
    report: ImportReport


def settle(folder: Path, files: Path) -> Settled:
    """Make an installation with one town, walk a first night of `files` in it, and close it: for `copied`."""
    with country(folder) as made:
        report = made.town().walk(files)
        assert report.outcome in ("success", "success_with_row_issues"), report.reason
    return Settled(folder, report)


@contextmanager
def copied(settled: Settled, folder: Path) -> Iterator[tuple[Country, Town]]:
    """Open a copy of an installation that was settled, in an empty folder: as good as a first night of one's own, and quicker."""
    shutil.copytree(settled.folder / "data", folder / "data", symlinks=True)
    with country(folder) as made:
        yield made, Town(made.house, FIRST_TOWN, FIRST_NIGHT + timedelta(days=1), [settled.report])


@contextmanager
def country(folder: Path, database_url: str | None = None) -> Iterator[Country]:
    """Open an installation in an empty folder."""
    with opened(Settings(data=folder / "data", database_url=database_url)) as house:
        yield Country(house, folder)
