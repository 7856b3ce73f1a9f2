"""A district that is to be deleted is shut for everybody at once, still shown, and opens again with everything when it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api_kit import WalkingJobs
from desk_kit import NOON
from e2e.files import district, write
from homeroom.desk import deleting, fleet, once, overview, rights, telling
from homeroom.desk.acts import ACTS
from homeroom.desk.deleting import NoReason, NotTyped
from homeroom.desk.rights import Allowed, Hidden, NeedsElevation, Shut
from homeroom.desk.viewer import ROLES, Elevation, Person, Viewer
from homeroom.doors.rest.provider import create
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.serve import SftpAccounts
from homeroom.store.deletions import Leaving
from homeroom.sync import apps, imports, noticing, schedule, sources, taking_up, watch
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, renamed, settings

WHY = "The contract ended on November 30"
ROOT = "/ims/oneroster/rostering/v1p2/users"


@pytest.fixture(scope="module")
def pinewood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """A district with a roster, pushed and fetched sources, an app, a link and somebody who wants to be told."""
    folder = tmp_path_factory.mktemp("deleting")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source("sftp", layouts="oneroster-1.1", start="02:00")
        made.night(district(), source=made.house.stores.control.sources.of(SLUG)[0].id)
        sources.add(
            house,
            "pinewood",
            "powerschool",
            settings={"url": "https://127.0.0.1:1", "client_id": "x"},
            secrets={"client_secret": "y"},
            start="01:00",
        )
        house.stores.control.people.add("bob@pinewood.example", "Bob", "administrator", (SLUG,), (), NOON)
        yield made


def viewer(role: Any, **more: Any) -> Viewer:
    own = () if role in ("operator", "engineer") else (SLUG,)
    return Viewer(Person(1, f"{role}@vendor.example", "Somebody", role, own), session=1, **more)


def ask(pinewood: Pinewood) -> None:
    deleting.ask(pinewood.house, SLUG, SLUG, WHY, who="ada@vendor.example", now=NOON)


@pytest.fixture
def leaving(pinewood: Pinewood) -> Iterator[Pinewood]:
    """The same, to be deleted; kept again after the test."""
    ask(pinewood)
    yield pinewood
    if pinewood.house.stores.control.districts.get(SLUG).leaves is not None:
        deleting.keep(pinewood.house, SLUG, who="ada@vendor.example", now=NOON)


def test_it_asks_for_the_short_name_and_for_a_reason(pinewood: Pinewood) -> None:
    for typed, why, wrong in (("pinewod", WHY, NotTyped), ("", WHY, NotTyped), (SLUG, "done", NoReason)):
        with pytest.raises(wrong):
            deleting.ask(pinewood.house, SLUG, typed, why, who="ada", now=NOON)
    with pytest.raises(Misuse, match="no district"):
        deleting.ask(pinewood.house, "elsewhere", "elsewhere", WHY, who="ada", now=NOON)
    assert pinewood.house.stores.control.districts.get(SLUG).leaves is None
    with pytest.raises(Misuse, match="nothing to keep"):
        deleting.keep(pinewood.house, SLUG, who="ada", now=NOON)


def test_only_an_operator_with_the_elevated_role_for_it_may(pinewood: Pinewood) -> None:
    def may(who: Viewer) -> object:
        return type(rights.allows(pinewood.house, who, "district.delete", SLUG, NOON))

    assert {role: may(viewer(role)) for role in ROLES} == dict.fromkeys(ROLES, Hidden) | {"operator": NeedsElevation}
    on = Elevation(1, "settings", SLUG, "because of that", NOON + timedelta(hours=1))
    assert may(viewer("operator", elevation=on)) is Allowed
    assert {
        role for role in ROLES if isinstance(rights.allows(pinewood.house, viewer(role), "district.keep", SLUG, NOON), Allowed)
    } == {"operator"}


def test_every_act_in_it_is_shut_but_for_looking_at_how_it_stands(leaving: Pinewood) -> None:
    open_acts = set()
    for role in ROLES:
        for name, act in ACTS.items():
            answer = rights.allows(leaving.house, viewer(role), name, SLUG, NOON)
            if act.of_district and not isinstance(answer, Hidden | Shut):
                open_acts.add(name)
    assert open_acts == {"district.see", "settings.see", "audit.see", "district.delete", "district.keep"}
    assert not rights.values_open(leaving.house, viewer("engineer"), SLUG, NOON)


def test_it_stands_on_the_list_and_on_its_page_and_needs_nobody(leaving: Pinewood) -> None:
    shown = fleet.fleet(leaving.house, viewer("operator"), now=NOON)
    [now] = shown.rows
    assert (now.chip, now.whose, now.due, shown.needs) == ("leaving", "nobody", None, ())
    assert shown.last_night.expected == 0
    made = overview.overview(leaving.house, viewer("administrator"), SLUG, NOON)
    assert plain(made.lead).startswith("To be deleted on 2026-12-07")
    assert made.matters == ()
    assert made.counts[0].active > 0
    assert leaving.active() > 0  # everything is still there


def test_no_app_reads_it_and_each_reads_it_again_when_it_is_kept(leaving: Pinewood) -> None:
    clock = [NOON]
    given = apps.add(leaving.house, "Reader", (SLUG,), ())
    provider = create(leaving.house.stores, now=lambda: clock[0])
    with TestClient(provider) as web:
        answer = web.post("/token", data={"grant_type": "client_credentials"}, auth=(given["client_id"], given["client_secret"]))
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert web.get(ROOT, headers=token).status_code == 403
        assert web.get(f"/d/{SLUG}{ROOT}", headers=token).status_code == 403
        deleting.keep(leaving.house, SLUG, who="ada", now=NOON)
        clock[0] += timedelta(seconds=2)
        assert web.get(ROOT, headers=token).status_code == 200
        ask(leaving)
        clock[0] += timedelta(seconds=2)
        assert web.get(ROOT, headers=token).status_code == 403
    assert leaving.house.stores.control.readings.of(SLUG)[given["client_id"]].revision == 1


def test_nothing_comes_in_by_any_road(leaving: Pinewood) -> None:
    house, started = leaving.house, list[int]()
    pushed, fetched, *_ = house.stores.control.sources.of(SLUG)
    [account] = house.stores.control.accounts.of(pushed.id)
    assert SftpAccounts(house).find(account.username) is None
    inbox = house.settings.spool / account.username / "in"
    write(inbox, renamed(3))
    heard = lambda slug, number: started.append(number)  # noqa: E731
    assert watch.watch(house, NOON + timedelta(days=1), heard, lambda username: ()) == 0
    assert schedule.call_up(house, NOON + timedelta(days=2), heard) == 0
    house.stores.control.notices.open_door(fetched.id, hashlib.sha256(b"secret").hexdigest(), NOON)
    house.stores.control.notices.hear(fetched.id, [("students", "1")], NOON, 10)
    assert noticing.source_behind(house, "secret") is None
    assert noticing.call_up(house, NOON + timedelta(days=2), heard) == 0
    with pytest.raises(Leaving, match="is shut until then"):
        leaving.begin(renamed(3))
    with pytest.raises(Leaving):
        imports.rollback(house, SLUG, 1, who="ada")
    assert started == []
    assert leaving.revision == 1
    deleting.keep(house, SLUG, who="ada", now=NOON)
    assert SftpAccounts(house).find(account.username) is not None
    assert noticing.source_behind(house, "secret") is not None
    assert len(house.stores.control.notices.of(fetched.id)) == 1
    house.stores.control.notices.forget(fetched.id, house.stores.control.notices.of(fetched.id))
    assert (inbox / "users.csv").exists()


def test_an_import_that_waits_for_its_walk_is_walked_when_the_district_is_kept(pinewood: Pinewood) -> None:
    """The queue gives a walk up that it may not make; nothing that was sealed is lost by that."""
    pushed = pinewood.house.stores.control.sources.of(SLUG)[0].id
    number = pinewood.begin(renamed(5), trigger="sftp", source=pushed)
    before = pinewood.house.stores.roster(SLUG).imports.get(number).attempt
    ask(pinewood)
    with pytest.raises(Leaving):
        pinewood.walk(number)
    assert taking_up.requeue(pinewood.house, WalkingJobs(pinewood.house)) == 0
    deleting.keep(pinewood.house, SLUG, who="ada", now=NOON)
    assert pinewood.house.stores.roster(SLUG).imports.get(number).attempt > before
    jobs = WalkingJobs(pinewood.house)
    assert taking_up.requeue(pinewood.house, jobs) == 1
    jobs.close()
    assert pinewood.ended(number)[:2] == ("done", "success")


def test_links_sleep_and_letters_are_not_sent(leaving: Pinewood) -> None:
    house, sent = leaving.house, list[Any]()
    link = once.make(house, "credentials", "source 1", {"password": "x"}, "ada", NOON, SLUG)
    with pytest.raises(once.LinkDead):
        once.use(house, link, NOON)
    house.stores.control.news.hear(SLUG, "2026-11-30", "failed:credentials", 1, {"message": "m", "remedy": "r"}, NOON)
    assert telling.tell(house, NOON, NOON, send=sent.append) == 0
    assert sent == []
    deleting.keep(house, SLUG, who="ada", now=NOON)
    assert once.use(house, link, NOON).values == {"password": "x"}


def test_who_asked_and_who_kept_stands_in_the_audit(leaving: Pinewood) -> None:
    deleting.keep(leaving.house, SLUG, who="cy@vendor.example", now=NOON)
    kept, asked = leaving.house.stores.control.audit.last(2, SLUG)
    assert (asked.action, asked.actor, asked.detail["reason"]) == ("district-deletion-asked", "ada@vendor.example", WHY)
    assert (kept.action, kept.actor, kept.detail["asked_by"]) == ("district-kept", "cy@vendor.example", "ada@vendor.example")
