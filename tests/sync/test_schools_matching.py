"""Own schools: what is matched is read, what is not is left alone and told, and a night on which nothing matches is no night."""

from __future__ import annotations

import json

import pytest

from e2e.files import district
from homeroom.cli import WRONG_USE, run
from homeroom.layouts.schools.matching import suggestion
from homeroom.layouts.schools.rules import OwnSchool
from homeroom.roster.faults import Misuse
from homeroom.sync import schools
from sync.test_schools_stepping_out import skipped, whole_roster
from sync_house import SLUG, Pinewood

OUT = {"orgs": 1, "classes": 1, "users": 11, "enrollments": 11}


def renumbered(text: str = "0") -> dict[str, str]:
    """The district whose schools have the ids 01 and 02 (or with another text before the figure)."""
    return {
        name: content.replace("s1", f"{text}1").replace("s2", f"{text}2") if name != "users.csv" else content
        for name, content in (district() | {"users.csv": ""}).items()
    } | {"users.csv": district()["users.csv"].replace("s1", f"{text}1").replace("s2", f"{text}2")}


def test_only_matched_schools_are_read_and_the_others_are_spared(pinewoods: Pinewood) -> None:
    house, source = pinewoods.house, pinewoods.source("upload", layouts="oneroster-1.1").id
    plain = pinewoods.night(district(), source=source)
    assert (plain.schools, plain.skipped) == ((), ())
    before = whole_roster(pinewoods)
    schools.add(house, SLUG, "A", "Oak School")
    schools.add(house, SLUG, "B", "Beech School", sis="s9")
    schools.match(house, SLUG, "A", "s1")
    made = pinewoods.night(district(), source=source)
    assert skipped(made) == {"s2": ("unmatched", OUT)}
    assert (made.outcome, made.issue_counts) == ("success", {"own-school-missing": 1})
    assert [(s.school, s.state, s.own) for s in made.schools] == [
        ("s1", "matched", "A"),
        ("s2", "unmatched", None),
        ("s9", "missing", "B"),
    ]
    assert whole_roster(pinewoods) == before
    # The same again is no change; a match that is said later is.
    assert pinewoods.night(district(), source=source).revision_after == made.revision_after
    schools.match(house, SLUG, "B", "s2")
    both = pinewoods.night(district(), source=source)
    assert (both.skipped, both.issue_counts) == ((), {})
    assert [a for a in pinewoods.acts() if a.startswith("school")] == [
        "school-added",
        "school-added",
        "school-matched",
        "school-matched",
    ]


@pytest.mark.parametrize(
    ("sis", "files", "told"),
    [
        ({"A": "1", "B": "2"}, renumbered(), "the match says 1, the SIS sends 01. Probably leading zeros were lost on one side."),
        ({"A": "101"}, district(), "101 is the number (identifier) of the school whose id is s1. The match needs the id."),
        ({"A": "x7"}, district(), "the match says x7, the SIS sends s1, s2. Probably this is the export of another district."),
        ({"A": None}, district(), "No own school (1 declared) is matched with a school of the SIS yet; it sends s1, s2."),
    ],
)
def test_a_night_on_which_nothing_matches_fails_and_names_the_likely_cause(
    pinewood: Pinewood, sis: dict[str, str | None], files: dict[str, str], told: str
) -> None:
    for own, id in sis.items():
        schools.add(pinewood.house, SLUG, own, f"Own {own}", sis=id)
    made = pinewood.night(files, source=pinewood.source("upload", layouts="oneroster-1.1").id)
    assert made.reason is not None
    assert (made.outcome, made.reason.code, pinewood.revision) == ("failed", "schools_not_found", 0)
    assert made.reason.message.endswith(told)
    assert {s.state for s in made.schools} == {"unmatched", "missing"}


def test_a_dry_run_before_anything_is_declared_lists_the_schools_and_then_suggests(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    dry = pinewood.night(renumbered(), source=source, dry_run=True)
    assert [(s.school, s.name, s.state) for s in dry.schools] == [
        ("01", "Oak School", "unmatched"),
        ("02", "Elm School", "unmatched"),
    ]
    schools.add(pinewood.house, SLUG, "1", "Oak Street School")
    schools.add(pinewood.house, SLUG, "E", "elm  SCHOOL")
    schools.add(pinewood.house, SLUG, "Z", "Ash School")
    listed = {(t.state, t.own, t.sis): (t.suggested, t.why) for t in schools.listed(pinewood.house, SLUG)}
    zeros = "an id that differs only in leading zeros"
    assert listed == {
        ("unmatched", "1", None): ("01", zeros),
        ("unmatched", "E", None): ("02", "the same name"),
        ("unmatched", "Z", None): (None, None),
        ("sis-only", None, "01"): ("1", zeros),
        ("sis-only", None, "02"): ("E", "the same name"),
    }
    # Nothing was applied by it.
    again = pinewood.night(renumbered(), source=source, dry_run=True)
    assert again.reason is not None
    assert again.reason.code == "schools_not_found"


def test_two_that_may_be_meant_are_no_suggestion() -> None:
    own = [OwnSchool("a", "Oak"), OwnSchool("b", "Oak")]
    assert suggestion("s1", "Oak", own) is None
    assert suggestion("s1", "Oak", [OwnSchool("a", "Oak", "s7"), own[1]]) == (own[1], "the same name")


def test_each_source_may_have_matches_of_its_own(pinewood: Pinewood) -> None:
    house = pinewood.house
    first, second = (pinewood.source("upload", layouts="oneroster-1.1").id for _ in range(2))
    schools.add(house, SLUG, "A", "Oak School", sis="s1")
    schools.match(house, SLUG, "A", "s2", source=second)
    assert [(s.school, s.by) for s in pinewood.night(district(), source=first, dry_run=True).skipped] == [("s2", "unmatched")]
    assert [(s.school, s.by) for s in pinewood.night(district(), source=second, dry_run=True).skipped] == [("s1", "unmatched")]
    with pytest.raises(Misuse, match="matched with own school A"):
        schools.add(house, SLUG, "C", "Other", sis="s1")
    assert [o.id for o in house.stores.control.schools.own(SLUG)] == ["A"]
    schools.remove(house, SLUG, "A")
    assert pinewood.night(district(), source=first, dry_run=True).skipped == ()


def test_the_commands_say_what_is_and_what_to_do_next(settled: Pinewood, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(settled.house.settings.data)]
    assert run([*data, "school", "list", SLUG]) == 0
    assert "No own school is declared: every school of the SIS is read." in capsys.readouterr().out
    assert run([*data, "school", "add", SLUG, "A", "--name", "Oak School"]) == 0
    assert "Next: homeroom school match pinewood A SIS_ID" in capsys.readouterr().out
    assert run([*data, "school", "list", SLUG]) == 0
    assert "homeroom school match pinewood A s1   if that is right" in capsys.readouterr().out
    assert run([*data, "school", "match", SLUG, "A"]) == WRONG_USE
    assert "--none to take the match back" in capsys.readouterr().err
    assert run([*data, "school", "match", SLUG, "B", "s1"]) == WRONG_USE
    assert "homeroom school add pinewood B --name NAME" in capsys.readouterr().err
    assert run([*data, "school", "match", SLUG, "A", "s1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"own": "A", "sis": "s1", "source": None}
    assert run([*data, "school", "list", SLUG, "--json"]) == 0
    assert [(t["state"], t["own"], t["sis"]) for t in json.loads(capsys.readouterr().out)] == [
        ("matched", "A", "s1"),
        ("sis-only", None, "s2"),
    ]
    assert run([*data, "school", "remove", SLUG, "A"]) == 0
