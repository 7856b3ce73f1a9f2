"""Who would become a guardian? The contact rules over files or a stored delivery, by the code of the walk, with nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.layouts.contacts import judging, pairs
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.layouts.contacts.telling import LEFT_OUT
from homeroom.reading.lines import lines
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ContactsReport
from homeroom.store.audit import AuditRow
from homeroom.store.sources import NAMES, Source
from homeroom.sync import intake, sources
from homeroom.sync.house import House
from homeroom.sync.walk import Looked, look, rules_of, settle_contacts
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import SourceFile, TextTable

MOST = 100_000
"""Rows of pairs that one preview lists."""


@dataclass(frozen=True, slots=True)
class PairTold:
    """One row of contacts and what became of it. `role` is set where the contact becomes a guardian; `rule` decided, `why` says how."""

    student: str | None
    contact: str | None
    name: str
    relationship: str | None
    role: str | None
    rule: str
    why: str
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class StudentTold:
    """One student: the guardians that the student would get, in order, and a sentence where there are none."""

    student: str
    guardians: tuple[str, ...]
    why_none: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer. `report` is that of the import; None where there are no contacts to judge, and `note` says why.

    `without`: students of the files who would have no guardian. `listed` rows of `report.pairs` are told in `pairs`.
    """

    layouts: str
    report: ContactsReport | None
    note: str | None
    students: int
    without: int
    pairs: tuple[PairTold, ...]
    student: StudentTold | None

    def as_json(self) -> dict[str, Any]:
        """The preview as plain JSON values."""
        return asdict(self)


def preview(
    house: House,
    slug: str,
    *,
    path: Path | None = None,
    delivery: int | None = None,
    source: int | None = None,
    layouts: str | None = None,
    student: str | None = None,
    now: datetime | None = None,
    who: str = "command line",
) -> Preview:
    """Judge the contacts of files at `path` or of a stored delivery. The roster, the log and the deliveries stay untouched.

    The audit trail says that it was asked. Raises Misuse for wrong use, Refused where the files cannot be read at all.
    """
    if (path is None) == (delivery is None):
        raise Misuse("name either a path or a delivery.")
    house.stores.control.districts.get(slug)
    at = now or datetime.now(UTC)
    detail = {"delivery": delivery, "student": student is not None}
    house.stores.control.audit.add(AuditRow(at, who, "contacts-previewed", slug, detail))
    chosen = _source(house, slug, source, delivery, at)
    with _opened(house, slug, path, delivery) as (bench, files):
        ground = ground_of(house, slug, chosen, "continuous", bench, at, layouts)
        looked = look(bench, files, ground, lambda step: None)
        settled = settle_contacts(bench, looked, ground)
        return _told(bench, looked, settled.report, rules_of(looked.choice, ground), student)


def _source(house: House, slug: str, number: int | None, delivery: int | None, now: datetime) -> Source:
    """The source whose rules count: the named one, that of the delivery, the only one; else one without any setting."""
    if delivery is not None and number is None:
        number = house.stores.roster(slug).deliveries.get(delivery).source
    return sources.of(house, slug, number) or Source(0, slug, "upload", NAMES["upload"], now)


@contextmanager
def _opened(house: House, slug: str, path: Path | None, delivery: int | None) -> Iterator[tuple[Workbench, list[SourceFile]]]:
    """A workbench with the files in plain text in its folder; both are gone afterwards."""
    incoming = [] if path is None else intake.files_of(path)
    size = sum(f.path.stat().st_size for f in incoming)
    with (
        claim(house.settings.work, f"{slug}-contacts") as folder,
        Workbench(folder.path, **room_for(house, size), also=()) as bench,
    ):
        raw = folder.path / "raw"
        if delivery is not None:
            yield bench, unseal(house.raw, house.data_key(slug), sealed_delivery(house, slug, delivery), raw)
            return
        raw.mkdir(mode=0o700)
        files = []
        for number, file in enumerate(incoming):
            place = raw / str(number)
            shutil.copyfile(file.path, place)
            files.append(SourceFile(number, file.name, place, place.stat().st_size))
        yield bench, files


def _told(bench: Workbench, looked: Looked, report: ContactsReport | None, rules: ContactRules, student: str | None) -> Preview:
    name = looked.choice.layouts.name
    if report is None:
        note = "The files bring no contacts, so the contact rules have nothing to decide."
        return Preview(name, None, note, 0, 0, (), None)
    known = f"SELECT DISTINCT id FROM {pairs.KNOWN} WHERE id IS NOT NULL AND role = 'student'"
    students = bench.value(f"SELECT count(*) FROM ({known})")
    without = bench.value(f"SELECT count(*) FROM ({known}) WHERE id NOT IN (SELECT student FROM {judging.PLACES})")
    told = _pairs(bench, looked, rules, student)
    one = None if student is None else _student(bench, student, told)
    return Preview(name, report, None, students, without, told, one)


def _pairs(bench: Workbench, looked: Looked, rules: ContactRules, student: str | None) -> tuple[PairTold, ...]:
    where, asked = ("", []) if student is None else ("WHERE student = ?", [student])
    rows = bench.rows(
        "SELECT file, row, student, person, trim(concat_ws(' ', givenName, familyName)), said, role, verdict, rule_name "
        f"FROM {judging.VERDICTS} {where} ORDER BY feed, row LIMIT {MOST}",
        asked,
    )
    places = {
        number: _lines(looked.shaped.texts[number], [r[1] for r in rows if r[0] == number]) for number in {r[0] for r in rows}
    }
    meanings = {v.word: v.meaning for v in LEFT_OUT}
    by_rule = {r.name: r.meaning for r in rules.rules}
    made = []
    for file, row, pupil, contact, name, said, role, verdict, rule_name in rows:
        named = verdict == "passed" or (verdict == "not-guardian" and rule_name is not None)
        made.append(
            PairTold(
                student=pupil,
                contact=contact,
                name=name,
                relationship=said,
                role=role if verdict == "passed" else None,
                rule=rule_name if named else verdict,
                why=(by_rule.get(rule_name) or rule_name) if named else meanings[verdict],
                file=looked.shaped.texts[file].file.name,
                line=places[file].get(row),
            )
        )
    return tuple(made)


def _lines(text: TextTable, rows: Sequence[int]) -> Mapping[int, int]:
    return lines(text, rows)


def _student(bench: Workbench, student: str, told: Sequence[PairTold]) -> StudentTold:
    """One student's guardians, or why there are none."""
    guardians = [p for (p,) in bench.rows(f"SELECT person FROM {judging.PLACES} WHERE student = ? ORDER BY place", [student])]
    if guardians:
        return StudentTold(student, tuple(guardians), None)
    if not bench.value(f"SELECT count(*) FROM {pairs.KNOWN} WHERE id = ?", [student]):
        return StudentTold(student, (), f"No file of users has {student}. Ids are compared exactly, leading zeros count.")
    if not told:
        return StudentTold(student, (), f"No row of contacts names {student}.")
    return StudentTold(student, (), f"{len(told)} rows name {student}, and every contact was left out; each row says why.")
