"""The pages of deleting a district, of everything that ran, and of what apps read last, over the real desk."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from console_kit import Browser
from console_world import World, world
from homeroom.doors.console import crossing
from homeroom.store.readings import Reading
from homeroom.sync import apps, ran
from sync_house import renamed

HOME = "/districts/goldenrod"
DELETE = f"{HOME}/settings/delete"
WHY = "The contract ended on November 30"
OURS = {"districts": ("goldenrod",), "code": False}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("deleting")) as made:
        yield made


def browser(place: World, role: str, elevated: str | None = None, **more: Any) -> Browser:
    cookie = place.cookie(role, **more)
    if elevated is not None:
        place.who(role, **more).elevated(cookie, "settings", elevated)
    return Browser(place.console(), {crossing.SESSION: cookie})


def words(answer: httpx2.Response) -> str:
    main = answer.text[answer.text.index("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_a_district_is_deleted_and_kept_again(place: World) -> None:
    engineer, bob = browser(place, "engineer"), browser(place, "administrator", **OURS)
    assert engineer.get(DELETE).status_code == 404
    assert DELETE not in engineer.get(f"{HOME}/settings").text
    plain = browser(place, "operator")
    assert DELETE in plain.get(f"{HOME}/settings").text
    assert plain.get(DELETE).headers["location"].startswith("/elevate?to=/districts/goldenrod/settings/delete&for=settings")

    olga = browser(place, "operator", "goldenrod")
    asking = words(olga.get(DELETE))
    assert "For 7 days it can be kept" in asking
    assert "Type goldenrod" in asking
    for short, why, said in (
        ("larkspur", WHY, "Type the short name of this district: goldenrod."),
        ("goldenrod", "done", "10 characters or more"),
    ):
        wrong = olga.post(DELETE, {"short": short, "reason": why})
        assert (wrong.status_code, said in words(wrong)) == (422, True)
    assert place.house.stores.control.deletions.of("goldenrod") is None

    done = olga.post(DELETE, {"short": "goldenrod", "reason": WHY})
    assert (done.status_code, done.headers["location"]) == (303, HOME)
    shown = words(olga.get(HOME))
    assert "To be deleted on" in shown
    assert WHY in shown
    assert "Keep it" in shown
    assert "To be deleted" in words(olga.get("/?sort=name&state=leaving"))
    own = words(bob.get(HOME))
    assert "An operator can keep it." in own
    for path in (f"{HOME}/imports", f"{HOME}/imports/1", f"{HOME}/setup"):
        for somebody in (olga, bob):
            answer = somebody.get(path)
            assert (answer.status_code, "This district is to be deleted" in words(answer)) == (403, True), path
    assert bob.post(f"{HOME}/keep").status_code == 404
    assert olga.post(DELETE, {"short": "goldenrod", "reason": WHY}).status_code == 422

    kept = browser(place, "operator").post(f"{HOME}/keep")
    assert (kept.status_code, kept.headers["location"]) == (303, HOME)
    assert bob.get(f"{HOME}/imports").status_code == 200
    assert "To be deleted" not in words(bob.get(HOME))


def test_everything_that_ran_is_listed_over_all_districts(place: World) -> None:
    olga = browser(place, "operator")
    page = olga.get("/imports")
    ours = {f"/districts/{slug}/imports/{n}" for slug in ("larkspur", "saltgrass", "pinewood", "goldenrod") for n in (1, 2)}
    assert set(re.findall(r'href="(/districts/\w+/imports/\d+)"', page.text)) == ours
    first = re.search(r'href="(/districts/\w+/imports/\d+)"', page.text)
    assert first is not None
    assert first[1] == "/districts/goldenrod/imports/2"
    found = {
        "?state=failed": {"/districts/saltgrass/imports/2"},
        "?state=waiting": {"/districts/larkspur/imports/2"},
        "?q=pinewood": {"/districts/pinewood/imports/1", "/districts/pinewood/imports/2"},
        "?q=Charter&state=success": {"/districts/goldenrod/imports/1", "/districts/goldenrod/imports/2"},
        "?trigger=pull": set(),
        "?last=2020-01-01": set(),
    }
    for query, expected in found.items():
        text = olga.get(f"/imports{query}").text
        assert set(re.findall(r'href="(/districts/\w+/imports/\d+)"', text)) == expected, query
    assert "No import matches." in words(olga.get("/imports?trigger=pull"))
    two = browser(place, "administrator", districts=("pinewood", "goldenrod"), code=False)
    seen = set(re.findall(r'href="/districts/(\w+)/imports/\d+"', two.get("/imports").text))
    assert seen == {"pinewood", "goldenrod"}
    assert "No import matches." in words(two.get("/imports?q=larkspur"))


def test_the_list_of_what_ran_has_pages(place: World) -> None:
    store = place.house.stores.roster("fernhollow")
    for n in range(60):
        at = place.now - timedelta(days=30, minutes=n)
        entry = store.imports.begin(source=None, delivery=None, kind="continuous", trigger="sftp", now=at)
        store.imports.settle(entry.number, status="done", outcome="success", reason=None, report=None, now=at)
    ran.note(place.house, "fernhollow", place.now)
    olga = browser(place, "operator")
    one, two = (
        set(re.findall(r'href="/districts/fernhollow/imports/(\d+)"', olga.get(f"/imports?q=fern&page={n}").text)) for n in (1, 2)
    )
    assert (len(one), len(two), one & two) == (50, 10, set())
    assert olga.get("/imports?q=fern&page=99").text.count("/districts/fernhollow/imports/") == 10


def test_what_an_app_read_last_stands_on_the_overview_the_apps_and_the_import(place: World) -> None:
    given = apps.add(place.house, "Reading Garden", ("pinewood",), ())
    newest = place.night("pinewood", renamed(3))
    assert newest.revision_after == 2
    olga = browser(place, "operator")
    assert "Has not read yet" in words(olga.get("/districts/pinewood"))
    assert "read by 0 of 1 app" in words(olga.get(f"/districts/pinewood/imports/{newest.number}"))
    assert "nothing to send on" in words(olga.get("/districts/pinewood/imports/2"))
    assert "Not yet" in words(olga.get("/apps"))
    place.house.stores.control.readings.put(Reading(given["client_id"], "pinewood", place.now - timedelta(hours=5), 1))
    assert "revision 1. A newer one is ready." in words(olga.get("/districts/pinewood"))
    assert "read by 1 of 1 app" in words(olga.get("/districts/pinewood/imports/1"))
    assert "read by 0 of 1 app" in words(olga.get(f"/districts/pinewood/imports/{newest.number}"))
    assert "pinewood, revision 1" in words(olga.get("/apps"))
    assert "no app reads this roster" in words(olga.get("/districts/larkspur/imports/1"))


def test_an_app_whose_only_district_went_reads_none_and_not_all(place: World) -> None:
    given = apps.add(place.house, "Left Over", ("pinewood",), ())
    with place.house.stores.control.place.write() as connection:
        connection.exec_driver_sql("UPDATE app SET districts = '[]' WHERE client_id = '" + str(given["client_id"]) + "'")
    row = next(r for r in browser(place, "operator").get("/apps").text.split("<tr") if "Left Over" in r)
    assert "none" in row
    assert ">all<" not in row


def test_the_plan_of_a_hold_can_be_taken_as_a_sheet(place: World) -> None:
    assert "plan.csv" in browser(place, "operator").get("/districts/larkspur/imports/2").text
    whole = browser(place, "administrator", districts=("larkspur",), code=False).get("/districts/larkspur/imports/2/plan.csv")
    assert 'filename="larkspur-2-plan.csv"' in whole.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(whole.content.decode("utf-8-sig"))))
    assert {line["change"] for line in lines} == {"would be removed"}
    assert all(line["record"] for line in lines)
    hidden = browser(place, "operator").get("/districts/larkspur/imports/2/plan.csv")
    assert len(list(csv.reader(io.StringIO(hidden.content.decode("utf-8-sig"))))) == len(lines) + 1
    assert lines[0]["record"] not in hidden.text
    assert browser(place, "operator").get("/districts/larkspur/imports/1/plan.csv").status_code == 422
