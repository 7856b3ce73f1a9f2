"""What stands around a page, for whom: tabs, the district, the search, the elevated role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_kit import NOW, Browser, People, browser, console, house_with, person
from homeroom.desk.acts import ACTS
from homeroom.desk.viewer import ROLES, Viewer
from homeroom.doors.console import frame
from homeroom.doors.console.answers import Shown
from homeroom.doors.console.frame import Counts
from homeroom.doors.console.page import Page, Pages
from homeroom.sync.house import House

GALLERY = Path(__file__).parent / "gallery"
PAGES = (
    Page("/", "fleet.see", lambda asked: Shown("gallery/plain.html", {"text": ""}), tab="districts"),
    Page("/districts/{slug}/imports", "reports.see", lambda asked: Shown("gallery/plain.html", {"text": ""}), tab="imports"),
    Page("/account", "account", lambda asked: Shown("gallery/plain.html", {"text": ""})),
)


def counted(house: House, viewer: Viewer, slug: str | None) -> Counts:
    return Counts(holds=1, automatic=True) if slug else Counts(holds=3, onboarding=1038)


def seen(somebody: Browser, path: str) -> str:
    answer = somebody.get(path)
    assert answer.status_code == 200
    return answer.text


def tabs(text: str) -> list[str]:
    inside = text.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return [re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<a [^>]*>(.*?)</a>", inside, re.DOTALL)]


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("several"), pinewood="Pinewood ISD", larkspur="Larkspur Valley Schools") as house:
        yield house


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("one"), pinewood="Pinewood ISD") as house:
        yield house


def visitor(house: House, role: str, *districts: str, **more: object) -> Browser:
    people = People()
    people.add("somebody", role, *districts, **more)  # type: ignore[arg-type]
    return browser(console(house, people, PAGES, counted, [GALLERY]), "somebody")


def test_the_tabs_of_the_fleet(several: House) -> None:
    page = seen(visitor(several, "operator"), "/")
    assert tabs(page) == [
        "Districts", "Holds 3 waiting for approval", "Imports", "Onboarding 1,038", "Layouts", "Apps", "Audit", "Settings",
    ]  # fmt: skip
    assert '<a href="/" aria-current="page">Districts</a>' in page
    assert page.count('aria-current="page"') == 1
    assert 'action="/" method="get"' in page
    assert "Find a district" in page


def test_the_tabs_of_a_district(several: House) -> None:
    page = seen(visitor(several, "engineer"), "/districts/pinewood/imports")
    assert tabs(page) == [
        "Overview", "Imports 1 waiting for approval", "Records", "Sources", "Layouts", "Schools", "Access and audit", "Settings",
    ]  # fmt: skip
    assert '<a class="switcher" href="/" title="Change district"><span>Pinewood ISD</span>' in page
    assert 'action="/districts/pinewood/records" method="post"' in page, "a search for people is never in the address"


def test_with_one_district_there_are_no_districts(one: House, several: House) -> None:
    for somebody in (visitor(one, "operator"), visitor(several, "administrator", "pinewood")):
        for path in ("/account", "/districts/pinewood/imports"):
            page = seen(somebody, path)
            assert tabs(page)[0] == "Overview"
            assert "Districts" not in page
            assert "all districts" not in page
            assert "Change district" not in page
    assert 'href="/settings">This installation' in seen(visitor(one, "operator"), "/account")
    assert "This installation" not in seen(visitor(several, "administrator", "pinewood"), "/account")
    foot = seen(visitor(one, "operator"), "/account").partition("<footer")[2]
    assert re.findall(r'href="(/[a-z]+[^"#]*)"', foot) == ["/help", "/settings", "/districts/new", "/apps", "/audit"], (
        "no dead end"
    )


@pytest.mark.parametrize("role", ROLES)
def test_no_tab_leads_to_where_a_role_may_not_go(several: House, role: str) -> None:
    districts = () if role in ("operator", "engineer", "auditor") else ("pinewood",)
    page = seen(visitor(several, role, *districts), "/districts/pinewood/imports")
    shown = {tab.words for tab in frame.DISTRICT if role in ACTS[tab.act].roles and tab.name != "setup"}
    assert {re.sub(r" \d.*", "", words) for words in tabs(page)} == shown
    assert ("Find a person" in page) == (role in ACTS["records.see"].roles)


def test_times_are_those_of_the_district_or_of_the_reader(several: House) -> None:
    people = People()
    people.add("ada", "operator", timezone="America/New_York")
    people.elevate("ada", "settings", "pinewood")
    somebody = browser(console(several, people, PAGES, templates=[GALLERY]), "ada")
    assert "Ends at 8:24 AM EST, in 12 minutes" in seen(somebody, "/")
    assert "Ends at 7:24 AM CST, in 12 minutes" in seen(somebody, "/districts/pinewood/imports")
    assert "Elevated role: settings of Pinewood ISD." in seen(somebody, "/account")


def test_the_theme_is_the_person_s(several: House) -> None:
    assert 'data-bs-theme="dark"' in seen(visitor(several, "operator", theme="dark"), "/")
    assert 'data-bs-theme="auto"' in seen(visitor(several, "operator"), "/")
    assert '<body data-keys="off">' in seen(visitor(several, "operator", keys=False), "/")


def test_a_frame_asks_little_of_a_large_installation(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        somebody = visitor(house, "operator")
        page = seen(somebody, "/")
        assert tabs(page)[0] == "Districts", "an installation without districts has room for them"
        assert frame.only_district(house, Viewer(person("operator"))) is None
        house.stores.control.districts.add("pinewood", "Pinewood ISD", "UTC", NOW)
        assert frame.only_district(house, Viewer(person("operator"))) == "pinewood"
        house.stores.control.districts.add("larkspur", "Larkspur", "UTC", NOW)
        assert frame.only_district(house, Viewer(person("operator"))) is None


def test_fixed_words_win_over_places_and_no_path_is_taken_twice() -> None:
    def page(path: str) -> Page:
        return Page(path, "account", lambda asked: Shown("x"))

    pages = Pages([page("/districts/{slug}/layouts/{name}"), page("/districts/{slug}/layouts/new"), page("/districts/{slug}")])
    assert pages.find("/districts/pinewood/layouts/new")[0].path.endswith("/new")  # type: ignore[index]
    found = pages.find("/districts/pinewood/layouts/powerschool-dem users")
    assert found is not None
    assert found[1] == {"slug": "pinewood", "name": "powerschool-dem users"}
    for path in ("/districts/Pine", "/districts/pinewood/", "/districts/pinewood/layouts/a/b", "/districts/../x"):
        assert pages.find(path) is None
    with pytest.raises(ValueError, match="two pages"):
        Pages([page("/a/{x}"), page("/a/{y:int}")])
    with pytest.raises(AssertionError, match="there is no act"):
        Page("/a", "fly", lambda asked: Shown("x"))
