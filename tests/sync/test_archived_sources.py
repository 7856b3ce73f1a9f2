"""A source that is ended for good: nothing comes from it any more, all that came is kept, and it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk_people import ADMINISTRATOR
from e2e.files import district
from homeroom.desk import source_page, uploading
from homeroom.desk.import_log import import_log
from homeroom.roster.faults import Misuse
from homeroom.sync import archiving, freshness, sources
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Pinewood]:
    with opened(settings(tmp_path / "data")) as house:
        yield Pinewood.founded(house, tmp_path)


def test_an_archived_source_is_gone_from_the_lists_and_its_history_stays(place: Pinewood) -> None:
    house, old = place.house, place.source(layouts="oneroster-1.1", name="Old")
    place.night(district())
    new = place.source("sftp", layouts="oneroster-1.1", name="New", settings={"expected_by": "03:00"})
    made = archiving.archive(house, SLUG, old.id, NOW, "ada")
    assert (made.archived, made.enabled) == (NOW, False)
    assert [s.source.name for s in source_page.listed(house, SLUG, NOW)] == ["New"]
    assert [s.name for s in source_page.archived(house, SLUG)] == ["Old"]
    assert [r.source.name for r in uploading.readers(house, SLUG)] == ["New"]
    assert (place.active(), import_log(house, ADMINISTRATOR, SLUG).entries[0].source_name) == (24, "Old")
    # The only one that is left is meant where none is named; the archived one takes nothing, and changes in nothing.
    assert sources.of(house, SLUG, None) == new
    for act in (
        lambda: place.begin(district(), source=old.id),
        lambda: sources.change(house, SLUG, old.id, {"enabled": True}),
        lambda: archiving.archive(house, SLUG, old.id, NOW),
        lambda: archiving.take_back(house, SLUG, new.id, NOW),
    ):
        with pytest.raises(Misuse, match="archived"):
            act()
    assert freshness.freshness(house, house.stores.control.sources.get(old.id), NOW + timedelta(days=9)).late_since is None

    back = archiving.take_back(house, SLUG, old.id, NOW, "ada")
    assert (back.archived, back.enabled) == (None, False)
    sources.change(house, SLUG, old.id, {"enabled": True})
    assert place.night(district(), source=old.id).outcome == "success"
    assert [a for a in place.acts() if a in ("source-archived", "source-taken-back")] == ["source-archived", "source-taken-back"]


def test_an_import_that_has_not_ended_keeps_its_source(place: Pinewood) -> None:
    source = place.source(layouts="oneroster-1.1")
    place.night(district())
    held = place.night(half())
    assert held.status == "waiting_for_approval"
    with pytest.raises(Misuse, match="has not ended"):
        archiving.archive(place.house, SLUG, source.id, NOW)
