"""Layout sets from folders, and which of them reads a delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from homeroom.layouts import formulas, sets
from homeroom.layouts.choice import Choice, choose
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import Reason
from homeroom.systems import layout_set, layout_sets
from homeroom.systems.shipped import folder_of
from layoutkit import Desk, desk, whole_manifest

CORE = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")


@pytest.fixture
def laid(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as desk_:
        yield desk_


def deliver(laid: Desk, version: str, *tables: str, without: tuple[str, ...] = ()) -> None:
    for table in tables:
        words = [w for w in catalogue()[table].header(version) if w not in without]
        laid.put(catalogue()[table].file, ",".join(words) + "\n")


def chosen(laid: Desk, wanted: str | None = None) -> Choice:
    return choose(layout_sets(), laid.files, wanted, laid.workbench)


def refused(laid: Desk, wanted: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        chosen(laid, wanted)
    return caught.value


# --- which set


@pytest.mark.parametrize(("version", "extra"), [("1.1", ()), ("1.2", ()), ("1.2", ("roles",))])
def test_a_standard_delivery_is_known_by_its_headers(laid: Desk, version: str, extra: tuple[str, ...]) -> None:
    deliver(laid, version, *CORE, *extra)
    choice = chosen(laid)
    assert choice.layouts.name == f"oneroster-{version}"
    assert {f: w.table for f, w in choice.readers.items()} == dict(enumerate((*CORE, *extra)))
    assert all(m.mode == "continuous" for m in choice.matches)
    assert choice.why.startswith("All columns")
    assert laid.told() == []


def test_three_whole_standard_files_are_oneroster_and_not_powerschool(laid: Desk) -> None:
    deliver(laid, "1.1", "users", "classes", "enrollments")
    assert chosen(laid).layouts.name == "oneroster-1.1"


def test_a_tie_goes_to_the_version_that_the_header_speaks_of(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs")
    assert chosen(laid).layouts.name == "oneroster-1.1"
    deliver(laid, "1.2", "roles")
    assert chosen(laid).layouts.name == "oneroster-1.2"


def test_without_a_clear_winner_the_names_that_came_near_are_told(laid: Desk) -> None:
    deliver(laid, "1.1", *CORE, without=("username",))
    trouble = refused(laid)
    assert trouble.reason == "layouts_unclear"
    assert "oneroster-1.1 (users.csv lacks username)" in trouble.message
    assert chosen(laid, "oneroster-1.1").layouts.name == "oneroster-1.1"


def test_a_named_set_is_taken_and_an_unknown_name_is_misuse(laid: Desk) -> None:
    deliver(laid, "1.1", *CORE)
    assert chosen(laid, "oneroster-1.2").why == "It was named for this source."
    with pytest.raises(Misuse, match=r"Did you mean oneroster-1\.1\?"):
        chosen(laid, "onerooster-1.1")


def test_files_that_nothing_reads_are_refused_even_for_a_named_set(laid: Desk) -> None:
    laid.put("attendance.csv", "a,b\n")
    assert refused(laid).reason == "layouts_unclear"
    assert refused(laid, "oneroster-1.1").reason == "layouts_unclear"


# --- which file


def test_swapped_files_are_known_by_their_headers(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs", "courses", "academicSessions", "enrollments")
    laid.put("users.csv", ",".join(catalogue()["classes"].header("1.1")) + "\n")
    laid.put("classes.csv", ",".join(catalogue()["users"].header("1.1")) + "\n")
    for wanted in (None, "oneroster-1.1"):
        trouble = refused(laid, wanted)
        assert trouble.reason == "header_mismatch"
        assert "users.csv" in trouble.message
        assert "classes.csv" in trouble.message
    assert ("file-swapped", None) in laid.told()
    assert "users.csv has the columns of classes.csv." in laid.sentences()


def test_a_named_file_with_a_strange_header_is_a_header_mismatch(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs")
    laid.put("users.csv", "colour,shape\n")
    trouble = refused(laid)
    assert (trouble.reason, trouble.values["column"]) == ("header_mismatch", "sourcedId")


def test_a_broken_file_that_nobody_needs_is_left_alone(laid: Desk) -> None:
    deliver(laid, "1.1", *CORE)
    results = laid.put("results.csv", "colour,shape\n")
    choice = chosen(laid)
    assert [i for i, _ in choice.unmatched] == [results]
    assert laid.told() == [("file-unknown", None)]


def test_other_files_are_listed_and_left_alone(laid: Desk) -> None:
    deliver(laid, "1.1", *CORE)
    laid.put("lunch.csv", ",".join(f"c{i}" for i in range(300)) + "\n")
    laid.put("people.csv", ",".join(catalogue()["users"].header("1.1")) + "\n")
    laid.put("users_2026-08-01.csv", ",".join(catalogue()["users"].header("1.1")) + "\n")
    told = {i.file.name: why for i, why in chosen(laid).unmatched}
    assert told == {
        "lunch.csv": "no layout reads a file of this name",
        "people.csv": "its header is that of users.csv, but its name is not",
        "users_2026-08-01.csv": "users.csv was read instead",
    }


def test_two_dated_files_for_one_table_are_refused(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs")
    for day in ("01", "02"):
        laid.put(f"users_2026-08-{day}.csv", ",".join(catalogue()["users"].header("1.1")) + "\n")
    trouble = refused(laid)
    assert trouble.reason == "files_alike"
    assert "users_2026-08-01.csv and users_2026-08-02.csv" in trouble.message


def test_a_dated_file_is_read(laid: Desk) -> None:
    laid.put("users-20260801.csv", ",".join(catalogue()["users"].header("1.1")) + "\n")
    assert chosen(laid).readers[0].table == "users"


def test_a_file_that_cannot_be_read_fails_the_delivery_if_it_is_needed(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs", "users")
    laid.files[1] = replace(laid.files[1], fault=Reason("file_unreadable", "users.csv could not be read: it is a web page.", ""))
    trouble = refused(laid, "oneroster-1.1")
    assert (trouble.reason, trouble.message) == ("file_unreadable", "users.csv could not be read: it is a web page.")


def test_an_empty_required_file_is_there(laid: Desk) -> None:
    laid.put("users.csv", "sourcedId,orgSourcedIds,role,givenName,familyName\n")
    laid.put("classes.csv", "")
    laid.put("enrollments.csv", "classSourcedId,schoolSourcedId,userSourcedId,role\n")
    assert {m.layout.table for m in chosen(laid, "powerschool-dem").matches} == {"users", "classes", "enrollments"}


# --- manifests


def test_a_manifest_names_version_and_modes(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs", "users", without=("username",))
    laid.put("manifest.csv", whole_manifest("1.1", orgs="bulk", users="delta"))
    choice = chosen(laid)
    assert (choice.layouts.name, choice.why) == ("oneroster-1.1", "manifest.csv says OneRoster 1.1.")
    assert {m.layout.table: m.mode for m in choice.matches} == {"orgs": "continuous", "users": "delta"}


def test_a_promised_file_that_did_not_come_makes_the_set_incomplete(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs")
    laid.put("manifest.csv", whole_manifest("1.1", orgs="bulk", users="bulk", results="delta"))
    trouble = refused(laid)
    assert (trouble.reason, trouble.message) == ("incomplete_set", "users.csv, results.csv did not come.")


def test_a_file_that_the_manifest_calls_absent_is_left_alone(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs", "users")
    laid.put("manifest.csv", whole_manifest("1.1", orgs="bulk"))
    assert [m.layout.table for m in chosen(laid).matches] == ["orgs"]
    assert laid.sentences() == ["users.csv was left alone, because the manifest does not promise it."]


def test_a_manifest_alone_says_that_nothing_changed(laid: Desk) -> None:
    laid.put("manifest.csv", whole_manifest("1.2"))
    choice = chosen(laid)
    assert (choice.layouts.name, choice.matches) == ("oneroster-1.2", ())


def test_a_named_set_wins_over_the_manifest_and_that_is_told(laid: Desk) -> None:
    deliver(laid, "1.1", "orgs")
    laid.put("manifest.csv", whole_manifest("1.1", orgs="bulk"))
    assert chosen(laid, "oneroster-1.2").layouts.version == "1.2"
    assert "The manifest says OneRoster 1.1, the files were read as oneroster-1.2." in laid.sentences()


def test_a_set_without_manifests_takes_it_for_a_stray_file(laid: Desk) -> None:
    deliver(laid, "1.1", "users", "classes", "enrollments")
    laid.put("manifest.csv", whole_manifest("1.1", users="bulk"))
    assert [i.file.name for i, _ in chosen(laid, "powerschool-dem").unmatched] == ["manifest.csv"]


# --- sets as folders

ORGS = 'name = "mine/orgs"\ntable = "orgs"\nfile = "schools.csv"\n[read]\ndelimiter = "tab"\n[map]\nsourcedId = "id"\n'


def test_a_folder_of_layouts_is_a_set(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "orgs.toml").write_text(ORGS, encoding="utf-8")
    (folder / "README.md").write_text("not a layout", encoding="utf-8")
    loaded = sets.load(folder)
    assert (loaded.name, loaded.required, loaded.manifest) == ("mine", (), False)
    assert loaded.layout("mine/orgs").files == ("schools.csv",)
    assert loaded.hints("Schools.CSV").delimiter == "\t"
    assert loaded.hints("other.csv").delimiter is None
    with pytest.raises(Misuse):
        loaded.layout("mine/users")


def test_a_set_may_inherit_all_tables_and_change_one(tmp_path: Path) -> None:
    texts = {"set.toml": 'name = "mine"\ninherit = "oneroster:1.1"\nversion = "1.1"\nmanifest = true\n', "orgs.toml": ORGS}
    loaded = sets.read(texts, "mine")
    assert len(loaded.layouts) == len(catalogue().version("1.1"))
    assert loaded.named("schools.csv") is loaded.layout("mine/orgs")
    assert loaded.named("orgs.csv") is None


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    texts = {
        "set.toml": 'name = "other"\nrequired = ["user"]\nmake = ["shools"]\nversion = "2"\n'
        'inherit = "x"\ncolour = 1\nsame_system = 3\n',
        "a.toml": "table = 3\n",
        "orgs.toml": ORGS,
        "orgs2.toml": ORGS,
    }
    with pytest.raises(LayoutFaults) as caught:
        sets.read(texts, "mine")
    told = [(f.origin, f.line) for f in caught.value.faults]
    assert [line for origin, line in told if origin == "set.toml"] == [1, 2, 3, 4, 5, 6, 7]
    assert ("mine/orgs", 0) in told
    assert any(origin == "a.toml" for origin, _ in told)


def test_an_empty_folder_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="holds no layout"):
        sets.load(tmp_path)


@pytest.mark.parametrize("shipped", layout_sets(), ids=lambda s: s.name)
def test_shipped_sets_say_what_they_are(shipped: sets.LayoutSet) -> None:
    assert shipped.title
    assert shipped.help.strip()
    assert all(layout.name.startswith(f"{shipped.name}/") for layout in shipped.layouts)
    assert shipped.name in shipped.text
    assert layout_set(shipped.name) is shipped
    with pytest.raises(Misuse):
        layout_set(shipped.name + "-9")
    # At run time formulas of shipped sets are taken at their word: here they are judged, and the set is the same.
    assert sets.load(folder_of(shipped.name), shipped.name) == shipped


def test_what_was_taken_at_its_word_is_whitelisted_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "orgs.toml").write_text(ORGS + 'name = { formula = "read_text(name)" }\n', encoding="utf-8")
    with pytest.raises(LayoutFaults, match="read_text may not be used"):
        sets.load(tmp_path, "mine")
    (source,) = [s for t, s in sets.load_judged(tmp_path, "mine").layout("mine/orgs").map if t == "name"]
    assert source.formula is not None
    with pytest.raises(formulas.FormulaFault, match="read_text may not be used"):
        formulas.compile(source.formula, {"name": "name"})
