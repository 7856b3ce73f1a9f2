"""A bad night is held, understood and rejected, on a phone in four taps; another one is approved by its number, with scripts off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from console_world import World, world
from doors.console.browser.conftest import Visitor, listening
from e2e.files import write
from homeroom.sync import imports, intake
from sync_house import half, renamed

OURS = {"districts": ("larkspur",)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    with world(tmp_path_factory.mktemp("story")) as made:
        made.cookie("operator")
        with listening(made.console()) as address:
            yield made, address


def code(made: World, role: str, **more: Any) -> str:
    person = made.who(role, **more)
    person.now = max(each.now for each in made.people.values())
    return person.code()


@pytest.mark.parametrize(("dress", "scripts"), [("phone", True), ("light", False)])
def test_a_bad_night_is_understood_and_rejected(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[..., None], dress: str, scripts: bool
) -> None:
    made, address = place
    held = made.night("larkspur", half()).number
    visitor = visit(address, made.cookie("administrator", **OURS), dress, scripts=scripts)
    page = visitor.go(f"/districts/larkspur/imports/{held}")  # the first tap: the link of the e-mail
    expect(page.get_by_role("heading", name=re.compile("^Likely cause"))).to_be_visible()
    expect(page.get_by_text("Elm School is missing from the export.")).to_have_count(1)
    if scripts:
        look(visitor, f"held-{dress}")
    if dress == "phone":
        page.get_by_role("link", name="Go to your decision").click()  # the second
    expect(page.get_by_label("Reject")).to_be_checked()
    expect(page.get_by_label("How many people will be removed?")).to_be_hidden()
    page.get_by_label("6-digit code").fill(code(made, "administrator", **OURS))  # the third, and six digits
    page.get_by_role("button", name=f"Reject import {held}").click()  # the fourth
    page.get_by_role("heading", name=f"Import {held} was rejected").wait_for()
    expect(page.locator(".titleline .pill")).to_have_text("Failed: rejected", use_inner_text=True)
    expect(page.get_by_text("The reason: “Elm School is missing")).to_have_count(1)
    assert imports.report(made.house, "larkspur", held).status == "rejected"
    if scripts:
        look(visitor, f"rejected-{dress}")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_plan_is_approved_by_its_number(
    place: tuple[World, str],
    visit: Callable[..., Visitor],
    look: Callable[..., None],
    request: pytest.FixtureRequest,
    scripts: bool,
) -> None:
    made, address = place
    store = made.house.stores.roster("larkspur")
    before = store.revision()

    def restore() -> None:
        """The next test finds the roster as this one did, however this one ends."""
        if store.revision() != before:
            imports.rollback(made.house, "larkspur", before, who="a test")

    request.addfinalizer(restore)
    if not store.imports.with_status("waiting_for_approval"):
        made.night("larkspur", half())
    held = store.imports.with_status("waiting_for_approval")[0].number
    visitor = visit(address, made.cookie("administrator", **OURS), "light", scripts=scripts)
    page = visitor.go(f"/districts/larkspur/imports/{held}")
    page.get_by_label("Approve this plan once").check()
    expect(page.get_by_label("Message to the district", exact=True)).to_be_hidden()
    page.get_by_label("Reason", exact=True).fill("Elm School is closed since Friday.")
    page.get_by_label("How many people will be removed?").fill("11")
    if scripts:
        look(visitor, "held-approve")
    visitor.follow(page.get_by_role("button", name=re.compile("^Approve and remove")))
    page.get_by_role("heading", name=re.compile("elevated role")).first.wait_for()
    page.get_by_label("Reason").fill("Elm School is closed; the plan is right.")
    page.get_by_label("6-digit code").fill(code(made, "administrator", **OURS))
    visitor.follow(page.get_by_role("button", name=re.compile("elevated role|Go on|Take")))
    visitor.follow(page.get_by_role("button", name="Send it now"))
    page.get_by_role("heading", name="The plan was applied").wait_for()
    assert imports.report(made.house, "larkspur", held).outcome == "success"
    if scripts:
        visitor.said.clear()  # the page of the elevated role is a 403, which the browser tells by itself
        look(visitor, "approved")
        visitor.follow(page.get_by_role("link", name="Browse 11 People"))
        visitor.follow(page.get_by_role("link", name="Removed 11"))
        look(visitor, "changes")
        page.go_back()
        page.go_back()
        visitor.follow(page.get_by_role("link", name="Imports").last)
        page.locator("#chart canvas").wait_for()
        look(visitor, "log")


def test_the_page_of_a_running_import_becomes_its_report_by_itself(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[..., None]
) -> None:
    made, address = place
    files = write(made.folder / "running", renamed(1))
    options: dict[str, Any] = {"layouts": None, "source": None, "kind": "continuous", "dry_run": False, "now": None}
    number = intake.hand_in(made.house, "goldenrod", files, trigger="upload", **options)
    visitor = visit(address, made.cookie("operator"))
    page = visitor.go(f"/districts/goldenrod/imports/{number}")
    page.get_by_text("You can leave this page.").wait_for()
    look(visitor, "running")
    imports.run(made.house, "goldenrod", number)
    page.get_by_role("heading", name="What happened, step by step").wait_for()
    expect(page.locator(".titleline .pill")).to_have_text("Success", use_inner_text=True)
    expect(page.locator("h1")).to_have_count(1)
