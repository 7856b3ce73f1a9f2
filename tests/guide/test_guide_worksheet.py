"""The worksheet: written, filled in as a person would, read back, and compared with what arrived."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from homeroom.cli import WRONG_USE, run
from homeroom.guide.worksheet import form, reading
from homeroom.guide.worksheet.comparing import compare, judged
from homeroom.guide.worksheet.figures import Figures, School, Term, count
from homeroom.guide.worksheet.form import Answers, SchoolAnswer
from homeroom.guide.worksheet.reading import read
from homeroom.guide.worksheet.sheets import opened
from homeroom.guide.worksheet.writing import Asked, write
from homeroom.roster.faults import Misuse
from homeroom.sync.arrived import arrived
from walks.walking import Country, Town, country

USERS = """\
sourcedId,orgSourcedIds,role,givenName,familyName,email,agentSourcedIds,grades
S1,0100,student,Ana,Ruiz,,G1,9
S2,"0100,0200",student,Bo,Li,,,K
S3,0200,student,Cy,Poe,,"G1,G2",9
G1,0100,parent,Eva,Ruiz,eva@example.org,,
G2,0200,guardian,Gil,Poe,gil@example.org,,
T1,"0200,0100",teacher,Tom,Hill,tom@example.org,,
"""
CLASSES = """\
sourcedId,title,grades,schoolSourcedId
C1,Algebra,9,0100
C2,Art,K,0200
"""
ENROLLMENTS = """\
classSourcedId,schoolSourcedId,userSourcedId,role
C1,0100,S1,student
C2,0200,S3,student
C1,0100,T1,teacher
C2,0200,T1,teacher
"""


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("worksheet")) as opened_country:
        yield opened_country


@pytest.fixture(scope="module")
def town(land: Country, tmp_path_factory: pytest.TempPathFactory) -> Town:
    made = land.town()
    folder = tmp_path_factory.mktemp("night")
    for name, text in (("users.csv", USERS), ("classes.csv", CLASSES), ("enrollments.csv", ENROLLMENTS)):
        (folder / name).write_text(text)
    assert made.walk(folder, "powerschool-dem").outcome == "success"
    return made


def figures(town: Town, *asked: str, number: int | None = None) -> Figures:
    with arrived(town.house, town.slug, number) as found:
        return count(found.bench, found.relations, asked)


def test_the_figures_of_a_roster_are_counted_as_people_count_them(town: Town) -> None:
    found = figures(town, "S3", "T1", "nobody")
    assert (found.students, found.staff, found.guardians, found.classes, found.enrollments) == (3, 1, 2, 2, 4)
    assert found.guarded == 66.7
    assert found.schools["0100"] == School("0100", "School 0100", 2, 1, 1, 2, {"09": 1, "KG": 1})
    assert found.schools["0200"].students == 2
    assert next(iter(found.terms.values())).classes == 2
    assert set(found.people) == {"S3", "T1"}
    assert (found.people["S3"].grades, found.people["S3"].classes, found.people["S3"].guardians) == (("09",), 1, 2)
    assert found.people["T1"].classes == 2


def test_a_dry_run_is_counted_like_the_roster_and_writes_nothing(land: Country, town: Town, tmp_path: Path) -> None:
    """Tonight's files have one student more; the roster does not."""
    for name, text in (
        ("users.csv", USERS + "S4,0200,student,Di,Fox,,,9\n"),
        ("classes.csv", CLASSES),
        ("enrollments.csv", ENROLLMENTS),
    ):
        (tmp_path / name).write_text(text)
    before = town.revision
    made = town.walk(tmp_path, "powerschool-dem", dry_run=True)
    assert figures(town, number=made.number).students == 4
    assert figures(town).students == 3
    assert town.revision == before
    assert not [p for p in land.house.settings.work.rglob("*") if p.is_file()]


# --- writing and reading back


def asked(**more: Any) -> Asked:
    return Asked("pinewood", "Pinewood", (("0100", "Elm School"), ("0200", "=1+1")), ("2026-2027",), **more)


def test_what_is_written_is_read_back_as_not_answered(tmp_path: Path) -> None:
    write(asked(), tmp_path / "w.xlsx")
    answers = read(tmp_path / "w.xlsx", "pinewood")
    assert answers == Answers("pinewood", 2.0, {}, (SchoolAnswer("0100", {}), SchoolAnswer("0200", {})), answers.terms)
    assert [t.title for t in answers.terms] == ["2026-2027"]


def test_no_text_of_a_district_is_a_formula_and_only_answers_are_open(tmp_path: Path) -> None:
    write(asked(), tmp_path / "w.xlsx")
    with zipfile.ZipFile(tmp_path / "w.xlsx") as archive:
        parts = {n: archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")}
    assert parts
    for text in parts.values():
        assert "<f>" not in text
        assert "<sheetProtection" in text
    assert any("<dataValidation " in text for text in parts.values())
    assert opened(tmp_path / "w.xlsx", (form.SCHOOLS,))[form.SCHOOLS][2][1] == "=1+1"


def filled(path: Path, cells: Mapping[tuple[str, int, int], Any]) -> Path:
    """A worksheet as a spreadsheet program saves it after a person wrote into some cells: the same sheets, plain."""
    write(asked(), path)
    names = (form.README, form.TOTALS, form.SCHOOLS, form.TERMS, form.SAMPLES, form.MARKS)
    rows = {n: [list(r) for r in opened(path, (n,))[n]] for n in names}
    with Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name in names:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows[name]):
                for c, value in enumerate(row):
                    if value != "":
                        sheet.write(r, c, value)
            for (where, r, c), value in cells.items():
                if where == name:
                    sheet.write(r, c, value)
    return path


def test_answers_are_read_as_people_write_them(tmp_path: Path) -> None:
    path = filled(
        tmp_path / "w.xlsx",
        {
            (form.README, 2, 1): 5,
            (form.TOTALS, 1, 1): "1,204",
            (form.TOTALS, 2, 1): "about 80",
            (form.TOTALS, 6, 1): "93.5 %",
            (form.SCHOOLS, 1, 2): 600,
            (form.SCHOOLS, 3, 0): 300,
            (form.SCHOOLS, 3, 2): 12,
            (form.TERMS, 1, 1): "2026-08-17",
            (form.SAMPLES, 1, 1): "S1",
            (form.SAMPLES, 1, 2): "0100; 0200",
            (form.SAMPLES, 1, 3): 9,
        },
    )
    answers = read(path, "pinewood")
    assert answers.tolerance == 5
    assert answers.totals == {"students": 1204, "guarded": 93.5}
    assert [(s.id, dict(s.figures)) for s in answers.schools] == [
        ("0100", {"Students": 600}),
        ("0200", {}),
        ("300", {"Students": 12}),
    ]
    assert answers.terms[0].start == "2026-08-17"
    assert (answers.samples[0].id, answers.samples[0].schools, answers.samples[0].grade) == ("S1", ("0100", "0200"), "9")
    assert answers.unread == ("Totals: Teachers and other staff is not a number.",)


# --- comparing


def roster(**more: Any) -> Figures:
    usual: dict[str, Any] = {
        "students": 1000, "staff": 80, "guardians": 0, "classes": 200, "enrollments": 5000, "guarded": 0.0,
        "schools": {"0100": School("0100", "Elm", 600, 40, 100, 2500, {"09": 300, "9th": 5})},
        "terms": {"Fall": Term("Fall", "2026-08-17", "2026-12-19", 200)}, "people": {},
    }  # fmt: skip
    return Figures(**(usual | more))


def test_each_figure_is_told_with_both_numbers_and_a_cause() -> None:
    answers = Answers(
        "pinewood",
        2.0,
        {"students": 1015, "staff": 80, "guardians": 900, "classes": 150},
        (SchoolAnswer("100", {"Students": 600}), SchoolAnswer("0100", {"Students": 600, "Grade 10": 200})),
        (form.TermAnswer("Fall", "2026-08-17", "2026-12-18", None), form.TermAnswer("Spring", "2027-01-05", None, None)),
        (form.SampleAnswer("S9"),),
    )
    made = compare(answers, roster())
    said = {(line.about, line.figure): line for line in made.lines}
    assert said["District", form.TOTAL_QUESTIONS["students"]].verdict == "within tolerance"
    assert said["District", form.TOTAL_QUESTIONS["staff"]].verdict == "match"
    assert said["District", form.TOTAL_QUESTIONS["enrollments"]].verdict == "not answered"
    guardians = said["District", form.TOTAL_QUESTIONS["guardians"]]
    assert (guardians.verdict, guardians.expected, guardians.arrived) == ("mismatch", "900", "0")
    assert guardians.cause.startswith("Nothing of this arrived.")
    assert "More classes" in said["District", form.TOTAL_QUESTIONS["classes"]].cause
    assert "zeros in front count" in said["School 100", "School"].cause
    assert said["School 0100", "Students"].verdict == "match"
    assert "9th" in said["School 0100", "Students of grade 10"].cause
    assert said["Term Fall", "Last day"].verdict == "match"
    assert "Those that did: Fall" in said["Term Spring", "Term"].cause
    assert "Nobody with this id" in said["Sample 1 (S9)", "Person"].cause
    assert not made.agrees
    assert all(line.cause for line in made.lines if line.verdict == "mismatch")


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 50))
def test_the_verdict_is_exact_at_the_edge_and_never_kinder_to_a_smaller_tolerance(
    expected: int, came: int, tolerance: float
) -> None:
    verdict = judged(expected, came, tolerance)
    assert (verdict == "match") == (expected == came)
    if verdict == "within tolerance":
        assert judged(expected, came, 50) == "within tolerance"
        assert expected > 0
    assert judged(None, came, tolerance) == "not answered"


# --- what is not taken


def part(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The worksheet with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, change(name, text))
    return path


HOSTILE: dict[str, Callable[[Path], object]] = {
    "text": lambda p: p.write_text("Students,12\n"),
    "empty": lambda p: p.write_bytes(b""),
    "cut off": lambda p: p.write_bytes(p.read_bytes()[:2000]),
    "a far corner": lambda p: part(p, lambda n, t: t.replace(b'r="B2"', b'r="XFD1048576"') if "sheet2" in n else t),
    "a hidden far corner": lambda p: part(p, lambda n, t: t.replace(b'r="B2"', b'r="&#88;FD1048576"') if "sheet2" in n else t),
    "a bomb": lambda p: part(p, lambda n, t: t + b" " * (50 << 20) if "sharedStrings" in n else t),
    "no XML": lambda p: part(p, lambda n, t: b"<oops" if n.endswith("workbook.xml") else t),
    "another sheet": lambda p: _plain(p),
}


def _plain(path: Path) -> None:
    with Workbook(str(path)) as book:
        book.add_worksheet("Totals").write(0, 0, "Students")


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_damaged_file_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "filled.xlsx"
    write(asked(), path)
    HOSTILE[kind](path)
    with pytest.raises(Misuse) as caught:
        read(path, "pinewood")
    assert str(caught.value).startswith("filled.xlsx ")
    assert str(caught.value).endswith(".")


def test_another_districts_worksheet_is_refused(tmp_path: Path) -> None:
    write(asked(), tmp_path / "w.xlsx")
    with pytest.raises(Misuse, match="another district"):
        read(tmp_path / "w.xlsx", "oakhill")


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.text(), st.floats(), st.booleans(), st.integers()))
def test_any_cell_is_a_figure_or_told(cell: object) -> None:
    reader = reading._Reader([])
    number = reader.number(cell, "Totals", "Students")
    blank = isinstance(cell, str) and not cell.strip().removesuffix("%").strip()
    assert (number is not None) + bool(reader.unread) == (0 if blank else 1)
    assert number is None or 0 <= number <= 1e12


# --- the command


def test_the_command_writes_asks_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    night = tmp_path / "night"
    night.mkdir()
    for name, text in (("users.csv", USERS), ("classes.csv", CLASSES), ("enrollments.csv", ENROLLMENTS)):
        (night / name).write_text(text)
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood"]) == 0
    assert run([*data, "import", "pinewood", str(night), "--layouts", "powerschool-dem"]) == 0
    sheet, result = tmp_path / "worksheet.xlsx", tmp_path / "result.xlsx"
    capsys.readouterr()
    assert run([*data, "worksheet", "pinewood", str(sheet), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schools"] == 2
    filled(sheet, {(form.TOTALS, 1, 1): 3, (form.TOTALS, 2, 1): 40})
    assert run([*data, "worksheet", "pinewood", "--compare", str(sheet), "--out", str(result), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["match"] == 1
    assert told["counts"]["mismatch"] == 1
    assert opened(result, (form.RESULT,))[form.RESULT][1][2:5] == ["3", "3", "match"]
    filled(sheet, {(form.TOTALS, 1, 1): 3})
    assert run([*data, "worksheet", "pinewood", "--compare", str(sheet), "--import", "1"]) == 0
    assert "what import 1 brings" in capsys.readouterr().out
    assert run([*data, "worksheet", "pinewood"]) == WRONG_USE
    assert run([*data, "worksheet", "pinewood", str(tmp_path / "w.csv")]) == WRONG_USE
