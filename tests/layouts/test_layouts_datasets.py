"""`datasets.toml` of a set: what it may declare, and what its writer is told, all at once with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.layouts import datasets, sets
from homeroom.layouts.choice import choose
from homeroom.layouts.differences import compare
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.catalogue import DATASET, Format, catalogue
from homeroom.roster.datasets import agreed, as_values, from_values
from homeroom.roster.faults import Refused
from homeroom.systems import layout_sets
from layoutkit import desk, whole_manifest

BUSING = """\
[codes.busZone]
values = ["inner", "outer"]
open = true

[tables.own_busing]
singular = "bus place"
about = "Who rides which bus."
fields = [
  { name = "userSourcedId", format = "guid_ref", ref = "users", required = "always" },
  { name = "zone", format = "enum", codes = "busZone", about = "How far out." },
  { name = "grade", format = "enum", codes = "grade" },
  { name = "fare", format = "float", personal = true },
]
"""


def faults(text: str) -> list[str]:
    with pytest.raises(LayoutFaults) as raised:
        datasets.read(text)
    return [str(f) for f in raised.value.faults]


def test_a_declaration_becomes_a_table_like_any_other() -> None:
    (busing,) = datasets.read(BUSING)
    assert busing.header(DATASET) == ("sourcedId", "status", "dateLastModified", "userSourcedId", "zone", "grade", "fare")
    assert busing.columns == ("sourcedId", "userSourcedId", "zone", "grade", "fare", "metadata")
    zone, grade = busing.field("zone"), busing.field("grade")
    found = [catalogue().code_list(field, "1.2") for field in (zone, grade)]
    assert [c and c.name for c in found] == ["busZone", "grade"]
    assert (found[0] and found[0].open, busing.field("fare").personal, busing.field("userSourcedId").ref) == (True, True, "users")
    assert busing not in (*catalogue().version("1.1"), *catalogue().version("1.2"))


def test_it_is_kept_as_plain_values_and_is_the_same_afterwards() -> None:
    (busing,) = datasets.read(BUSING)
    assert from_values("own_busing", as_values(busing)) == busing
    for table in catalogue().version(DATASET):
        assert from_values(table.name, as_values(table)) == table


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    told = faults(
        """\
[codes.zone]
values = []
[tables.busing]
fields = [{ name = "zone", format = "string" }]
[tables.own_trip]
fields = [
  { name = "status", format = "string" },
  { name = "bus number", format = "string" },
  { name = "stop", format = "text" },
  { name = "rider", format = "guid_ref" },
  { name = "school", format = "guid_ref", ref = "orgz" },
  { name = "kind", format = "enum" },
  { name = "side", format = "enum", codes = "sides" },
  { name = "code", format = "string", required = "delta", secret = true },
  { name = "twice", format = "string" },
  { name = "Twice", format = "string" },
]
[tables.own_empty]
fields = []
"""
    )
    assert [t.split(" ", 1)[0] for t in told][:2] == ["datasets.toml:1:1:", "datasets.toml:3:1:"]
    assert all(t.startswith(("datasets.toml:6:", "datasets.toml:18:")) for t in told[2:]), told
    for part in (
        "A code list has values.",
        "A dataset cannot be called busing. Begin it with own_",
        "status: every record has this already",
        "bus number: a column's name is letters and digits",
        "stop: the format text cannot be used here. It is one of: ",
        "rider: a guid_ref says which table it names",
        "school: there is no roster table orgz.",
        "kind: an enum has a code list.",
        "side: there is no code list sides.",
        "code: secret is not known here.",
        "code: required is always, or is left out.",
        "own_trip has two columns twice.",
        "own_empty has no fields.",
    ):
        assert any(part in t for t in told), (part, told)


@pytest.mark.parametrize(
    "text", ["tables = 3", "[tables]", "[codes.x]\nvalues = ['a']", "fields = ", "[tables.own_x]\nfields = [3]"]
)
def test_a_text_that_declares_nothing_is_told_so(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("name", ["Own_x", "own_", "own_X", "own_9", "own_" + "x" * 27, "own_x;drop", 'own_x"y', "gpa", "users"])
def test_only_safe_names_that_meet_no_table_are_taken(name: str) -> None:
    quoted = "'" + name + "'"
    assert "cannot be called" in faults(f"[tables.{quoted}]\nfields = [{{ name = 'a', format = 'string' }}]")[0]


def test_a_set_fills_its_own_datasets_by_name_or_inherits_a_layout_for_them() -> None:
    layout = 'name = "s/busing"\ntable = "own_busing"\nfile = "bus.csv"\n[map]\nsourcedId = "id"\nuserSourcedId = "student"\n'
    mapped = sets.read({"datasets.toml": BUSING, "bus.toml": layout}, "s")
    assert [(w.table, w.of.singular) for w in mapped.layouts] == [("own_busing", "bus place")]
    assert "Who rides which bus." in mapped.text
    inherited = sets.read({"datasets.toml": BUSING, "set.toml": 'name = "s"\ninherit = "dataset"\n'}, "s")
    assert [w.table for w in inherited.layouts] == [*(t.name for t in catalogue().version(DATASET)), "own_busing"]
    assert inherited.file_of("own_busing") == "own_busing.csv"


def test_a_layout_says_what_it_inherits_rightly() -> None:
    for table, word in (("gpa", "oneroster:1.2"), ("users", "dataset")):
        text = f'name = "s/x"\ntable = "{table}"\ninherit = "{word}"\nfile = "x.csv"\n[map]\nsourcedId = "id"\n'
        with pytest.raises(LayoutFaults, match=f"{word} knows no table {table}"):
            sets.read({"x.toml": text}, "s")


def test_a_later_declaration_adds_and_never_takes_away_or_changes() -> None:
    (before,) = datasets.read(BUSING)
    (now,) = datasets.read(BUSING.replace('"fare", format = "float", personal = true', '"seat", format = "integer"'))
    both = agreed(before, now)
    assert both.columns == ("sourcedId", "userSourcedId", "zone", "grade", "seat", "fare", "metadata")
    assert both.field("fare").format is Format.FLOAT
    assert agreed(None, now) == now
    assert agreed(both, now) == both
    for changed in ('ref = "orgs"', 'ref = "classes"'):
        with pytest.raises(Refused, match="userSourcedId named users and now names"):
            agreed(before, datasets.read(BUSING.replace('ref = "users"', changed))[0])


def test_files_of_datasets_are_known_by_their_columns_and_are_never_needed(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("gpa.csv", ",".join(catalogue()["gpa"].header(DATASET)) + "\n")
        assert choose(layout_sets(), laid.files, None, laid.workbench).layouts.name == "datasets"
    (tmp_path / "beside").mkdir()
    with desk(tmp_path / "beside") as laid:
        laid.put("orgs.csv", ",".join(catalogue()["orgs"].header("1.1")) + "\n")
        laid.put("grades.csv", "Student,Mark\n")  # a file of a dataset's name that is none: told, and the rest is read
        made = sets.read({"set.toml": 'name = "own"\ninherit = ["oneroster:1.1", "dataset"]\n'}, "own")
        chosen = choose([made], laid.files, "own", laid.workbench)
        assert [m.layout.table for m in chosen.matches] == ["orgs"]
        assert [look.file.name for look, _ in chosen.unmatched] == ["grades.csv"]


def test_a_manifest_cannot_speak_of_datasets(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("manifest.csv", whole_manifest("1.1", orgs="delta") + "file.gpa,delta\n")
        laid.put("orgs.csv", ",".join(catalogue()["orgs"].header("1.1")) + "\n")
        laid.put("gpa.csv", ",".join(catalogue()["gpa"].header(DATASET)) + "\n")
        text = 'name = "own"\nversion = "1.1"\nmanifest = true\ninherit = ["oneroster:1.1", "dataset"]\n'
        chosen = choose([sets.read({"set.toml": text}, "own")], laid.files, "own", laid.workbench)
        assert {m.layout.table: m.mode for m in chosen.matches} == {"orgs": "delta", "gpa": "continuous"}
        assert ("manifest-property", None) in laid.told()


def test_two_versions_of_a_set_are_told_apart_by_their_datasets_in_words() -> None:
    own = {"set.toml": 'name = "s"\ninherit = "dataset"\n'}
    old = own | {"datasets.toml": BUSING}
    new = own | {
        "datasets.toml": BUSING.replace('"fare", format = "float"', '"seat", format = "integer"').replace(
            'ref = "users"', 'ref = "orgs"'
        )
    }
    told = compare(old, new).changes
    assert told is not None
    assert [d.sentence for d in told if not d.layout] == [
        "own_busing: the column fare is no longer declared; what is kept of it stays.",
        "own_busing: the column seat is new (integer).",
        "own_busing: the column userSourcedId is declared otherwise.",
    ]
    assert next(d.sentence for d in compare(own, old).changes or ()) == (
        "The dataset own_busing is new, with the columns userSourcedId, zone, grade, fare."
    )
    assert compare(old, old).changes == ()
