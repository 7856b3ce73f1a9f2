"""A OneRoster package is exact to the byte, the same each time, and tells either version from the same stored records."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.outbound.packages import export
from homeroom.roster.catalogue import catalogue
from homeroom.roster.versions import stored_columns

AT = "2026-11-20T06:00:00.000Z"


def stored(table: str, key: str, *, status: str = "active", metadata: dict | None = None, **cells: str) -> tuple:
    values = {"sourcedId": key, "status": status, "dateLastModified": AT, **cells}
    values["metadata"] = json.dumps(metadata) if metadata else None
    return tuple(values.get(c) for c in stored_columns(catalogue()[table]))


ROSTER = {
    "orgs": [
        stored("orgs", "d1", name="Pinewood", type="district"),
        stored("orgs", "s1", name="Pinewood High, North", type="school", parentSourcedId="d1"),
        stored("orgs", "gone", name="Closed", type="school", status="tobedeleted"),
    ],
    "users": [
        stored("users", "u1", role="student", orgSourcedIds="s1,s2", givenName="Zoë", familyName='O"Neil', enabledUser="true"),
        stored("users", "u2", role="administrator", orgSourcedIds="d1", givenName="=1+1", familyName="Lee", enabledUser="true"),
    ],
}


def rows_of(roster: dict[str, list[tuple]]):
    return lambda table: iter(roster.get(table, []))


def opened(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_a_bulk_package_has_exact_headers_blank_status_and_only_active_rows(tmp_path: Path) -> None:
    package = export(rows_of(ROSTER), "1.1", tmp_path / "out.zip")
    files = opened(package.path)
    assert set(files) == {"orgs.csv", "users.csv", "manifest.csv"}
    assert files["orgs.csv"] == (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\r\n"
        "d1,,,Pinewood,district,,\r\n"
        's1,,,"Pinewood High, North",school,,d1\r\n'
    )
    assert package.rows == {"orgs": 2, "users": 2}


def test_the_manifest_names_every_file_of_the_version(tmp_path: Path) -> None:
    lines = opened(export(rows_of(ROSTER), "1.1", tmp_path / "out.zip").path)["manifest.csv"].splitlines()
    assert lines[:3] == ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1"]
    assert "file.orgs,bulk" in lines
    assert "file.enrollments,absent" in lines
    assert not any(line.startswith("file.roles") for line in lines)
    assert lines[-1] == "source.systemName,Homeroom"


def test_a_delta_fills_status_and_date_and_tells_removals(tmp_path: Path) -> None:
    changed = {"orgs": ROSTER["orgs"][2:]}
    files = opened(export(rows_of(ROSTER), "1.2", tmp_path / "out.zip", changed=rows_of(changed)).path)
    assert set(files) == {"orgs.csv", "manifest.csv"}
    assert f"gone,tobedeleted,{AT},Closed,school,," in files["orgs.csv"]
    assert "file.orgs,delta" in files["manifest.csv"]


def test_a_11_user_becomes_a_12_user_with_roles(tmp_path: Path) -> None:
    files = opened(export(rows_of(ROSTER), "1.2", tmp_path / "out.zip").path)
    roles = list(csv.DictReader(io.StringIO(files["roles.csv"])))
    assert [(r["sourcedId"], r["userSourcedId"], r["roleType"], r["role"], r["orgSourcedId"]) for r in roles] == [
        ("u1.role-1", "u1", "primary", "student", "s1"),
        ("u1.role-2", "u1", "primary", "student", "s2"),
        ("u2.role-1", "u2", "primary", "districtAdministrator", "d1"),
    ]
    users = list(csv.DictReader(io.StringIO(files["users.csv"])))
    assert [u["primaryOrgSourcedId"] for u in users] == ["s1", "d1"]
    assert "orgSourcedIds" not in users[0]


def test_a_12_user_becomes_a_11_user_with_one_role(tmp_path: Path) -> None:
    roster = {
        "users": [
            stored("users", "u1", enabledUser="true", primaryOrgSourcedId="s2"),
            stored("users", "u2", enabledUser="true"),
        ],
        "roles": [
            stored("roles", "r1", userSourcedId="u1", role="teacher", roleType="primary", orgSourcedId="s1"),
            stored("roles", "r2", userSourcedId="u1", role="principal", roleType="secondary", orgSourcedId="s2"),
            stored("roles", "r3", userSourcedId="u1", role="teacher", orgSourcedId="s9", status="tobedeleted"),
            stored("roles", "r4", userSourcedId="u2", role="ext:nurse", roleType="primary", orgSourcedId="s1"),
        ],
    }
    package = export(rows_of(roster), "1.1", tmp_path / "out.zip")
    users = list(csv.DictReader(io.StringIO(opened(package.path)["users.csv"])))
    assert [(u["role"], u["orgSourcedIds"]) for u in users] == [("administrator", "s2,s1"), ("", "s1")]
    assert package.without_role == 1
    assert "roles.csv" not in opened(package.path)


def test_extension_columns_stand_to_the_right_in_order(tmp_path: Path) -> None:
    roster = {
        "orgs": [
            stored("orgs", "a", name="A", type="school", metadata={"zone": "9", "made": True}),
            stored("orgs", "b", name="B", type="school", metadata={"bell": "x"}),
        ]
    }
    text = opened(export(rows_of(roster), "1.1", tmp_path / "out.zip").path)["orgs.csv"]
    assert text.splitlines()[0].endswith("parentSourcedId,metadata.bell,metadata.made,metadata.zone")
    assert text.splitlines()[1:] == ["a,,,A,school,,,,true,9", "b,,,B,school,,,x,,"]


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    one = export(rows_of(ROSTER), "1.2", tmp_path / "one.zip").path.read_bytes()
    two = export(rows_of(ROSTER), "1.2", tmp_path / "two.zip").path.read_bytes()
    assert one == two
    assert not list(tmp_path.glob("*.part"))


def test_a_failed_export_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken(table: str):
        if table == "users":
            raise OSError("the disk went away")
        return iter(ROSTER.get(table, []))

    with pytest.raises(OSError, match="went away"):
        export(broken, "1.1", tmp_path / "out.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_roster_is_a_manifest_alone(tmp_path: Path) -> None:
    package = export(rows_of({}), "1.2", tmp_path / "out.zip")
    assert set(opened(package.path)) == {"manifest.csv"}
    assert package.rows == {}


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
def test_every_text_comes_back_as_it_was(tmp_path_factory, texts: list[tuple[str, str]]) -> None:
    """Law: a cell holds what the record holds. No quoting, no guard against spreadsheets changes what a program reads."""
    roster = {"orgs": [stored("orgs", f"o{n}", name=name, identifier=other) for n, (name, other) in enumerate(texts)]}
    out = tmp_path_factory.mktemp("export") / "out.zip"
    read = csv.DictReader(io.StringIO(opened(export(rows_of(roster), "1.1", out).path)["orgs.csv"], newline=""))
    assert [(r["name"], r["identifier"]) for r in read] == texts
