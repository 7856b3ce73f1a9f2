"""Every golden night, walked through the whole house on both stores: the report and the roster are those that its story tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from homeroom.roster.codes import code
from homeroom.roster.holding import ARCHIVED_ALWAYS
from homeroom.roster.report import ImportReport
from homeroom.sync import by_hand
from walks.walking import Country, Town, country

GOLDEN = Path(__file__).parent.parent / "golden"
STORIES = sorted(p.parent for p in GOLDEN.glob("*/expected.json"))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def land(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    """One house for all stories, on each store in turn."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url_of_module"))
    with country(tmp_path_factory.mktemp("golden"), url) as opened:
        yield opened


@pytest.mark.parametrize("story", STORIES, ids=lambda p: p.name)
def test_the_story_comes_true(land: Country, story: Path) -> None:
    told = json.loads((story / "expected.json").read_text(encoding="utf-8"))
    town = land.town()
    for number, night in enumerate(told["nights"], start=1):
        by_a_person(town, night.get("before", ()))
        before = town.revision
        report = town.walk(story / f"night-{number}", own_or_shipped(told["layouts"]))
        the_report_is_as_told(report, night)
        if night.get("then") == "approve":
            town.approve(report.number)
        elif night.get("then") == "reject":
            assert town.reject(report.number).outcome == "failed"
        assert town.revision == before + (night["revision"] == "new"), number
        assert town.counts() == night["roster"], number
    assert not land.stray()


def by_a_person(town: Town, acts: Sequence[Sequence[str]]) -> None:
    """Do what a person does before a night."""
    for act, table, key, *rest in acts:
        where, who = (town.house, town.slug, table, key), {"who": "a person", "now": town.now}
        if act == "correct":
            by_hand.correct(*where, *rest, why=None, **who)
        elif act == "lock":
            by_hand.lock(*where, *rest, why=None, **who)
        elif act == "archive":
            by_hand.archive(*where, mark=ARCHIVED_ALWAYS, **who)
        else:
            assert act in ("unlock", "unarchive")
            by_hand.unlock(*where, None, **who) if act == "unlock" else by_hand.unarchive(*where, **who)


def own_or_shipped(name: str | None) -> str | None:
    """A layout set as it is named with an import: the folder of one that belongs to the stories, or a shipped one's name."""
    own = GOLDEN / "layouts" / (name or "")
    return str(own) if name and own.is_dir() else name


def the_report_is_as_told(report: ImportReport, night: dict[str, Any]) -> None:
    """Compare what `expected.json` says of a night with the report of its import."""
    assert (report.status, report.outcome) == (night["status"], night["outcome"]), report.reason
    assert (report.reason.code if report.reason else None) == night["reason"]
    if report.outcome != "failed":
        assert {name: asdict(t) for name, t in report.tables.items()} == night["tables"]
    serious = {name for name in report.issue_counts if code(name).severity != "info"}
    assert serious <= set(night["issue_counts"])
    assert {name: report.issue_counts.get(name, 0) for name in night["issue_counts"]} == night["issue_counts"]
    withheld = [asdict(each) for each in report.withheld]
    wanted_withheld = night.get("withheld", [])
    assert len(withheld) == len(wanted_withheld)
    assert all(wanted.items() <= each.items() for wanted, each in zip(wanted_withheld, withheld, strict=True)), withheld
    limits = [asdict(limit) for limit in report.limits]
    for wanted in night["limits"]:
        assert any(wanted.items() <= limit.items() for limit in limits), (wanted, limits)
