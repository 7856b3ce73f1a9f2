"""Pages that somebody bends on purpose: values at the ends of what can be counted, of children where they do not belong, and of formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from console_kit import Browser
from console_world import World, world
from homeroom.doors.console import crossing
from homeroom.doors.console.pages import PAGES

P = "/districts/pinewood"
OURS = {"districts": ("pinewood",), "code": False}
CHILDREN = ("Nina", "nina@", "u900", "u-404", "Given3", "Family3")
"""Values of rows of Pinewood's nights, refused and taken."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("guarded")) as made:
        yield made


def browser(place: World, role: str) -> Browser:
    return Browser(place.console(), {crossing.SESSION: place.cookie(role, **(OURS if role == "administrator" else {}))})


@pytest.mark.parametrize(
    "days", ["first=0001-01-01", "last=9999-12-31", "first=9999-12-31&last=0001-01-01", "first=x&last=2026-02-30"]
)
def test_days_at_the_ends_of_the_calendar_are_days(place: World, days: str) -> None:
    ada = browser(place, "operator")
    for path in ("/audit", "/audit.csv", "/imports", f"{P}/access", f"{P}/access/audit.csv", f"{P}/imports"):
        assert ada.get(f"{path}?{days}").status_code == 200, path


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "1e3"])
def test_what_looks_like_a_number_and_is_none_is_no_mistake_of_ours(place: World, number: str) -> None:
    ada, bob = browser(place, "operator"), browser(place, "administrator")
    for visitor, path, form in (
        (
            ada,
            "/elevate",
            {"for": "settings", "in": "pinewood", "minutes": number, "reason": "to look at numbers", "code": "000000"},
        ),
        (ada, "/account/tokens", {"name": "x", "days": number, "code": "000000"}),
        (bob, f"{P}/access/support", {"hours": number, "code": "wrong"}),
    ):
        assert visitor.post(path, form).status_code == 422, path
    assert ada.get(f"/imports?page={number[:100]}").status_code == 200
    assert ada.get(f"/districts/cedar/setup/guide?source={number[:100]}").status_code < 500


@pytest.mark.parametrize("role", ["operator", "engineer", "auditor"])
def test_no_page_shows_a_childs_value_to_those_who_may_not_see_it(place: World, role: str) -> None:
    """Every page and download, with numbers and codes that are there; neither support access nor the elevated role is on."""
    visitor = browser(place, role)
    for page in PAGES:
        if page.show is None or page.act is None:
            continue
        for number in ("1", "2") if ":int" in page.path else ("",):
            path = re.sub(r"\{\w+:int\}", number, page.path.replace("{slug}", "pinewood"))
            path = path.replace("{code}", "reference-unknown").replace("{table}", "users")
            path = re.sub(r"\{\w+\}", "oneroster-1.1", path)
            told = visitor.get(path)
            assert not [value for value in CHILDREN if value in told.text], path
    assert "reference-unknown" in visitor.get(f"{P}/imports/2/issues/reference-unknown/rows.csv").text
