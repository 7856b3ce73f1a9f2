"""Search, one record, and "why is somebody missing?", through the real desk, as browsers without scripts do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from console_kit import Browser, browser
from desk_kit import NOON, Somebody, somebody
from e2e.files import district
from homeroom.desk import support
from homeroom.doors.console.app import Console, create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.sync import districts
from homeroom.sync.house import House, opened
from sync_house import SLUG, Pinewood, settings

HERE = f"/districts/{SLUG}"
SECRET = "Juniper"


@dataclass
class Place:
    """A console over a district of two nights, with people who have signed in."""

    house: House
    app: Console
    clock: list
    bob: Somebody
    cookies: dict[str, str] = field(default_factory=dict)

    def inside(self, who: Somebody, elevated: bool = True) -> Browser:
        cookie = who.sign_in()
        if elevated:
            who.elevated(cookie, "records", SLUG)
        self.clock[0] = max(self.clock[0], who.now)
        return browser(self.app, cookie)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("records")
    files = district()
    files["users.csv"] += 'u901,,,true,s1,student,june,,Juniper,Example,,004217,june@pinewood.example,,,"g1,g2",07,\n'
    files["enrollments.csv"] += "e-901,,,k1,s1,u901,student,false,2026-08-15,2027-06-10\n"
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        districts.add(house, "larkspur", "Larkspur Valley", "UTC")
        pinewood.night(files)
        pinewood.night({**files, "users.csv": files["users.csv"].replace("june@", "juniper@")})
        bob = somebody(house, "administrator", "bob@pinewood.example", districts=[SLUG])
        clock = [NOON]
        app = create(house, None, OfTheDesk(), pages=PAGES, now=lambda: clock[0])
        yield Place(house, app, clock, bob)
        app.close()


@pytest.fixture(scope="module")
def bob(place: Place) -> Browser:
    return place.inside(place.bob)


def found(bob: Browser, term: str) -> str:
    answer = bob.post(f"{HERE}/records", {"q": term})
    assert answer.status_code == 303
    assert re.fullmatch(rf"{HERE}/records\?found=[\w-]{{22}}", answer.headers["location"])
    return bob.get(answer.headers["location"]).text


def record(bob: Browser, term: str) -> str:
    link = re.search(rf'href="({HERE}/records/\w+/[\w-]{{32}})"', found(bob, term))
    assert link
    return link[1]


def test_a_search_leads_to_the_record(bob: Browser) -> None:
    page = found(bob, "juniper")
    assert "Juniper Example" in page
    assert "004217" in page
    assert "<title>Records · Pinewood · Homeroom</title>" in page
    here = record(bob, "004217")
    shown = bob.get(here)
    assert shown.status_code == 200
    for words in (
        "What Homeroom holds",
        "First name",
        "givenName",
        "juniper@pinewood.example",
        "users.csv, line",
        "Maria Lopez",
        "Algebra 1",
        "Ada Byron",
        "First seen",
        "Changed: e-mail",
    ):
        assert words in shown.text, words
    assert shown.headers["cache-control"] == "no-store"
    assert "Refresh from SIS" not in shown.text  # files cannot be asked for one person
    assert "style=" not in shown.text


def test_nothing_that_was_typed_is_in_an_address_or_a_log(place: Place, bob: Browser) -> None:
    with capture_logs() as logs:
        here = record(bob, SECRET)
        bob.get(here)
        answer = bob.post(f"{HERE}/missing", {"who": SECRET})
        bob.get(answer.headers["location"])
    assert SECRET not in here + answer.headers["location"]
    assert "u901" not in here
    assert SECRET.lower() not in str(logs).lower()
    rows = place.house.stores.control.audit.last(300)
    assert SECRET.lower() not in str([dict(r.detail) for r in rows]).lower()
    assert {r.detail.get("via") for r in rows if r.action in ("records-searched", "record-seen", "missing-asked")} == {"console"}


def test_a_search_is_its_session_s_own_and_ends(place: Place, bob: Browser) -> None:
    location = bob.post(f"{HERE}/records", {"q": "juniper"}).headers["location"]
    other = place.inside(place.bob)
    for visitor, address in ((other, location), (bob, location + "x"), (bob, f"{HERE}/missing?asked={location[-22:]}")):
        page = visitor.get(address).text
        assert "no longer kept" in page
        assert "004217" not in page


def test_too_little_comes_back_with_a_sentence(bob: Browser) -> None:
    for path, name in ((f"{HERE}/records", "q"), (f"{HERE}/missing", "who")):
        answer = bob.post(path, {name: " x "})
        assert answer.status_code == 422
        assert "two letters or digits at least" in answer.text
    assert "Nobody found for that search." in found(bob, "nobody of that name")


def test_lock_correct_and_unlock(bob: Browser) -> None:
    here = record(bob, "004217")
    assert bob.post(f"{here}/lock", {"field": "", "how": "lock"}).status_code == 422
    assert bob.post(f"{here}/lock", {"field": "email", "how": "lock", "why": "asked by the family"}).headers["location"] == here
    page = bob.get(here).text
    for words in ("The field is locked.", "locked: the SIS does not overwrite it", "asked by the family", "Unlock"):
        assert words in page, words
    bob.post(f"{here}/lock", {"field": "preferredGivenName", "how": "correct", "value": "June"})
    page = bob.get(here).text
    assert "set by bob@pinewood.example" in page
    assert "Corrected: preferred first name" in page
    for name in ("email", "preferredGivenName"):
        bob.post(f"{here}/unlock", {"field": name})
    assert "does not overwrite it" not in bob.get(here).text
    assert bob.post(f"{here}/unlock", {"field": "email"}).status_code == 422


def test_why_somebody_is_missing(bob: Browser) -> None:
    def asked(term: str) -> str:
        answer = bob.post(f"{HERE}/missing", {"who": term})
        assert answer.status_code == 303
        return bob.get(answer.headers["location"]).text

    assert "Not in the files that came last" in asked("nobody at all")
    page = asked("juniper example")
    assert "no app may read this district" in page
    assert page.count("<li class=") >= 7
    assert "Open the record" in page


def test_who_may(place: Place, bob: Browser) -> None:
    here = record(bob, "004217")
    looks = (f"{HERE}/records", here, f"{HERE}/missing")
    acts = (f"{here}/refresh", f"{here}/lock", f"{here}/unlock")
    plain = place.inside(place.bob, elevated=False)
    for path in looks:
        assert plain.get(path).headers["location"].startswith("/elevate?to="), path
    assert plain.post(f"{HERE}/records", {"q": SECRET}).status_code == 403
    house = place.house
    for role, email in (("school_viewer", "v@x.example"), ("auditor", "a@x.example"), ("administrator", "l@x.example")):
        own = {"school_viewer": [SLUG], "administrator": ["larkspur"]}.get(role, [])
        more = {"schools": ["s1"]} if role == "school_viewer" else {}
        other = place.inside(somebody(house, role, email, districts=own, now=place.clock[0], **more), elevated=False)
        assert {other.get(path).status_code for path in looks} == {404}, role
        assert {other.post(path).status_code for path in (*acts, f"{HERE}/records", f"{HERE}/missing")} == {404}, role
    ada = somebody(house, "engineer", now=place.clock[0])
    closed = place.inside(ada)
    assert {closed.get(path).status_code for path in looks} == {403}
    place.bob.now = max(place.bob.now, ada.now)
    support.turn_on(house, place.bob.viewer(place.bob.sign_in()), SLUG, 2, place.bob.code(), place.bob.now)
    place.clock[0] = max(place.clock[0], place.bob.now)
    page = closed.get(here).text
    assert "Juniper Example" in page
    assert "Lock a field" not in page
    assert closed.post(f"{here}/lock", {"field": "email", "how": "lock"}).status_code == 404
    assert closed.get(here.replace("/users/", "/orgs/")).status_code == 404
    assert closed.get(f"{HERE}/records/users/u901").status_code == 404
