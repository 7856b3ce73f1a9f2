"""From the link of an invitation to the account page, as a browser without scripts does it, through the real desk."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from console_kit import NOW, Browser
from desk_kit import PASSWORD
from homeroom.desk import handing_over, people, support, telling, tokens
from homeroom.desk.viewer import Person, Viewer
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.sync import doorways, sources
from homeroom.sync.house import House, opened
from sync_house import settings


@dataclass
class Clock:
    """The time of a test; each code takes half a minute of it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def code(self, secret: str) -> str:
        self.now += timedelta(seconds=30)
        return pyotp.TOTP(secret).at(self.now)


@dataclass
class Place:
    """A console over a real house, with the clock of the test."""

    house: House
    clock: Clock = field(default_factory=Clock)

    def browser(self) -> Browser:
        return Browser(create(self.house, None, OfTheDesk(), pages=PAGES, now=self.clock))

    def invited(self, role: str, *districts: str) -> str:
        made = people.invite(self.house, f"{role}@x.example", role, who="tests", now=self.clock(), districts=districts)
        return f"/once/{made.token}"

    def inside(self, role: str, *districts: str) -> tuple[Browser, str]:
        """Somebody who has come in by their link, and the secret of their code generator."""
        link, browser = self.invited(role, *districts), self.browser()
        secret = field_of(browser.get(link).text, "generator")
        answer = come_in(browser, link, secret, self.clock.code(secret))
        assert answer.status_code == 303
        return browser, secret


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(settings(tmp_path / "data")) as house:
        for slug in ("pinewood", "larkspur"):
            house.stores.control.districts.add(slug, slug.title(), "America/Chicago", NOW)
        yield Place(house)


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def come_in(browser: Browser, link: str, secret: str, code: str, **more: str):  # type: ignore[no-untyped-def]
    form = {"name": "Ada", "password": PASSWORD, "again": PASSWORD, "generator": secret, "code": code} | more
    return browser.post(link, form)


def test_an_operator_comes_in_signs_out_and_in_again(place: Place) -> None:
    browser = place.browser()
    assert browser.get("/account").headers["location"] == "/sign-in?to=/account"
    link = place.invited("operator")
    page = browser.get(link).text
    secret = field_of(page, "generator")
    assert 'class="qr"' in page
    assert "style=" not in page
    # Mistakes bring the form back, with the same square and without the password.
    for more, told in [
        ({"again": "other"}, "two passwords differ"),
        ({"code": "000000"}, "did not match"),
        ({"code": ""}, "code generator"),
    ]:
        answer = come_in(browser, link, secret, **({"code": place.clock.code(secret)} | more))
        assert (answer.status_code, told in answer.text, field_of(answer.text, "generator")) == (422, True, secret), told
        assert PASSWORD not in answer.text
    answer = come_in(browser, link, secret, place.clock.code(secret))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "operator@x.example" in browser.get("/account").text
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    assert browser.get("/account").status_code == 303
    dead = browser.get(link)
    assert (dead.status_code, "This link was used" in dead.text) == (410, True)
    wrong = browser.post("/sign-in", {"email": "operator@x.example", "password": "wrong", "code": "123456", "to": "/account"})
    assert (wrong.status_code, "That did not match. Check the e-mail address" in wrong.text) == (422, True)
    assert "wrong" not in re.sub(r"<[^>]*>", "", wrong.text)
    code = place.clock.code(secret)
    right = browser.post("/sign-in", {"email": "operator@x.example", "password": PASSWORD, "code": code, "to": "/account"})
    assert (right.status_code, right.headers["location"]) == (303, "/account")
    for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert browser.get("/sign-in", params={"to": to}).headers["location"] == "/"


def test_too_many_tries_say_so(place: Place) -> None:
    browser = place.browser()
    browser.get("/sign-in")
    told = [browser.post("/sign-in", {"email": "a@b.example", "password": "x" * 12, "code": ""}) for _ in range(11)]
    assert [answer.status_code for answer in told] == [422] * 11
    assert "Too many tries. Wait 15 minutes." in told[-1].text
    assert "Too many" not in told[-2].text


def test_the_elevated_role_asks_for_a_reason_and_a_code_and_stands_on_every_page(place: Place) -> None:
    browser, secret = place.inside("operator")
    asked = browser.get("/elevate?to=/account&for=settings&in=pinewood")
    assert "You are about to change settings of Pinewood." in asked.text
    form = {"to": "/account", "for": "settings", "in": "pinewood", "minutes": "15"}
    short = browser.post("/elevate", form | {"reason": "test", "code": place.clock.code(secret)})
    assert (short.status_code, "Say in a few words what for" in short.text) == (422, True)
    assert field_of(short.text, "in") == "pinewood"
    taken = browser.post("/elevate", form | {"reason": "Ticket 4471: a new start time", "code": place.clock.code(secret)})
    assert (taken.status_code, taken.headers["location"]) == (303, "/account")
    page = browser.get("/account").text
    assert "Elevated role: settings of Pinewood." in page
    assert "Ticket 4471: a new start time" in page
    browser.post("/elevate/end", {"to": "/account"})
    assert "Elevated role: settings" not in browser.get("/account").text
    acts = [row.action for row in place.house.stores.control.audit.last(3, "pinewood")]
    assert acts == ["elevation-ended", "elevated"]


def test_nobody_learns_of_districts_by_asking_for_the_elevated_role(place: Place) -> None:
    browser, _ = place.inside("administrator", "pinewood")
    assert browser.get("/elevate?to=/&for=settings&in=pinewood").status_code == 200
    other, made_up = (browser.get(f"/elevate?to=/&for=settings&in={slug}") for slug in ("larkspur", "nowhere"))
    assert (other.status_code, other.content) == (404, made_up.content)
    assert browser.get("/elevate?to=/&for=settings").status_code == 404


def test_staff_are_told_how_long_support_access_is_on(place: Place) -> None:
    browser, _ = place.inside("engineer")
    assert browser.get("/elevate?to=/&for=records&in=pinewood").status_code == 404
    bob = Viewer(Person(1, "bob@pinewood.example", "Bob", "administrator", ("pinewood",)), token="t")
    support.turn_on(place.house, bob, "pinewood", 2, "", place.clock())
    assert "Support access is on until" in browser.get("/elevate?to=/&for=records&in=pinewood").text


def test_credentials_are_shown_once_and_only_on_the_button(place: Place) -> None:
    source = sources.add(place.house, "pinewood", "sftp", layouts="powerschool-dem", password_hash="$argon2id$x").source
    ada = Viewer(Person(1, "ada@x.example", "Ada", "operator"), session=1)
    facts = {"fingerprint": "SHA256:abc"}
    link = "/once/" + handing_over.make(place.house, ada, "pinewood", source.id, facts, place.clock())
    browser = place.browser()
    for _ in range(3):  # programs that look through mail
        waiting = browser.get(link)
        assert (waiting.status_code, "SHA256:abc" in waiting.text) == (200, False)
    assert handing_over.waiting(place.house, "pinewood", source.id, place.clock()) is not None
    doorways.stand(place.house, doorways.Doors(sftp=2222))
    shown = browser.post(link)
    for fact in ("127.0.0.1", "2222", "SHA256:abc"):
        assert fact in shown.text, "host and port of the day when it is opened"
    assert f"pinewood-{source.id}" in shown.text
    password = re.search(r'<code class="word">([^<]{24})</code>', shown.text)
    assert password
    account = place.house.stores.control.accounts.find(f"pinewood-{source.id}")
    assert account is not None
    from homeroom.desk import passwords

    assert passwords.right(account.password_hash, password[1])
    again = browser.post(link)
    assert (again.status_code, password[1] in again.text) == (410, False)
    later = handing_over.make(place.house, ada, "pinewood", source.id, facts, place.clock())
    place.clock.now += timedelta(hours=49)
    assert "over 48 hours old" in browser.get(f"/once/{later}").text
    assert "opens nothing" in browser.get("/once/made-up").text


def test_the_account_page_does_what_it_offers(place: Place) -> None:
    browser, secret = place.inside("administrator", "pinewood")
    elsewhere = place.browser()
    code = place.clock.code(secret)
    elsewhere.get("/sign-in")
    elsewhere.post("/sign-in", {"email": "administrator@x.example", "password": PASSWORD, "code": code})
    assert elsewhere.get("/account").status_code == 200

    saved = browser.post("/account/preferences", {"theme": "dark", "timezone": "America/Denver"})
    assert saved.status_code == 303
    page = browser.get("/account").text
    assert 'data-bs-theme="dark"' in page
    assert 'data-keys="off"' in page
    assert browser.post("/account/preferences", {"theme": "pink", "timezone": ""}).status_code == 422
    assert browser.post("/account/preferences", {"theme": "auto", "timezone": "Mars/Base"}).status_code == 422

    browser.post("/account/notices", {"district": "pinewood", "told": ["held"]})
    number = place.house.stores.control.people.find("administrator@x.example").id  # type: ignore[union-attr]
    assert telling.chosen(place.house, number, "pinewood") == ("held",)
    assert browser.post("/account/notices", {"district": "larkspur", "told": ["held"]}).status_code == 422

    other = re.search(r'action="(/account/sessions/\d+/end)"', page)
    assert other
    assert browser.post(other[1]).status_code == 303
    assert elsewhere.get("/account").status_code == 303

    made = browser.post("/account/tokens", {"name": "nightly", "days": "30", "code": place.clock.code(secret)})
    text = re.search(r"hr_[A-Za-z0-9_-]{43}", made.text)
    assert text
    assert tokens.viewer(place.house, text[0], place.clock()) is not None
    assert text[0] not in browser.get("/account").text
    revoke = re.search(r'action="(/account/tokens/\d+/revoke)"', browser.get("/account").text)
    assert revoke
    browser.post(revoke[1])
    assert tokens.viewer(place.house, text[0], place.clock()) is None
    assert browser.post("/account/tokens", {"name": "x", "days": "9999", "code": place.clock.code(secret)}).status_code == 422

    new = "another horse battery staple"
    assert (
        "old password did not match"
        in browser.post("/account/password", {"old_password": "no", "password": new, "again": new}).text
    )
    assert browser.post("/account/password", {"old_password": PASSWORD, "password": new, "again": new}).status_code == 303
    fresh = field_of(browser.get("/account/generator").text, "generator")
    form = {"generator": fresh, "confirm_password": place.clock.code(secret), "code": pyotp.TOTP(fresh).at(place.clock())}
    assert browser.post("/account/generator", form | {"code": "000000"}).status_code == 422
    form["confirm_password"] = place.clock.code(secret)
    form["code"] = pyotp.TOTP(fresh).at(place.clock())
    assert browser.post("/account/generator", form).status_code == 303
    browser.post("/sign-out")
    code = place.clock.code(fresh)
    signed = browser.post("/sign-in", {"email": "administrator@x.example", "password": new, "code": code})
    assert signed.status_code == 303


def test_people_are_shut_out_and_given_links_only_with_the_code(place: Place) -> None:
    browser, secret = place.inside("administrator", "pinewood")
    made = people.invite(place.house, "other@pinewood.example", "auditor", who="tests", now=place.clock(), districts=["pinewood"])
    form = f"/districts/pinewood/access/people/{made.person.id}"
    for do in ("link", "out", "in"):
        answer = browser.post(form, {"do": do})
        assert (answer.status_code, "did not match" in answer.text) == (422, True), do
    assert not place.house.stores.control.people.get(made.person.id).disabled
    shown = browser.post(form, {"do": "link", "code": place.clock.code(secret)})
    assert "Send this link" in shown.text
    assert browser.post(form, {"do": "out", "code": place.clock.code(secret)}).status_code == 303
    assert place.house.stores.control.people.get(made.person.id).disabled
