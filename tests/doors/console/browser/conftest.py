"""A real browser on real pages: Debian's Chromium without its window, and what is looked for on every page.

Playwright keeps a loop running in the thread that starts it, which other tests of the same process could not bear, so a browser
lives as long as one file of tests. What an act brings about is waited for (`expect`, `Visitor.follow`) and never looked at once: a
busy machine draws late. With `CONSOLE_SHOTS=FOLDER` every page that is looked at is also kept there as a picture.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from homeroom.doors.console import crossing
from homeroom.doors.console.app import Console
from patience import SECONDS
from tools import needs_tool

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt",  # no page stays long enough to be worth a second, quicker translation of its scripts
)
WITHOUT_WINDOW = "chromium-headless-shell"
"""The same engine without a browser around it, which takes a third less time; where it is not installed, the browser itself does."""
Dress = Literal["light", "dark", "phone"]
SIZES = {"light": (1440, 1000), "dark": (1440, 1000), "phone": (390, 844)}
NARROW = {"width": 320, "height": 700}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
PATIENCE = 1000 * SECONDS
expect.set_options(timeout=PATIENCE)
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


READ_ALOUD = r"""() => {
  const said = [], seen = (e) => e.getBoundingClientRect().width > 1 && getComputedStyle(e).visibility !== "hidden" && !e.closest(".visually-hidden");
  const start = (e) => e.outerHTML.slice(0, 120);
  for (const table of document.querySelectorAll("table:not([role=presentation])")) {
    if (!table.caption && !table.hasAttribute("aria-label") && !table.hasAttribute("aria-labelledby")) said.push(`a table without a name: ${start(table)}`);
    for (const head of table.querySelectorAll("th")) if (!head.scope) said.push(`a heading of nothing: ${start(head)}`);
  }
  for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "for"])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).split(/\s+/)) if (id && !document.getElementById(id)) said.push(`${name} names nothing: ${start(e)}`);
  for (const e of document.querySelectorAll("[aria-invalid=true]")) if (!e.getAttribute("aria-describedby")) said.push(`wrong, and not said why: ${start(e)}`);
  for (const e of document.querySelectorAll("nav, section, [role=search], [role=region]"))
    if (!e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) said.push(`a landmark without a name: ${start(e)}`);
  const places = new Map();
  for (const e of document.querySelectorAll("main a[href]")) {
    const words = (e.getAttribute("aria-label") || e.textContent).replace(/\s+/g, " ").trim();
    if (places.has(words) && places.get(words) !== e.getAttribute("href")) said.push(`two links of the same words: ${start(e)}`);
    places.set(words, e.getAttribute("href"));
  }
  for (const e of document.querySelectorAll("svg:not([aria-hidden=true])")) if (!e.getAttribute("aria-label") && !e.closest("[aria-hidden=true], [role=img]")) said.push(`a picture without words: ${start(e)}`);
  if (innerWidth < 720) for (const e of document.querySelectorAll(".brand, .who, .btn, .form-control, .form-select, .foot a, label:has(> [type=checkbox]), [data-l] a")) {
    const size = e.getBoundingClientRect(), least = e.matches(".btn-sm:not(.btn-primary), .elevated .btn, [data-l] a") ? 24 : 44;
    if (seen(e) && (size.height < least - .5 || (size.width < least - .5 && !e.matches(".foot a")))) said.push(`too small for a finger: ${start(e)}`);
  }
  return said;
}"""
"""What a screen reader and a finger meet, and axe does not look for."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; without it the tests of this folder are told as not run."""
    place = shutil.which(WITHOUT_WINDOW) or needs_tool("chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=place, args=list(ARGUMENTS), timeout=PATIENCE)
        yield made
        made.close()


class Visitor:
    """One person's browser window."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.page = context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.address + path)
        return self.page

    def follow(self, what: Locator) -> None:
        """Click a link or a button that leads to a page, and go on when that is there."""
        with self.page.expect_navigation():
            what.click()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """A window for whoever has that cookie, dressed light, dark or as a phone; `scripts=False` switches scripts off."""
    with ExitStack() as staying:

        def opened(address: str, cookie: str = "", dress: Dress = "light", **more: Any) -> Visitor:
            width, height = SIZES[dress]
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dress == "dark" else "light",
                locale="en-US",
                has_touch=dress == "phone",
                reduced_motion="reduce",
                java_script_enabled=more.pop("scripts", True),
                **more,
            )
            staying.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(WATCH)
            if cookie:
                context.add_cookies([{"name": crossing.SESSION, "value": cookie, "url": address}])
            return Visitor(context, address)

        yield opened


@pytest.fixture
def look() -> Callable[[Visitor, str], None]:
    """Look at a page as it stands: nothing axe objects to, nothing unsaid or out of reach, nothing refused or said in the console, no sideways scroll at 320 px."""

    def looked(visitor: Visitor, name: str = "") -> None:
        page = visitor.page
        page.wait_for_load_state()
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        _shoot(page, name)
        found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": RULES})
        faults = [
            f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
        assert faults == []
        assert page.evaluate(READ_ALOUD) == []
        assert page.evaluate("window.refused") == []
        size = page.viewport_size
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        wide = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => !e.closest('.tabs, .seg, .table-scroll') && e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== 'absolute')"
            ".map(e => e.outerHTML.slice(0, 90)).slice(0, 5)"
        )
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, wide
        if size is not None:
            page.set_viewport_size(size)
        assert visitor.said == []

    return looked


def _shoot(page: Page, name: str) -> None:
    folder = os.environ.get("CONSOLE_SHOTS")
    if folder and name:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@contextmanager
def listening(app: Console) -> Iterator[str]:
    """The console on a port of its own; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    ready = threading.Event()
    begun = server.startup

    async def startup(*arguments: Any, **named: Any) -> None:
        await begun(*arguments, **named)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(SECONDS), "the server did not begin"
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        app.stop()
        server.should_exit = True
        thread.join(SECONDS)
        app.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Console], str]]:
    """Serve a console until the file's tests end; returns its address."""
    with ExitStack() as staying:
        yield lambda app: staying.enter_context(listening(app))
