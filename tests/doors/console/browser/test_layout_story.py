"""A layout is changed with preview, in a real browser: copied, edited, checked while it is typed, tried, saved; with scripts and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from console_world import World, world
from doors.console.browser.conftest import Visitor, listening
from e2e.files import district
from homeroom.desk import elevation
from homeroom.sync import schools

HOME = "/districts/pinewood/layouts"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    with world(tmp_path_factory.mktemp("layouts")) as made:
        made.cookie("operator")
        with listening(made.console()) as address:
            yield made, address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_a_layout_is_changed_with_preview(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None], scripts: bool
) -> None:
    made, address = place
    cookie, ada = made.cookie("operator"), made.who("operator")
    elevation.begin(
        made.house, ada.viewer(cookie), "settings", "pinewood", "Ticket 4471, no middle names", ada.code(), 30, ada.now
    )
    visitor = visit(address, cookie, scripts=scripts)
    name = "pinewood-own" if scripts else "pinewood-plain"
    page = visitor.go(f"{HOME}/oneroster-1.1")
    page.get_by_label("Name of the copy").fill(name)
    page.get_by_role("button", name="Make our own copy").click()
    expect(page.get_by_role("heading", name=f"{name} is your own copy")).to_be_visible()
    page.get_by_role("button", name="Let Nightly files be read by it").click()
    expect(page.get_by_role("heading", name=f"Nightly files is read by {name}")).to_be_visible()

    page.get_by_role("link", name="users", exact=True).click()
    page.get_by_role("link", name="Look at a row").click()
    expect(page.get_by_role("heading", name="As it came: users.csv, line 2")).to_be_visible()
    if scripts:
        look(visitor, "layout-light")
    page.get_by_role("link", name="Edit", exact=True).click()
    text = page.get_by_label("Text", exact=True)
    expect(text).not_to_have_value("")
    first = text.input_value()
    expect(page.locator("#glance")).to_contain_text("As it came: users.csv")
    becomes = page.locator("#glance .preview > *").last
    expect(becomes).not_to_contain_text("middleName")
    text.fill(first + "[map]\nmiddleName = { constant = 'Q' }\n")
    if not scripts:
        page.get_by_role("button", name="Check", exact=True).click()
    expect(becomes).to_contain_text("middleNameX")
    page.locator("#glance").get_by_role("button", name="Next row").click()
    expect(page.locator("#glance")).to_contain_text("row 2 of the first")
    expect(becomes).to_contain_text("middleNameX")
    if scripts:
        look(visitor, "layout-edit-light")
    text.fill(first + "[map]\nmidleName = { constant = 'Q' }\n")
    if not scripts:
        page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#problems")).to_contain_text("middleName")
    if scripts:
        look(visitor, "layout-problems-light")
    page.get_by_label("Text", exact=True).fill(first + "[map]\nmiddleName = { constant = 'Q' }\n")
    page.get_by_role("button", name="Try on the last delivery").click()
    expect(page.get_by_role("heading", name="On the last delivery")).to_be_visible()
    expect(page.locator("main")).to_contain_text("middleName in 24 rows")
    if scripts:
        look(visitor, "layout-tried-light")
    page.get_by_label("Why").fill("everybody gets a middle name")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.get_by_role("heading", name="Saved as version 2")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Version 2: everybody gets a middle name")
    page.get_by_role("link", name="Compare versions").click()
    expect(page.locator("main")).to_contain_text("middleName")
    if scripts:
        look(visitor, "layout-compare-light")
    newest = made.house.stores.control.layouts.newest("pinewood", name)
    assert newest is not None
    assert newest.number == 2


def test_a_proposal_and_schools_that_wait_are_looked_at_on_a_phone(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None]
) -> None:
    made, address = place
    files = district()
    made.night("fernhollow", {**files, "roster_extract.csv": files["users.csv"].replace("sourcedId,", "Person ID,", 1)})
    schools.add(made.house, "fernhollow", "A1", "Oak School")
    visitor = visit(address, made.cookie("operator"), "phone")
    page = visitor.go("/districts/fernhollow/layouts")
    look(visitor, "layouts-unknown-phone")
    visitor.follow(page.get_by_role("link", name="Look at the proposal"))
    expect(page.get_by_role("heading", name="A layout for roster_extract.csv")).to_be_visible()
    look(visitor, "layout-proposal-phone")
    visitor.go("/districts/fernhollow/schools")
    expect(page.locator("main")).to_contain_text("May be Oak School")
    look(visitor, "schools-phone")
