"""A program deletes a district and keeps it, lists what ran everywhere, takes a held plan, and asks what apps read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta

import pytest

from api_kit import NOON, Api, api
from e2e.files import district
from homeroom.store.readings import Reading
from homeroom.sync import apps, districts, erasing
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings

WHY = "The contract ended on November 30"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Pinewood with a hold, and Larkspur that goes."""
    folder = tmp_path_factory.mktemp("deleting")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source()
        made.night(district())
        made.night(half())
        districts.add(house, "larkspur", "Larkspur Valley", "UTC")
        with api(house) as running:
            yield running


def test_it_is_shut_kept_and_in_the_end_only_a_line(office: Api) -> None:
    ada = office.person("operator")
    plain, raised = office.token(ada), office.token(ada, "settings", "larkspur")
    path, sure = "/districts/larkspur/deletion", {"confirm": "larkspur", "reason": WHY}
    assert office.call(plain, "POST", path, json=sure).json()["code"] == "needs-elevation"
    assert office.call(office.token(office.person("engineer")), "POST", path, json=sure).status_code == 404
    for wrong in ({**sure, "confirm": SLUG}, {**sure, "reason": "done"}):
        assert office.call(raised, "POST", path, json=wrong).status_code == 422
    assert office.ask(plain, "GET", path) is None

    made = office.call(raised, "POST", path, json=sure)
    assert (made.status_code, made.json()["due"]) == (201, "2026-12-07T12:00:00.000Z")
    told = office.ask(plain, "GET", "/districts/larkspur")
    assert (told["state"], told["deleted_on"]) == ("leaving", "2026-12-07T12:00:00.000Z")
    shut = office.call(plain, "GET", "/districts/larkspur/imports")
    assert (shut.status_code, shut.json()["code"], shut.json()["deleted_on"]) == (403, "to-be-deleted", "2026-12-07")
    assert office.ask(plain, "DELETE", path)["kept"] == "2026-11-30T12:00:00.000Z"
    assert office.ask(plain, "GET", "/districts/larkspur/imports") == []
    assert office.ask(plain, "GET", "/deletions") == []

    office.ask(raised, "POST", path, json=sure)
    assert erasing.erase_due(office.house, NOON + timedelta(days=7)) == 1
    assert office.call(plain, "GET", path).status_code == 404
    [line] = office.ask(plain, "GET", "/deletions")
    assert (line["district"], line["asked_by"], line["reason"]) == ("larkspur", ada.person.email + " by token settings", WHY)
    assert (line["counts"]["imports"], line["done"]) == (0, "2026-12-07T12:00:00.000Z")
    assert office.call(raised, "GET", "/account").status_code == 401  # it was for that district alone


def test_what_ran_in_all_districts(office: Api) -> None:
    bob = office.token(office.person("administrator", "bob@pinewood.example", districts=[SLUG]))
    aude = office.token(office.person("auditor"))
    found = office.ask(bob, "GET", "/imports")
    assert [(line["district"], line["import"], line["state"]) for line in found] == [(SLUG, 2, "waiting"), (SLUG, 1, "success")]
    assert [line["import"] for line in office.ask(aude, "GET", "/imports?state=waiting")] == [2]
    assert [line["import"] for line in office.ask(bob, "GET", "/imports?limit=1&page=2")] == [1]
    assert office.ask(bob, "GET", "/imports?limit=1&page=3") == []
    assert office.ask(bob, "GET", "/imports?district=elsewhere") == []
    assert office.ask(bob, "GET", "/imports?last=2020-01-01") == []


def test_the_plan_of_a_hold(office: Api) -> None:
    bob = office.person("administrator", "bob@pinewood.example", districts=[SLUG])
    path = f"/districts/{SLUG}/imports/2/hold/plan"
    hidden = list(csv.DictReader(office.call(office.token(bob), "GET", path).text.lstrip("\ufeff").splitlines()))
    shown = list(csv.DictReader(office.call(office.token(bob, "records"), "GET", path).text.lstrip("\ufeff").splitlines()))
    assert len(hidden) == len(shown) > 10
    assert {line["record"] for line in hidden} == {""}
    assert all(line["record"] for line in shown)
    assert office.call(office.token(bob), "GET", f"/districts/{SLUG}/imports/1/hold/plan").status_code == 422


def test_what_an_app_read_last(office: Api) -> None:
    given = apps.add(office.house, "Reading Garden", (SLUG,), ())
    plain = office.token(office.person("operator"))
    assert office.ask(plain, "GET", "/apps")[0]["last_read"] is None
    office.house.stores.control.readings.put(Reading(str(given["client_id"]), SLUG, NOON, 1))
    last = {"district": SLUG, "at": "2026-11-30T12:00:00.000Z", "revision": 1}
    assert office.ask(plain, "GET", "/apps")[0]["last_read"] == last
    assert office.ask(plain, "GET", f"/apps/{given['client_id']}/readings") == [last]
    assert office.call(plain, "GET", "/apps/nobody/readings").status_code == 404
    [told] = office.ask(plain, "GET", f"/districts/{SLUG}/overview")["apps"]
    assert (told["name"], told["revision"]) == ("Reading Garden", 1)
