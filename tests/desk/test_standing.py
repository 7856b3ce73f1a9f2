"""How a district stands is kept by its imports and by the clock, and can be made anew from its own store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from desk_people import OPERATOR
from e2e.files import district
from homeroom.desk.fleet import fleet
from homeroom.desk.standing_now import Now
from homeroom.store.control_tables import summary as table
from homeroom.store.summaries import Standing
from homeroom.sync import summaries
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """A district whose first night went well, whose second had two bad rows, and whose third waits."""
    folder = tmp_path_factory.mktemp("standing")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source(settings={"expected_by": "03:00"})
        made.night(district())
        bad = district()
        bad["enrollments.csv"] += "e-x,,,k1,s1,nobody,student,false,,\ne-y,,,k1,s1,nobody,student,false,,\n"
        made.night(bad)
        made.night(half())
        yield made


def standing(made: Pinewood) -> Standing:
    found = made.house.stores.control.summaries.get(SLUG)
    assert found is not None
    assert found.standing is not None
    return found.standing


def row(made: Pinewood, now: datetime | None = None) -> Now:
    return fleet(made.house, OPERATOR, now=now).rows[0]


def test_a_hold_says_its_likely_cause_and_how_many_people_would_go(walked: Pinewood) -> None:
    stood = standing(walked)
    assert (stood.state, stood.held, stood.removed) == ("waiting", 3, 11)
    assert stood.cause is not None
    assert (stood.cause.code, stood.cause.values) == ("school_missing", {"school": "Elm School", "people": 11})
    assert stood.succeeded == walked.house.stores.roster(SLUG).imports.get(2).finished_at
    assert stood.issues == 2
    assert stood.people == {"student": 20, "staff": 2, "guardian": 2}
    assert stood.sis == "oneroster"


def test_what_is_lost_is_made_anew_by_the_clock(walked: Pinewood) -> None:
    before, control = standing(walked), walked.house.stores.control
    now = datetime.now(UTC)
    assert summaries.refresh(walked.house, now) == 0
    for lost in ({"standing": None, "shape": None}, {"shape": 0}):
        with control.place.write() as connection:
            connection.execute(update(table).values(lost))
        assert row(walked).chip == "new"
        assert summaries.refresh(walked.house, now) == 1
        assert standing(walked) == before
    with control.place.write() as connection:
        connection.execute(table.delete())
    assert summaries.refresh(walked.house, now) == 1
    assert standing(walked) == before


def test_the_clock_looks_again_when_the_deadline_is_over(pinewood: Pinewood) -> None:
    pinewood.source(settings={"expected_by": "03:00"})
    pinewood.night(district())
    stood = standing(pinewood)
    assert stood.state == "success"
    assert stood.due is not None
    came, missed = stood.due, stood.due + timedelta(days=1)
    assert summaries.refresh(pinewood.house, came - timedelta(minutes=1)) == 0
    assert summaries.refresh(pinewood.house, came + timedelta(minutes=1)) == 1
    assert (standing(pinewood).state, standing(pinewood).due) == ("success", missed)
    late = missed + timedelta(minutes=1)
    assert row(pinewood, late).chip == "late"  # at once, by the row alone
    assert summaries.refresh(pinewood.house, late) == 1
    assert (standing(pinewood).state, standing(pinewood).since) == ("late", missed)
    assert standing(pinewood).nights.endswith("N")
    assert row(pinewood, late).overdue


def test_failures_are_counted_from_the_first(pinewood: Pinewood) -> None:
    pinewood.source()
    pinewood.night(district())
    first = pinewood.begin(district() | {"users.csv": district()["users.csv"].splitlines(True)[0]})
    pinewood.walk(first)
    pinewood.night(district() | {"users.csv": district()["users.csv"].splitlines(True)[0]})
    stood = standing(pinewood)
    assert (stood.state, stood.failures, stood.cause and stood.cause.code) == ("failed", 2, "suddenly_empty")
    assert stood.since == pinewood.house.stores.roster(SLUG).imports.get(first).started_at
    assert stood.nights.endswith("F")
    pinewood.night(district())
    assert (standing(pinewood).state, standing(pinewood).failures) == ("success", 0)


def test_an_import_that_is_walked_shows_as_running(pinewood: Pinewood) -> None:
    pinewood.source()
    pinewood.night(district())
    seen: list[str] = []
    number = pinewood.begin(district(21))
    pinewood.walk(number, tell=lambda step: seen.append(row(pinewood).chip))
    assert set(seen[:-1]) == {"running"}
    assert row(pinewood).chip == "success"


def test_a_pause_is_shown_until_the_day_after(pinewood: Pinewood) -> None:
    today = datetime.now(UTC)
    until = today + timedelta(days=2)
    pinewood.source(settings={"pause": [f"{today:%m-%d}..{until:%m-%d}"], "expected_by": "03:00"})
    summaries.summarise(pinewood.house, SLUG)
    stood = standing(pinewood)
    assert (stood.state, stood.paused_until, stood.due) == ("paused", (until + timedelta(days=1)).date(), None)


def test_people_are_counted_by_kind_on_both_engines(pinewoods: Pinewood) -> None:
    pinewoods.source()
    pinewoods.night(district())
    changed = district(19)
    changed["users.csv"] += "t3,,,true,s2,teacher,t3,,Tim,Third,,,t3@example.org,,,,,\n"
    pinewoods.night(changed)
    store = pinewoods.house.stores.roster(SLUG)
    assert store.people() == {"student": 19, "staff": 3, "guardian": 2}
    assert store.tallied_people(2) == {"student": {"remove": 1}, "staff": {"add": 1}, "guardian": {}}
    assert store.tallied(2) == {"users": {"add": 1, "remove": 1}, "enrollments": {"remove": 1}}
    assert [e.number for e in store.imports.since(datetime.now(UTC) - timedelta(days=1))] == [2, 1]


def test_a_role_that_lies_in_a_table_of_its_own_counts_too(pinewood: Pinewood, tmp_path: Path) -> None:
    pinewood.source(layouts="oneroster-1.2")
    files = district(1)
    head = "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    files["users.csv"] = head + "u1,,,true,u1,,A,B,,,,,,,09,\nt1,,,true,t1,,C,D,,,,,,,,\n"
    files["roles.csv"] = (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n"
        "r1,,,u1,primary,student,,,s1,\nr2,,,t1,primary,teacher,,,s1,\nr3,,,t1,secondary,aide,,,s2,\n"
    )
    files["enrollments.csv"] = files["enrollments.csv"].splitlines(True)[0]
    report = pinewood.night({k: v for k, v in files.items() if k in ("orgs.csv", "users.csv", "roles.csv")})
    assert report.outcome in ("success", "success_with_row_issues")
    assert standing(pinewood).people == {"student": 1, "staff": 1, "guardian": 0}
