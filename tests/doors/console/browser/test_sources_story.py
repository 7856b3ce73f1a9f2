"""An administrator sets a source up and uploads files: a password handed over, a setting changed, files looked at and imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from desk_kit import Somebody, somebody
from doors.console.test_sources import Walked
from e2e.files import district, write
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.store.logins import Login
from homeroom.sync import districts, imports, sources
from homeroom.sync.house import House, opened
from sync_house import SLUG, settings

HERE = f"/districts/{SLUG}"


@dataclass
class Scene:
    """The console's address, and who uses it."""

    address: str
    cookie: str
    house: House
    bob: Somebody
    folder: Path


@pytest.fixture(scope="module")
def scene(serve: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("sources")
    with opened(settings(folder / "data")) as house:
        districts.add(house, SLUG, "Pinewood ISD", "America/Chicago")
        bob = somebody(house, "administrator", "bob@pinewood.example", districts=[SLUG])
        cookie = bob.sign_in()
        bob.elevated(cookie, "settings", SLUG)
        address = serve(create(house, Walked(house), OfTheDesk(), pages=PAGES, now=lambda: bob.now))
        yield Scene(address, cookie, house, bob, folder)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_a_source_is_added_handed_over_and_changed(
    scene: Scene, visit: Callable[..., Any], look: Callable[..., None], dress: str
) -> None:
    window = visit(scene.address, scene.cookie, dress)
    page = window.go(f"{HERE}/sources/new")
    look(window, f"source-kinds-{dress}")
    window.follow(page.get_by_role("link", name="They send files over SFTP").first)
    look(window, f"source-new-{dress}")
    page.get_by_label("Name").fill(f"Nightly {dress}")
    page.get_by_label("Layout set").select_option("powerschool-dem")
    page.get_by_label("Start time").fill("02:30")
    page.get_by_label("Due by").fill("03:00")
    page.get_by_role("button", name="Add the source").click()
    page.get_by_role("heading", name=f"Nightly {dress} was added.").wait_for()
    number = int(page.url.rpartition("/")[2])
    page.get_by_role("button", name="Make a new password").click()
    page.get_by_role("heading", name="Send this link").wait_for()
    expect(page.locator("code.word")).to_contain_text("/once/")
    name = scene.house.stores.control.accounts.of(number)[0].username
    for minutes, result in ((9, "unknown_key"), (5, "wrong_password"), (1, "in")):
        at = scene.bob.now - timedelta(minutes=minutes)
        scene.house.stores.control.logins.add(name, Login(at, "203.0.113.9", result))
    look(window, f"source-handed-over-{dress}")
    page.goto(page.url.replace("/password", ""))
    look(window, f"source-{dress}")
    window.follow(page.get_by_role("link", name="All settings"))
    page.get_by_label("Days", exact=True).fill("mon,tue,wed,thu,fri")
    look(window, f"source-settings-{dress}")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()
    look(window, f"source-settings-sure-{dress}")
    page.get_by_role("button", name="Change 1 setting").click()
    page.get_by_role("heading", name="1 setting was changed.").wait_for()
    expect(page.locator("body")).to_contain_text("Mon, Tue, Wed, Thu, and Fri")
    page.goto(f"{scene.address}{HERE}/sources")
    look(window, f"sources-{dress}")
    remote = sources.add(
        scene.house, SLUG, "sftp-pull", settings={"host": "sftp.pinewood.example", "username": "homeroom"}
    ).source
    page.goto(f"{scene.address}{HERE}/sources/{remote.id}")
    look(window, f"source-fetched-{dress}")
    page.get_by_role("button", name="Archive this source").click()
    page.get_by_role("heading", name="The source is archived.").wait_for()
    expect(page.locator(".pill").first).to_have_text("Archived")
    look(window, f"source-archived-{dress}")
    page.goto(f"{scene.address}{HERE}/sources")
    page.get_by_role("heading", name="Archived sources").wait_for()
    look(window, f"sources-archived-{dress}")
    page.goto(f"{scene.address}{HERE}/sources/{remote.id}")
    page.get_by_role("button", name="Take this source back").click()
    page.get_by_role("heading", name="The source is back.").wait_for()


def test_files_are_uploaded_looked_at_and_imported(scene: Scene, visit: Callable[..., Any], look: Callable[..., None]) -> None:
    source = sources.add(scene.house, SLUG, "upload", layouts="oneroster-1.1", name="By hand").source
    window = visit(scene.address, scene.cookie, "light")
    window.go(f"{HERE}/upload")
    look(window, "upload-light")
    window = visit(scene.address, scene.cookie, "light", scripts=False)
    page = window.go(f"{HERE}/upload")
    page.get_by_label("Source", exact=True).select_option(str(source.id))
    files = write(scene.folder / "export", district())
    page.get_by_label("Drop files here, or choose them").set_input_files(sorted(files.iterdir()))
    page.get_by_role("button", name="Look at the files").click()
    expect(page).to_have_url(re.compile(f"{HERE}/imports/1$"))
    report = imports.report(scene.house, SLUG, 1)
    assert (report.dry_run, report.tables["users"].added, scene.house.stores.roster(SLUG).revision()) == (True, 24, 0)
    page.get_by_role("button", name="Import these files now").click()
    expect(page).to_have_url(re.compile(f"{HERE}/imports/2$"))
    # A row is refused, and its file can be mended: looked at on every kind of screen.
    worse = district(21)
    worse["users.csv"] = worse["users.csv"].replace("Given21,", ",")
    page.goto(f"{scene.address}{HERE}/upload?source={source.id}")
    expect(page.get_by_label("Source", exact=True)).to_have_value(str(source.id))
    page.get_by_label("Drop files here, or choose them").set_input_files(sorted(write(scene.folder / "worse", worse).iterdir()))
    page.get_by_role("button", name="Look at the files").click()
    page.get_by_role("heading", name="Mend refused rows here").wait_for()
    for each in ("light", "dark", "phone"):
        other = visit(scene.address, scene.cookie, each)
        other.go(f"{HERE}/imports/3")
        look(other, f"import-mend-{each}")
    made = imports.report(scene.house, SLUG, 2)
    assert (made.dry_run, made.delivery, scene.house.stores.roster(SLUG).revision()) == (False, report.delivery, 1)
