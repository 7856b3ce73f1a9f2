"""The numbers behind the drawings."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeroom.doors.console import drawing
from homeroom.doors.console.rendering import environment

counts = st.integers(0, 3_000_000)
any_machine = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""


@any_machine
@given(counts, counts, counts, counts, counts)
def test_a_bar_is_full_and_no_part_is_too_small_to_see(
    added: int, updated: int, removed: int, restored: int, unchanged: int
) -> None:
    made = drawing.bar(added, updated, removed, restored, unchanged)
    given_ = [added, updated, removed, restored, unchanged]
    assert len(made.blocks) == sum(1 for count in given_ if count)
    assert [b.fill for b in made.blocks] == [
        fill for count, fill in zip(given_, ["f-ok", "f-run", "f-bad", "f-restore", "f-none"], strict=True) if count
    ]
    assert all(block.width >= drawing.SMALLEST - 0.1 for block in made.blocks)
    if made.blocks:
        assert sum(block.width for block in made.blocks) == pytest.approx(drawing.WIDTH, abs=0.5)
        for before, after in zip(made.blocks, made.blocks[1:], strict=False):
            assert after.x == pytest.approx(before.x + before.width, abs=0.2)


def test_only_what_is_unchanged_is_shortened() -> None:
    small = drawing.bar(added=3, updated=1, unchanged=50_000)
    assert small.blocks[0].width == pytest.approx(3 * small.blocks[1].width, rel=0.01)
    assert small.blocks[2].width == pytest.approx(drawing.WIDTH * drawing.SHORTENED, abs=1)
    large = drawing.bar(removed=900, unchanged=100)
    assert large.blocks[0].width == pytest.approx(900)


def test_what_is_removed_is_hatched_within_its_block() -> None:
    made = drawing.bar(added=10, removed=200, unchanged=10_000)
    removed = made.blocks[1]
    assert made.hatches
    assert all(removed.x <= x and x + 6 <= removed.x + removed.width + 0.1 for x in made.hatches)


@any_machine
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_is_told_as_it_is(part: int, whole: int) -> None:
    made = drawing.share(part, whole)
    assert sum(block.width for block in made.blocks) == pytest.approx(drawing.WIDTH)
    assert ("f-bad" in {b.fill for b in made.blocks}) == bool(part and whole)


def test_thirty_nights_say_their_counts() -> None:
    ends = ["ok"] * 22 + ["warn"] * 4 + ["bad", "held", "nothing", "none"]
    said = environment().from_string("{{ ui.spark(ends) }}").render(ends=ends)
    label = said.partition('aria-label="')[2].partition('"')[0]
    assert label == (
        "Last 30 nights: 22 success, 4 success with row issues, 1 waiting for approval, 1 failed, "
        "1 time nothing came, 1 night without an import due"
    )
    assert said.count("<rect") == 29
    assert [height for _, _, height in drawing.nights(["ok", "warn", "held", "bad"])] == [7, 12, 16, 20]
    assert "style=" not in said
