"""Law 4: suddenly too many is a hold, with numbers; and the disasters that have a name of their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.house import File, House, csv_of
from homeroom.compare.limits import Active, Context, LastTime, Limits, judge
from homeroom.roster.faults import Misuse
from homeroom.roster.report import LimitReport
from homeroom.workbench.values import Judgement

ORGS = "sourcedId,name,type\nelm,Elm School,school\noak,Oak School,school\nash,Ash School,school\n"
COLUMNS = ("sourcedId", "orgSourcedIds", "username", "givenName", "familyName")
Row = dict[str, str | None]


def people(numbers: range, school: str = "elm", prefix: str = "u") -> list[Row]:
    return [
        {
            "sourcedId": f"{prefix}{n}",
            "orgSourcedIds": school,
            "username": f"{school}{n}",
            "givenName": f"G{n}",
            "familyName": f"F{n}",
        }
        for n in numbers
    ]


def users(rows: list[Row]) -> File:
    return File(csv_of(rows, COLUMNS))


FORTY = LastTime(40, layouts=frozenset({"plain"}))


class Counts:
    """Active records of the house's source, and which tables were asked for."""

    def __init__(self, house: House) -> None:
        self.house, self.asked = house, Counter[str]()

    def __call__(self, table: str) -> Active:
        self.asked[table] += 1
        mine = [r for r in self.house.store.tables.get(table, {}).values() if r.status == "active" and r.source == 1]
        schools = Counter(s for r in mine for s in (r.values.get("orgSourcedIds") or "").split(",") if s)
        return Active(len(mine), schools)


@contextmanager
def judged(
    house: House, *files: File, limits: Limits | None = None, last: dict[str, LastTime] | None = None
) -> Iterator[Judgement]:
    with house.walk(*files) as (workbench, made, walked):
        context = Context(walked, last or {}, house.store.lookup(workbench))
        yield judge(workbench, made, limits or Limits(), Counts(house), context)


def house_of(folder: Path, rows: list[Row]) -> House:
    house = House(folder)
    house.night(File(ORGS, table="orgs"), users(rows))
    return house


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from(["users", "orgs", "academicSessions", "enrollments"]))
def test_law_four(of: int, count: int, table: str) -> None:
    changes: list[tuple[Literal["remove", "update"], int]] = [("remove", 10), ("update", 75)]
    for change, percent in changes:
        share = of * percent // 100
        allowed = share if table in ("orgs", "academicSessions") else max(share, 9)
        assert Limits().allowed(table, change, of) == allowed
        for school in (None, "elm"):
            everything = change == "remove" and count > 0 and count >= of and (school is not None or of > 2)
            trips = Limits().tripped(table, school, change, count, of) is not None
            assert trips == (count > allowed or everything)


@given(st.integers(1, 100), st.integers(0, 10_000))
def test_shares_are_exact(percent: int, of: int) -> None:
    assert Limits(remove_share=percent / 100, floor=0).allowed("users", "remove", of) == math.floor(of * percent / 100 + 1e-7)


def test_the_first_import_is_never_held(tmp_path: Path) -> None:
    with judged(House(tmp_path), users(people(range(100)))) as made:
        assert made == Judgement("pass")


def test_too_many_removals_are_held_with_numbers(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(45)))
    with judged(house, users(people(range(36)))) as made:
        assert made.verdict == "pass"
    with judged(house, users(people(range(3)))) as made:
        assert made.verdict == "hold"
        assert made.reason is not None
        assert made.reason.code == "limit_exceeded"
        assert made.reason.message == "42 of 45 users would be removed; 9 may be (1 more limit was passed)."
        assert made.limits == (
            LimitReport("users", None, "remove", 42, 45, 9),
            LimitReport("users", "elm", "remove", 42, 45, 9, "Elm School"),
        )
    with judged(house, users(people(range(3))), limits=Limits(policy="fail")) as made:
        assert made.verdict == "fail"


def test_a_school_that_loses_everything_is_a_hold_although_the_district_hardly_notices(tmp_path: Path) -> None:
    big, small = people(range(200)), people(range(5), "oak", "o")
    house = house_of(tmp_path, big + small)
    with judged(house, users(big)) as made:
        assert made.verdict == "hold"
        assert made.limits == (LimitReport("users", "oak", "remove", 5, 5, 0, "Oak School"),)
        assert made.reason is not None
        assert "5 of 5 users of Oak School would be removed; 0 may be" in made.reason.message
    with judged(house, users(big + small[:1])) as made:
        assert made.verdict == "pass"


def test_a_school_is_judged_by_itself(tmp_path: Path) -> None:
    big, small = people(range(300)), people(range(30), "oak", "o")
    house = house_of(tmp_path, big + small)
    with judged(house, users(big + small[:20])) as made:
        assert [(t.school, t.count, t.of, t.allowed) for t in made.limits] == [("oak", 10, 30, 9)]


def test_a_record_of_two_schools_counts_in_both(tmp_path: Path) -> None:
    rows = people(range(10), "elm,oak") + people(range(10, 40), "elm")
    house = house_of(tmp_path, rows)
    with judged(house, users(rows[10:])) as made:
        assert {(t.school, t.count, t.of) for t in made.limits} == {(None, 10, 40), ("elm", 10, 40), ("oak", 10, 10)}


def test_updates_have_a_limit_of_their_own(tmp_path: Path) -> None:
    rows = people(range(40))
    house = house_of(tmp_path, rows)
    changed = [r | {"familyName": "X"} for r in rows]
    with judged(house, users(changed[:30] + rows[30:])) as made:
        assert made.verdict == "pass"
    with judged(house, users(changed[:31] + rows[31:])) as made:
        assert made.verdict == "hold"
        assert made.limits[0] == LimitReport("users", None, "update", 31, 40, 30)


def test_no_floor_for_orgs(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(20)))
    one_less = File(ORGS.replace("ash,Ash School,school\n", ""), table="orgs")
    with judged(house, one_less) as made:
        assert made.limits == (LimitReport("orgs", None, "remove", 1, 3, 0),)
    with judged(house, one_less, limits=Limits(tables={"orgs": {"remove_share": 0.5}})) as made:
        assert made.verdict == "pass"


def test_a_table_of_two_rows_may_lose_both_but_not_one_of_three(tmp_path: Path) -> None:
    house = House(tmp_path)
    categories = "sourcedId,title\na,Tests\nb,Homework\n"
    house.night(File(categories, table="categories"))
    with judged(house, File("sourcedId,title\nc,Quizzes\n", table="categories")) as made:
        assert made.verdict == "pass"
    house.night(File(categories + "d,Labs\n", table="categories"))
    with judged(house, File("sourcedId,title\nc,Quizzes\n", table="categories")) as made:
        assert made.limits == (LimitReport("categories", None, "remove", 3, 3, 0),)


def test_an_empty_file_where_there_was_data_is_a_failure(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(5)))
    with judged(house, users([])) as made:
        assert made.verdict == "fail"
        assert made.reason is not None
        assert (made.reason.code, made.reason.message) == ("suddenly_empty", "users.csv has no rows, but the roster has 5 users.")
    with judged(
        house, users([]), File("sourcedId,title\n", table="courses"), limits=Limits(seasonally_empty=frozenset({"users"}))
    ) as made:
        assert made.verdict == "hold"
    few = house_of(tmp_path / "few", people(range(2), ""))
    with judged(few, users([]), limits=Limits(seasonally_empty=frozenset({"users"}))) as made:
        assert (made.verdict, made.reason and made.reason.code) == ("hold", "seasonally_empty")


def test_an_empty_delta_file_says_nothing(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(5)))
    with judged(house, File("sourcedId,status,username\n", mode="delta")) as made:
        assert made.verdict == "pass"


def test_a_file_of_unreadable_rows_is_not_empty(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(5)))
    with judged(house, File("sourcedId,orgSourcedIds,username,givenName,familyName\n", unread=5)) as made:
        assert made.verdict == "pass"


def test_a_file_that_shrank_to_half_is_held_even_if_nothing_is_removed(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(40)))
    half = File(csv_of(people(range(20)), COLUMNS), unread=1)
    with judged(house, half, last={"users": FORTY}) as made:
        assert made.verdict == "hold"
        assert made.reason is not None
        assert made.reason.message == "users.csv has 20 rows; the last one had 40."
        assert made.limits == ()
    with judged(house, File(csv_of(people(range(21)), COLUMNS), unread=1), last={"users": FORTY}) as made:
        assert made.verdict == "pass"
    with judged(house, half, last={"users": FORTY}, limits=Limits(shrunk_share=0.2)) as made:
        assert made.verdict == "pass"


def test_the_same_people_under_new_ids_are_told(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(30)))
    with judged(house, users(people(range(30), prefix="new"))) as made:
        assert made.verdict == "hold"
        assert made.reason is not None
        assert made.reason.code == "rekeyed"
        assert made.reason.message == "30 of 30 people who would be removed come again under other ids."
        assert made.limits


def test_people_are_known_by_name_and_birthday_too(tmp_path: Path) -> None:
    def night(prefix: str) -> list[File]:
        rows = [r | {"username": f"{prefix}{n}"} for n, r in enumerate(people(range(20), prefix=prefix))]
        born: list[Row] = [{"sourcedId": f"{prefix}{n}", "birthDate": f"2010-01-{n + 1:02}"} for n in range(20)]
        return [users(rows), File(csv_of(born, ("sourcedId", "birthDate")), table="demographics")]

    house = House(tmp_path)
    house.night(*night("old"))
    with judged(house, *night("new")) as made:
        assert made.reason is not None
        assert made.reason.code == "rekeyed"


def test_another_districts_files_are_told(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(30)))
    strangers = [
        {"sourcedId": f"x{n}", "orgSourcedIds": "fir", "username": f"fir{n}", "givenName": f"P{n}", "familyName": f"Q{n}"}
        for n in range(25)
    ]
    fir = File("sourcedId,name,type\nfir,Fir School,school\n", table="orgs")
    with judged(house, fir, users(strangers)) as made:
        assert made.reason is not None
        assert made.reason.code == "another_district"
        assert made.reason.message == "25 of 25 users are unknown here, and only 0 of 30 known ones came."
    with judged(house, File(ORGS, table="orgs"), users(strangers)) as made:
        assert made.reason is not None
        assert made.reason.code == "limit_exceeded"


def test_nothing_is_counted_where_nothing_is_lost(tmp_path: Path) -> None:
    house = house_of(tmp_path, people(range(5)))
    with house.walk(File(ORGS, table="orgs"), users(people(range(9)))) as (workbench, made, walked):
        counts = Counts(house)
        assert judge(workbench, made, Limits(), counts, Context(walked, {}, house.store.lookup(workbench))).verdict == "pass"
        assert not counts.asked
    with house.walk(File(ORGS, table="orgs"), users(people(range(1, 9)))) as (workbench, made, walked):
        judge(workbench, made, Limits(), counts, Context(walked, {}, house.store.lookup(workbench)))
        assert counts.asked == {"users": 1}


def test_limits_are_read_and_written() -> None:
    assert Limits.parse({}) == Limits()
    raw = {
        "remove_share": 0.2,
        "floor": 3,
        "seasonally_empty": ["lineItems"],
        "tables": {"users": {"floor": 0}},
        "policy": "fail",
    }
    limits = Limits.parse(raw)
    assert Limits.parse(limits.as_dict()) == limits
    assert (limits.allowed("users", "remove", 20), limits.allowed("classes", "remove", 5)) == (4, 3)


def test_all_mistakes_in_limits_are_told_at_once() -> None:
    raw = {
        "remove_share": 10,
        "update_share": "much",
        "floor": -1,
        "policy": "shrug",
        "seasonal": [],
        "seasonally_empty": ["pupils"],
        "tables": {"users": {"remove_share": True, "policy": "hold"}, "orgs": 3},
    }
    with pytest.raises(Misuse) as caught:
        Limits.parse(raw)
    said = str(caught.value)
    for word in (
        "remove_share must be a number from 0 to 1",
        "update_share must be",
        "floor must be a whole number",
        "policy must be hold or fail",
        "seasonal is not a limit",
        "pupils is not a roster table",
        "tables.users.remove_share must be",
        "tables.users.policy is not a limit of a table",
        "tables.orgs must be an object",
    ):
        assert word in said
    with pytest.raises(Misuse, match="seasonally_empty must be a list"):
        Limits.parse({"seasonally_empty": "users", "tables": []})
