"""OneRoster as found in the wild is read, one deviation after the other; the page of them says what is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.layouts.binding import bind
from homeroom.roster.catalogue import catalogue
from homeroom.systems import layout_set
from layoutkit import desk
from systems.deviations import DEVIATIONS, FILES, HEADERS, PLAIN, PLAIN_12, Deviation, page
from walks.walking import Country, country, told


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("deviations")) as opened:
        yield opened


@pytest.mark.parametrize(("table", "version", "word", "meant"), HEADERS)
def test_a_header_word_is_known(tmp_path: Path, table: str, version: str, word: str, meant: str) -> None:
    layouts = layout_set(f"oneroster-{version}")
    words = [word if w == meant else w for w in catalogue()[table].header(version)]
    with desk(tmp_path) as laid:
        file = laid.put(catalogue()[table].file, ",".join(words) + "\n")
        bound = {b.target: b.cell for b in bind(layouts.layout(f"{layouts.name}/{table}"), file).bound}
    assert bound[meant] == words.index(word)


@pytest.mark.parametrize(("name", "table", "version"), FILES)
def test_a_file_name_is_known(name: str, table: str, version: str) -> None:
    assert [w.table for w in layout_set(f"oneroster-{version}").readers(name)] == [table]


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda d: f"{d.group}: {d.what}"[:60])
def test_a_deviation_is_read(land: Country, tmp_path: Path, deviation: Deviation) -> None:
    for name, text in ((PLAIN_12 if deviation.version == "1.2" else PLAIN) | dict(deviation.files)).items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    town = land.town()
    report = town.walk(tmp_path, f"oneroster-{deviation.version}")
    assert report.reason is None, report.reason
    assert [(i.code, i.message) for i in report.issues if i.severity == "error"] == []
    roster = town.roster()
    for table, records in deviation.becomes.items():
        for key, cells in records.items():
            assert {column: roster[table][key][column] for column in cells} == cells, key
    assert set(deviation.told) <= told(report)
    for table, keys in deviation.gone.items():
        assert not [k for k in keys if roster[table].get(k, {}).get("status") == "active"]


OF_PEOPLE = [
    d
    for d in DEVIATIONS
    if d.version == "1.1" and set(d.files) == {"users.csv"} and d.group in ("booleans", "grades", "roles", "files")
]
THREE_FILES = [d for d in OF_PEOPLE if "surplus-cells-placed" not in d.told]
"""Without orgs.csv nothing tells which of the cells of an unquoted row is a school."""


@pytest.mark.parametrize("deviation", THREE_FILES, ids=lambda d: f"{d.group}: {d.what}"[:60])
def test_the_three_files_of_schoolstatus_deviate_alike(land: Country, tmp_path: Path, deviation: Deviation) -> None:
    for name in ("users.csv", "classes.csv", "enrollments.csv"):
        (tmp_path / name).write_text({**PLAIN, **deviation.files}[name], "utf-8", newline="")
    town = land.town()
    report = town.walk(tmp_path, "schoolstatus")
    assert report.reason is None, report.reason
    assert [(i.code, i.message) for i in report.issues if i.severity == "error"] == []
    users = town.roster()["users"]
    for key, cells in deviation.becomes["users"].items():
        told_of = {column: users[key][column] for column in cells if column not in ("enabledUser", "metadata")}
        assert told_of == {column: value for column, value in cells.items() if column in told_of}, key


def test_the_page_says_what_is_tested() -> None:
    written = (Path(__file__).parents[2] / "docs" / "reference" / "oneroster-deviations.md").read_text("utf-8")
    assert written == page(), "python tests/systems/deviations.py > docs/reference/oneroster-deviations.md"
