"""The first sentence of a report says no more than what happened."""

from __future__ import annotations

from pathlib import Path

from e2e.files import district, write
from e2e.installation import Installation


def test_rows_that_a_rule_leaves_out_are_not_told_as_taken(tmp_path: Path) -> None:
    homeroom = Installation(tmp_path / "data")
    homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
    homeroom.inside("source", "add", "pinewood", "--kind", "upload", "--layouts", "oneroster-1.1")
    night = write(tmp_path / "night", district())
    assert "Success: all rows were taken.\n" in homeroom.inside("import", "pinewood", str(night)).out
    homeroom.inside("source", "set", "pinewood", "1", "ignore_schools=s2")
    # Elm School itself, its class, its teacher and ten students, and the enrollments of them.
    stepped_out = homeroom.inside("import", "pinewood", str(night))
    assert "Success: all rows were taken but 24 that were left out by rule." in stepped_out.out
