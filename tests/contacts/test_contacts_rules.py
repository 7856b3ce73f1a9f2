"""Contact rules as text: what differs from the ready ones, and every mistake at once with its place."""

from __future__ import annotations

import pytest

from homeroom.layouts.contacts.pairs import folded, plain
from homeroom.layouts.contacts.reading import of_set, overridden
from homeroom.layouts.contacts.rules import ready
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.faults import Misuse
from homeroom.roster.names import text as literal
from layoutkit import desk


def test_a_text_says_only_what_differs() -> None:
    rules = of_set('limit = 4\n[words.relationship]\nmother = ["mor"]\nguardian = ["father"]\n')
    assert (rules.limit, rules.needs, rules.rules) == (4, ready().needs, ready().rules)
    words = rules.words["relationship"]
    assert {"mor", "mom"} <= set(words["mother"])
    assert ("father" in words["guardian"], "father" in words["father"]) == (True, False)
    assert rules.fingerprint != ready().fingerprint == of_set(None).fingerprint


def test_rules_of_a_district_take_the_place_of_the_ready_ones() -> None:
    rules = of_set(
        '[[rule]]\nname = "kin"\nrelationship = ["aunt", "uncle"]\nlegal_guardian = "absent"\nrole = "relative"\n'
        '[[rule]]\nname = "first two"\nwhen = "cast(priority as int) <= 2"\nrole = "guardian"\n'
    )
    assert [(r.name, r.role, r.legal_guardian) for r in rules.rules] == [
        ("kin", "relative", ("absent",)),
        ("first two", "guardian", ()),
    ]


def test_every_mistake_is_told_with_its_place() -> None:
    with pytest.raises(LayoutFaults) as found:
        of_set(
            'limit = 0\nneeds = ["fax"]\nshape = 1\n[[rule]]\nname = "a"\nrole = "boss"\n'
            '[[rule]]\nname = "b"\nrole = "parent"\nwhen = "shoe_size > 3"\n[words.custody]\nhalf = ["x"]\n'
        )
    assert [(f.line, f.column) for f in found.value.faults] == [(1, 1), (2, 1), (3, 1), (4, 1), (7, 1), (12, 1)]


def test_a_layout_under_the_name_of_the_rules_is_told() -> None:
    with pytest.raises(LayoutFaults, match=r"guardians\.toml"):
        of_set('table = "contacts"\n[map]\nstudent = "s"\n')


def test_a_source_overrides_single_keys() -> None:
    rules = overridden(ready(), {"guardians": "not-managed", "roles": ["guardian"]})
    assert (rules.guardians, rules.roles, rules.limit) == ("not-managed", ("guardian",), 6)
    assert rules == ready().managed("not-managed", ["guardian"])
    with pytest.raises(Misuse, match=r"contacts\.limit"):
        overridden(ready(), {"limit": "six"})


@pytest.mark.parametrize("word", ["Step-Mother", "MÈRE ", "no_contact", "Tía", "mother/father", "Großmutter", "  ", "母"])
def test_words_are_folded_alike_in_the_list_and_in_the_file(tmp_path_factory: pytest.TempPathFactory, word: str) -> None:
    with desk(tmp_path_factory.mktemp("fold")) as laid:
        assert (laid.workbench.value(f"SELECT {folded(literal(word))}") or "") == plain(word)
