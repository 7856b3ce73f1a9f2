"""What the pages do beyond plain HTML, and that they do without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console_kit import People, console, house_with
from homeroom.doors.console.answers import Answer, Goto, Live, Notice, Part, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import help
from homeroom.roster.faults import TryAgain

GALLERY = Path(__file__).parents[1] / "gallery"
LISTS = [[1284, 1283], [1285, 1284, 1283], [1287, 1286, 1285, 1284, 1283]]
STEPS = (20, 58, 99)


def template(name: str, view: object = None) -> Callable[[Asked], Answer]:
    return lambda asked: Shown(f"gallery/{name}.html", view)


def decided(asked: Asked) -> Answer:
    if not asked.form("reason"):
        raise Wrong(reason="Say a little more, at least 10 characters.")
    return Goto("/gallery/states", Notice("ok", "Import 588 was rejected", "Nothing was changed."))


class Streams:
    """A list that grows each time it is asked for, and a progress that ends."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def page(self, asked: Asked) -> Answer:
        self.asked, self.broken = 0, False
        return Shown("gallery/live.html", LISTS[0])

    def rows(self, asked: Asked) -> Answer:
        if self.broken:
            raise TryAgain("locked")
        self.asked += 1
        return Shown("gallery/_rows.html", LISTS[min(self.asked, 2)])

    def events(self, asked: Asked) -> Answer:
        left = iter(STEPS)

        def look() -> Part | None:
            step = next(left, None)
            return (
                Part("done", "gallery/_progress.html", 100, last=True)
                if step is None
                else Part("progress", "gallery/_progress.html", step)
            )

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
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("g h")
    assert page.url.endswith("/gallery/live"), "in a field keys are letters"
    page.evaluate("document.activeElement.blur()")
    for key, text in (("j", "Import 1284"), ("j", "Import 1283"), ("j", "Import 1283"), ("k", "Import 1284")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == text
    page.keyboard.press("g")
    with page.expect_navigation(url="**/holds"):
        page.keyboard.press("h")
    with page.expect_navigation(url="**/help#keys"):
        page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keyboard keys").is_visible()


def test_the_keys_can_be_switched_off(address: str, visit: Any) -> None:
    page = visit(address, "quiet").go("/gallery/live")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")


def test_the_result_of_a_form_takes_the_focus(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/forms")
    decision = page.locator("form", has=page.locator("#f-code")).first
    assert decision.get_by_role("button").inner_text() == "Reject import 588"
    page.get_by_text("Approve this plan once").click()
    assert decision.get_by_role("button").inner_text() == "Approve and remove 4,699 rows"
    page.fill("#f-code", "123456")
    decision.get_by_role("button").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-labelledby')") == "problems"
    assert page.locator("input[value=approve]").is_checked()
    assert page.input_value("#f-code") == ""
    assert page.get_attribute("#f-reason", "aria-invalid") == "true"
    page.get_by_role("status").get_by_role("link", name="Reason").click()
    assert page.evaluate("document.activeElement.id") == "f-reason"
    page.fill("#f-reason", "The school closed")
    page.fill("#f-code", "123456")
    decision.get_by_role("button").click()
    page.wait_for_url("**/gallery/states")
    assert page.evaluate("document.activeElement.querySelector('h2').textContent") == "Import 588 was rejected"
    page.reload()
    assert not page.get_by_text("Import 588 was rejected", exact=True).nth(1).is_visible()


def test_a_list_refreshes_without_moving_under_the_pointer(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/live")
    page.locator("#more-1283 summary").click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    refreshed(page)
    page.wait_for_selector("#row-1285")
    assert page.locator("#more-1283").get_attribute("open") is not None
    page.hover("#row-1284")
    refreshed(page)
    line = page.get_by_role("button", name="2 new, show")
    line.wait_for()
    assert page.locator("#row-1287").count() == 0
    line.click()
    page.wait_for_selector("#row-1287")
    assert page.locator("#rows [data-row]").count() == 5


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
    assert page.get_by_text("This part could not be loaded.").is_visible()
    streams.broken = False
    page.mouse.move(1, 1)
    again.click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    page.wait_for_selector("#rows >> text=Import 1284")
    assert page.get_by_text("This part could not be loaded.").count() == 0


def test_a_running_import_shows_how_far_it_is(address: str, visit: Any) -> None:
    visitor = visit(address, "ada")
    page = visitor.go("/gallery/live")
    page.wait_for_selector("progress[value='58']")
    page.wait_for_selector("progress[value='99']")
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
    assert page.evaluate("[...document.querySelector('#f-files').files].map((file) => file.name)") == ["classes.csv"]


def test_the_current_tab_is_in_view_on_a_phone(address: str, visit: Any) -> None:
    page = visit(address, "ada", "phone").go("/settings")
    place = page.locator(".tabs [aria-current]").bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390


def test_nothing_needs_a_script(address: str, visit: Any) -> None:
    page = visit(address, "ada", scripts=False).go("/gallery/forms")
    page.get_by_text("Approve this plan once").click()
    page.fill("#f-reason", "The school closed for good")
    page.fill("#f-code", "123456")
    page.locator("form", has=page.locator("#f-code")).first.get_by_role("button").click()
    page.wait_for_url("**/gallery/states")
    assert page.get_by_role("heading", name="Import 588 was rejected").first.is_visible()
    page.goto(f"{address}/gallery/live")
    assert page.get_by_text("Import 1284").is_visible()


def test_nothing_of_a_page_stays_in_the_browser(address: str, visit: Any) -> None:
    page = visit(address, "ada").go("/gallery/live")
    refreshed(page)
    kept = page.evaluate("({ ...localStorage, ...sessionStorage })")
    assert kept == {"htmx-current-path-for-history": "/gallery/live"}, "the path alone, which names nobody"


def test_what_is_wrong_with_a_page_is_found(address: str, visit: Any, look: Any) -> None:
    visitor = visit(address, "ada")
    page = visitor.go("/gallery/bad")
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
