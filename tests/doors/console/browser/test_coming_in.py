"""Somebody comes in by the link of an invitation, in a real browser: every page on the way, with the real desk behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from console_kit import NOW, house_with
from desk_kit import PASSWORD
from homeroom.desk import people
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.sync.house import House

pytestmark = pytest.mark.slow


class Clock:
    """The time of the test; each code takes half a minute of it."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now

    def code(self, secret: str) -> str:
        self.now += timedelta(seconds=30)
        return pyotp.TOTP(secret).at(self.now)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("house"), pinewood="Pinewood ISD") as made:
        yield made


@pytest.fixture(scope="module")
def address(house: House, clock: Clock, serve: Any) -> str:
    made: str = serve(create(house, None, OfTheDesk(), pages=PAGES, now=clock))
    return made


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_from_the_invitation_to_the_account(address: str, house: House, clock: Clock, visit: Any, look: Any, dress: str) -> None:
    email = f"{dress}@pinewood.example"
    link = people.invite(house, email, "administrator", who="tests", now=clock(), districts=("pinewood",)).token
    visitor = visit(address, dress=dress)
    page = visitor.go(f"/once/{link}")
    look(visitor, f"come-in-{dress}")
    secret = page.input_value("input[name=generator]")
    page.fill("#f-name", "Linden Specimen")
    page.fill("#f-password", PASSWORD)
    page.fill("#f-again", PASSWORD)
    page.fill("#f-code", clock.code(secret))
    visitor.follow(page.get_by_role("main").get_by_role("button").last)
    visitor.said.clear()  # the first page may not be there yet
    visitor.go("/account")
    for fold in page.locator("details > summary").all():
        fold.click()
    look(visitor, f"account-{dress}")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    look(visitor, f"sign-in-{dress}")
    page.fill("#f-email", email)
    page.fill("#f-password", "not the right one")
    visitor.follow(page.get_by_role("button", name="Sign in"))
    expect(page.locator(":focus")).to_have_attribute("role", "status")
    expect(page.locator("#f-email")).to_have_value(email)
    expect(page.locator("#f-password")).to_have_value("")
    visitor.said.clear()  # the browser tells every answer of 422
    look(visitor, f"sign-in-again-{dress}")
    page.fill("#f-password", PASSWORD)
    page.fill("#f-code", clock.code(secret))
    visitor.follow(page.get_by_role("button", name="Sign in"))
    visitor.go("/elevate?to=/districts/pinewood/settings&for=settings&in=pinewood")
    visitor.said.clear()
    look(visitor, f"elevated-role-{dress}")
    page.fill("#f-reason", "Ticket 4471, other limits")
    page.fill("#f-code", clock.code(secret))
    visitor.follow(page.get_by_role("button", name="Take the elevated role"))
    visitor.go("/help")
    expect(page.get_by_role("region", name="Elevated role").get_by_text("settings of Pinewood ISD")).to_be_visible()
    visitor.said.clear()
    look(visitor, f"elevated-{dress}")
    visitor.follow(page.get_by_role("button", name="End now"))
    expect(page).to_have_url(re.compile("/help$"))
    expect(page.get_by_role("region", name="Elevated role")).to_have_count(0)


def test_a_browser_that_knows_no_light_dark_is_told_so(address: str, visit: Any, look: Any) -> None:
    visitor = visit(address)
    expect(visitor.go("/sign-in").get_by_text("This browser is too old")).to_be_hidden()

    def older(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("light-dark(", "not-yet-known("))

    visitor.page.route("**/homeroom*.css*", older)
    page = visitor.go("/sign-in")
    expect(page.get_by_text("This browser is too old")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
