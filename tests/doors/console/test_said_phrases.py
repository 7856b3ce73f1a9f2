"""What rooms put into declared sentences as English phrases is known again, with its values, so that it can be said in any language."""

from __future__ import annotations

import pytest

from homeroom.roster.codes import anew, code
from homeroom.roster.faults import Refused
from homeroom.roster.phrases import PHRASES, phrase
from homeroom.roster.words import Said, plain
from phrase_reader import phrases

BEGUN = ("layouts/schools/matching.py", "7: ", "No matched id (7 in all) is among the 7 schools of the SIS: ")
"""Phrases of that file that go on where another one ends."""
AROUND = {"7: 7", "7:7 (7)"}
"""A server's name with a phrase behind it, which is found by itself."""


def test_no_phrase_of_the_code_is_without_its_place_in_the_catalogue() -> None:
    found = {text.replace(BEGUN[1], BEGUN[2], 1) if file == BEGUN[0] else text for file, text in phrases()}
    assert len(found) > 70
    unknown = {text for text in found - AROUND if " " in text and ((said := phrase(text)) is None or plain(said) != text)}
    assert unknown == set()


def test_no_phrase_is_hidden_by_one_before_it() -> None:
    """Each is found as itself where single words stand in its places."""
    for each in PHRASES:
        written = each.text
        for name in ("bytes", "times", "entries", "columns", "most", "expected", "count", "schools", "passes"):
            written = written.replace(f"{{{name}}}", "1,234")
        found = phrase(written.replace("{", "").replace("}", ""))
        assert found is not None
        assert found.text == each.text


@pytest.mark.parametrize(
    ("reason", "values", "place", "text"),
    [
        ("file_unreadable", {"file": "users.csv", "why": "it is a picture"}, "why", "it is a picture"),
        ("archive_unsafe", {"archive": "a.zip", "entry": "x", "why": "lists more than 20,000 entries"}, "why", "lists more than {entries} entries"),
        ("header_mismatch", {"file": "u.csv", "what": "lacks the columns a, b"}, "what", "lacks the columns {columns}"),
        ("connection", {"what": "sis.example:22 (nothing listens there)"}, "what", "{host} ({trouble})"),
        ("connection", {"what": "sis.example: the server failed"}, "what", "{host}: {trouble}"),
    ],
)  # fmt: skip
def test_a_reason_says_its_phrase_in_the_readers_language_when_it_is_raised_and_when_it_was_stored(
    reason: str, values: dict[str, str], place: str, text: str
) -> None:
    raised = Refused(reason, **values)
    for said in (raised.said, anew(reason, code(reason).say(**values))):
        inner = said.values[place]
        assert isinstance(inner, Said)
        assert inner.text == text
        assert plain(said) == raised.message


def test_numbers_in_phrases_are_numbers_and_names_stay_names() -> None:
    assert dict((phrase("lists more than 20,000 entries") or PHRASES[0]).values) == {"entries": 20000}
    assert dict((phrase("lacks the column 007") or PHRASES[0]).values) == {"column": "007"}
    assert phrase("users") is None
    assert phrase("sis.example: users") is None


def test_a_rejection_is_said_with_the_message_that_a_person_wrote() -> None:
    written = code("rejected").say(who="vera@vendor.example") + " The reason: “Send {it} again. 100%”"
    said = anew("rejected", written)
    assert (said.text, dict(said.values)) == (
        "Rejected by {who}. The reason: “{said}”",
        {"who": "vera@vendor.example", "said": "Send {it} again. 100%"},
    )
    assert plain(said) == written
    assert anew("rejected", code("rejected").say(who="vera@vendor.example")).text == "Rejected by {who}."
