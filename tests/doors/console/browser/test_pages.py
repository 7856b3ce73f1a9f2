"""Every page of the console in a real browser, light, dark and on a phone: looked at by axe, the policy and the width of a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from console_world import World, world
from doors.console.browser.conftest import Dress, Visitor, listening

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
DRESSES: tuple[Dress, ...] = ("light", "dark", "phone")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    with world(tmp_path_factory.mktemp("console")) as made:
        made.cookie("operator")
        with listening(made.console()) as address:
            yield made, address


@pytest.mark.parametrize("dress", DRESSES)
def test_every_page_is_looked_at(
    place: tuple[World, str], visit: Callable[..., Visitor], look: Callable[[Visitor, str], None], dress: Dress
) -> None:
    made, address = place
    visitor = visit(address, made.cookie("operator"), dress)
    for path in (*STAFF, *DISTRICT) if dress == "light" else MAIN:
        page = visitor.go(path)
        assert page.title().endswith("Homeroom"), path
        assert page.locator("h1").count() == 1, path
        look(visitor, f"{path.strip('/').replace('/', '-') or 'fleet'}-{dress}")


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
