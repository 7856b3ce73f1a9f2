"""The guide says what is enforced: its headers are read, its example rows pass, what it calls needed is refused without."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.cli import WRONG_USE, run
from homeroom.guide import configuration, markdown, steps
from homeroom.guide.elements import Sheet, sheets
from homeroom.guide.examples import example
from homeroom.guide.occasion import Connection, Occasion
from homeroom.layouts.choice import choose
from homeroom.layouts.sets import LayoutSet, texts_in
from homeroom.roster.faults import Refused
from homeroom.roster.report import ImportReport
from homeroom.systems import SETS, folder_of, layout_set
from layoutkit import Desk, desk
from walks.walking import Country, country

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("guide")) as opened:
        yield opened


def told(name: str) -> steps.Steps:
    return steps.of_set(texts_in(folder_of(name)))


def roster_sheets(layouts: LayoutSet) -> list[Sheet]:
    return [s for s in sheets(layouts) if s.required or s.service == "rostering"]


def files(name: str) -> dict[str, str]:
    """The example rows of a set's guide, as files."""
    layouts = layout_set(name)
    made = {s.name: example(layouts, s, told(name).examples) for s in roster_sheets(layouts)}
    return {file: text for file, text in made.items() if text}


def walk(land: Country, folder: Path, name: str, content: dict[str, str]) -> ImportReport:
    folder.mkdir(parents=True)
    for file, text in content.items():
        (folder / file).write_text(text, encoding="utf-8")
    return land.town().walk(folder, name)


WITH_ROSTER = [name for name in SETS if told(name).written and roster_sheets(layout_set(name))]


@pytest.mark.parametrize("name", WITH_ROSTER)
def test_the_example_rows_of_a_guide_are_taken_without_a_finding(land: Country, tmp_path: Path, name: str) -> None:
    report = walk(land, tmp_path / "night", name, files(name))
    assert report.reason is None
    assert report.outcome == "success", report.issues
    assert [f for f in report.files if f.refused or f.note] == []
    assert not [i for i in report.issues if i.severity == "error"]


@pytest.mark.parametrize("name", WITH_ROSTER)
def test_every_header_word_of_a_guide_is_read(land: Country, tmp_path: Path, name: str) -> None:
    """All columns at once, filled as far as the examples go: none of them is reported as unused."""
    layouts = layout_set(name)
    content = {}
    for sheet in roster_sheets(layouts):
        if not sheet.headerless and sheet.layouts:
            rows = list(csv.DictReader(io.StringIO(files(name)[sheet.name])))
            out = io.StringIO()
            writer = csv.DictWriter(out, sheet.header, restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            content[sheet.name] = out.getvalue()
    report = walk(land, tmp_path / "night", name, files(name) | content)
    assert report.outcome == "success", (report.reason, report.issues)
    assert "column-unused" not in report.issue_counts


def refusal(desk_: Desk, name: str, content: dict[str, str]) -> Refused:
    """What a set says of files that it cannot take."""
    desk_.files.clear()
    for file, text in content.items():
        desk_.put(file, text)
    with pytest.raises(Refused) as caught:
        choose([layout_set(name)], desk_.files, name, desk_.workbench)
    return caught.value


def delimiter(text: str) -> str:
    return "\t" if "\t" in text else ","


def written(rows: list[list[str]], between: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", delimiter=between).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", WITH_ROSTER)
def test_a_file_without_a_needed_column_is_refused(tmp_path: Path, name: str) -> None:
    cut = 0
    with desk(tmp_path) as desk_:
        for sheet in roster_sheets(layout_set(name)):
            if not sheet.fatal or not sheet.layouts or sheet.headerless:
                continue
            for word in (e.word for e in sheet.elements if e.needed):
                content = files(name)
                between = delimiter(content[sheet.name])
                rows = list(csv.reader(io.StringIO(content[sheet.name]), delimiter=between))
                if len(rows[0]) == 1:
                    continue  # nothing would be left, and an empty file is another story
                place = rows[0].index(word)
                content[sheet.name] = written([[c for i, c in enumerate(row) if i != place] for row in rows], between)
                assert refusal(desk_, name, content).reason == "header_mismatch", (sheet.name, word)
                cut += 1
    assert cut


@pytest.mark.parametrize("name", [n for n in WITH_ROSTER if layout_set(n).required])
def test_a_set_without_a_required_file_is_refused(tmp_path: Path, name: str) -> None:
    with desk(tmp_path) as desk_:
        for sheet in (s for s in roster_sheets(layout_set(name)) if s.required):
            content = {file: text for file, text in files(name).items() if file != sheet.name}
            assert refusal(desk_, name, content).reason == "incomplete_set"


def test_a_row_in_which_a_filled_column_is_blank_is_refused(land: Country, tmp_path: Path) -> None:
    """One more row for each such column, with an id of its own and nothing there."""
    content, blanks = files("powerschool-dem"), {}
    for sheet in roster_sheets(layout_set("powerschool-dem")):
        head, *rows = csv.reader(io.StringIO(content[sheet.name]))
        words = [e.word for e in sheet.elements if e.filled]
        more = [
            [("" if w == word else f"{c}-{word}" if w == "sourcedId" else c) for w, c in zip(head, rows[-1], strict=True)]
            for word in words
        ]
        content[sheet.name] = written([head, *rows, *more])
        blanks[sheet.name] = len(words)
    report = walk(land, tmp_path / "night", "powerschool-dem", content)
    assert blanks == {"users.csv": 5, "classes.csv": 3, "enrollments.csv": 4}
    # An enrollment without a school still has the id of the good one, and two that differ are both refused.
    assert {f.name: f.refused for f in report.files} == blanks | {"enrollments.csv": 5}


# --- the text


def occasion(name: str = "Pinewood") -> Occasion:
    prints = (("ssh-ed25519", "SHA256:" + "a" * 43),)
    return Occasion(
        TODAY, name, "America/Chicago", "sftp", Connection("sftp.vendor.example", 2222, "pinewood-1", prints), "02:30"
    )


@pytest.mark.parametrize("name", list(SETS))
def test_a_guide_names_every_file_and_every_word(name: str) -> None:
    layouts = layout_set(name)
    said = configuration.text(layouts, told(name), occasion())
    for sheet in sheets(layouts):
        assert f"`{sheet.name}`" in said
        assert all(f"`{e.word}`" in said for e in sheet.elements)
    for fact in ("sftp.vendor.example", "`2222`", "`pinewood-1`", "SHA256:aaa", "**02:30**", "America/Chicago"):
        assert fact in said


@pytest.mark.parametrize("name", list(SETS))
def test_links_inside_a_guide_lead_somewhere(name: str) -> None:
    page = markdown.page(configuration.text(layout_set(name), told(name), occasion()), "Guide")
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_a_district_s_name_is_never_markup() -> None:
    said = configuration.text(
        layout_set("powerschool-dem"), told("powerschool-dem"), occasion('<img src=x onerror="1"> | *P* `x`')
    )
    page = markdown.page(said, "<title>")
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "<em>P</em>" not in page
    assert "<title>&lt;title&gt;</title>" in page


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


def shown(markup: str) -> str:
    """What a reader sees of some HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


@settings(deadline=None)
@given(WORDS)
def test_what_comes_from_outside_is_shown_letter_by_letter(text: str) -> None:
    wanted = " ".join(text.split())
    assert shown(markdown.body(f"x {markdown.plain(text)} y")) == " ".join(f"x {wanted} y".split())
    row = list(markdown.table(("a", "b"), [(markdown.plain(text) or "-", markdown.code(text) or "-")]))
    cells = re.findall(r"<td>(.*?)</td>", markdown.body("\n".join(row)), re.DOTALL)
    assert [shown(c) for c in cells] == [wanted or "-", wanted or "-"]


def test_mistakes_of_a_guide_are_told_all_at_once() -> None:
    text = 'title = 3\nwhere = "x"\n[[step]]\ntext = "no title"\n[[step]]\ntitle = "a"\nmenus = "b"\n'
    with pytest.raises(steps.LayoutFaults) as caught:
        steps.read(text)
    assert [(f.line, f.message) for f in caught.value.faults] == [
        (1, "title must be a text."),
        (2, "where is not known here."),
        (3, "A step has no title."),
        (5, "A step has no menus."),
    ]


# --- the command


def test_the_command_writes_both_and_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert run([*data, "district", "add", "pinewood", "--name", "Pinewood", "--timezone", "America/Chicago"]) == 0
    capsys.readouterr()
    added = ["source", "add", "pinewood", "--kind", "sftp", "--layouts", "powerschool-dem", "--start", "02:30", "--json"]
    assert run([*data, *added]) == 0
    account = json.loads(capsys.readouterr().out)
    out = tmp_path / "given" / "guide.html"
    assert run([*data, "guide", "pinewood", str(out), "--ask", "the rostering desk"]) == 0
    for text in (out.read_text("utf-8"), out.with_suffix(".md").read_text("utf-8")):
        assert account["password"] not in text
        assert all(told in text for told in (account["username"], account["fingerprint"], "the rostering desk", "02:30"))


def test_a_general_guide_needs_no_district(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guide", str(tmp_path / "general.html"), "--layouts", "oneroster-1.2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["district"] is None
    assert "You are given a host" in (tmp_path / "general.md").read_text("utf-8")
    assert run(["guide", str(tmp_path / "general.html")]) == WRONG_USE
    assert run(["guide", str(tmp_path / "guide.pdf"), "--layouts", "oneroster-1.2"]) == WRONG_USE
