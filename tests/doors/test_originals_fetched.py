"""The originals of what Homeroom fetched itself: from PowerSchool by its API, and from a district's own SFTP server; on the page, and for a program."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api_kit import Api, api
from connected import added as connected
from connected import pull as pull_api
from console_kit import Browser
from desk_kit import Somebody, somebody
from e2e.files import district
from homeroom.doors.console import crossing
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.roster.report import ImportReport
from homeroom.sync import housekeeping, imports, pulling, sources
from homeroom.sync.house import House, opened
from pretend import pretend
from remote_sftp import PASSWORD, USER, Remote
from sync_house import SLUG, Pinewood, renamed, settings

HERE = f"/districts/{SLUG}/imports"
API = f"/districts/{SLUG}"


class Place:
    """Pinewood, its administrator at a browser with the elevated role, and a program of theirs."""

    def __init__(self, house: House, pinewood: Pinewood, made: Api, bob: Somebody) -> None:
        self.house, self.pinewood, self.api = house, pinewood, made
        cookie = bob.sign_in()
        bob.elevated(cookie, "records", SLUG)
        console = create(house, None, OfTheDesk(), pages=PAGES, now=lambda: bob.now)
        self.browser = Browser(console, {crossing.SESSION: cookie})
        self.now = bob.now
        self.token = made.token(made.person("administrator", "eve@pinewood.example", districts=[SLUG]), "records")

    def files(self, number: int) -> dict[str, int]:
        """The originals by name, as a program is told of them: each place is good."""
        told = self.api.ask(self.token, "GET", f"{API}/imports/{number}/causes")["files"]
        return {each["report"]["name"]: each["original"] for each in told}

    def both(self, number: int, place: int) -> bytes:
        """The bytes of an original, by either door the same."""
        mine = self.browser.get(f"{HERE}/{number}/originals/{place + 1}")
        theirs = self.api.call(self.token, "GET", f"{API}/imports/{number}/originals/{place}")
        assert (mine.status_code, theirs.status_code) == (200, 200), mine.text
        assert mine.content == theirs.content
        for answer in (mine, theirs):
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"].startswith("attachment;")
        return bytes(mine.content)

    def links(self, number: int) -> set[str]:
        page = self.browser.get(f"{HERE}/{number}")
        assert page.status_code == 200
        return {f"{HERE}/{number}/originals/{n}" for n in range(1, 99) if f'href="{HERE}/{number}/originals/{n}"' in page.text}

    def taken(self) -> list[tuple[int, int]]:
        rows = self.house.stores.control.audit.last(300, SLUG)
        return [(r.detail["import"], r.detail["file"]) for r in rows if r.action == "original-downloaded"]


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        with api(house) as made:
            yield Place(house, pinewood, made, somebody(house, "administrator", "bob@pinewood.example", districts=[SLUG]))


def test_what_was_fetched_over_sftp_comes_back_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    remote = Remote(tmp_path / "theirs")
    remote.put(district())
    with remote.standing(), place(tmp_path) as here:
        where = {"host": "127.0.0.1", "port": remote.port, "username": USER}
        sources.add(here.house, SLUG, "sftp-pull", settings=where, secrets={"password": PASSWORD})

        def pull() -> ImportReport:
            at = datetime.now(UTC)
            return imports.run(here.house, SLUG, pulling.begin(here.house, SLUG, None, at), now=at)

        assert pull().outcome == "success"
        files = here.files(1)
        assert set(files) == set(district())
        assert here.links(1) == {f"{HERE}/1/originals/{place + 1}" for place in files.values()}
        for name, original in files.items():
            assert here.both(1, original).decode() == district()[name], name
        assert sorted(here.taken()) == sorted((1, place) for place in files.values() for _ in range(2))
        assert "as Homeroom wrote it down" not in here.browser.get(f"{HERE}/1").text
        # A round that found nothing new shows what it was compared with: the same files, of the round that brought them.
        again = pull()
        assert (again.delivery, here.files(2)) == (1, files)
        assert here.both(2, files["users.csv"]).decode() == district()["users.csv"]
        # A changed file comes as it is now, and the round before keeps its own.
        remote.put(renamed(3), age=1800)
        assert pull().delivery == 2
        assert here.both(3, here.files(3)["users.csv"]).decode() == renamed(3)["users.csv"]
        assert here.both(1, files["users.csv"]).decode() == district()["users.csv"]
        # A round that failed on the way brought nothing that could be downloaded, and says so.
        remote.put({"users.csv": "x"})
        (remote.folder / "users.csv").chmod(0o000)
        remote.meddle = lambda name: (remote.folder / name).unlink(missing_ok=True)
        failed = pull()
        assert (failed.outcome, failed.delivery, here.files(4), here.links(4)) == ("failed", None, {}, set())
        assert here.browser.get(f"{HERE}/4/originals/1").status_code == 422
        assert here.api.call(here.token, "GET", f"{API}/imports/4/originals/0").json()["code"] == "misuse"


def test_an_archive_that_was_fetched_is_given_as_the_archive(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    remote = Remote(tmp_path / "theirs")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in district().items():
            archive.writestr(name, text)
    remote.put({"export.zip": ""})
    (remote.folder / "export.zip").write_bytes(packed.getvalue())
    with remote.standing(), place(tmp_path) as here:
        where = {"host": "127.0.0.1", "port": remote.port, "username": USER}
        sources.add(here.house, SLUG, "sftp-pull", settings=where, secrets={"password": PASSWORD})
        at = datetime.now(UTC)
        report = imports.run(here.house, SLUG, pulling.begin(here.house, SLUG, None, at), now=at)
        assert report.outcome == "success"
        assert here.links(1) == {f"{HERE}/1/originals/1"}
        assert here.both(1, 0) == packed.getvalue()


def test_what_was_fetched_from_powerschool_comes_as_it_was_written_down(tmp_path: Path) -> None:
    with pretend(30) as server, place(tmp_path) as here:
        connected(here.pinewood, server)
        first = pull_api(here.pinewood)
        assert first.outcome in ("success", "success_with_row_issues")
        files = here.files(1)
        assert files
        assert None not in files.values()
        assert here.links(1) == {f"{HERE}/1/originals/{place + 1}" for place in files.values()}
        rows = {each.name: each.rows for each in first.files}
        for name, original in files.items():
            text = here.both(1, original).decode()
            assert sum(1 for _ in csv.reader(io.StringIO(text))) - 1 == rows[name], name
            assert server.world.plugin.client_secret not in text
        page = here.browser.get(f"{HERE}/1").text
        assert (
            "The files hold what the student information system answered, as Homeroom wrote it down. Originals are kept until"
            in page
        )
        # After their time they are gone, like those that were sent.
        housekeeping.keep(here.house, here.now + timedelta(days=90))
        assert set(here.files(1).values()) == {None}
        assert here.links(1) == set()
        page = here.browser.get(f"{HERE}/1").text
        assert "fetch this source again" in page
        assert "export it once more" not in page
        for answer in (
            here.browser.get(f"{HERE}/1/originals/1"),
            here.api.call(here.token, "GET", f"{API}/imports/1/originals/0"),
        ):
            assert answer.status_code == 422
            assert "no longer kept" in answer.text
