"""Every page of the console in a real browser, light, dark and on a phone: looked at by axe, the policy and the width of a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from console_world import World, world
from doors.console.browser.conftest import Dress, Visitor, listening
from homeroom.store.district_tables import imports

STAFF = (
    "/",
    "/audit",
    "/settings",
    "/apps",
    "/holds",
    "/imports",
    "/onboarding",
    "/layouts",
    "/layouts/powerschool-dem",
    "/layouts/powerschool-dem/users",
    "/districts/new",
    "/account",
    "/account/generator",
    "/help",
)
DISTRICT = (
    "/districts/pinewood",
    "/districts/goldenrod",
    "/districts/larkspur",
    "/districts/cedar",
    "/districts/cedar/setup",
    "/districts/cedar/setup/worksheet",
    "/districts/pinewood/access",
    "/districts/pinewood/imports",
    "/districts/pinewood/imports/1",
    "/districts/pinewood/imports/2",
    "/districts/pinewood/imports/2/issues/reference-unknown",
    "/districts/saltgrass/imports/2",
    "/districts/larkspur/imports/2",
    "/districts/pinewood/sources",
    "/districts/cedar/sources",
    "/districts/pinewood/sources/3",
    "/districts/pinewood/sources/3/settings",
    "/districts/pinewood/upload",
    "/districts/pinewood/layouts",
    "/districts/pinewood/layouts/oneroster-1.1",
    "/districts/pinewood/layouts/oneroster-1.1/users",
    "/districts/pinewood/schools",
)
MAIN = (
    "/",
    "/holds",
    "/districts/pinewood",
    "/districts/pinewood/imports/2",
    "/districts/larkspur/imports/2",
    "/districts/cedar/setup",
    "/districts/cedar/setup/worksheet",
    "/districts/pinewood/sources/3",
    "/districts/pinewood/layouts/oneroster-1.1/users",
    "/districts/pinewood/access",
)
"""The ten main pages are looked at in the dark and on a phone, too; all others are made of the same parts."""
ON_A_PHONE = (
    "/account",
    "/districts/pinewood/settings",
    "/districts/pinewood/upload",
    "/districts/pinewood/sources",
)
"""Forms and rows that become narrow."""
DRESSES: tuple[Dress, ...] = ("light", "dark", "phone")


def many_schools(made: World) -> None:
    """Let the hold be of a district with so many schools that those with normal numbers are folded."""
    store = made.house.stores.roster("larkspur")
    report = store.imports.report(2)
    assert report is not None
    normal = [
        {"school": f"x{n:02}", "table": table, "added": 0, "updated": 2, "removed": n % 3, "restored": 0, "of": 400 + n}
        for n in range(31)
        for table in ("users", "enrollments")
    ]
    with store.place.write() as connection:
        changed = json.dumps(report | {"by_school": [*report["by_school"], *normal]})
        connection.execute(update(imports).where(imports.c.number == 2).values(report=changed))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    with world(tmp_path_factory.mktemp("console")) as made:
        made.cookie("operator")
        many_schools(made)
        with listening(made.console()) as address:
            yield made, address


@pytest.mark.parametrize("dress", DRESSES)
def test_every_page_is_looked_at(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None], dress: Dress
) -> None:
    made, address = place
    visitor = visit(address, made.cookie("operator"), dress)
    titles: dict[str, str] = {}
    for path in (*STAFF, *DISTRICT) if dress == "light" else (*MAIN, *ON_A_PHONE) if dress == "phone" else MAIN:
        page = visitor.go(path)
        assert titles.setdefault(page.title(), path) == path, "a list of tabs says which is which"
        if dress == "phone":
            assert page.locator(".who-badge").is_visible(), "the way to one's account, and out"
        if path == "/districts/larkspur/imports/2":
            page.get_by_text("32 schools with normal numbers").click()
        expect(page, path).to_have_title(re.compile("Homeroom$"))
        expect(page.locator("h1"), path).to_have_count(1)
        look(visitor, f"{path.strip('/').replace('/', '-') or 'fleet'}-{dress}")


@pytest.mark.parametrize("dress", DRESSES)
def test_a_district_that_is_to_be_deleted(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None], dress: Dress
) -> None:
    """Asked for, shown on the list and on its own pages, and kept again by its button."""
    made, address = place
    cookie, olga = made.cookie("operator"), made.who("operator")
    olga.elevated(cookie, "settings", "fernhollow")
    visitor = visit(address, cookie, dress)
    page = visitor.go("/districts/fernhollow/settings/delete")
    look(visitor, f"delete-{dress}")
    page.get_by_label("Reason").fill("The contract ended on November 30")
    page.get_by_label("Short name").fill("fernhollow")
    visitor.follow(page.get_by_role("button", name="Delete Fernhollow"))
    look(visitor, f"leaving-overview-{dress}")
    visitor.go("/?sort=name")
    look(visitor, f"leaving-fleet-{dress}")
    page = visitor.go("/districts/fernhollow/settings")
    visitor.follow(page.get_by_role("button", name="Keep it"))
    expect(page.get_by_role("heading", name="stays")).to_have_count(1)


def test_doors(place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None]) -> None:
    made, address = place
    visitor = visit(address)
    for path, name in (("/sign-in", "sign-in"), ("/once/made-up", "once-dead")):
        visitor.go(path)
        visitor.said.clear()  # a 410 is told in the console by the browser itself
        look(visitor, name)
    from homeroom.desk import people

    invited = people.invite(made.house, "new@vendor.example", "operator", who="tests", now=made.now)
    visitor.go(f"/once/{invited.token}")
    look(visitor, "come-in")
