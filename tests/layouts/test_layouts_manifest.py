"""What a manifest.csv promises, rightly or wrongly written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from homeroom.layouts import manifest
from homeroom.roster.faults import Refused
from homeroom.roster.report import Reason
from layoutkit import Desk, desk, whole_manifest


@pytest.fixture
def laid(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as desk_:
        yield desk_


@pytest.mark.parametrize(
    ("said", "version"), [("1.1", "1.1"), ("1.2", "1.2"), ("1.2.1", "1.2"), ("v1.1.1", "1.1"), ("1.0", "1.1")]
)
def test_versions(said: str, version: str) -> None:
    assert manifest.interpret([("oneroster.version", said)], 0).version == version


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_right_manifest_says_everything_and_is_told_nothing(laid: Desk, version: str) -> None:
    found = manifest.read(laid.put("manifest.csv", whole_manifest(version, users="bulk", orgs="delta")))
    assert (found.version, found.findings) == (version, ())
    assert set(found.promised) == {"users", "orgs"}
    assert (found.mode("users"), found.mode("orgs"), found.mode("classes")) == ("bulk", "delta", "absent")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_and_a_byte_order_mark(laid: Desk, ends: str) -> None:
    content = "\ufeff" + whole_manifest("1.1", users="bulk").replace("\n", ends)
    assert manifest.read(laid.put("Manifest.CSV", content)).promised == ("users",)
    assert manifest.find(laid.files) is laid.files[0]


def test_mistakes_are_warnings(laid: Desk) -> None:
    lines = ["oneroster.version,3.0", "file.users,Bulk", "file.orgs,full", "file.pets,bulk", "file.users,absent"]
    content = "\n".join(["propertyName,value", *lines, "file.classes.csv,bulk", ""])
    found = manifest.read(laid.put("manifest.csv", content))
    assert found.version is None
    assert found.mode("users") == "bulk"
    assert found.mode("classes") == "bulk"
    assert found.mode("orgs") == "bulk"
    told = {dict(f.detail)["property"]: dict(f.detail)["what"] for f in found.findings}
    assert set(told) == {"oneroster.version", "file.orgs", "file.pets", "file.users"}


def test_beside_a_delta_nothing_unsaid_counts_as_whole_manifest() -> None:
    found = manifest.interpret([("oneroster.version", "1.1"), ("file.users", "delta")], 0)
    assert found.mode("orgs") == "absent"
    (finding,) = found.findings
    assert "file.orgs" in dict(finding.detail)["property"]


def test_what_is_no_manifest_is_refused(laid: Desk) -> None:
    inspected = laid.put("manifest.csv", whole_manifest("1.1"))
    large = replace(inspected, file=replace(inspected.file, size=manifest.LARGEST + 1))
    page = replace(inspected, fault=Reason("file_unreadable", "It is an HTML page.", ""))
    for wrong in (large, page):
        with pytest.raises(Refused) as refused:
            manifest.read(wrong)
        assert refused.value.reason == "file_unreadable"
