"""Upload, as a browser without scripts does it: files are looked at first, and the same files are then imported."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from console_kit import Browser
from desk_kit import NOON, Somebody, somebody
from doors.console.test_sources import Walked
from e2e.files import district
from homeroom.desk.setup import acting
from homeroom.desk.viewer import Person, Viewer
from homeroom.doors.console import crossing
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.doors.console.pages.upload import MOST_BYTES
from homeroom.roster.report import ImportReport
from homeroom.sync import districts, housekeeping, imports, sources
from homeroom.sync.house import House, opened
from sync_house import half, settings

SLUGS = [f"oak-{number}" for number in range(1, 9)]
GATED = "cedar"
Files = list[tuple[str, tuple[str, bytes]]]


class Place:
    """A district with one source for uploads, and its administrator's browser."""

    def __init__(self, house: House, bob: Somebody, slug: str) -> None:
        self.house, self.bob, self.slug = house, bob, slug
        self.here = f"/districts/{slug}/upload"
        self.jobs = Walked(house)
        self.browser = self.of(self.jobs)

    def of(self, jobs: Any) -> Browser:
        app = create(self.house, jobs, OfTheDesk(), pages=PAGES, now=lambda: self.bob.now)
        return Browser(app, {crossing.SESSION: self.bob.sign_in()})

    def send(self, files: Files, **form: str) -> httpx2.Response:
        return self.browser.post(self.here, form, files=files)

    def apply(self, number: int) -> httpx2.Response:
        return self.browser.post(f"{self.here}/{number}/apply")

    def report(self, number: int) -> ImportReport:
        return imports.report(self.house, self.slug, number)

    @property
    def revision(self) -> int:
        return self.house.stores.roster(self.slug).revision()

    @property
    def deliveries(self) -> int:
        return len(self.house.stores.roster(self.slug).deliveries.last(100))

    def acts(self) -> list[str]:
        return [row.action for row in reversed(self.house.stores.control.audit.last(100, self.slug))]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Somebody, Iterator[str]]]:
    with opened(settings(tmp_path_factory.mktemp("upload") / "data")) as house:
        for slug in SLUGS:
            districts.add(house, slug, slug.title(), "America/Chicago")
            sources.add(house, slug, "upload", layouts="oneroster-1.1", name="By hand")
        ada = Viewer(Person(1, "ada@vendor.example", "Ada", "operator"), session=1)
        acting.begin(house, ada, GATED, "Cedar", "America/Chicago", NOON.date(), NOON)
        bob = somebody(house, "administrator", "bob@oak.example", districts=[*SLUGS, GATED])
        yield house, bob, iter(SLUGS)


@pytest.fixture
def place(shared: tuple[House, Somebody, Iterator[str]]) -> Place:
    house, bob, slugs = shared
    return Place(house, bob, next(slugs))


def loose(files: dict[str, str]) -> Files:
    return [("files", (name, text.encode())) for name, text in files.items()]


def packed(files: dict[str, str]) -> Files:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return [("files", ("export.zip", out.getvalue()))]


def text(answer: httpx2.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_files_are_looked_at_and_then_imported_as_they_were(place: Place) -> None:
    page = text(place.browser.get(place.here))
    assert "Homeroom reads orgs.csv, academicSessions.csv, courses.csv, classes.csv, users.csv, enrollments.csv" in page
    answer = place.send([*loose(district()), ("files", ("photo_list.xlsx", b"PK"))])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/districts/{place.slug}/imports/1")
    looked = place.report(1)
    assert (looked.dry_run, looked.trigger, looked.tables["users"].added) == (True, "upload", 24)
    assert [(file.name, file.note) for file in looked.files if file.table is None] == [
        ("photo_list.xlsx", "A file that is no table was left alone")
    ]
    report_page = text(place.browser.get(f"/districts/{place.slug}/imports/1"))
    assert "A file that is no table was left alone" in report_page
    assert "Homeroom reads orgs.csv, academicSessions.csv, courses.csv, classes.csv, users.csv, enrollments.csv" in report_page
    assert place.revision == 0
    done = place.apply(1)
    assert done.headers["location"] == f"/districts/{place.slug}/imports/2"
    report = place.report(2)
    assert (report.dry_run, report.delivery, report.revision_after, place.revision) == (False, looked.delivery, 1, 1)
    # Somebody clicks twice: it is the same import.
    assert place.apply(1).headers["location"] == f"/districts/{place.slug}/imports/2"
    assert place.jobs.done == [(place.slug, 1), (place.slug, 2), (place.slug, 2)]
    assert [act for act in place.acts() if act.startswith("upload")] == ["uploaded", "upload-applied"]
    assert place.apply(2).status_code == 422  # no dry run
    assert place.apply(99).status_code == 404
    assert place.browser.get(f"{place.here}/1/apply").status_code == 405


def test_a_zip_is_a_delivery_and_a_hold_holds(place: Place) -> None:
    place.send(packed(district()))
    place.apply(1)
    assert place.revision == 1
    place.send(packed(half()))
    assert (place.report(3).dry_run, place.revision) == (True, 1)
    place.apply(3)
    assert (place.report(4).status, place.revision) == ("waiting_for_approval", 1)
    assert place.apply(3).headers["location"].endswith("/imports/4")


def test_what_failed_is_not_imported_and_nothing_is_before_there_are_files(place: Place) -> None:
    empty = district() | {"users.csv": district()["users.csv"].splitlines(True)[0]}
    place.send(loose(district()))
    place.apply(1)
    place.send(loose(empty))
    assert place.report(3).outcome == "failed"
    refused = place.apply(3)
    assert (refused.status_code, "failed, so these files would change nothing" in text(refused)) == (422, True)
    before = place.deliveries
    nothing = place.send([("files", ("", b""))])
    assert (nothing.status_code, "Choose the files first" in text(nothing)) == (422, True)
    assert place.deliveries == before


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["../../users.csv", "users.csv"], "Two of the files are called users.csv"),
        ([".."], "a name that cannot be used"),
        (["\u00e9" * 150 + ".csv"], "a name that cannot be used"),
    ],
)
def test_hostile_names_are_told_and_nothing_is_taken(shared: Any, names: list[str], said: str) -> None:
    house, bob, _ = shared
    place = Place(house, bob, SLUGS[0])
    before = place.deliveries
    answer = place.send([("files", (name, b"a,b\n1,2\n")) for name in names])
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert place.deliveries == before
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []


def test_a_name_with_folders_is_a_plain_name(place: Place) -> None:
    files = district()
    place.send([("files", (f"C:\\Exports\\{name}", body.encode())) for name, body in files.items()])
    assert {file.name for file in place.report(1).files} == set(files)
    place.send([("files", ("Sch\u00fcler \U0001f393.csv", b"a,b\n1,2\n"))])
    assert [file.name for file in place.house.stores.roster(place.slug).deliveries.last(1)[0].files] == [
        "Sch\u00fcler \U0001f393.csv"
    ]


def test_files_that_are_too_large_are_told_before_they_come(place: Place) -> None:
    headers = {"content-length": str(MOST_BYTES + 1), "content-type": "multipart/form-data; boundary=x"}
    assert place.browser.post(place.here, headers=headers).status_code == 413


def test_a_process_that_hands_out_no_work_says_so(place: Place) -> None:
    browser = place.of(None)
    assert "hands out no work" in text(browser.get(place.here))
    answer = browser.post(place.here, files=loose(district()))
    assert (answer.status_code, "hands out no work" in text(answer), place.deliveries) == (422, True, 0)


def test_files_go_to_the_source_that_was_chosen(place: Place) -> None:
    other = sources.add(place.house, place.slug, "sftp", layouts="powerschool-dem", name="Nightly").source
    api = {"url": "https://sis.example", "client_id": "x"}
    closed = sources.add(place.house, place.slug, "powerschool", settings=api).source
    page = place.browser.get(place.here)
    assert "Without users.csv, classes.csv, and enrollments.csv nothing is taken in." in text(page)
    assert f'<option value="{closed.id}"' not in page.text
    one = {"files.csv": "a,b\n1,2\n"}
    place.send(loose(one), source=str(other.id), kind="change_notification")
    entry = place.house.stores.roster(place.slug).imports.get(1)
    assert (entry.source, entry.kind, entry.dry_run) == (other.id, "change_notification", True)
    for wrong in (str(closed.id), "9999", "x", "1 OR 1"):
        assert place.send(loose(one), source=wrong).status_code == 422, wrong
    assert place.deliveries == 1


def test_shredded_files_and_a_closed_gate_keep_an_import_away(place: Place) -> None:
    place.send(loose(district()))
    housekeeping.keep(place.house, place.bob.now + timedelta(days=60))
    gone = place.apply(1)
    assert (gone.status_code, "not kept any more" in text(gone)) == (422, True)
    gated = Place(place.house, place.bob, GATED)
    assert "it stays at looking" in text(gated.browser.get(gated.here))
    gated.send(loose(district()))
    refused = gated.apply(1)
    assert (refused.status_code, "until the first real sync is approved" in text(refused), gated.revision) == (422, True, 0)
    assert [s.kind for s in place.house.stores.control.sources.of(GATED)] == ["upload"]
