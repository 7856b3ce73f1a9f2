"""Take-overs: what Homeroom holds as X is what the SIS calls Y. Identity and history stay; only a person says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from e2e.files import district
from homeroom.cli import WRONG_USE, run
from homeroom.roster.faults import Misuse
from homeroom.sync import imports, reading_back, sources, taking_over
from sync.test_schools_stepping_out import files, whole_roster
from sync_house import SLUG, Pinewood


def renamed(of: dict[str, str], **ids: str) -> dict[str, str]:
    """The same district in a SIS that gives other ids; whole cells and items of lists only."""
    made = dict(of)
    for old, new in ids.items():
        for name, text in made.items():
            made[name] = "\n".join(
                ",".join(new if cell == old else cell for cell in line.replace('"', ',"').split(",")).replace(',"', '"')
                if '"' not in line
                else line.replace(f'"{old},', f'"{new},').replace(f',{old}"', f',{new}"')
                for line in text.split("\n")
            )
    return made


def summed(report: object) -> tuple[int, int, int, int]:
    tables = report.tables.values()  # type: ignore[attr-defined]
    return tuple(sum(getattr(t, verb) for t in tables) for verb in ("added", "updated", "removed", "restored"))  # type: ignore[return-value]


def test_the_sis_gives_a_class_another_id_and_nothing_comes_or_goes(pinewoods: Pinewood) -> None:
    house, source = pinewoods.house, pinewoods.source("upload", layouts="oneroster-1.1").id
    pinewoods.night(files(), source=source)
    before = whole_roster(pinewoods)
    new = renamed(files(), k1="77", y26="T1", u1="5001", s2="02", c1="900")
    pairs = {
        "classes": ("k1", "77"),
        "academicSessions": ("y26", "T1"),
        "users": ("u1", "5001"),
        "orgs": ("s2", "02"),
        "courses": ("c1", "900"),
    }
    for table, pair in pairs.items():
        assert len(taking_over.take_over(house, SLUG, table, [pair])) == 1
        assert taking_over.take_over(house, SLUG, table, [pair]) == []
    made = pinewoods.night(new, source=source)
    assert (made.outcome, made.issue_counts, summed(made)) == ("success", {}, (0, 0, 0, 0))
    assert whole_roster(pinewoods) == before
    # A change of the SIS reaches the record; the same again is no change.
    new["classes.csv"] = new["classes.csv"].replace("Algebra 1", "Algebra One")
    changed = pinewoods.night(new, source=source)
    assert summed(changed) == (0, 1, 0, 0)
    record = reading_back.record(house, SLUG, "classes", "k1")
    assert (record["record"]["title"], [c["verb"] for c in record["changes"]]) == ("Algebra One", ["update"])
    assert pinewoods.night(new, source=source).revision_after == changed.revision_after
    # Without the pair it would have been another class.
    taking_over.undo(house, SLUG, "classes", "77")
    undone = pinewoods.night(new, source=source, dry_run=True)
    assert (undone.tables["classes"].added, undone.tables["classes"].removed) == (1, 1)


def test_what_another_source_held_is_handed_over(pinewoods: Pinewood) -> None:
    """The district changes its road: the second source owns what a person had it take over, even where nothing differs."""
    house = pinewoods.house
    first, second = (pinewoods.source("upload", layouts="oneroster-1.1").id for _ in range(2))
    pinewoods.night(district(), source=first)
    new = {
        "classes.csv": renamed(district(), k1="77")["classes.csv"].replace(
            "k2,,,Biology 1,09,c2,B1,scheduled,R2,s2,y26,,,2\n", ""
        )
    }
    taking_over.take_over(house, SLUG, "classes", [("k1", "77")], source=second)
    made = pinewoods.night(new, source=second)
    assert (made.outcome, made.issue_counts, made.tables["classes"].updated) == ("success", {}, 1)
    record = reading_back.record(house, SLUG, "classes", "k1")
    assert (record["provenance"]["source"], record["changes"][0]["fields"]) == (second, {})
    store = house.stores.roster(SLUG)
    assert (store.active_counts(first)["classes"][None], store.active_counts(second)["classes"][None]) == (1, 1)
    assert pinewoods.night(new, source=second).revision_after == made.revision_after
    # The first source may neither change nor remove it any more.
    old = pinewoods.night(district() | {"classes.csv": district()["classes.csv"].replace("Algebra 1", "Old")}, source=first)
    assert old.issue_counts == {"key-of-another-source": 1}
    fewer = {"classes.csv": district()["classes.csv"].replace("k1,,,Algebra 1,09,c1,A1,scheduled,R1,s1,y26,,,1\n", "")}
    assert pinewoods.night(fewer, source=first).tables["classes"].removed == 0


def test_many_that_only_change_hands_are_no_hold(pinewood: Pinewood) -> None:
    """A person said it of each of them; no limit asks again."""
    first, second = (pinewood.source("upload", layouts="oneroster-1.1").id for _ in range(2))
    head, one, _ = district()["classes.csv"].splitlines()
    numbers = range(100, 130)
    many = {f"{n}": "\n".join([head, *(one.replace("k1,", f"{n}{i},") for i in numbers)]) + "\n" for n in ("k", "9")}
    old = {name: text for name, text in district().items() if name != "enrollments.csv"}
    pinewood.night(old | {"classes.csv": many["k"]}, source=first)
    taking_over.take_over(pinewood.house, SLUG, "classes", [(f"k{i}", f"9{i}") for i in numbers], source=second)
    made = pinewood.night({"classes.csv": many["9"]}, source=second)
    assert (made.outcome, made.tables["classes"].updated, made.limits) == ("success", 30, ())
    assert pinewood.house.stores.roster(SLUG).active_counts(second)["classes"][None] == 30


def test_a_record_whose_row_does_not_come_stays_with_its_source(pinewood: Pinewood) -> None:
    first, second = (pinewood.source("upload", layouts="oneroster-1.1").id for _ in range(2))
    pinewood.night(district(), source=first)
    taking_over.take_over(pinewood.house, SLUG, "classes", [("k1", "77")], source=second)
    head, _, k2 = district()["classes.csv"].splitlines()
    made = pinewood.night({"classes.csv": f"{head}\n{k2.replace('k2', '88')}\n"}, source=second)
    assert (made.tables["classes"].added, made.tables["classes"].removed) == (1, 0)
    assert reading_back.record(pinewood.house, SLUG, "classes", "k1")["provenance"]["source"] == first


def test_lists_swaps_and_prefixes_are_read_at_once(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1", settings={"id_prefix": "p-"}).id
    pinewood.night(district(), source=source)
    before = whole_roster(pinewood)
    # The new SIS calls g1 what was g2 and the other way round, and school s1 by another id.
    pairs = [("p-g1", "g2"), ("p-g2", "g1")]
    taking_over.take_over(pinewood.house, SLUG, "users", pairs)
    taking_over.take_over(pinewood.house, SLUG, "orgs", [("p-s1", "one")])
    swapped = {n: t.replace("s1", "one") for n, t in district().items()}
    lines = swapped["users.csv"].splitlines(True)
    swapped["users.csv"] = "".join(
        "g2" + x[2:] if x.startswith("g1,") else "g1" + x[2:] if x.startswith("g2,") else x.replace("g1,g2", "g2,g1")
        for x in lines
    )
    made = pinewood.night(swapped, source=source)
    assert (made.issue_counts, summed(made)) == ({}, (0, 0, 0, 0))
    assert whole_roster(pinewood) == before


def test_a_row_that_cannot_be_read_keeps_the_record_that_was_taken_over(pinewood: Pinewood) -> None:
    """Law 3: the key that such a row still shows is the SIS's own, so nothing of the table is taken for gone."""
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(district(), source=source)
    taking_over.take_over(pinewood.house, SLUG, "classes", [("k1", "77")])
    new = renamed(district(), k1="77")
    new["classes.csv"] = new["classes.csv"].replace(",R1,s1,y26,,,1", "")
    made = pinewood.night(new, source=source)
    assert (made.tables["classes"].removed, made.tables["classes"].refused) == (0, 1)
    assert "absence-unprovable" in made.issue_counts


def test_what_cannot_be_is_refused_in_one_sentence_that_says_what_to_do(pinewood: Pinewood) -> None:
    house, source = pinewood.house, pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(district(), source=source)

    def told(table: str, *pairs: tuple[str, str]) -> str:
        with pytest.raises(Misuse) as wrong:
            taking_over.take_over(house, SLUG, table, pairs)
        assert house.stores.control.taken_over.of(SLUG) == []
        return str(wrong.value)

    assert "cannot be taken over; classes, users" in told("enrollments", ("e-1", "x"))
    assert told("classes", ("k9", "77")).startswith("pinewood does not hold class k9")
    assert "class k2 is in the roster as itself and has a history of its own; roll back" in told("classes", ("k1", "k2"))
    assert "there is nothing to take over" in told("classes", ("k1", "k1"))
    assert "stands for class k1 already; undo that first" in told("classes", ("k1", "77"), ("k2", "77"))
    assert "is what the SIS calls 77 already; undo that first" in told("classes", ("k1", "77"), ("k1", "78"))
    with pytest.raises(Misuse, match="has taken over no classes 77"):
        taking_over.undo(house, SLUG, "classes", "77")
    pinewood.source("upload")
    with pytest.raises(Misuse, match="has 2 sources; choose the one"):
        taking_over.take_over(house, SLUG, "classes", [("k1", "77")])


def test_a_rollback_leaves_the_pairs_and_the_next_night_reads_by_them(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    first = pinewood.night(district(), source=source).revision_after
    taking_over.take_over(pinewood.house, SLUG, "classes", [("k1", "77")])
    new = renamed(district(), k1="77")
    new["classes.csv"] = new["classes.csv"].replace("Algebra 1", "Algebra One")
    pinewood.night(new, source=source)
    imports.rollback(pinewood.house, SLUG, first, who="ada")
    assert whole_roster(pinewood)["classes/k1"]["title"] == "Algebra 1"
    again = pinewood.night(new, source=source)
    assert summed(again) == (0, 1, 0, 0)
    assert whole_roster(pinewood)["classes/k1"]["title"] == "Algebra One"


def test_the_command_takes_pairs_from_a_file_lists_and_undoes(
    settled: Pinewood, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(settled.house.settings.data)]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\ufeffOwn ID,Sis_ID\nk1,0077\nk2,\n", encoding="utf-8")
    assert run([*data, "take-over", SLUG, "classes", "--file", str(pairs)]) == WRONG_USE
    assert f"line 3 of {pairs} lacks one of its two ids; nothing was taken over." in capsys.readouterr().err
    pairs.write_text("sis_id,own_id\n0077,k1\n0088,k2\n", encoding="utf-8")
    assert run([*data, "take-over", SLUG, "classes", "--file", str(pairs)]) == 0
    assert "2 of 2 pairs of classes are new" in capsys.readouterr().out
    assert run([*data, "take-over", SLUG, "classes", "--undo", "0088"]) == 0
    assert "0088 is read as itself again with the next import" in capsys.readouterr().out
    assert run([*data, "take-over", SLUG, "--json"]) == 0
    assert [(p["table"], p["own"], p["sis"]) for p in json.loads(capsys.readouterr().out)] == [("classes", "k1", "0077")]
    assert run([*data, "take-over", SLUG, "classes", "k1"]) == WRONG_USE
    assert [a for a in settled.acts() if "take" in a] == ["taken-over", "take-over-undone"]
    assert sources.of(settled.house, SLUG, None) is not None
