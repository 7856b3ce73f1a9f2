"""Sources in the console, as an administrator's browser without scripts uses them: added, connected, handed over, changed, paused."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import httpx2
import pytest

from console_kit import Browser
from desk_kit import NOON, Somebody, somebody
from e2e.files import district
from homeroom.desk import passwords, source_acts
from homeroom.desk.setup import acting
from homeroom.desk.viewer import Person, Viewer
from homeroom.doors.console import crossing
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.pages import PAGES
from homeroom.store.logins import Login
from homeroom.store.sources import Source
from homeroom.sync import districts, imports, source_settings, sources
from homeroom.sync.house import House, opened
from homeroom.systems.powerschool.plugin.queries import queries
from homeroom.systems.powerschool.source.here import columns_of
from pretend import pretend
from remote_sftp import PASSWORD as THEIRS
from remote_sftp import USER, Remote
from sync_house import settings

SLUGS = [f"pine-{number}" for number in range(1, 14)]
"""A district for each test; the people and the house are shared."""


class Walked:
    """Jobs that are walked when they are handed in."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.done: list[tuple[str, int]] = []

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        self.done.append((slug, number))
        imports.run(self.house, slug, number)

    def unfinished(self) -> set[tuple[str, int]]:
        return set()

    def adopt(self, alive: Any) -> int:
        return 0

    def close(self) -> bool:
        return True


class Place:
    """A district of the house, its administrator's browser with the elevated role, and the clock that all tests share."""

    def __init__(self, house: House, bob: Somebody, slug: str) -> None:
        self.house, self.bob, self.slug = house, bob, slug
        self.here = f"/districts/{slug}/sources"
        self.jobs = Walked(house)
        self.browser = self.of(bob, True)

    def of(self, who: Somebody, elevated: bool = False, jobs: bool = True) -> Browser:
        who.now = max(who.now, self.bob.now)
        cookie = who.sign_in()
        if elevated:
            who.elevated(cookie, "settings", self.slug)
        return Browser(
            create(self.house, self.jobs if jobs else None, OfTheDesk(), pages=PAGES, now=lambda: who.now),
            {crossing.SESSION: cookie},
        )

    def source(self, number: int) -> Source:
        return self.house.stores.control.sources.get(number)

    def added(self, kind: str = "sftp", **form: str) -> Source:
        answer = self.browser.post(f"{self.here}/new", {"kind": kind} | form)
        assert answer.status_code == 303, text(answer)
        return self.source(int(answer.headers["location"].rpartition("/")[2]))

    def acts(self) -> list[str]:
        return [row.action for row in self.house.stores.control.audit.last(100, self.slug)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Somebody, Iterator[str]]]:
    allowed = replace(settings(tmp_path_factory.mktemp("sources") / "data"), allowed_hosts=("127.0.0.0/8",))
    with opened(allowed) as house:
        for slug in (*SLUGS, "larkspur"):
            districts.add(house, slug, slug.title(), "America/Chicago")
        yield house, somebody(house, "administrator", "bob@pinewood.example", districts=SLUGS), iter(SLUGS)


@pytest.fixture
def place(shared: tuple[House, Somebody, Iterator[str]]) -> Place:
    house, bob, slugs = shared
    return Place(house, bob, next(slugs))


def text(answer: httpx2.Response) -> str:
    """What a person reads, without marks."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_the_list_says_how_data_comes_and_when_it_is_due(place: Place) -> None:
    empty = place.browser.get(place.here)
    assert "No data can arrive yet." in text(empty)
    assert f"{place.here}/new" in empty.text
    made = place.added(name="Nightly export", layouts="powerschool-dem", start="02:30", expected_by="03:00")
    sources.change(place.house, place.slug, made.id, {"days": ["mon", "fri"]})
    told = text(place.browser.get(place.here))
    for said in ("Nightly export", "They send files over SFTP", "2:30 AM CST", "3:00 AM CST", "Mon and Fri", "never"):
        assert said in told, said
    plain = place.of(place.bob)
    assert plain.get(f"{place.here}/new").headers["location"].startswith("/elevate?")
    assert plain.get(f"{place.here}/{made.id}").status_code == 200


def test_a_new_source_is_judged_field_by_field_and_saved_before_it_can_connect(place: Place) -> None:
    assert "SFTP server" in text(place.browser.get(f"{place.here}/new"))
    assert (
        ">PowerSchool: three files from the Data Export Manager (powerschool-dem)<"
        in place.browser.get(f"{place.here}/new?kind=sftp").text
    )
    form = {"kind": "sftp-pull", "host": "no host", "start": "25:00", "secret": "let-Me.in 5", "name": "Theirs"}
    wrong = place.browser.post(f"{place.here}/new", form)
    assert wrong.status_code == 422
    assert "Host must be the name or address of a server" in text(wrong)
    assert "Start must be a time of day" in text(wrong)
    assert "This must be given." in text(wrong)  # the user name
    assert 'value="Theirs"' in wrong.text
    assert "let-Me.in 5" not in wrong.text
    assert place.house.stores.control.sources.of(place.slug) == []
    made = place.added("sftp-pull", host="sftp.nowhere.example", username="homeroom", secret="let-Me.in 5")
    page = place.browser.get(f"{place.here}/{made.id}")
    assert "sftp.nowhere.example" in page.text
    assert "kept, encrypted" in text(page)
    assert "let-Me.in 5" not in page.text
    assert place.browser.post(f"{place.here}/new", {"kind": "pigeon"}).status_code == 422
    assert place.browser.post(f"{place.here}/new", {"kind": "upload", "layouts": "/etc"}).status_code == 422
    assert [s.id for s in place.house.stores.control.sources.of(place.slug)] == [made.id]


def test_a_new_password_goes_by_a_link_that_opens_once(place: Place) -> None:
    made = place.added()
    before = text(place.browser.get(f"{place.here}/{made.id}"))
    assert "none was made" in before
    assert before.count("SHA256:") == 3
    answer = place.browser.post(f"{place.here}/{made.id}/password")
    link = re.search(r'<code class="word">([^<]*/once/[^<]*)</code>', answer.text)
    assert link
    page = place.browser.get(f"{place.here}/{made.id}")
    assert "waiting to be opened, until" in text(page)
    assert link[1] not in page.text
    stranger = Browser(place.browser.app)
    path = "/once/" + link[1].rpartition("/")[2]
    stranger.get(path)
    shown = stranger.post(path)
    password = re.search(r'<code class="word">([^<]{24})</code>', shown.text)
    assert password
    account = place.house.stores.control.accounts.of(made.id)[0]
    assert passwords.right(account.password_hash, password[1])
    assert "ssh-ed25519 SHA256:" in text(shown)
    assert re.search(r"Hand-over link opened .* at", text(place.browser.get(f"{place.here}/{made.id}")))
    again = text(place.browser.post(f"{place.here}/{made.id}/password"))
    assert "the one before works until" in again
    then = place.bob.now + timedelta(hours=49)
    late = place.of(somebody(place.house, "administrator", "eve@pine.example", code=False, now=then, districts=[place.slug]))
    assert "over 48 hours old, and never opened" in text(late.get(f"{place.here}/{made.id}"))


def test_public_keys_come_and_go(place: Place) -> None:
    made = place.added()
    key = asyncssh.generate_private_key("ssh-ed25519", comment="bob@sis")
    line = key.export_public_key().decode()
    assert place.browser.post(f"{place.here}/{made.id}/keys", {"public_key": "ssh-rsa nonsense"}).status_code == 422
    assert place.browser.post(f"{place.here}/{made.id}/keys", {"public_key": ""}).status_code == 422
    assert place.browser.post(f"{place.here}/{made.id}/keys", {"public_key": line}).status_code == 303
    page = text(place.browser.get(f"{place.here}/{made.id}"))
    assert key.get_fingerprint() in page
    assert "bob@sis" in page
    gone = place.browser.post(f"{place.here}/{made.id}/keys/remove", {"fingerprint": key.get_fingerprint()})
    assert gone.status_code == 303
    assert place.house.stores.control.accounts.of(made.id)[0].public_keys == ()


def test_log_ins_are_told_in_words_the_newest_first(place: Place) -> None:
    made = place.added()
    assert "Nobody has logged in yet." in text(place.browser.get(f"{place.here}/{made.id}"))
    name = f"{place.slug}-{made.id}"
    for minutes, result in enumerate(("in", "wrong_password", "unknown_key", "shut_out", "too_many")):
        place.house.stores.control.logins.add(name, Login(NOON + timedelta(minutes=minutes), "203.0.113.9", result))
    told = text(place.browser.get(f"{place.here}/{made.id}"))
    words = ["Turned away", "Shut out", "Came with a key", "The password did not match", "Logged in"]
    found = [told.index(word) for word in words]
    assert found == sorted(found)
    assert told.count("from 203.0.113.9") == 5


def test_every_setting_is_there_and_changes_only_after_before_and_after_were_seen(place: Place) -> None:
    made = place.added(start="02:30")
    home = f"{place.here}/{made.id}/settings"
    page = place.browser.get(home)
    mine = [s for s in source_settings.SETTINGS if not s.kinds or made.kind in s.kinds]
    missing = [s.name for s in mine if f'name="set-{s.name}"' not in page.text]
    others = [s.name for s in source_settings.SETTINGS if s not in mine and f'name="set-{s.name}"' in page.text]
    assert (missing, others, len(mine) > 40) == ([], [], True)
    typed = fields_of(page.text)
    assert typed["set-start"] == "02:30"
    # The form as it came changes nothing.
    assert "Nothing was changed." in text(follow(place.browser, place.browser.post(home, typed)))
    wrong = place.browser.post(home, typed | {"set-remove_share": "7", "set-quiet_seconds": "soon", "set-days": "mon"})
    assert wrong.status_code == 422
    assert "Remove share must be a number from 0 to 1." in text(wrong)
    assert "Quiet seconds must be a number" in text(wrong)
    assert fields_of(wrong.text)["set-days"] == "mon"
    wanted = {
        "set-remove_share": "0.2",
        "set-days": "mon,tue",
        "set-start": "",
        "set-strip_prefix": "keep",
        "set-table_limits": '{"enrollments":\r\n {"remove_share": 0.5}}',
    }
    shown = place.browser.post(home, typed | wanted)
    assert shown.status_code == 200
    assert '<del class="diff-old">02:30</del>' in shown.text
    assert '<ins class="diff-new text-decoration-none">mon,tue</ins>' in shown.text
    assert place.source(made.id) == made
    answer = place.browser.post(home, fields_of(shown.text))
    assert answer.status_code == 303
    now = place.source(made.id)
    told = {n: source_settings.said(now, n) for n in ("remove_share", "days", "start", "strip_prefix", "table_limits")}
    assert told == {
        "remove_share": 0.2,
        "days": ["mon", "tue"],
        "start": None,
        "strip_prefix": "keep",
        "table_limits": {"enrollments": {"remove_share": 0.5}},
    }
    changed = place.house.stores.control.audit.last(1, place.slug)[0]
    assert (changed.action, changed.detail["changed"]["remove_share"], changed.actor) == (
        "source-changed",
        [None, 0.2],
        "bob@pinewood.example",
    )
    assert changed.detail["via"] == "console"
    # A set that is a folder of this machine is for commands alone; the judge of the whole still counts.
    assert place.browser.post(home, {"set-layouts": "/etc", "sure": "1"}).status_code == 422
    assert place.browser.post(home, {"set-same_system": "77", "sure": "1"}).status_code == 422
    assert place.browser.post(home, {"set-host": "sftp.evil.example", "sure": "1"}).status_code == 303
    assert place.source(made.id) == now


def test_settings_are_read_only_for_whoever_only_reads(place: Place) -> None:
    made = place.added(start="02:30")
    auditor = place.of(somebody(place.house, "auditor"))
    page = auditor.get(f"{place.here}/{made.id}/settings")
    assert (page.status_code, "set-start" in page.text, "02:30" in page.text) == (200, False, True)
    one = text(auditor.get(f"{place.here}/{made.id}"))
    assert "An operator or your district administrator can change this." in one
    assert "Make a new password" not in one
    assert "Pause the source" not in one
    assert auditor.post(f"{place.here}/{made.id}/pause", {"until": "2026-12-24"}).status_code == 404


def test_a_source_rests_until_a_day_and_goes_on(place: Place) -> None:
    made = place.added()
    sources.change(place.house, place.slug, made.id, {"pause": ["06-15..08-10", "enrollments 11-01..12-31"]})
    plain = place.of(place.bob)  # a pause asks for no elevated role
    for day in ("yesterday", "2026-11-29", "2028-01-01"):
        assert plain.post(f"{place.here}/{made.id}/pause", {"until": day}).status_code == 422, day
    assert plain.post(f"{place.here}/{made.id}/pause", {"until": "2027-01-06"}).status_code == 303
    assert source_settings.said(place.source(made.id), "pause") == [
        "06-15..08-10",
        "enrollments 11-01..12-31",
        "11-30..01-06",
    ]
    assert "Paused until Jan 6, 2027" in text(plain.get(place.here))
    assert "Paused until Jan 6, 2027" in text(plain.get(f"{place.here}/{made.id}"))
    assert plain.post(f"{place.here}/{made.id}/pause", {"go_on": "1"}).status_code == 303
    assert source_settings.said(place.source(made.id), "pause") == ["06-15..08-10", "enrollments 11-01..12-31"]
    assert plain.post(f"{place.here}/{made.id}/pause", {"go_on": "1"}).status_code == 422
    assert plain.post(f"{place.here}/{made.id}/enabled", {"enabled": "false"}).status_code == 403  # that does
    assert place.browser.post(f"{place.here}/{made.id}/enabled", {"enabled": "false"}).status_code == 303
    assert "Closed" in text(plain.get(place.here))
    assert place.browser.post(f"{place.here}/{made.id}/enabled", {"enabled": "true"}).status_code == 303
    assert place.source(made.id).enabled


def test_a_source_that_fetches_is_tested_mended_and_fetched(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    with Remote(folder).standing() as remote:
        remote.put(district())
        made = place.added(
            "sftp-pull",
            host="127.0.0.1",
            port=str(remote.port),
            username=USER,
            secret="wrong",
            layouts="oneroster-1.1",
        )
        plain = place.of(place.bob)
        failed = plain.post(f"{place.here}/{made.id}/test")
        assert failed.status_code == 422
        assert "wrong" not in text(failed).replace("went wrong", "")
        assert plain.post(f"{place.here}/{made.id}/secret", {"secret": THEIRS}).status_code == 403
        kept = place.browser.post(f"{place.here}/{made.id}/secret", {"secret": THEIRS})
        assert kept.status_code == 303
        tested = plain.post(f"{place.here}/{made.id}/test")
        told = text(tested)
        assert "The connection works" in told
        assert "users.csv" in told
        assert "not yet: the first fetch pins it" in told
        assert THEIRS not in tested.text
        assert place.house.stores.roster(place.slug).revision() == 0
        pulled = plain.post(f"{place.here}/{made.id}/pull")
        assert pulled.headers["location"] == f"/districts/{place.slug}/imports/1"
        assert place.jobs.done == [(place.slug, 1)]
        assert place.house.stores.roster(place.slug).revision() == 1
        assert "yes, it is the same" in text(plain.post(f"{place.here}/{made.id}/test"))
    assert {"source-tested", "pull-asked", "source-secret-changed"} <= set(place.acts())
    idle = place.of(place.bob, jobs=False).post(f"{place.here}/{made.id}/pull")
    assert (idle.status_code, "hands out no work" in text(idle)) == (422, True)
    for name in ("password", "keys/remove"):
        assert place.browser.post(f"{place.here}/{made.id}/{name}", {"fingerprint": "x"}).status_code == 422


def test_an_inner_address_is_refused_and_a_secret_stays_with_its_server(place: Place) -> None:
    form = {"kind": "powerschool", "url": "https://169.254.169.254", "client_id": "c", "secret": "s3cret-of-theirs"}
    refused = place.browser.post(f"{place.here}/new", form)
    assert refused.status_code == 422
    assert "ask whoever runs Homeroom to allow this address" in text(refused)
    made = place.added(**form | {"url": "https://sis.pinewood.example"})
    moved = {"set-url": "https://listener.example", "sure": "yes"}
    led = place.browser.post(f"{place.here}/{made.id}/settings", moved)
    assert led.status_code == 303
    assert place.source(made.id).secret is None
    assert "leads to another server now" in text(place.browser.get(led.headers["location"]))


def test_powerschool_says_what_is_missing_and_the_secret_stays_inside(place: Place) -> None:
    with pretend(20) as server:
        plugin = server.world.plugin
        made = place.added(
            "powerschool", url=server.world.url, client_id=plugin.client_id, secret=plugin.client_secret, name="SIS"
        )
        assert "Road tables" in text(place.browser.post(f"{place.here}/{made.id}/test"))
        plugin.fields = {f"{t}.{c}": "ViewOnly" for t, columns in columns_of(queries().values()).items() for c in columns}
        plugin.fields.pop("students.dob")
        # Each line can be copied into a plug-in as it stands.
        line = "&lt;field table=&#34;STUDENTS&#34; field=&#34;DOB&#34; access=&#34;ViewOnly&#34;/&gt;"
        assert f"<li><code>{line}</code></li>" in place.browser.post(f"{place.here}/{made.id}/test").text
        plugin.fields = None
        place.browser.post(f"{place.here}/{made.id}/settings", {"set-way": "queries", "set-give_up_seconds": "0.3", "sure": "1"})
        tested = place.browser.post(f"{place.here}/{made.id}/test")
        told = text(tested)
        assert "The connection works" in told
        assert "This is to be done in PowerSchool:" in told  # the plug-in with Homeroom's queries is not installed
        assert plugin.client_secret not in tested.text
    refused = place.browser.post(f"{place.here}/{made.id}/notices", {"do": "address"})
    assert (refused.status_code, "HOMEROOM_PUBLIC_URL" in text(refused)) == (422, True)
    assert place.browser.post(f"{place.here}/{made.id}/test").status_code == 422  # nobody is there any more


def test_what_is_fetched_in_a_set_up_is_only_looked_at(shared: tuple[House, Somebody, Iterator[str]]) -> None:
    house = shared[0]
    ada = Viewer(Person(1, "ada@vendor.example", "Ada", "operator"), session=1)
    acting.begin(house, ada, "cedar", "Cedar", "America/Chicago", NOON.date(), NOON)
    made = sources.add(house, "cedar", "sftp-pull", settings={"host": "sftp.cedar.example", "username": "homeroom"}).source
    begun: list[tuple[str, int]] = []
    number = source_acts.pull(house, ada, made, NOON, lambda slug, number: begun.append((slug, number)))
    assert begun == [("cedar", number)]
    assert house.stores.roster("cedar").imports.get(number).dry_run


def test_the_guide_is_of_a_source_and_speaks_of_the_console(shared: tuple[House, Somebody, Iterator[str]]) -> None:
    """Without a source it says what to do first; with several each has its own; nobody is told to type a command."""
    house, bob, slugs = shared
    place = Place(house, bob, next(slugs))
    guide = f"/districts/{place.slug}/setup/guide"
    answer = place.browser.get(guide)
    assert answer.status_code == 422
    assert "There is no guide yet. Say first how the data comes, under Sources" in text(answer)
    assert "homeroom source" not in text(answer)
    one, two = (place.added(name=name, layouts="oneroster-1.1") for name in ("Nightly", "Summer"))
    assert place.browser.get(guide).status_code == 200
    for source in (one, two):
        made = place.browser.get(f"{guide}?source={source.id}")
        assert (made.status_code, f"{place.slug}-{source.id}" in made.text) == (200, True)
    assert place.browser.get(f"{guide}?source=999").status_code == 404


def test_another_district_s_source_is_not_there(place: Place) -> None:
    other = sources.add(place.house, "larkspur", "sftp", name="Elsewhere").source
    missing = place.browser.get(f"{place.here}/999")
    for path in (f"{place.here}/{other.id}", f"{place.here}/{other.id}/settings"):
        answer = place.browser.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content)
    for name in ("password", "pause", "enabled", "settings", "test", "keys"):
        answer = place.browser.post(f"{place.here}/{other.id}/{name}", {"until": "2026-12-24", "set-start": "01:00", "sure": "1"})
        assert answer.status_code == 404, name
    assert place.source(other.id) == other


def follow(browser: Browser, answer: httpx2.Response) -> httpx2.Response:
    assert answer.status_code == 303
    return browser.get(answer.headers["location"])


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's forms, with nothing typed."""
    found = dict(re.findall(r'<input[^>]*?name="([^"]*)"[^>]*? value="([^"]*)"', page))
    found |= {
        name: body.removeprefix("\n")
        for name, body in re.findall(r'<textarea[^>]*?name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S)
    }
    for name, options in re.findall(r'<select[^>]*?name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf"}
