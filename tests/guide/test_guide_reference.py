"""The reference pages say what the program does, because they are made from what it runs on."""

import re
from pathlib import Path

import pytest

from homeroom.cli.reference import paths
from homeroom.guide.reference import MADE, differences, main, pages, write
from homeroom.roster import meanings
from homeroom.roster.catalogue import catalogue
from homeroom.roster.codes import codes

DOCS = Path(__file__).parents[2] / "docs" / "reference"


def test_the_committed_pages_are_the_generated_ones() -> None:
    """If this fails: make docs."""
    assert differences(DOCS) == []


def test_every_code_and_every_table_has_a_page() -> None:
    made = pages()
    assert {f"issues/{code}.md" for code in codes()} <= set(made)
    assert {f"tables/{table.name}.md" for table in catalogue()} <= set(made)
    for code in codes().values():
        assert code.remedy in made[f"issues/{code.code}.md"]


def test_what_reports_say_names_no_command_and_the_commands_beside_it_are_there() -> None:
    """A school's secretary reads the same sentences as the operator, and has no command line."""
    known = {" ".join(path) for path in paths()}
    for code in codes().values():
        said = f"{code.title} {code.meaning} {code.remedy} {code.message}"
        assert not re.search(r"homeroom [a-z]| --[a-z]", said), (code.code, said)
        for one in code.command.split("; ") if code.command else ():
            program, *words = one.split()
            assert program == "homeroom"
            assert known & {" ".join(words[:n]) for n in range(1, 4)}, (code.code, one)


def test_every_field_has_a_meaning() -> None:
    for table in catalogue():
        assert meanings.of_table(table.name).endswith(".")
        for field in table.fields:
            assert meanings.of_field(table.name, field.name).endswith(".")


def test_no_meaning_is_without_its_field() -> None:
    own = meanings._meanings()
    for table, texts in own.items():
        if table != "every":
            names = {f.name for f in catalogue()[table].fields}
            assert set(texts) - {"about"} <= names
    used = {f.name for t in catalogue() for f in t.fields}
    assert set(own["every"]) <= used


def test_writing_removes_what_is_no_longer_made_and_leaves_what_a_person_wrote(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "of-yesterday.md").write_text(MADE + "\n# Gone\n")
    (tmp_path / "cli.md").write_text("# By hand\n")
    assert "issues/of-yesterday.md is left over" in differences(tmp_path)
    assert write(tmp_path) == len(pages())
    assert differences(tmp_path) == []
    assert not (tmp_path / "issues" / "of-yesterday.md").exists()
    assert (tmp_path / "cli.md").read_text() == "# By hand\n"
    (tmp_path / "tables.md").write_text(MADE + "changed")
    assert differences(tmp_path) == ["tables.md is out of date"]


def test_links_between_pages_lead_somewhere() -> None:
    made = pages()
    for name, text in made.items():
        for target in _links(text):
            at = (Path(name).parent / target.partition("#")[0]).as_posix()
            assert _normal(at) in made or (DOCS / at).is_file(), f"{name} links to {target}"


def _links(text: str) -> list[str]:
    """Links to other pages; places within the same page are told by a `#` alone."""
    return [target for part in text.split("](")[1:] if not (target := part.partition(")")[0]).startswith("#")]


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err
