"""A finding is no news: it is told every night until it is mended, and a night tells what a full walk of the same files tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.roster.report import ImportReport
from hostile import base, write
from walks.walking import Country, Settled, Town, copied, country, settle

Files = dict[str, bytes]
Change = tuple[str, str, str]


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("findings")) as opened:
        yield opened


def changed(files: Files, *changes: Change) -> Files:
    """The files with texts replaced; each must be there."""
    made = dict(files)
    for name, old, new in changes:
        assert old.encode() in made[name], (name, old)
        made[name] = made[name].replace(old.encode(), new.encode(), 1)
    return made


def everything(report: ImportReport) -> dict[str, object]:
    """What a report says that must not depend on what changed since last night."""
    return {
        "outcome": report.outcome,
        "files": {f.name: (f.rows, f.accepted, f.refused, f.ignored, f.repairs) for f in report.files},
        "refused": {name: t.refused for name, t in report.tables.items()},
        "counts": dict(report.issue_counts),
        "issues": sorted((i.code, i.file, i.line, i.column, i.key, i.value, i.message, i.count) for i in report.issues),
    }


def forgetful(town: Town) -> None:
    """Throw the snapshots away: the next night is a full walk."""
    town.house.stores.roster(town.slug).snapshots.forget()


OPEN = ("users.csv", "student30,,", "student30,,")
STANDING: tuple[Change, ...] = (
    ("courses.csv", 'Homeroom,HOME,"KG,02,04"', '=Homeroom,HOME,"KG,02,Thirteenth"'),  # formula-content, code-open
    ("classes.csv", "c-6,,,World History,12,", "c-6,,,World History,12+,"),  # code-open
    ("users.csv", "s-30,,,true", "s-30,,,TRUE"),  # boolean-form
    ("users.csv", "s-15,,,true,0101,student,student15,,", "s 15,,,true,0101,student,student15,,"),  # id-characters
    ("enrollments.csv", "s-15", "s 15"),
    ("demographics.csv", "s-15", "s 15"),
)


def test_a_warning_about_a_row_that_stands_is_told_every_night(land: Country, tmp_path: Path) -> None:
    """Another row changes each night; what was wrong before is told with tonight's line."""
    files = changed(base(), *STANDING)
    town = land.town()
    nights = [
        files,
        changed(files, ("users.csv", "Ada,Alder", "Ava,Alder")),
        changed(files, ("users.csv", "Ada,Alder", "Ada,Elder")),
    ]
    told = []
    for number, night in enumerate(nights):
        write(night, tmp_path / f"n{number}")
        told.append(everything(town.walk(tmp_path / f"n{number}")))
    assert {"code-open", "id-characters", "formula-content", "boolean-form"} <= set(told[0]["counts"])  # type: ignore[call-overload]
    assert told[0]["outcome"] == "success_with_row_issues"
    assert told[1] == told[0]
    assert told[2] == told[0]


def test_what_hangs_on_a_row_of_the_wrong_width_is_told_with_it(land: Country, tmp_path: Path) -> None:
    """The class is in its file, but its row has a cell too many: its enrollments do not name a class that is missing."""
    write(changed(base(), ("classes.csv", "B2,0102", "B2,extra,0102")), tmp_path / "in")
    report = land.town().walk(tmp_path / "in")
    assert [(i.code, i.file, i.line, i.key, i.count) for i in report.issues] == [("row-long", "classes.csv", 6, "c-5", 7)]


def test_a_table_that_came_empty_is_one_finding(land: Country, tmp_path: Path) -> None:
    """The import fails; what hangs on the people who did not come is not told person by person."""
    write(base(), tmp_path / "base")
    write(base() | {"users.csv": base()["users.csv"].split(b"\r\n", 1)[0] + b"\r\n"}, tmp_path / "empty")
    town = land.town()
    town.walk(tmp_path / "base")
    report = town.walk(tmp_path / "empty")
    assert report.reason is not None
    assert report.reason.code == "suddenly_empty"
    assert [(i.code, i.count) for i in report.issues if i.severity == "error"] == [("reference-unknown", 36 + 30)]


MOVES: dict[str, tuple[Change, ...]] = {
    "a class moves to the other school": (("classes.csv", "B1,0102", "B1,0101"),),
    "a teacher becomes a student": (("users.csv", "teacher", "student"),),
    "a guardian becomes a teacher": (("users.csv", "guardian", "teacher"),),
    "a session ends earlier": (("academicSessions.csv", "2027-05-28,,2027", "2026-09-01,,2027"),),
    "a school becomes a department": (("orgs.csv", "Oak High School,school", "Oak High School,department"),),
    "a student leaves, the enrollments stay": (("users.csv", "s-03,,,true", "s-93,,,true"),),
    "a new id looks like an old one": (("users.csv", "s-03,,,true", "S-04,,,true"),),
    "two orgs name each other": (("orgs.csv", "district,4207,", "district,4207,0101"),),
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """An installation after a night of files with something to tell of rows that then stand."""
    folder = tmp_path_factory.mktemp("standing")
    write(changed(base(), *STANDING), folder / "files")
    return settle(folder, folder / "files")


@pytest.mark.parametrize("what", MOVES)
def test_a_night_tells_what_a_full_walk_tells(standing: Settled, tmp_path: Path, what: str) -> None:
    """What is found of two records together is told of both, whichever changed; and it is told no more when it is mended."""
    files = changed(base(), *STANDING)
    write(files, tmp_path / "base")
    write(changed(files, *MOVES[what]), tmp_path / "moved")
    with copied(standing, tmp_path / "one") as (_, town), copied(standing, tmp_path / "other") as (_, other):
        the_same_is_told(town, other, tmp_path)


def the_same_is_told(town: Town, other: Town, files: Path) -> None:
    """Walk the night that moved and the way back: in one town as nights, in the other, which forgets, as full walks."""
    quiet = everything(town.reports[0])
    forgetful(other)
    night, whole = ended(town, files / "moved"), ended(other, files / "moved")
    assert everything(night) == everything(whole)
    assert everything(night)["issues"] != quiet["issues"]
    assert night.tables == whole.tables
    assert night.plan == whole.plan
    again = ended(town, files / "moved", fresh=True)
    assert everything(again)["issues"] == everything(night)["issues"]
    back, back_whole = ended(town, files / "base"), ended(other, files / "base")
    assert everything(back) == everything(back_whole)
    assert town.roster("source") == other.roster("source")


def ended(town: Town, folder: Path, *, fresh: bool = False) -> ImportReport:
    """Walk a folder; a hold is approved. `fresh`: other bytes with the same rows, so that it is walked and not repeated."""
    if fresh:
        again = folder.with_name(folder.name + "-again")
        write({p.name: p.read_bytes().replace(b"\r\n", b"\n") for p in folder.iterdir()}, again)
        folder = again
    made = town.walk(folder)
    return town.approve(made.number) if made.status == "waiting_for_approval" else made
