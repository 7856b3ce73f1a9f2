"""The plan of a hold as a sheet: every change that an approval would make, with values only for those who may see them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from desk_people import ADMINISTRATOR, OPERATOR, SCHOOL_VIEWER
from e2e.files import district
from homeroom.desk.plan_sheet import plan_sheet
from homeroom.roster.faults import Misuse
from homeroom.sync import by_hand
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings

HELD = 2
NOW = datetime.now(UTC)


def held() -> dict[str, str]:
    """Elm School is missing, one student of Oak School has another name, and one is new."""
    files = half()
    lines = files["users.csv"].splitlines(keepends=True)
    stays = next(line for line in lines[1:] if ",student," in line and ",s1," in line)
    files["users.csv"] += stays.replace(stays.split(",")[0], "u900", 1)
    files["users.csv"] = files["users.csv"].replace("Given1,", "123-45-6789,", 1)
    return files


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    folder = tmp_path_factory.mktemp("planned")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source()
        made.night(district())
        assert made.night(held()).status == "waiting_for_approval"
        yield made


def rows(walked: Pinewood, viewer: object) -> list[dict[str, str]]:
    text = "".join(plan_sheet(walked.house, viewer, SLUG, HELD, NOW))  # type: ignore[arg-type]
    return list(csv.DictReader(text.lstrip("\ufeff").splitlines()))


def test_every_change_of_the_plan_is_a_row_removals_first(walked: Pinewood) -> None:
    found, report = rows(walked, ADMINISTRATOR), walked.report(HELD)
    counted = Counter((row["table"], row["change"]) for row in found)
    words = {
        "would be removed": "removed",
        "would be updated": "updated",
        "would be added": "added",
        "would come back": "restored",
    }
    for table, told in report.tables.items():
        for said, name in words.items():
            assert counted[table, said] == getattr(told, name), (table, said)
    assert sum(counted.values()) > 20
    first = [row["change"] for row in found]
    assert first == sorted(first, key=["would be removed", "would be updated", "would come back", "would be added"].index)
    elm = [row for row in found if row["table"] == "enrollments" and row["change"] == "would be removed"]
    assert {row["schools"] for row in elm} == {"Elm School"}
    assert {row["school ids"] for row in elm} == {"s2"}
    gone = next(row for row in found if row["table"] == "users" and row["change"] == "would be removed")
    stored = walked.records("users")[gone["record"]]
    assert gone["name"] == f"{stored['givenName']} {stored['familyName']}"


def test_values_are_masked_where_they_look_like_a_social_security_number(walked: Pinewood) -> None:
    [changed] = [row for row in rows(walked, ADMINISTRATOR) if row["change"] == "would be updated"]
    assert changed["columns"] == "givenName"
    assert "123-45-6789" not in str(changed)
    assert "\u2022" in changed["after"]


def test_who_may_not_see_values_gets_tables_schools_and_names_of_columns(walked: Pinewood) -> None:
    found, whole = rows(walked, OPERATOR), rows(walked, ADMINISTRATOR)
    assert len(found) == len(whole)
    for blank in ("record", "number", "name", "before", "after"):
        assert {row[blank] for row in found} == {""}, blank
    for kept in ("table", "change", "school ids", "schools", "columns"):
        assert Counter(row[kept] for row in found) == Counter(row[kept] for row in whole), kept
    with pytest.raises(Misuse):
        plan_sheet(walked.house, SCHOOL_VIEWER, SLUG, HELD, NOW)


def test_who_took_it_is_written_down_and_nothing_is_left_or_changed(walked: Pinewood) -> None:
    rows(walked, OPERATOR)
    newest = walked.house.stores.control.audit.last(1, SLUG)[0]
    assert (newest.action, newest.actor, newest.detail) == (
        "plan-downloaded",
        OPERATOR.who,
        {"import": HELD, "values": False},
    )
    dropped = plan_sheet(walked.house, ADMINISTRATOR, SLUG, HELD, NOW)
    next(dropped)
    del dropped  # somebody closed the browser
    assert [p for p in walked.house.settings.work.rglob("*") if p.is_file() and ".live" not in p.parts] == []
    assert walked.ended(HELD) == ("waiting_for_approval", None, "limit_exceeded")
    assert walked.revision == 1
    with pytest.raises(Misuse, match="does not wait"):
        plan_sheet(walked.house, ADMINISTRATOR, SLUG, 1, NOW)


def test_a_plan_that_is_not_the_one_that_was_shown_is_not_given(walked: Pinewood) -> None:
    """Somebody removed a student of Elm School by hand meanwhile: the plan would not remove them any more."""
    someone = next(row["record"] for row in rows(walked, ADMINISTRATOR) if row["table"] == "users")
    by_hand.archive(walked.house, SLUG, "users", someone, mark=":archived", why="left", who="ada")
    with pytest.raises(Misuse, match="changed since"):
        plan_sheet(walked.house, ADMINISTRATOR, SLUG, HELD, NOW)
