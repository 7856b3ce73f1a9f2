"""The pictures of the console's main pages in `docs/`: `make screenshots` (or `python tools/screenshots.py [OUT]`).

An installation with made-up districts is built in a temporary folder, walked for some nights, and looked at in Chromium by somebody who comes
in as everybody does: by an invitation. Light, dark, and on a phone.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from homeroom.desk import people, support
from homeroom.desk.setup import acting
from homeroom.desk.viewer import Person, Viewer
from homeroom.doors.console import frame
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.settings import Settings
from homeroom.simulator.district import make
from homeroom.simulator.generate import generate
from homeroom.simulator.nights import next_night, without_school
from homeroom.simulator.sheets import write
from homeroom.simulator.writers.catalogue import WRITERS
from homeroom.sync import districts, imports, intake, sources
from homeroom.sync.house import House, opened

OUT = Path(__file__).resolve().parent.parent / "docs/pictures/console"
PASSWORD = "correct horse battery staple"
NIGHTS = 8
SIZES = {"light": (1440, 1000), "dark": (1440, 1000), "phone": (390, 844)}
DISTRICTS = (
    ("pinewood", "Pinewood ISD", 620, 11, 0.004, "powerschool-dem"),
    ("larkspur", "Larkspur Valley Schools", 380, 12, 0.0, "powerschool-dem"),
    ("saltgrass", "Saltgrass County Schools", 300, 13, 0.0, "oneroster-1.1"),
    ("amberfield", "Amberfield City Schools", 450, 14, 0.002, "oneroster-1.2"),
    ("briarstone", "Briarstone Academy Trust", 160, 15, 0.0, "schoolstatus"),
    ("goldenrod", "Goldenrod Charter Network", 240, 16, 0.0, "clever"),
)
ZONE = "America/Chicago"
PAGES = {
    "fleet": "/",
    "overview": "/districts/pinewood",
    "imports": "/districts/pinewood/imports",
    "report": "/districts/pinewood/imports/{report}",
    "hold": "/districts/larkspur/imports/{hold}",
    "sources": "/districts/pinewood/sources",
    "layout": "/districts/pinewood/layouts/powerschool-dem/users",
    "record": "{record}",
    "set-up": "/districts/cedar/setup",
    "access": "/districts/pinewood/access",
    "audit": "/audit",
}


def walk(house: House, slug: str, folder: Path, layouts: str, at: datetime) -> int:
    """One night of a district; returns the import's number."""
    number = intake.hand_in(
        house, slug, folder, layouts=layouts, source=None, kind="continuous", trigger="sftp", dry_run=False, now=at
    )
    return imports.run(house, slug, number, now=at).number


def built(house: House, folder: Path, now: datetime) -> dict[str, str]:
    """The districts with their nights; returns the numbers of the imports that are shown."""
    shown: dict[str, str] = {}
    for slug, name, students, seed, dirty, layouts in DISTRICTS:
        districts.add(house, slug, name, ZONE)
        sources.add(house, slug, "sftp", layouts=layouts, name="Nightly files")
        for night, place in enumerate(generate(folder / slug, students, seed, layouts, NIGHTS, dirty)):
            at = now - timedelta(days=NIGHTS - 1 - night, hours=2)
            last = night == NIGHTS - 1
            if slug == "larkspur" and last:
                lose_a_school(place, students, seed)
            if slug == "saltgrass" and last:
                lose_all(place)
            number = walk(house, slug, place, layouts, at)
            shown |= {"pinewood": {"report": str(number)}, "larkspur": {"hold": str(number)}}.get(slug, {})
    staff = Viewer(Person(1, "integrations@vendor.example", "Ada", "operator"), session=1)
    acting.begin(house, staff, "cedar", "Cedar Hollow Schools", ZONE, now.date() - timedelta(days=4), now)
    sources.add(house, "cedar", "upload", layouts="oneroster-1.1", name="First files")
    walk(house, "cedar", generate(folder / "cedar", 120, 21)[0], "oneroster-1.1", now - timedelta(hours=30))
    acting.say(house, staff, "cedar", "Thank you for the first files. The figures of the worksheet come next.", now)
    return shown


def lose_a_school(place: Path, students: int, seed: int) -> None:
    """An export that was run without one school."""
    district = make(students, seed)
    for night in range(2, NIGHTS + 1):
        district = next_night(district, seed, night)
    writer = WRITERS["powerschool-dem"]
    shutil.rmtree(place)
    write(writer.sheets(without_school(district, district.schools[0].id)), writer.form, place)


def lose_all(place: Path) -> None:
    """An export of users that has its heading and nothing else."""
    for file in place.glob("users*.csv"):
        file.write_text(file.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")


@contextmanager
def listening(house: House) -> Iterator[str]:
    """The console on a port of its own."""
    app = create(house, None, OfTheDesk(), count=frame.counted)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    app.close()


def come_in(page: Page, address: str, house: House) -> str:
    """By the link of an invitation, as everybody does; returns the secret of the code generator."""
    token = people.invite(
        house, "integrations@vendor.example", "operator", who="command line", now=datetime.now(UTC), name="Ada"
    ).token
    page.goto(f"{address}/once/{token}")
    secret = page.locator("code.word").inner_text()
    page.fill("#f-password", PASSWORD)
    page.fill("#f-again", PASSWORD)
    page.fill("#f-code", pyotp.TOTP(secret).now())
    page.click("button.btn-primary")
    page.wait_for_url(f"{address}/**")
    return secret


def find_somebody(page: Page, address: str, house: House, secret: str) -> str:
    """The address of one record's page, found as everybody finds it: the elevated role, then a search."""
    names = house.stores.roster("pinewood").page("users", 40, columns=("familyName",)).rows
    name = str(names[-1][-1])
    page.goto(f"{address}/districts/pinewood/records")
    page.fill("#f-reason", "Ticket 4471: is this student in the right class?")
    page.fill("#f-code", pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))
    page.click("button.btn-danger")
    page.wait_for_url("**/records")
    page.fill("main input[name=q]", name)
    page.press("main input[name=q]", "Enter")
    page.wait_for_url("**found=*")
    found = page.locator("main table a, main .rows a").first.get_attribute("href")
    assert found is not None
    return found


def shoot(browser: Browser, address: str, house: House, shown: dict[str, str], out: Path) -> list[Path]:
    """Every page in every dress."""
    context = browser.new_context(locale="en-US")
    door = context.new_page()
    door.set_viewport_size({"width": 1440, "height": 1000})
    door.goto(f"{address}/sign-in")
    door.screenshot(path=out / "sign-in-light.png")
    secret = come_in(door, address, house)
    shown = shown | {"record": find_somebody(door, address, house, secret)}
    kept = context.storage_state()
    made = [out / "sign-in-light.png"]
    for dress, (width, height) in SIZES.items():
        dressed = browser.new_context(
            locale="en-US",
            timezone_id=ZONE,
            storage_state=kept,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dress == "dark" else "light",
        )
        page = dressed.new_page()
        for name, path in PAGES.items():
            answer = page.goto(address + path.format(**shown))
            assert answer is not None
            assert answer.ok, f"{name}: {answer.status}"
            place = out / f"{name}-{dress}.png"
            page.screenshot(path=place)
            made.append(place)
    return made


def main(out: Path) -> int:
    """Make all pictures anew."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("Chromium is needed for the pictures: install the package chromium.\n")
        return 1
    out.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with ExitStack() as staying:
        place = Path(staying.enter_context(tempfile.TemporaryDirectory(prefix="homeroom-pictures-")))
        own = Settings(data=place / "data", memory_mb=400, http_port=0, sftp_port=0)
        house = staying.enter_context(opened(own))
        shown = built(house, place / "files", now)
        bob = Viewer(Person(2, "sis@pinewood.example", "Sis", "administrator", ("pinewood",)), token="pictures")
        support.turn_on(house, bob, "pinewood", 4, "", now)
        address, playwright = staying.enter_context(listening(house)), staying.enter_context(sync_playwright())
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        staying.callback(browser.close)
        made = shoot(browser, address, house, shown, out)
    sys.stdout.write(f"{len(made)} pictures in {out}, {sum(p.stat().st_size for p in made) >> 10} KB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT))
