"""Rows that were refused, mended by a person as people do it (in a spreadsheet), and sent again on every road."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk_people import ADMINISTRATOR
from e2e.files import district
from homeroom.desk.import_rows import files_with_refused, refused_rows
from homeroom.roster.refused_rows import MARKS, file_name
from homeroom.simulator.generate import generate
from homeroom.sync import intake
from homeroom.sync.freshness import freshness
from homeroom.sync.house import opened
from homeroom.systems import layout_set
from sync_house import SLUG, Pinewood, settings

Sheet = list[dict[str, str]]


def bad() -> dict[str, str]:
    """Two students have no given name, one of them a number with zeros and a phone with a plus; an enrollment names nobody."""
    files = district()
    files["users.csv"] = (
        files["users.csv"]
        .replace("u3,,,true,s1,student,u3,,Given3,", "u3,,,true,s1,student,u3,,,")
        .replace(
            "u4,,,true,s2,student,u4,,Given4,Family4,,0004,u4@example.org,,,",
            "u4,,,true,s2,student,u4,,,Family4,,0004,u4@example.org,+1 555 0100,,",
        )
    )
    files["users.csv"] += "007,,,true,s1,student,b7,,,Bond,,0070,b7@example.org,,=HYPERLINK(1),,09,\n"
    return files


def founded(folder: Path) -> Iterator[Pinewood]:
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source(layouts="oneroster-1.1")
        made.night(bad())
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Pinewood]:
    yield from founded(tmp_path)


@pytest.fixture(scope="module")
def often(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """The same, for tests that send the rows mended in a way of their own, one after the other."""
    yield from founded(tmp_path_factory.mktemp("often"))


def refused(place: Pinewood, number: int = 1, file: str = "users.csv") -> str:
    return "".join(refused_rows(place.house, ADMINISTRATOR, SLUG, number, file))


def rows(text: str) -> Sheet:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def written(found: Sheet, delimiter: str = ",", columns: list[str] | None = None) -> str:
    """As a spreadsheet saves it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns or list(found[0]), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


def with_names(text: str, name: str = "Mended") -> Sheet:
    """The cells mended that were blank."""
    return [{**row, "givenName": name} for row in rows(text)]


def named(place: Pinewood, name: str = "Mended") -> set[str]:
    return {key for key, row in place.records("users").items() if row["givenName"] == name}


def test_a_spreadsheet_changes_nothing_in_the_file_that_is_given_to_it(place: Pinewood) -> None:
    found = {row["username"]: row for row in rows(refused(place))}
    assert (found["b7"]["sourcedId"], found["b7"]["identifier"], found["b7"]["phone"]) == ("'007", "'0070", "'=HYPERLINK(1)")
    assert (found["u4"]["sms"], found["u4"]["identifier"], found["u4"]["sourcedId"]) == ("'+1 555 0100", "'0004", "u4")
    assert file_name("users.csv") == "refused-users.csv"


Saved = Callable[[Sheet], str]
SAVED: dict[str, Saved] = {
    "as it is": lambda found: "\ufeff" + written(found),
    "without its mark": written,
    "with semicolons": lambda found: "\ufeff" + written(found, ";"),
    "with a line that names the delimiter": lambda found: "sep=;\r\n" + written(found, ";"),
    "with tabs": lambda found: written(found, "\t"),
    "columns turned round": lambda found: written(found, columns=list(reversed(found[0]))),
    "without the sentences": lambda found: written(found, columns=[c for c in found[0] if not c.startswith("_what")]),
    "without our columns": lambda found: written(found, columns=[c for c in found[0] if not c.startswith("_")]),
    "with blank lines at the end": lambda found: written(found) + "," * (len(found[0]) - 1) + "\r\n\r\n",
    "columns that were not mended taken away": lambda found: written(
        found, columns=[c for c in found[0] if c not in ("sms", "password")]
    ),
}


@pytest.mark.parametrize("how", SAVED)
def test_whatever_a_spreadsheet_made_of_the_file_its_rows_come_in_and_nobody_goes(often: Pinewood, how: str) -> None:
    place = often
    report = place.night({"refused-users.csv": SAVED[how](with_names(refused(place), how))})
    changed = report.tables["users"].added + report.tables["users"].updated
    assert (report.status, report.tables["users"].removed, changed) == ("done", 0, 3)
    assert named(place, how) == {"u3", "u4", "007"}
    people = place.records("users")
    assert (people["007"]["identifier"], people["007"]["phone"]) == ("0070", "=HYPERLINK(1)")
    if "taken away" not in how:
        assert people["u4"]["sms"] == "+1 555 0100"
    assert {i.code for i in report.issues} & {"column-unused", "file-unknown"} == set()
    assert [i.message for i in report.issues if i.code == "mended-rows"] == [
        "refused-users.csv holds mended rows (3): nobody is removed by it."
    ]


def test_a_file_in_the_letters_of_an_old_office_comes_in(often: Pinewood, tmp_path: Path) -> None:
    place = often
    folder = tmp_path / "old"
    folder.mkdir()
    for letters in ("cp1252", "utf-16"):
        found = with_names(refused(place), f"Zoë {letters}")
        (folder / "refused-users.csv").write_bytes(written(found, "\t" if letters == "utf-16" else ";").encode(letters))
        number = intake.hand_in(
            place.house, SLUG, folder, layouts=None, source=None, kind="continuous", trigger="upload", dry_run=False, now=None
        )
        report = place.walk(number)
        assert (report.status, report.tables["users"].removed) == ("done", 0)
        assert named(place, f"Zoë {letters}") == {"u3", "u4", "007"}


@pytest.mark.parametrize(
    "name", ["refused-users (1).csv", "Refused-users - Copy.csv", "refused-users.txt", "fixed by Sam.csv", "users.csv"]
)
def test_whatever_somebody_calls_the_file(often: Pinewood, name: str) -> None:
    report = often.night({name: written(with_names(refused(often), name))})
    assert (report.status, report.tables["users"].removed, len(named(often, name))) == ("done", 0, 3)


def test_rows_may_be_deleted_and_what_is_still_wrong_is_refused_again(place: Pinewood) -> None:
    first, second, _ = rows(refused(place))
    report = place.night({"refused-users.csv": written([{**first, "givenName": "Mended"}, second])})
    assert (report.tables["users"].added, report.tables["users"].refused, report.tables["users"].removed) == (1, 1, 0)
    again = rows(refused(place, 2, "refused-users.csv"))
    assert [(row["sourcedId"], row["identifier"], list(row)[-4:]) for row in again] == [("u4", "'0004", list(MARKS))]
    assert len(again[0]) == len(second)
    place.night({"refused-users.csv": written(with_names(refused(place, 2, "refused-users.csv")))})
    assert named(place) == {"u3", "u4"}


def test_zeros_that_were_taken_away_all_the_same_make_no_second_person(place: Pinewood) -> None:
    place.night({"refused-users.csv": written(with_names(refused(place)))})
    found = [{**row, "sourcedId": row["sourcedId"].replace("'007", "7")} for row in with_names(refused(place))]
    report = place.night({"refused-users.csv": written(found)})
    assert "7" not in place.records("users")
    assert [i.message for i in report.issues if i.code == "zeros-lost-mended"] == [
        "7 is 007 without its zeros; the mended row was not taken."
    ]


def test_beside_the_whole_set_the_mended_row_counts_and_the_others_decide_as_ever(place: Pinewood) -> None:
    tonight = bad()
    tonight["users.csv"] = tonight["users.csv"].replace("u20,", "u21,")  # somebody left, somebody came
    tonight["enrollments.csv"] = tonight["enrollments.csv"].replace(",u20,", ",u21,")
    report = place.night(tonight | {"refused-users.csv": "\ufeff" + written(with_names(refused(place)), ";")})
    assert (report.status, report.tables["users"].refused) == ("done", 0)
    assert named(place) == {"u3", "u4", "007"}
    assert (report.tables["users"].added, report.tables["users"].removed) == (4, 1)
    users = [f for f in report.files if f.table == "users"]
    assert {(f.name, f.rows, f.accepted, f.refused, f.ignored) for f in users} == {
        ("users.csv", 25, 22, 0, 3),
        ("refused-users.csv", 3, 3, 0, 0),
    }
    # The next night says the same as ever: the rows are refused again, and stay as they were mended.
    after = place.night(tonight)
    assert (after.tables["users"].refused, after.tables["users"].removed, named(place)) == (3, 0, {"u3", "u4", "007"})


def test_a_row_that_was_mended_in_the_system_wins_over_one_that_nobody_mended(place: Pinewood) -> None:
    report = place.night(district() | {"refused-users.csv": refused(place)})
    assert place.records("users")["u3"]["givenName"] == "Given3"
    assert report.tables["users"].removed == 0


def test_the_same_set_twice_stays_as_it_is(place: Pinewood) -> None:
    both = bad() | {"refused-users.csv": written(with_names(refused(place)))}
    place.night(both)
    report = place.night(both | {"orgs.csv": both["orgs.csv"] + "s3,,,New School,school,103,d1\n"})
    assert (report.tables["users"].refused, report.tables["users"].removed, len(named(place))) == (0, 0, 3)


def test_a_source_that_names_no_set_reads_them_by_the_set_of_the_night_before(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        place = Pinewood.founded(house, tmp_path)
        place.source()
        place.night(bad())
        report = place.night({"refused-users.csv": written(with_names(refused(place)))})
        assert (report.status, report.tables["users"].removed, len(named(place))) == ("done", 0, 3)


def test_mended_rows_are_no_night(tmp_path: Path) -> None:
    """Somebody who mends by day must not keep the alarm of a night that does not come from going off."""
    monday = datetime(2026, 9, 7, 1, tzinfo=UTC)
    with opened(settings(tmp_path / "data")) as house:
        place = Pinewood.founded(house, tmp_path)
        source = place.source(layouts="oneroster-1.1", settings={"expected_by": "03:00"})
        source = replace(source, created=monday - timedelta(days=1))
        place.night(bad(), now=monday)
        by_day = {"refused-users.csv": written(with_names(refused(place)))}
        place.night(by_day, now=monday + timedelta(hours=12))
        assert freshness(house, source, monday + timedelta(hours=13)).late_since is None
        assert freshness(house, source, monday + timedelta(days=1, hours=3)).late_since == monday + timedelta(days=1, hours=2)


def test_rows_of_a_file_without_a_header_get_one_and_come_back_with_it(tmp_path: Path) -> None:
    """AutoSend's files may have no header line; a person cannot mend a row whose cells have no names."""
    generate(tmp_path / "made", 12, 4, "powerschool-autosend:headerless", nights=1)
    files = {f.name: f.read_bytes().decode() for f in (tmp_path / "made").rglob("*.txt")}
    first = files["students.txt"].splitlines()[0].split("\t")
    named_columns = layout_set("powerschool-autosend").layout("powerschool-autosend/students").hints.columns
    last_name = named_columns.index("Last_Name")
    broken = "\t".join([*first[:last_name], "", *first[last_name + 1 :]])
    files["students.txt"] = files["students.txt"].replace("\t".join(first), broken)
    with opened(settings(tmp_path / "data")) as house:
        place = Pinewood.founded(house, tmp_path)
        place.source(layouts="powerschool-autosend")
        before = place.night(files)
        assert before.tables["users"].refused == 1
        (row,) = rows(refused(place, file="students.txt"))
        assert list(row)[: len(named_columns)] == list(named_columns)
        mended = written([row | {"Last_Name": "Mended"}], ";", list(reversed(row)))
        report = place.night({file_name("students.txt"): "\ufeff" + mended})
        assert (report.status, report.tables["users"].removed, report.tables["users"].refused) == ("done", 0, 0)
        assert [r["familyName"] for r in place.records("users").values()].count("Mended") == 1


def test_rows_that_only_waited_for_another_come_in_with_it(place: Pinewood) -> None:
    """They need no mending, and no night should pass before they are there."""
    files = district(21)
    files["users.csv"] = files["users.csv"].replace("Given21,", ",")
    number = place.night(files).number
    assert files_with_refused(place.house, SLUG, number) == ("enrollments.csv", "users.csv")
    waiting = refused(place, number, "enrollments.csv")
    report = place.night({"refused-users.csv": written(with_names(refused(place, number))), "refused-enrollments.csv": waiting})
    assert (report.tables["users"].added, report.tables["enrollments"].added, report.tables["enrollments"].removed) == (1, 1, 0)
