"""A student is missing in an app: she is found, refreshed from a pretend PowerSchool, locked; the next one is asked for by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from desk_kit import NOON, Somebody, somebody
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.simulator.powerschool import packages
from homeroom.sync import apps, imports, pulling, sources
from homeroom.sync.house import House, opened
from homeroom.systems.powerschool.plugin.package import Publisher, package
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood, settings

HERE = f"/districts/{SLUG}"


@dataclass
class Scene:
    """The console's address, who may look, and the pretend PowerSchool behind it."""

    address: str
    cookie: str
    house: House
    server: Caller
    bob: Somebody
    name: str
    number: str
    dcid: str


@pytest.fixture(scope="module")
def scene(serve: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("story")
    with pretend(60) as server, opened(settings(folder / "data")) as house:
        server.world.install(packages.read(package(Publisher(), ("legal-guardian",))))
        Pinewood.founded(house, folder)
        plugin = server.world.plugin
        how = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.3}
        sources.add(house, SLUG, "powerschool", settings=how, secrets={"client_secret": plugin.client_secret})
        report = imports.run(
            house, SLUG, pulling.begin(house, SLUG, None, NOON - timedelta(hours=9)), now=NOON - timedelta(hours=9)
        )
        assert report.outcome != "failed", report.reason
        apps.add(house, "Reading Garden", (SLUG,), ())
        first, last, number, dcid = server.sql(
            "SELECT first_name, last_name, student_number, dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1"
        )[0]
        bob = somebody(house, "administrator", "bob@pinewood.example", districts=[SLUG])
        cookie = bob.sign_in()
        bob.elevated(cookie, "records")
        address = serve(create(house, None, OfTheDesk(), pages=PAGES, now=lambda: bob.now))
        yield Scene(address, cookie, house, server, bob, f"{first} {last}", str(number), str(dcid))


def test_a_student_is_found_refreshed_and_locked(scene: Scene, visit: Callable[..., Any], look: Callable[..., None]) -> None:
    window = visit(scene.address, scene.cookie)
    page = window.go(f"{HERE}/records")
    page.get_by_label("Name, number or e-mail address").last.fill(scene.name)
    window.follow(page.get_by_role("button", name="Search"))
    expect(page).to_have_url(re.compile("found="))
    look(window, "records-found-light")
    window.follow(page.get_by_role("link", name=scene.name).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(scene.name, use_inner_text=True)
    here = page.url.removeprefix(scene.address)
    scene.server.steer("change", {"do": "edit", "table": "students", "key": int(scene.dcid), "set": {"middle_name": "Linden"}})
    page.get_by_role("button", name="Refresh from SIS").click()
    page.get_by_role("heading", name="Refreshed. 1 field changed.").wait_for()
    expect(page.locator("ins.diff-new").first).to_have_text("Linden", use_inner_text=True)
    expect(page.locator(":focus")).to_have_attribute("data-focus", "")
    look(window, "record-light")
    page.get_by_role("button", name="Refresh from SIS").click()
    page.get_by_role("heading", name="Refreshed. Nothing had changed.").wait_for()
    scene.server.steer("faults", {"faults": ["503:1"]})
    page.get_by_role("button", name="Refresh from SIS").click()
    page.get_by_role("heading", name="The SIS did not answer").wait_for()
    scene.server.steer("faults", {"faults": []})
    page.get_by_label("Field", exact=True).select_option(label="E-mail")
    page.get_by_label("Until", exact=True).fill((scene.bob.now + timedelta(days=30)).date().isoformat())
    page.get_by_role("button", name="Lock the field").click()
    page.get_by_text("locked: the SIS does not overwrite it").wait_for()
    page.get_by_text("Unlocked by itself on").wait_for()
    look(window, "record-locked-light")
    page.get_by_role("link", name="Compare two dates").click()
    page.get_by_role("heading", name="Compare two dates").wait_for()
    expect(page.locator("ins.diff-new").first).to_have_text("Linden", use_inner_text=True)
    page.get_by_label("First day").fill("1999-01-01")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("not in the roster yet").first.wait_for()
    look(window, "record-compared-light")
    page.get_by_label("First day").fill("the day before")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Name two days").wait_for()
    window.follow(window.go(here).get_by_role("link", name="Show as OneRoster"))
    expect(page.locator("pre").first).to_contain_text('"middleName": "Linden"')
    look(window, "record-oneroster-light")
    for dress in ("dark", "phone"):
        other = visit(scene.address, scene.cookie, dress)
        for path, name in (("", "record"), ("/compare", "record-compared"), ("/oneroster", "record-oneroster")):
            other.go(here.partition("?")[0] + path)
            look(other, f"{name}-{dress}")


def test_why_somebody_is_missing_without_scripts(scene: Scene, visit: Callable[..., Any], look: Callable[..., None]) -> None:
    window = visit(scene.address, scene.cookie, "phone")
    page = window.go(f"{HERE}/missing")
    page.get_by_label("Name or number").fill(scene.number)
    page.get_by_role("button", name="Find out why").click()
    page.get_by_text("Not missing: this person is in the roster, and apps can read it.").wait_for()
    look(window, "missing-phone")
    plain = visit(scene.address, scene.cookie, scripts=False)
    page = plain.go(f"{HERE}/missing")
    page.get_by_label("Name or number").fill("Nobody Ofthatname")
    page.get_by_role("button", name="Find out why").click()
    page.get_by_text("Not in the files that came last").wait_for()
