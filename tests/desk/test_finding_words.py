"""What is declared of findings is said anew in the reader's language, from the sentence that was stored."""

from __future__ import annotations

import string

import pytest

from homeroom.desk.finding_words import sentence, title_of
from homeroom.roster.codes import Code, codes
from homeroom.roster.words import plain
from homeroom.systems import remedies
from made_language import every_sentence


def filled(declared: Code) -> str:
    """Its sentence with a value of its own in every place."""
    places = dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(declared.message) if name)
    return declared.say(**{name: f"<{name} 7>" for name in places})


@pytest.mark.parametrize("name", list(codes()))
def test_a_stored_sentence_is_one_of_the_catalogue_again(name: str) -> None:
    said = sentence(name, filled(codes()[name]))
    assert said.text == codes()[name].message
    assert plain(said) == filled(codes()[name])
    assert plain(title_of(name)) == codes()[name].title


def test_a_sentence_of_before_is_told_as_it_was_written() -> None:
    assert plain(sentence("required-blank", "Nothing of the kind.")) == "Nothing of the kind."
    assert plain(sentence("of-yesterday", "A code that is gone.")) == "A code that is gone."


def test_the_catalogue_holds_all_of_it() -> None:
    known = every_sentence()
    for declared in codes().values():
        for said in (declared.title, declared.plain or declared.meaning, declared.remedy, declared.message):
            assert said in known, (declared.code, said)
    assert all(said in known for _, said in remedies.every())
