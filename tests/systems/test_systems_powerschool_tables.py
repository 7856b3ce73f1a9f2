"""PowerSchool's exports in every form a district sends: with a header or without, tab or comma, any line end, labels as they are or edited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.systems import layout_set
from walks.walking import Country, Roster, country

EXAMPLE = Path(__file__).parents[2] / "examples" / "powerschool-autosend"
DEM = {
    "users.csv": "USERS.sourcedId,USERS.orgSourcedIds,USERS.role,USERS.givenName,USERS.familyName,USERS.language\n71,100,student,Ana,Ruiz,es\n",
    "classes.csv": "SECTIONS.sourcedId,SECTIONS.title,SECTIONS.grades,SECTIONS.schoolSourcedId\nC1,Algebra,9,100\n",
    "enrollments.csv": "CC.classSourcedId,CC.schoolSourcedId,CC.userSourcedId,CC.role\nC1,100,71,student\n",
}


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("tables")) as opened:
        yield opened


@pytest.mark.parametrize("prefixed", [True, False], ids=["prefixed", "edited"])
@pytest.mark.parametrize("sign", [",", "\t"], ids=["comma", "tab"])
@pytest.mark.parametrize("end", ["\r", "\n"], ids=["cr", "lf"])
def test_the_three_files_are_known_in_every_form(land: Country, tmp_path: Path, prefixed: bool, sign: str, end: str) -> None:
    for name, text in DEM.items():
        first, _, rest = text.partition("\n")
        words = first.split(",") if prefixed else [w.partition(".")[2] for w in first.split(",")]
        written = "\n".join([",".join(words), rest]).replace(",", sign).replace("\n", end)
        (tmp_path / name).write_bytes(written.encode())
    report = land.town().walk(tmp_path)
    assert report.outcome == "success", (report.reason, report.issues)
    assert {f.layout.split("/")[0] for f in report.files if f.layout} == {"powerschool-dem"}


def _tables(land: Country, folder: Path) -> Roster:
    town = land.town()
    report = town.walk(folder, "powerschool-autosend")
    assert report.outcome in ("success", "success_with_row_issues"), report.reason
    assert [i for i in report.issues if i.severity == "error"] == []
    return town.roster()


def _written(folder: Path, styles: dict[str, str]) -> Path:
    folder.mkdir()
    for file in EXAMPLE.iterdir():
        text = file.read_text("utf-8")
        for old, new in styles.items():
            text = text.replace(old, new)
        (folder / file.name).write_text(text, "utf-8")
    return folder


def test_header_words_come_in_all_of_powerschool_s_styles(land: Country, tmp_path: Path) -> None:
    plain = _tables(land, EXAMPLE)
    beautified = {"Student_Number": "Student Number", "[13]FirstDay": "[Terms]FirstDay", "[13]LastDay": "[Terms]LastDay"}
    labelled = {"First_Name": "STUDENTS.First_Name", "Credit": "COURSES.Credit", "DateLeft": "CC.DateLeft"}
    assert _tables(land, _written(tmp_path / "beautified", beautified)) == plain
    assert _tables(land, _written(tmp_path / "labelled", labelled)) == plain


def test_what_powerschool_s_numbers_say(land: Country) -> None:
    held = _tables(land, EXAMPLE)
    users = held["users"]
    assert set(users) == {"S1001", "S1002", "T88", "T89"}
    assert (users["S1002"]["grades"], users["T88"]["orgSourcedIds"], users["T89"]["role"]) == ("KG", "100,200", "aide")
    assert set(held["enrollments"]) == {"C301@T88@teacher", "C302@T88@teacher", "E2001"}
    assert (held["academicSessions"]["200-3601"]["schoolYear"], held["academicSessions"]["100-3600"]["type"]) == (
        "2027",
        "schoolYear",
    )


def test_a_file_without_a_header_must_have_exactly_the_columns_of_the_list(land: Country, tmp_path: Path) -> None:
    columns = layout_set("powerschool-autosend").layout("powerschool-autosend/courses").hints.columns
    folder = _written(tmp_path / "in", {})
    (folder / "courses.txt").write_text("MAT101\tAlgebra I\t0\tMathematics\n", "utf-8")
    report = land.town().walk(folder, "powerschool-autosend")
    assert report.reason is not None
    assert report.reason.code == "header_mismatch"
    assert f"has no header line and 4 columns where {len(columns)} are expected" in report.reason.message
    (folder / "courses.txt").write_text("MAT101\tAlgebra I\t0\tMathematics\t1.0\t03100500\t101\n", "utf-8")
    assert _tables(land, folder)["courses"]["MAT101"]["title"] == "Algebra I"


def test_a_night_without_the_status_column_takes_nobody_for_gone(land: Country, tmp_path: Path) -> None:
    town = land.town()
    town.walk(EXAMPLE, "powerschool-autosend")
    folder = _written(tmp_path / "in", {"Enroll_Status": "Something_Else"})
    report = town.walk(folder, "powerschool-autosend")
    assert all(t.removed == 0 for t in report.tables.values())
