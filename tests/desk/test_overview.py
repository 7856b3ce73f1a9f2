"""One district's page: is its roster fresh, and does anything need somebody?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from desk_people import ADMINISTRATOR, OPERATOR
from e2e.files import district
from homeroom.desk.overview import Overview, overview
from homeroom.roster.words import plain
from homeroom.sync import apps, imports
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, half, settings


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """A district with two nights, the second with a new student, a teacher who left and a row that was refused."""
    folder = tmp_path_factory.mktemp("overview")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source(name="Nightly files")
        made.night(district())
        files = district(21)
        files["users.csv"] = "".join(line for line in files["users.csv"].splitlines(True) if not line.startswith("g2,"))
        files["enrollments.csv"] += "e-x,,,k1,s1,nobody,student,false,,\n"
        made.night(files)
        made.source("sftp", name="Night school")
        apps.add(house, "Reading Garden", (SLUG,), ())
        apps.add(house, "Of others", (), ())
        yield made


def page(made: Pinewood, now: datetime | None = None) -> Overview:
    return overview(made.house, OPERATOR, SLUG, now)


def test_the_counts_say_what_the_last_revision_changed(walked: Pinewood) -> None:
    told = page(walked)
    assert [(c.what, c.active, c.added, c.removed) for c in told.counts] == [
        ("students", 21, 1, 0),
        ("staff", 2, 0, 0),
        ("classes", 2, 0, 0),
        ("enrollments", 23, 1, 0),
    ]
    assert told.revision is not None
    assert told.before is not None
    assert (told.revision.number, told.before.number) == (2, 1)
    assert [(e.number, e.state, e.totals and (e.totals.added, e.totals.refused)) for e in told.imports] == [
        (2, "row_issues", (2, 1)),
        (1, "success", (54, 0)),
    ]


def test_rows_to_mend_and_unused_sources_need_somebody(walked: Pinewood) -> None:
    matters = page(walked).matters
    assert [(m.kind, plain(m.title), m.with_whom, m.number) for m in matters] == [
        ("row_issues", "1 row refused", "district", 2),
        ("not_connected", "Night school: nothing has come yet", "district", 2),
    ]
    assert {m.with_whom for m in overview(walked.house, ADMINISTRATOR, SLUG).matters} == {"you"}


def test_facts_about_the_district(walked: Pinewood) -> None:
    told = page(walked)
    assert (told.system, told.year) == ("OneRoster", (date(2026, 8, 1), date(2027, 7, 1)))
    assert [(s.source.name, s.fresh.state) for s in told.sources] == [
        ("Nightly files", "working"),
        ("Night school", "not connected"),
    ]
    assert [a.name for a in told.apps] == ["Of others", "Reading Garden"]
    assert told.now.nights.endswith("I")


def test_the_lead_of_a_roster_without_a_deadline_tells_its_age(walked: Pinewood) -> None:
    ended = walked.house.stores.roster(SLUG).imports.get(2).finished_at
    assert ended is not None
    said = f"{ended:%Y-%m-%d %H:%M} UTC"
    assert plain(page(walked).lead) == f"The roster is fresh: last success {said}."
    old = page(walked, ended + timedelta(hours=72))
    assert plain(old.lead) == f"The roster is 72.0 h old: last success {said}. No deadline is set."


def test_the_lead_follows_the_nights(pinewood: Pinewood) -> None:
    assert plain(page(pinewood).lead) == "No roster yet: nothing has been imported."
    assert page(pinewood).counts == ()
    by = datetime.now(UTC) + timedelta(hours=2)
    pinewood.source(settings={"expected_by": f"{by:%H:%M}"})
    pinewood.night(district())
    lead = plain(page(pinewood).lead)
    assert lead.startswith("The roster is fresh: last success ")
    assert lead.endswith(f", before the {by:%H:%M} UTC deadline.")
    missed = plain(page(pinewood, by + timedelta(days=1, minutes=1)).lead)
    assert missed.startswith("The roster is 26.")
    assert "no newer files came" in missed
    held = pinewood.night(half())
    assert "waits for a decision" in plain(page(pinewood).lead)
    assert [(m.kind, m.number) for m in page(pinewood).matters] == [("waiting", held.number)]
    imports.reject(pinewood.house, SLUG, held.number, who="ada")
    assert "the newest import failed" in plain(page(pinewood).lead)
