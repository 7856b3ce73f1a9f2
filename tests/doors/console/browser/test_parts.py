"""Every part in a real browser, light, dark and on a phone: nothing axe objects to, nothing that the policy refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from console_kit import NOW, People, console, house_with
from homeroom.desk.viewer import Viewer
from homeroom.doors.console.answers import Answer, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.frame import Counts
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import help
from homeroom.sync.house import House

pytestmark = pytest.mark.slow

GALLERY = Path(__file__).parents[1] / "gallery"
AT = NOW - timedelta(hours=5, minutes=1)
NEEDS = (
    ("waiting_for_approval", "Larkspur Valley Schools", "586 people would be removed.", "5 h", "Review"),
    ("failed", "Saltgrass County Schools", "PowerSchool did not accept our client ID and secret.", "3 days", "Open"),
    ("late", "Juniper Flats Unified", "No files since Wednesday. They were due by 2:00 AM MST.", "4 h", "Open"),
    ("set_up", "Cedar Hollow Schools", "3 figures on the worksheet do not match.", "due today", "Open"),
)
NIGHTS = ["ok"] * 20 + ["warn", "warn", "bad", "none", "none", "run", "held", "nothing", "ok", "nothing"]
FLEET = SimpleNamespace(
    at=AT,
    due=time(3),
    needs=NEEDS,
    districts=[
        ("Larkspur Valley Schools", "waiting_for_approval", NIGHTS, 0),
        ("Pinewood ISD", "success_with_row_issues", ["ok"] * 30, 37),
        ("Amberfield City Schools", "running", ["none"] * 30, 11),
    ],
)
FILES = [("users.csv", 11982, 11624, 9, 349), ("classes.csv", 1318, 1312, 2, 4), ("enrollments.csv", 37443, 37443, 0, 0)]
IMPORT = SimpleNamespace(at=AT, files=FILES)


def template(name: str, view: object = None) -> Callable[[Asked], Answer]:
    return lambda asked: Shown(f"gallery/{name}.html", view)


THE_PAGES = (
    Page("/", "fleet.see", template("fleet", FLEET), tab="districts"),
    Page("/gallery/states", "account", template("states")),
    Page("/gallery/forms", "account", template("forms")),
    Page("/districts/{slug}/imports/{number:int}", "reports.see", template("import", IMPORT), tab="imports"),
    Page("/districts/{slug}/states", "district.see", template("states"), tab="imports"),
    *help.PAGES,
)


def counted(house: House, viewer: Viewer, slug: str | None) -> Counts:
    return Counts(holds=1 if slug else 3, onboarding=38)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Any) -> Iterator[str]:
    people = People()
    people.add("ada", "operator", email="integrations@vendor.example")
    people.add("elevated", "engineer", email="integrations@vendor.example", timezone="America/New_York")
    people.elevate("elevated", "records", "pinewood")
    people.add("sis", "administrator", "pinewood", email="sis@pinewood.example", theme="dark", keys=False)
    with house_with(tmp_path_factory.mktemp("house"), pinewood="Pinewood ISD", larkspur="Larkspur Valley Schools") as house:
        yield serve(console(house, people, THE_PAGES, counted, [GALLERY]))


PATHS = {
    "fleet": ("/", "ada"),
    "states": ("/districts/pinewood/states", "elevated"),
    "import": ("/districts/pinewood/imports/1284", "sis"),
    "forms": ("/gallery/forms", "ada"),
    "help": ("/help", "ada"),
    "not-found": ("/nowhere", "ada"),
}


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_every_part_in_every_dress(address: str, visit: Any, look: Any, dress: str) -> None:
    for name, (path, cookie) in PATHS.items():
        visitor = visit(address, cookie, dress)
        visitor.go(path)
        if name == "not-found":
            visitor.said = [said for said in visitor.said if "404" not in said]
        look(visitor, f"{name}-{dress}")
