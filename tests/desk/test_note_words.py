"""Why a file was not read as a table is said in the reader's language, whatever room wrote it into the report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.files import district
from homeroom.desk.note_words import NOTES, note
from homeroom.roster.phrases import PHRASES
from homeroom.roster.words import plain
from homeroom.sync.house import opened
from sync_house import Pinewood, settings


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    folder = tmp_path_factory.mktemp("notes")
    with opened(settings(folder / "data")) as house:
        yield Pinewood.founded(house, folder)


OTHERS = {
    "photo_list.csv": "a,b\n1,2\n",
    "people.csv": district()["users.csv"],
    "guide.pdf": "%PDF-1.4",
    "users.csv.filepart": "sourcedId\n",
    "broken.csv": "PK\x03\x04 not a table at all",
}


def test_every_note_of_a_real_delivery_is_a_sentence_of_the_catalogue(place: Pinewood) -> None:
    report = place.night(district() | OTHERS)
    notes = {file.name: file.note for file in report.files if file.note}
    assert set(OTHERS) <= set(notes)
    assert all(note(text).text != "{text}" for text in notes.values()), notes
    assert [plain(note(text)).rstrip(".") for text in notes.values()] == list(notes.values())
    assert note(notes["people.csv"] or "").values == {"file": "users.csv"}
    used = {note(text).text for text in notes.values()}
    assert {"no layout reads a file of this name", "its header is that of {file}, but its name is not"} <= used


def test_a_delivery_of_which_nothing_is_taken_says_so_of_each_file(place: Pinewood) -> None:
    report = place.night({"photo_list.csv": "a,b\n1,2\n"})
    assert report.outcome == "failed"
    assert {note(file.note or "").text for file in report.files} <= {each.text for each in (*NOTES, *PHRASES)}


@pytest.mark.parametrize(
    ("text", "template", "values"),
    [
        ("Joined to the rows of users, classes", "Joined to the rows of {layouts}", {"layouts": "users, classes"}),
        ("users.csv was read instead", "{file} was read instead", {"file": "users.csv"}),
        ("{odd} was read instead", "{file} was read instead", {"file": "{odd}"}),
        ("It says how the other files are to be read", "It says how the other files are to be read", {}),
        ("Words that nobody wrote", "{text}", {"text": "Words that nobody wrote"}),
    ],
)
def test_words_are_known_again_with_what_stands_in_them(text: str, template: str, values: dict[str, str]) -> None:
    found = note(text)
    assert (found.text, dict(found.values), plain(found)) == (template, values, text)
