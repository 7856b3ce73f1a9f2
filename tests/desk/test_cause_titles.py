"""The heading of a cause says how many there are, in a sentence that is right for one and for several."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_people import ADMINISTRATOR
from e2e.files import district
from homeroom.desk.causes import title
from homeroom.desk.import_report import import_page
from homeroom.roster.codes import Code, codes
from homeroom.roster.words import plain
from homeroom.store.issues import Group
from homeroom.sync.house import opened
from made_language import every_sentence
from sync_house import SLUG, Pinewood, settings

KNOWN = {"count", "records", "column", "target", "file"}
OF_ROWS = [c for c in codes().values() if c.kind == "issue" and c.about == "rows"]
COUNTED = [c for c in codes().values() if c.counted is not None]
ONCE = {"absence-unprovable", "contacts-absent", "contacts-without-students"}
"""Findings of which an import has one, whatever it concerns."""


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def group(
    code: str, own: int, table: str | None = "users", column: str | None = "familyName", file: str | None = "u.csv"
) -> Group:
    return Group(code, "error", file, column, table, True, own, own, {}, 1)


@pytest.mark.parametrize("declared", OF_ROWS, ids=lambda c: c.code)
def test_a_finding_about_rows_is_counted_in_its_heading(declared: Code) -> None:
    if declared.code in ONCE - {"absence-unprovable"}:
        assert declared.counted is None
        return
    assert declared.counted is not None, "it can come often, so its heading needs a form for one and one for several"


@pytest.mark.parametrize("declared", COUNTED, ids=lambda c: c.code)
def test_both_forms_are_sentences_that_agree_with_their_number(declared: Code) -> None:
    assert declared.counted is not None
    one, many = declared.counted
    assert places(one) | places(many) <= KNOWN
    assert "{count}" in many
    assert places(one) | {"count"} == places(many) | {"count"}, "both know the same"
    assert one != many
    single, several = plain(title(group(declared.code, 1))), plain(title(group(declared.code, 3)))
    for told in (single, several):
        assert "{" not in told
        assert "“”" not in told
        assert told[0].isupper() or told.startswith("u.csv")
        assert not told.endswith(".")


def test_the_catalogue_holds_both_forms() -> None:
    known = every_sentence()
    assert [c.code for c in COUNTED if c.counted is not None and known.get(c.counted[0]) is None] == []
    assert all(known[c.counted[0]].id == c.counted for c in COUNTED if c.counted is not None)


def test_what_a_finding_does_not_know_of_itself_is_left_out() -> None:
    assert plain(title(group("boolean-unreadable", 2, column=None))) == "Neither true nor false"
    assert plain(title(group("row-short", 2, file=None))) == "A row has too few cells"
    assert plain(title(group("reference-unknown", 2, table=None))) == "Two records name a record that is not there"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """Two words that are neither yes nor no, a row that stands twice, a number with a sign."""
    folder: Path = tmp_path_factory.mktemp("titles")
    files = district()
    files["enrollments.csv"] = files["enrollments.csv"].replace(",student,false,", ",student,maybe,", 2)
    files["enrollments.csv"] += files["enrollments.csv"].splitlines()[5] + "\n"
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source(name="Nightly files", layouts="oneroster-1.1")
        made.night(files)
        yield made


def test_a_report_says_how_many(night: Pinewood) -> None:
    titles = {c.code: plain(c.title) for c in import_page(night.house, ADMINISTRATOR, SLUG, 1).causes}
    assert titles["boolean-unreadable"] == "Two values of “Main teacher” are neither true nor false"
    assert titles["duplicate-identical"] == "One enrollment appears more than once with the same details"
