"""Every page, every role: what is not for somebody is not there for them, byte for byte; nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from console_kit import Browser
from console_world import World, world
from homeroom.desk import rights
from homeroom.desk.rights import Allowed, Closed, Hidden
from homeroom.desk.viewer import ROLES
from homeroom.doors.console import crossing
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import PAGES

OWN = {
    "operator": {},
    "engineer": {},
    "administrator": {"districts": ("pinewood",), "code": False},
    "school_viewer": {"districts": ("pinewood",), "schools": ("s1",), "code": False},
    "auditor": {},
}
OPEN = {page.path for page in PAGES if page.act is None}
SEEN = [page for page in PAGES if page.path not in OPEN and page.show is not None]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("pages")) as made:
        for role, more in OWN.items():
            made.who(role, **more)  # type: ignore[arg-type]
        yield made


def at(page: Page, slug: str) -> str:
    """An address of the page: imports and sources have the number 1, everything else a name that is none."""
    path = page.path.replace("{slug}", slug)
    path = re.sub(r"\{\w+:int\}", "1", path)
    return re.sub(r"\{\w+\}", "no-such-thing", path)


def browser(place: World, role: str) -> Browser:
    return Browser(place.console(), {crossing.SESSION: place.cookie(role, **OWN[role])})  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_for_somebody_is_not_there(place: World, role: str) -> None:
    visitor = browser(place, role)
    viewer = place.who(role, **OWN[role]).viewer(visitor.cookies[crossing.SESSION])  # type: ignore[arg-type]
    missing = visitor.get("/nowhere")
    assert missing.status_code == 404
    told = {}
    for page in SEEN:
        for slug in ("pinewood", "larkspur", "nowhere") if "{slug}" in page.path else ("",):
            answer = visitor.get(at(page, slug))
            verdict = rights.allows(place.house, viewer, page.act or "", slug or None, place.now)
            told[f"{at(page, slug)}"] = answer.status_code
            if isinstance(verdict, Hidden):
                assert (answer.status_code, answer.content) == (404, missing.content), at(page, slug)
            elif isinstance(verdict, Closed):
                assert answer.status_code == 403, at(page, slug)
            elif isinstance(verdict, Allowed):
                assert answer.status_code in (200, 303, 404, 422), at(page, slug)
            else:
                assert answer.status_code == 303, at(page, slug)
                assert answer.headers["location"].startswith("/elevate?"), at(page, slug)
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("role", ROLES)
def test_what_somebody_may_not_do_does_nothing(place: World, role: str) -> None:
    """A form of every page, with the right token and nothing in it: whoever may not send it gets what a missing page gets."""
    visitor = browser(place, role)
    viewer = place.who(role, **OWN[role]).viewer(visitor.cookies[crossing.SESSION])  # type: ignore[arg-type]
    missing = visitor.get("/nowhere")
    for page in PAGES:
        if page.post is None or page.path in OPEN | {"/sign-out"}:
            continue
        for slug in ("pinewood", "larkspur") if "{slug}" in page.path else ("",):
            verdict = rights.allows(place.house, viewer, page.needs("POST") or "", slug or None, place.now)
            stranger = visitor.post(at(page, slug), {}, signed=False)
            assert stranger.status_code in (403, 404), at(page, slug)
            answer = visitor.post(at(page, slug), {})
            if isinstance(verdict, Hidden):
                assert (answer.status_code, answer.content) == (404, missing.content), at(page, slug)
            else:
                assert answer.status_code < 500, at(page, slug)
            if page.path.startswith("/account/sessions/"):
                visitor = browser(place, role)  # it may have been the own session that ended


def test_whoever_is_not_signed_in_hears_the_same_of_every_path(place: World) -> None:
    stranger = Browser(place.console())
    for page in SEEN:
        answer = stranger.get(at(page, "pinewood"))
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), page.path
    assert stranger.get("/nowhere").headers["location"] == "/sign-in?to=/nowhere"
