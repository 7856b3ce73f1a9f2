"""A draft of a layout set against the set in use, on a delivery as it was sent: what is gained, lost and changed; nothing is written."""

from __future__ import annotations

import pytest

from e2e.files import district
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.faults import Misuse
from homeroom.sync.trying import Tried, TriedTable, try_on
from sync_house import SLUG, Pinewood

SET = 'name = "ours"\nversion = "1.1"\ninherit = "oneroster:1.1"\n'
USERS = 'name = "ours/users"\ntable = "users"\ninherit = "oneroster:1.1"\n'
PEOPLE, STUDENTS = 24, 20


def attempt(pinewood: Pinewood, users: str, **texts: str) -> Tried:
    """The set with this layout of users, on the only delivery."""
    house = pinewood.house
    entry = house.stores.roster(SLUG).imports.last(1)[0]
    drafts = {"set.toml": SET, "users.toml": users} | {f"{name}.toml": text for name, text in texts.items()}
    assert entry.delivery is not None
    return try_on(house, SLUG, entry.delivery, "ours", drafts, entry.started_at, used=None, who="ada")


def users_of(tried: Tried) -> TriedTable:
    return next(t for t in tried.tables if t.table == "users")


def first_night(pinewood: Pinewood) -> None:
    pinewood.source(layouts="oneroster-1.1")
    assert pinewood.night(district()).outcome == "success"


def test_what_is_gained_lost_and_changed_is_counted_and_shown(pinewood: Pinewood) -> None:
    first_night(pinewood)
    store = pinewood.house.stores.roster(SLUG)
    before = (store.revision(), store.counts(), len(store.imports.last(50)))

    same = attempt(pinewood, USERS)
    assert same.same
    assert (users_of(same).before, users_of(same).after, users_of(same).examples) == (PEOPLE, PEOPLE, ())

    changed = users_of(attempt(pinewood, USERS + "[map]\nmiddleName = { constant = 'Q' }\n"))
    assert (changed.gained, changed.lost, changed.changed, changed.columns) == (0, 0, PEOPLE, (("middleName", PEOPLE),))
    assert changed.examples[0].kind == "changed"
    assert changed.examples[0].fields == (("middleName", None, "Q"),)

    kept = attempt(pinewood, USERS + "[keep]\nwhen = \"role = 'student'\"\n")
    assert not kept.same
    assert (users_of(kept).after, users_of(kept).lost) == (STUDENTS, PEOPLE - STUDENTS)
    shown = {(example.kind, example.key) for example in users_of(kept).examples}
    assert shown == {("lost", key) for key in ("t1", "t2", "g1", "g2")} | {("changed", "u1")}  # whose guardians are gone

    assert (store.revision(), store.counts(), len(store.imports.last(50))) == before
    assert [row.action for row in pinewood.house.stores.control.audit.last(1)] == ["layouts-tried"]
    assert not list(pinewood.house.settings.work.glob("*try*"))


def test_a_draft_that_takes_nothing_says_why(pinewood: Pinewood) -> None:
    first_night(pinewood)
    tried = attempt(pinewood, USERS + "[map]\ngivenName = { from = 'no_such_column', required = true }\n")
    assert tried.before is None
    assert tried.after is not None
    assert tried.after.code == "header_mismatch"
    assert not tried.same


def test_texts_with_mistakes_and_files_elsewhere_are_not_walked(pinewood: Pinewood) -> None:
    first_night(pinewood)
    with pytest.raises(LayoutFaults):
        attempt(pinewood, USERS + "[map]\nmidleName = 'x'\n")
    with pytest.raises(Misuse):
        attempt(pinewood, USERS, **{"../outside": USERS})


def test_how_full_a_roster_is(pinewoods: Pinewood) -> None:
    first_night(pinewoods)
    store = pinewoods.house.stores.roster(SLUG)
    of, counts = store.filled("users", ("sourcedId", "identifier", "phone", "metadata.x"))
    assert (of, counts) == (PEOPLE, {"sourcedId": PEOPLE, "identifier": STUDENTS, "phone": 0})
    assert store.filled("made_up", ("x",)) == (0, {})
    schools = store.by_school()
    assert schools["s1"] == {"student": 10, "staff": 1, "guardian": 2, "classes": 1}
    assert schools["s2"] == {"student": 10, "staff": 2, "classes": 1}
