"""Students whom no complete file lists any more: removed, kept, or removed after so many imports in a row without them."""

from __future__ import annotations

import pytest

from e2e.files import district
from sync_house import SLUG, Pinewood
from treatment_kit import change, gone, having, night, same_again, without

BORN = {"demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex\nu1,,,2010-01-01,female\nu3,,,2010-01-03,male\n"}


def other(files: dict[str, str], word: str) -> dict[str, str]:
    """The same people on another night: one of them has changed."""
    return files | {"users.csv": files["users.csv"].replace("Given20,", f"{word},")}


def counted(pinewood: Pinewood, source: int = 1) -> dict[str, int]:
    """What the store has counted: student -> imports without the student."""
    from homeroom.workbench.bench import Workbench

    with Workbench(pinewood.folder / "counted") as bench:
        pinewood.house.stores.roster(SLUG).absent(bench, source, "counted")
        return {key: int(runs) for key, runs in bench.rows("SELECT * FROM counted")}


def test_without_the_setting_they_are_removed(pinewood: Pinewood) -> None:
    source = having(pinewood)
    night(pinewood, source, district())
    assert night(pinewood, source, gone(3)).tables["users"].removed == 1
    assert counted(pinewood) == {}


def test_kept_students_stay_active_with_what_is_theirs(pinewood: Pinewood) -> None:
    source = having(pinewood, "archived_students=keep")
    night(pinewood, source, district() | BORN)
    fewer = gone(3) | {"demographics.csv": BORN["demographics.csv"].replace("u3,,,2010-01-03,male\n", "")}
    made = night(pinewood, source, fewer)
    assert (made.tables["users"].removed, made.tables["demographics"].removed) == (0, 0)
    assert (made.tables["enrollments"].removed, made.issue_counts["students-kept"]) == (1, 1)
    assert {"u3"} <= pinewood.records("users").keys() & pinewood.records("demographics").keys()
    same_again(pinewood, source, fewer)
    later = night(pinewood, source, other(fewer, "Later"))
    assert "1" in next(i.message for i in later.issues if i.code == "students-kept")
    # A teacher is no student.
    assert night(pinewood, source, without(fewer, "users.csv", "u3", "g2")).tables["users"].removed == 1
    source = change(pinewood, source, "archived_students=")
    assert night(pinewood, source, fewer).tables["users"].removed == 1
    assert "u3" not in pinewood.records("users")


def test_after_three_imports_in_a_row(pinewoods: Pinewood) -> None:
    source = having(pinewoods, "archived_students=after:3")
    night(pinewoods, source, district() | BORN)
    fewer = gone(3) | {"demographics.csv": BORN["demographics.csv"].replace("u3,,,2010-01-03,male\n", "")}
    first = night(pinewoods, source, other(fewer, "First"))
    assert (first.tables["users"].removed, counted(pinewoods)) == (0, {"u3": 1})
    # The same users again, in whatever order, are no second import without the student; neither is a dry run.
    same_again(pinewoods, source, other(fewer, "First"))
    night(pinewoods, source, other(fewer, "Dry"), dry_run=True)
    assert counted(pinewoods) == {"u3": 1}
    night(pinewoods, source, other(fewer, "Second"))
    assert counted(pinewoods) == {"u3": 2}
    third = night(pinewoods, source, other(fewer, "Third"))
    assert (third.tables["users"].removed, third.tables["demographics"].removed) == (1, 1)
    assert counted(pinewoods) == {}
    assert "u3" not in pinewoods.records("users")
    back = night(pinewoods, source, other(district() | BORN, "Fourth"))
    assert (back.tables["users"].restored, back.tables["demographics"].restored) == (1, 1)


def test_who_comes_back_is_counted_from_the_beginning(pinewood: Pinewood) -> None:
    source = having(pinewood, "archived_students=after:2")
    night(pinewood, source, district())
    night(pinewood, source, other(gone(3), "First"))
    night(pinewood, source, other(district(), "Second"))
    assert counted(pinewood) == {}
    assert night(pinewood, source, other(gone(3), "Third")).tables["users"].removed == 0
    assert counted(pinewood) == {"u3": 1}


@pytest.mark.parametrize("what", ["ragged", "no-id", "no-users"])
def test_a_night_that_proves_no_absence_counts_none(pinewood: Pinewood, what: str) -> None:
    source = having(pinewood, "archived_students=after:2")
    night(pinewood, source, district())
    night(pinewood, source, other(gone(3), "First"))
    files = other(gone(3, 5), "Second")
    if what == "ragged":
        files["users.csv"] += "u3,,\n"
    elif what == "no-id":
        files["users.csv"] += ",,,true,s1,student,x,,Nob,Ody,,0099,x@example.org,,,,09,\n"
    else:
        del files["users.csv"]
    made = night(pinewood, source, files)
    assert "u3" in pinewood.records("users")
    assert counted(pinewood)["u3"] == 1
    assert made.tables.get("users") is None or made.tables["users"].removed == 0


def test_a_hold_counts_nothing_until_a_person_lets_it_pass(pinewood: Pinewood) -> None:
    source = having(pinewood, "archived_students=after:2")
    night(pinewood, source, district())
    lost = gone(*range(1, 17))
    assert night(pinewood, source, other(lost, "First"), dry_run=True).tables["users"].removed == 0
    held = night(pinewood, source, other(lost, "Second"))  # their enrollments go at once
    assert held.status == "waiting_for_approval"
    assert counted(pinewood) == {}
    assert pinewood.approve(held.number).outcome == "success"
    assert set(counted(pinewood).values()) == {1}
