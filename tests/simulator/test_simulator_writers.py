"""What the writers put on disk, read back with nothing but Python's own csv and split."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse
from homeroom.simulator.district import make
from homeroom.simulator.generate import generate, zipped
from homeroom.simulator.nights import swap_files
from homeroom.simulator.writers.catalogue import WRITERS


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def digest(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(p.relative_to(folder).as_posix().encode() + p.read_bytes() for p in files)).hexdigest()[:16]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_oneroster_headers_are_the_standards(version: str, tmp_path: Path) -> None:
    generate(tmp_path, 60, 1, f"oneroster-{version}")
    files = {p.stem for p in tmp_path.glob("*.csv")} - {"manifest"}
    for name in files:
        header = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert tuple(h for h in header if not h.startswith("metadata.")) == catalogue()[name].header(version)
    modes = {r["propertyName"]: r["value"] for r in table(tmp_path / "manifest.csv")}
    assert modes["manifest.version"] == "1.0"
    assert modes["oneroster.version"] == version
    listed = {k.removeprefix("file."): v for k, v in modes.items() if k.startswith("file.")}
    assert {k for k, v in listed.items() if v == "bulk"} == files
    assert set(listed) == {t.name for t in catalogue().version(version)}


def test_oneroster_11_cells_follow_the_standard(tmp_path: Path) -> None:
    generate(tmp_path, 400, 2)
    ids = {name: {r["sourcedId"] for r in table(tmp_path / f"{name}.csv")} for name in ("orgs", "users", "classes", "courses")}
    ids["academicSessions"] = {r["sourcedId"] for r in table(tmp_path / "academicSessions.csv")}
    for t in catalogue().version("1.1"):
        path = tmp_path / t.file
        for row in table(path) if path.exists() else []:
            assert row["status"] == row["dateLastModified"] == ""
            for field in t.fields:
                if "1.1" not in field.versions:
                    continue
                value = row[field.spelled("1.1")]
                assert value or "1.1" not in field.required, (t.name, field.name)
                items = [i for i in (value.split(",") if field.format.is_list else [value]) if i]
                if field.ref in ids:
                    assert set(items) <= ids[field.ref], (t.name, field.name)
                allowed = catalogue().code_list(field, "1.1")
                if allowed:
                    assert set(items) <= set(allowed.values), (t.name, field.name)
    assert b"\r\n" in (tmp_path / "users.csv").read_bytes()
    assert not (tmp_path / "users.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert any("," in r["agentSourcedIds"] for r in table(tmp_path / "users.csv"))
    assert {r["role"] for r in table(tmp_path / "users.csv")} >= {"student", "teacher", "parent", "guardian", "relative"}


def test_oneroster_12_says_what_a_person_is_in_roles(tmp_path: Path) -> None:
    generate(tmp_path, 400, 2, "oneroster-1.2")
    roles = table(tmp_path / "roles.csv")
    assert len({r["sourcedId"] for r in roles}) == len(roles)
    primary = Counter(r["userSourcedId"] for r in roles if r["roleType"] == "primary")
    assert primary == Counter(r["sourcedId"] for r in table(tmp_path / "users.csv"))
    assert {r["role"] for r in roles} <= set(catalogue().codes["orgRole12"].values)


def test_powerschool_writes_cr_prefixes_and_not_one_quote(tmp_path: Path) -> None:
    # the export summary of the plug-in's guide: line delimiter CR, field delimiter comma, UTF-8, headers, no quotes
    generate(tmp_path, 400, 3, "powerschool-dem")
    assert {p.name for p in tmp_path.iterdir()} == {"users.csv", "classes.csv", "enrollments.csv"}
    for name, prefix in (("users", "USERS."), ("classes", "SECTIONS."), ("enrollments", "CC.")):
        raw = (tmp_path / f"{name}.csv").read_bytes()
        assert b'"' not in raw
        assert b"\n" not in raw
        assert raw.endswith(b"\r")
        assert all(h.startswith(prefix) for h in raw.split(b"\r")[0].decode().split(","))
    rows = [line.split(",") for line in (tmp_path / "users.csv").read_text(encoding="utf-8").split("\n") if line]
    header, rows = rows[0], rows[1:]
    assert header[-2:] == ["USERS.language", "USERS.dcid"]
    widths = Counter(len(r) - len(header) for r in rows)
    assert widths[0] > 100
    assert widths[1] > 30  # two guardians, or two schools, in one cell without quotes
    assert {r[0][0] for r in rows} == {"S", "T", "G"}
    classes = [line.split(",") for line in (tmp_path / "classes.csv").read_text(encoding="utf-8").split("\n") if line]
    assert {len(r) for r in classes} == {6, 7}  # a laboratory takes two periods
    assert all(r[-1] == r[0][1:] for r in rows)


def test_powerschool_applies_the_contact_rules() -> None:
    district = make(400, 3)
    users = {r[0]: r for r in WRITERS["powerschool-dem"].sheets(district)[0].rows}
    for contact in district.of("contact"):
        if contact.legal:
            assert users[contact.id][2] == "guardian"
        elif contact.relation in ("mother", "father"):
            assert users[contact.id][2] == "parent"
        else:
            assert contact.id not in users
    named = {a for r in users.values() for a in r[8].split(",") if a}
    assert named <= set(users)


def test_powerschool_variants(tmp_path: Path) -> None:
    generate(tmp_path / "a", 100, 3, "powerschool-dem:labels-corrected")
    assert (tmp_path / "a" / "classes.csv").read_bytes().startswith(b"sourcedId,title,grades,location,schoolSourcedId,periods\r")
    generate(tmp_path / "b", 100, 3, "powerschool-dem:quoted")
    rows = list(csv.reader(io.StringIO((tmp_path / "b" / "users.csv").read_bytes().decode(), newline="")))
    assert {len(r) for r in rows} == {12}
    assert any("," in r[8] for r in rows)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for layouts, known in BYTES.items():
        folder = tmp_path / layouts
        generate(folder, 120, 21, layouts, nights=2, dirty=0.05)
        assert digest(folder) == known, layouts


BYTES = {  # digests, so that another Python or machine that writes other bytes is noticed
    "oneroster-1.1": "1421868b22c8b54e",
    "oneroster-1.2": "b5fdeeaa83e87603",
    "powerschool-dem": "825aed7b2c952f08",
}


def test_nights_lie_side_by_side(tmp_path: Path) -> None:
    assert generate(tmp_path, 50, 1, nights=3) == [tmp_path / "night-1", tmp_path / "night-2", tmp_path / "night-3"]
    assert generate(tmp_path / "one", 50, 1) == [tmp_path / "one"]
    assert digest(tmp_path / "night-1") == digest(tmp_path / "one")
    assert digest(tmp_path / "night-1") != digest(tmp_path / "night-2")


def test_a_zip_holds_the_same_files_at_its_root(tmp_path: Path) -> None:
    folder = generate(tmp_path / "d", 20, 1)[0]
    first, second = zipped(folder, tmp_path / "a.zip"), zipped(folder, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {p.name: p.read_bytes() for p in folder.glob("*.csv")}


def test_swapped_files_change_places(tmp_path: Path) -> None:
    generate(tmp_path, 20, 1)
    before = (tmp_path / "users.csv").read_bytes()
    swap_files(tmp_path, "users.csv", "classes.csv")
    assert (tmp_path / "classes.csv").read_bytes() == before


@pytest.mark.parametrize(
    "wrong", [{"layouts": "no-such"}, {"students": 0}, {"nights": 0}, {"dirty": 0.9}, {"dirty": -1.0}], ids=str
)
def test_wrong_numbers_are_told(wrong: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(Misuse):
        generate(tmp_path, **({"students": 5, "seed": 1} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize("layouts", ["oneroster-1.1", "oneroster-1.2", "powerschool-dem"])
def test_expected_json_is_true(layouts: str, tmp_path: Path) -> None:
    """Every bad row stands where the side file says, and no other row differs from the clean district."""
    generate(tmp_path / "clean", 800, 5, layouts)
    generate(tmp_path / "dirty", 800, 5, layouts, dirty=0.02)
    told = json.loads((tmp_path / "dirty" / "EXPECTED.json").read_text(encoding="utf-8"))["nights"][0]
    end = WRITERS[layouts].form.ends.encode()
    assert len({r["kind"] for r in told["rows"]}) >= 15
    for path in sorted((tmp_path / "clean").glob("*.csv")):
        clean, dirty = path.read_bytes().split(end), (tmp_path / "dirty" / path.name).read_bytes().split(end)
        clean, dirty = clean[:-1], dirty[:-1]
        differing = {n for n, line in enumerate(dirty, start=1) if n > len(clean) or line != clean[n - 1]}
        rows = [r for r in told["rows"] if r["file"] == path.name]
        untouched = {r["line"] for r in rows if r["kind"] == "duplicate-different"}  # its first half is as it was
        assert {r["line"] for r in rows} - untouched == differing - untouched
        for row in rows:
            assert row["key"] is None or dirty[row["line"] - 1].split(b",")[0].decode() == row["key"]


def test_consequences_are_those_of_a_first_import(tmp_path: Path) -> None:
    generate(tmp_path, 800, 5, dirty=0.02)
    told = json.loads((tmp_path / "EXPECTED.json").read_text(encoding="utf-8"))["nights"][0]
    refused = {(r["table"], r["key"]) for r in told["rows"] if r["effect"] == "refused"}
    enrollments = (tmp_path / "enrollments.csv").read_text(encoding="utf-8").split("\n")
    assert told["consequences"]
    for row in told["consequences"]:
        if row["table"] == "enrollments":
            cells = enrollments[row["line"] - 1].split(",")
            assert ("users", cells[5]) in refused or ("classes", cells[3]) in refused
