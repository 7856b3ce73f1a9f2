"""May this person do this, here, now? Every act, every role, every state of support access and of the elevated role."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from desk_kit import NOON, somebody
from homeroom.desk import rights, support
from homeroom.desk.acts import ACTS
from homeroom.desk.rights import Allowed, Closed, Hidden, NeedsElevation, allows
from homeroom.desk.viewer import ROLES, Elevation, Person, Role, Viewer
from homeroom.sync.house import House

OWN = {"operator": (), "engineer": (), "administrator": ("pinewood",), "school_viewer": ("pinewood",), "auditor": ()}


def viewer(role: Role, **more: object) -> Viewer:
    return Viewer(Person(1, "p@x.example", "P", role, OWN[role], **more), session=1)  # type: ignore[arg-type]


def lifted(asking: Viewer, kind: str, slug: str | None = "pinewood") -> Viewer:
    return replace(asking, elevation=Elevation(1, kind, slug, "a reason of ten", NOON))  # type: ignore[arg-type]


def test_every_act_and_role(house: House) -> None:
    """Whoever is not in an act's roles, and whatever the district is that is not theirs, gets what a missing page gets."""
    for act, role in product(ACTS.values(), ROLES):
        found = allows(house, viewer(role), act.name, "pinewood" if act.of_district else None, NOON)
        assert isinstance(found, Hidden) == (role not in act.roles), (act.name, role)
        if not act.of_district:
            continue
        for slug in ("larkspur", "nowhere", "", None):
            elsewhere = allows(house, viewer(role), act.name, slug, NOON)
            if slug != "larkspur" or role in ("administrator", "school_viewer"):
                assert elsewhere == Hidden(), (act.name, role, slug)


@pytest.mark.parametrize("act", sorted(name for name, act in ACTS.items() if act.support))
def test_the_vendors_staff_look_inside_only_with_support_access_and_the_elevated_role(house: House, act: str) -> None:
    ada = viewer("engineer")
    assert allows(house, lifted(ada, "records"), act, "pinewood", NOON) == Closed("pinewood")
    bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=["pinewood"])
    support.turn_on(house, bob.viewer(bob.sign_in()), "pinewood", 2, bob.code(), NOON)
    assert allows(house, ada, act, "pinewood", NOON) == NeedsElevation("records", "pinewood")
    assert allows(house, lifted(ada, "settings"), act, "pinewood", NOON) == NeedsElevation("records", "pinewood")
    assert allows(house, lifted(ada, "records", "larkspur"), act, "pinewood", NOON) == NeedsElevation("records", "pinewood")
    assert allows(house, lifted(ada, "records"), act, "pinewood", NOON) == Allowed()
    assert allows(house, lifted(ada, "records"), act, "larkspur", NOON) == Closed("larkspur")
    assert allows(house, lifted(ada, "records"), act, "pinewood", NOON + timedelta(hours=2)) == Closed("pinewood")
    support.turn_off(house, bob.viewer(bob.sign_in()), "pinewood", NOON)
    assert allows(house, lifted(ada, "records"), act, "pinewood", NOON) == Closed("pinewood")


def test_values_in_issue_lists(house: House) -> None:
    told = {role: rights.values_open(house, viewer(role), "pinewood", NOON) for role in ROLES}
    assert told == {"operator": False, "engineer": False, "administrator": True, "school_viewer": True, "auditor": False}
    token = replace(viewer("administrator"), token="nightly")
    assert not rights.values_open(house, token, "pinewood", NOON)
    assert rights.values_open(house, lifted(token, "records"), "pinewood", NOON)
    assert not rights.values_open(house, viewer("administrator"), "larkspur", NOON)


def test_a_token_for_one_district_opens_nothing_of_the_installation(house: House) -> None:
    narrowed = replace(viewer("operator"), token="t", token_districts=("pinewood",))
    for act in ACTS.values():
        if not act.of_district:
            hidden = isinstance(allows(house, narrowed, act.name, None, NOON), Hidden)
            assert hidden == (act.name not in ("account", "fleet.see", "layouts.shipped")), act.name
    assert [d.slug for d in rights.visible(house, narrowed)] == ["pinewood"]


def test_an_auditor_of_one_district_sees_that_one(house: House) -> None:
    bound = replace(viewer("auditor"), person=replace(viewer("auditor").person, districts=("larkspur",)))
    assert allows(house, bound, "audit.see", "larkspur", NOON) == Allowed()
    assert allows(house, bound, "audit.see", "pinewood", NOON) == Hidden()
    assert allows(house, bound, "records.see", "larkspur", NOON) == Hidden()
