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
from homeroom.doors.console import pages as real
from homeroom.doors.console.answers import Answer, Goto, Live, Notice, Part, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.frame import Counts
from homeroom.doors.console.page import Page
from homeroom.roster.faults import TryAgain
from homeroom.sync.house import House

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
LISTS = [[1284, 1283], [1285, 1284, 1283], [1286, 1285, 1284, 1283]]


def template(name: str, view: object = None) -> Callable[[Asked], Answer]:
    return lambda asked: Shown(f"pages/{name}.html", view)


def decided(asked: Asked) -> Answer:
    if not asked.form("reason"):
        raise Wrong(
            reason="Say a little more, at least 10 characters.", code="That did not match.", school="There is no such school."
        )
    return Goto("/gallery/states", Notice("ok", "Import 588 was rejected", "Nothing was changed."))


class Streams:
    """What the live page shows: lists that grow, and a progress that ends."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False
        self.steps = iter((20, 58, 99))

    def rows(self, asked: Asked) -> Answer:
        if self.broken:
            raise TryAgain("locked")
        self.asked += 1
        return Shown("pages/_rows.html", LISTS[min(self.asked, 2)])

    def events(self, asked: Asked) -> Answer:
        def look() -> Part | None:
            step = next(self.steps, None)
            return (
                Part("done", "pages/_progress.html", 100, last=True)
                if step is None
                else Part("progress", "pages/_progress.html", step)
            )

        return Live(look)


def the_pages(streams: Streams) -> tuple[Page, ...]:
    return (
        Page("/", "fleet.see", template("fleet", FLEET), tab="districts"),
        Page("/gallery/states", "account", template("states")),
        Page("/gallery/forms", "account", template("forms"), decided, files=True),
        Page("/gallery/live", "account", template("live", LISTS[0])),
        Page("/gallery/rows", "account", streams.rows),
        Page("/gallery/events", "account", streams.events),
        Page("/districts/{slug}/imports/{number:int}", "reports.see", template("import", IMPORT), tab="imports"),
        Page("/districts/{slug}/states", "district.see", template("states"), tab="imports"),
        Page("/sign-in", None, template("sign-in")),
        Page("/elevate", "account", template("elevate", {"to": "/", "kept": ""})),
        *real.PAGES,
    )


def counted(house: House, viewer: Viewer, slug: str | None) -> Counts:
    return Counts(holds=1 if slug else 3, onboarding=38)


@pytest.fixture(scope="module")
def streams() -> Streams:
    return Streams()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Any, streams: Streams) -> Iterator[str]:
    people = People()
    people.add("ada", "operator", email="integrations@vendor.example")
    people.add("elevated", "engineer", email="integrations@vendor.example", timezone="America/New_York")
    people.elevate("elevated", "records", "pinewood")
    people.add("sis", "administrator", "pinewood", email="sis@pinewood.example", theme="dark", keys=False)
    with house_with(tmp_path_factory.mktemp("house"), pinewood="Pinewood ISD", larkspur="Larkspur Valley Schools") as house:
        yield serve(console(house, people, the_pages(streams), counted, [GALLERY]))


PATHS = {
    "fleet": ("/", "ada"),
    "states": ("/districts/pinewood/states", "elevated"),
    "import": ("/districts/pinewood/imports/1284", "sis"),
    "forms": ("/gallery/forms", "ada"),
    "sign-in": ("/sign-in", ""),
    "elevate": ("/elevate", "ada"),
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
