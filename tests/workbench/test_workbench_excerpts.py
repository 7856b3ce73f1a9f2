"""Lines copied out of a file by their numbers are those lines, whatever the line end and however the file ends."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.workbench import excerpts
from homeroom.workbench.excerpts import LINE_ENDS, excerpt


@settings(deadline=None, max_examples=60)
@given(
    lines=st.lists(st.text("ab,é\"' ", max_size=6), max_size=12),
    end=st.sampled_from(sorted(LINE_ENDS.values())),
    closed=st.booleans(),
    data=st.data(),
)
def test_chosen_lines_come_in_their_order(lines: list[str], end: bytes, closed: bool, data: st.DataObject) -> None:
    chosen = sorted(data.draw(st.sets(st.sampled_from(range(1, len(lines) + 1))))) if lines else []
    written = [line.encode() for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "users.csv", Path(folder) / "again.csv"
        # a last line that is blank and has no end is no line
        file.write_bytes(end.join(written) + (end if closed or (written and not written[-1]) else b""))
        if not written:
            file.write_bytes(b"")
        assert excerpt(file, chosen, end, out) == len(chosen)
        assert out.read_bytes() == b"".join(written[n - 1] + end for n in chosen)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_lines_and_their_ends_may_lie_across_two_blocks(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "_CHUNK", size)
    (tmp_path / "users.csv").write_bytes(b"id,name\r\nu1,Ada\r\nu2,Bo\r\nu3,Cy")
    assert excerpt(tmp_path / "users.csv", [2, 4], b"\r\n", tmp_path / "again.csv") == 2
    assert (tmp_path / "again.csv").read_bytes() == b"u1,Ada\r\nu3,Cy\r\n"


def test_lines_that_are_not_there_are_not_made_up(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_bytes(b"u1\nu2\n")
    assert excerpt(tmp_path / "users.csv", [2, 3, 9], b"\n", tmp_path / "again.csv") == 1
    assert (tmp_path / "again.csv").read_bytes() == b"u2\n"
