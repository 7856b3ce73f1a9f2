"""What the pages do beyond plain HTML, and that they do without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from console_kit import People, console, house_with
from homeroom.doors.console.answers import Answer, Goto, Live, Notice, Part, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import help
from homeroom.roster.faults import TryAgain
from patience import until

GALLERY = Path(__file__).parents[1] / "gallery"
LISTS = [[1284, 1283], [1285, 1284, 1283], [1287, 1286, 1285, 1284, 1283]]


def template(name: str, view: object = None) -> Callable[[Asked], Answer]:
    return lambda asked: Shown(f"gallery/{name}.html", view)


def decided(asked: Asked) -> Answer:
    if not asked.form("reason"):
        raise Wrong(reason="Say a little more, at least 10 characters.")
    return Goto("/gallery/states", Notice("ok", "Import 588 was rejected", "Nothing was changed."))


class Streams:
    """A list that grows each time it is asked for, and a progress that goes as far as a test lets it."""

    def __init__(self) -> None:
        self.asked = 0
        self.reached = 20
        self.broken = False

    def page(self, asked: Asked) -> Answer:
        self.asked, self.reached, self.broken = 0, 20, False
        return Shown("gallery/live.html", LISTS[0])

    def rows(self, asked: Asked) -> Answer:
        if self.broken:
            raise TryAgain("locked")
        self.asked += 1
        return Shown("gallery/_rows.html", LISTS[min(self.asked, 2)])

    def events(self, asked: Asked) -> Answer:
        def look() -> Part | None:
            done = self.reached == 100
            return Part("done" if done else "progress", "gallery/_progress.html", self.reached, last=done)

        return Live(look)


def uploaded(asked: Asked) -> Answer:
    return Shown("gallery/plain.html", {"text": json.dumps([f.name for f in asked.files("files")])})


@pytest.fixture(scope="module")
def streams() -> Streams:
    return Streams()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Any, streams: Streams) -> Iterator[str]:
    people = People()
    people.add("ada", "operator", email="integrations@vendor.example")
    people.add("quiet", "operator", keys=False)
    pages = (
        Page("/", "fleet.see", template("plain", {"text": "all"}), tab="districts"),
        Page("/holds", "fleet.see", template("plain", {"text": "holds"}), tab="holds"),
        Page("/settings", "installation.see", template("plain", {"text": "settings"}), tab="settings"),
        Page("/gallery/states", "account", template("states")),
        Page("/gallery/bad", "account", template("bad")),
        Page("/gallery/forms", "account", template("forms"), decided),
        Page("/gallery/upload", "account", template("forms"), uploaded, files=True),
        Page("/gallery/live", "account", streams.page),
        Page("/gallery/rows", "account", streams.rows),
        Page("/gallery/events", "account", streams.events),
        *help.PAGES,
    )
    with house_with(tmp_path_factory.mktemp("house"), pinewood="Pinewood ISD", larkspur="Larkspur Valley Schools") as house:
        yield serve(console(house, people, pages, templates=[GALLERY]))


def refreshed(page: Any) -> None:
    """Let the list refresh now, as it would after half a minute."""
    with page.expect_response("**/gallery/rows"):
        page.evaluate("htmx.trigger('#rows', 'refresh')")


def test_the_keys_lead_around(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/live")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("g h")
    assert page.url.endswith("/gallery/live"), "in a field keys are letters"
    page.evaluate("document.activeElement.blur()")
    for key, text in (("j", "Import 1284"), ("j", "Import 1283"), ("j", "Import 1283"), ("k", "Import 1284")):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_text(text)
    page.keyboard.press("g")
    with page.expect_navigation(url="**/holds"):
        page.keyboard.press("h")
    with page.expect_navigation(url="**/help#keys"):
        page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard keys")).to_be_visible()


def test_the_keys_can_be_switched_off(address: str, visit: Any) -> None:
    page = visit(address, "quiet").go("/gallery/live")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")


def test_the_result_of_a_form_takes_the_focus(address: str, visit: Any) -> None:
    visitor = visit(address, "ada")
    page = visitor.go("/gallery/forms")
    decision = page.locator("form", has=page.locator("#f-code")).first
    expect(decision.get_by_role("button")).to_have_text("Reject import 588", use_inner_text=True)
    page.get_by_text("Approve this plan once").click()
    expect(decision.get_by_role("button")).to_have_text("Approve and remove 4,699 rows", use_inner_text=True)
    page.fill("#f-code", "123456")
    visitor.follow(decision.get_by_role("button"))
    expect(page.locator(":focus")).to_have_attribute("aria-labelledby", "problems")
    expect(page.locator("input[value=approve]")).to_be_checked()
    expect(page.locator("#f-code")).to_have_value("")
    expect(page.locator("#f-reason")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("status").get_by_role("link", name="Reason").click()
    expect(page.locator("#f-reason")).to_be_focused()
    page.fill("#f-reason", "The school closed")
    page.fill("#f-code", "123456")
    decision.get_by_role("button").click()
    page.wait_for_url("**/gallery/states")
    expect(page.locator(":focus").locator("h2").first).to_have_text("Import 588 was rejected")
    page.reload()
    expect(page.get_by_text("Import 588 was rejected", exact=True).nth(1)).to_be_hidden()


def test_a_list_refreshes_without_moving_under_the_pointer(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/live")
    page.locator("#more-1283 summary").click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    refreshed(page)
    page.wait_for_selector("#row-1285")
    expect(page.locator("#more-1283")).to_have_attribute("open", "")
    page.hover("#row-1284")
    refreshed(page)
    line = page.get_by_role("button", name="2 new, show")
    line.wait_for()
    expect(page.locator("#row-1287")).to_have_count(0)
    line.click()
    page.wait_for_selector("#row-1287")
    expect(page.locator("#rows [data-row]")).to_have_count(5)


def test_a_list_can_be_paused(address: str, visit: Any, streams: Streams) -> None:
    page = visit(address, "ada").go("/gallery/live")
    page.get_by_role("button", name="Pause").click()
    page.evaluate("htmx.trigger('#rows', 'refresh')")
    with page.expect_response("**/gallery/rows"):
        page.get_by_role("button", name="Go on").click()
    assert streams.asked == 1


def test_a_part_that_fails_can_be_asked_for_again(address: str, visit: Any, streams: Streams) -> None:
    page = visit(address, "ada").go("/gallery/live")
    streams.broken = True
    refreshed(page)
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    expect(page.get_by_text("This part could not be loaded.")).to_be_visible()
    streams.broken = False
    page.mouse.move(1, 1)
    again.click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    page.wait_for_selector("#rows >> text=Import 1284")
    expect(page.get_by_text("This part could not be loaded.")).to_have_count(0)


def test_a_running_import_shows_how_far_it_is(address: str, visit: Any, streams: Streams) -> None:
    visitor = visit(address, "ada")
    page = visitor.go("/gallery/live")
    for reached in (20, 58, 99):
        streams.reached = reached
        page.wait_for_selector(f"progress[value='{reached}']")
    streams.reached = 100
    assert visitor.said == []
    assert page.evaluate("window.refused") == []


def test_dropped_files_are_put_into_the_field(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/upload")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["id\\n"], "classes.csv"));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#f-files")).to_have_value(re.compile("classes.csv$"))
    assert page.evaluate("[...document.querySelector('#f-files').files].map((file) => file.name)") == ["classes.csv"]


def test_the_current_tab_is_in_view_on_a_phone(address: str, visit: Any) -> None:
    page = visit(address, "ada", "phone").go("/settings")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)


def test_nothing_needs_a_script(address: str, visit: Any) -> None:
    page = visit(address, "ada", scripts=False).go("/gallery/forms")
    page.get_by_text("Approve this plan once").click()
    page.fill("#f-reason", "The school closed for good")
    page.fill("#f-code", "123456")
    page.locator("form", has=page.locator("#f-code")).first.get_by_role("button").click()
    page.wait_for_url("**/gallery/states")
    expect(page.get_by_role("heading", name="Import 588 was rejected").first).to_be_visible()
    page.goto(f"{address}/gallery/live")
    expect(page.get_by_text("Import 1284")).to_be_visible()


def test_nothing_of_a_page_stays_in_the_browser(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/live")
    refreshed(page)
    kept = page.evaluate("({ ...localStorage, ...sessionStorage })")
    assert kept == {"htmx-current-path-for-history": "/gallery/live"}, "the path alone, which names nobody"


def test_what_is_wrong_with_a_page_is_found(address: str, visit: Any, look: Any) -> None:
    visitor = visit(address, "ada")
    page = visitor.go("/gallery/bad")
    until(lambda: page.evaluate("window.refused.length") >= 3, "the policy refuses three things")
    assert page.evaluate("window.refused.map((each) => each.split(' ')[0]).sort()") == [
        "script-src-attr",
        "script-src-elem",
        "style-src-attr",
    ]
    with pytest.raises(AssertionError, match="image-alt"):
        look(visitor)
    page.evaluate("document.querySelector('img').remove()")
    with pytest.raises(AssertionError, match="style-src"):
        look(visitor)
    page.evaluate("window.refused.length = 0")
    with pytest.raises(AssertionError, match='svg class="wide"'):
        look(visitor)
    page.evaluate("document.querySelector('svg.wide').remove()")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        look(visitor)
    visitor.said.clear()
    look(visitor)
