"""A link that sets a new password, in the console: who is shown one, what its page asks for, and what its person is told afterwards."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest

from console_kit import Browser
from console_world import World, world
from desk_kit import PASSWORD, Somebody, somebody
from homeroom.desk import people, tokens
from homeroom.doors.console import crossing

NEW = "another horse battery staple"
HERE = "/districts/pinewood/access"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("letting-in")) as made:
        yield made


def text(answer: httpx2.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def browser(place: World, who: Somebody, kind: str | None = None) -> Browser:
    """A browser in which somebody is signed in, with the elevated role for Pinewood where a kind is named."""
    who.now = max(who.now, place.now, *(p.now for p in place.people.values()))
    cookie = who.sign_in()
    if kind is not None:
        who.elevated(cookie, kind)
    return Browser(place.console(), {crossing.SESSION: cookie})


def mia(place: World, email: str, *, code: bool) -> Somebody:
    made = somebody(place.house, "administrator", email, code=code, now=place.now, districts=["pinewood"])
    place.people[email] = made
    return made


def test_only_an_elevated_operator_is_shown_a_link_into_an_account(place: World) -> None:
    her, ada, ben = mia(place, "mia@pinewood.example", code=True), place.who("operator"), place.who("engineer")
    asked = f"{HERE}/people/{her.person.id}"
    refused = browser(place, ben).post(asked, {"do": "link", "code": ben.code()})
    assert refused.status_code == 422
    assert "Ask an operator" in text(refused)
    assert "/once/" not in refused.text
    ordinary = browser(place, ada).post(asked, {"do": "link", "code": ada.code()})
    assert "/once/" not in ordinary.text
    assert 'name="reason"' in ordinary.text, "the elevated role comes first"
    shown = browser(place, ada, "settings").post(asked, {"do": "link", "code": ada.code()})
    (link,) = set(re.findall(r"/once/([\w-]+)", shown.text))
    page = Browser(place.console()).get(f"/once/{link}")
    assert "Of the code generator that you have" in text(page)
    assert "signed out everywhere, and your access tokens are good no more" in text(page)
    assert "<svg" not in page.text.partition("<form")[2], "no other code generator can be set up by it"

    stranger = Browser(place.console())
    stranger.get(f"/once/{link}")
    form = {"password": NEW, "again": NEW, "email": her.person.email}
    for more in ({}, {"code": "123456"}, {"code": "123456", "generator": "A" * 32}):
        answer = stranger.post(f"/once/{link}", form | more)
        assert answer.status_code == 422, more
        assert "That code did not match" in text(answer), more
    her.now = max(p.now for p in place.people.values()) + timedelta(minutes=1)
    came = stranger.post(f"/once/{link}", form | {"code": her.code()})
    assert came.status_code == 303, text(came)

    again = Browser(place.console())
    again.get("/sign-in")
    let_in = again.post("/sign-in", {"email": her.person.email, "password": NEW, "code": her.code()})
    assert let_in.status_code == 303
    told = text(again.get("/account"))
    assert "by a link that operator@vendor.example made" in told
    assert told.count("Your password was reset") >= 2, "once as a notice of this sign-in, once on the page for good"
    audit = text(again.get(HERE))
    assert "operator@vendor.example" in audit
    assert "set a new password by a link" in audit


def test_a_code_generator_is_taken_away_by_an_elevated_operator(place: World) -> None:
    her, ada, ben = mia(place, "noa@pinewood.example", code=True), place.who("operator"), place.who("engineer")
    asked = f"{HERE}/people/{her.person.id}"
    assert "Take the code generator away" in browser(place, ada).get(HERE).text
    assert "Take the code generator away" not in browser(place, ben).get(HERE).text
    assert browser(place, ben).post(asked, {"do": "code", "code": ben.code()}).status_code == 422
    assert place.house.stores.control.people.get(her.person.id).totp is not None
    done = browser(place, ada, "settings").post(asked, {"do": "code", "code": ada.code()})
    assert done.status_code == 303
    assert place.house.stores.control.people.get(her.person.id).totp is None


def test_who_changes_the_password_is_asked_about_tokens(place: World) -> None:
    her = mia(place, "una@pinewood.example", code=False)
    mine = browser(place, her)
    assert "End them too" not in mine.get("/account").text
    for keep in (True, False):
        made = tokens.make(place.house, her.viewer(mine.cookies[crossing.SESSION]), "nightly", 30, PASSWORD, her.now)
        assert 'value="end" checked' in mine.get("/account").text
        form = {"old_password": PASSWORD, "password": PASSWORD, "again": PASSWORD}
        answer = mine.post("/account/password", form | ({"tokens": "keep"} if keep else {}))
        assert answer.status_code == 303, text(answer)
        assert (tokens.viewer(place.house, made.text, her.now) is not None) == keep
    people.disable(place.house, her.person.id, who="tests", now=her.now)
