"""Every form of every page works without scripts: it says where it goes, carries its token, its controls have names and labels, and sent as it stands it is answered.

The pages are walked by their links, as every role, over an installation in which every form has its occasion. The templates and the
table of pages are the cross-check: a form that no walk meets is missed here, and is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import asyncssh
import pytest

from console_kit import Browser
from console_world import World, world
from desk_kit import Somebody
from e2e.files import district, write
from form_reader import Control, Form, Reader
from homeroom.desk import deleting, elevation, people
from homeroom.desk.setup import worksheet
from homeroom.doors.console import crossing, frame
from homeroom.doors.console.app import Console, create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.page import Page, Pages
from homeroom.doors.console.pages import PAGES
from homeroom.doors.console.rendering import TEMPLATES
from homeroom.roster.faults import TryAgain
from homeroom.sync import imports, intake, sources
from sync_house import renamed

AT_MOST = 2
"""So many addresses of one page are looked at for each browser, besides those that are named."""
WITHOUT_A_FORM = {
    "/districts/{slug}/layouts/{set}/edit/problems": "what a script asks for as somebody types; without one the button Check does it",
    "/sign-in/sso": "a form of the sign-in page where an issuer is set",
}
LAST = ("/sign-out", "/elevate/end", "/account/sessions/", "/settings/delete", "/account/password")
"""Forms that end what the others need, sent at the end."""
SHEET = re.compile(r"\.(csv|xlsx|zip)$|/(guide|originals/\d+|refused/\d+)$")
"""What is a file and no page."""
FINDING = Pages(PAGES)


class Queue:
    """Takes what is handed in; nothing is walked."""

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        """Leave it."""

    def unfinished(self) -> set[tuple[str, int]]:
        """Nothing runs."""
        return set()

    def adopt(self, alive: Any) -> int:
        """Nothing is left behind."""
        return 0

    def close(self) -> bool:
        """Nothing is to be waited for."""
        return True


@dataclass
class Met:
    """A form that was met: by whom, on which page, and the page itself as it was read."""

    visitor: Browser
    form: Form
    page: Page

    def __str__(self) -> str:
        return f"{self.form.page}: {self.form.method} {self.form.of.get('action')}"


@dataclass
class Walk:
    """All that was met on the way."""

    place: World
    app: Console
    forms: list[Met] = field(default_factory=list)
    acting: list[tuple[str, str, Form | None]] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    def somebody(self, who: Somebody, kind: Any = None, slug: str | None = "pinewood") -> Browser:
        """Somebody who has signed in, with the elevated role where a kind is named."""
        who.now = max(who.now, self.place.now)
        cookie = who.sign_in()
        if kind:
            elevation.begin(
                self.place.house, who.viewer(cookie), kind, slug, "Ticket 4471, a field is missing", who.code(), 60, who.now
            )
        self.place.now = max(self.place.now, who.now)
        self.browsers.append(Browser(self.app, {crossing.SESSION: cookie}))
        return self.browsers[-1]

    def look(self, visitor: Browser, address: str) -> list[str]:
        """Read a page; returns where its links lead."""
        answer = visitor.get(address)
        assert answer.status_code < 500, address
        self.dead += [address] if answer.status_code in (404, 405, 410) else []
        return self.read(visitor, address, answer.text) if "text/html" in answer.headers.get("content-type", "") else []

    def read(self, visitor: Browser, address: str, text: str) -> list[str]:
        """Take what a page holds."""
        read = Reader(address, text)
        found = FINDING.find(urlsplit(address).path)
        if found is not None:
            self.forms += [Met(visitor, form, found[0]) for form in read.forms]
            self.acting += [(address, to, form) for to, form in read.acting]
        return read.links

    def walk(self, visitor: Browser, *starts: str) -> None:
        """Follow every link from there, some addresses of each page."""
        waiting, seen, of_page = list(starts), set(starts), Counter[str]()
        while waiting:
            for link in self.look(visitor, waiting.pop(0)):
                path, found = link.partition("#")[0], FINDING.find(urlsplit(link).path)
                if path in seen or found is None or found[0].show is None or SHEET.search(urlsplit(path).path):
                    continue
                of_page[found[0].path] += 1
                if of_page[found[0].path] <= AT_MOST:
                    seen.add(path)
                    waiting.append(path)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with world(tmp_path_factory.mktemp("forms")) as place:
        house = replace(
            place.house, settings=replace(place.house.settings, oidc_issuer="https://id.example", oidc_client_id="homeroom")
        )
        app = create(
            house, Queue(), OfTheDesk(), pages=PAGES, count=frame.counted,
            now=lambda: max(place.now, *(who.now for who in place.people.values()), place.now),
        )  # fmt: skip
        made = Walk(place, app)
        _walked(made)
        yield made
        app.close()


def _walked(walk: Walk) -> None:
    place = walk.place
    operator, engineer, auditor = (place.who(role) for role in ("operator", "engineer", "auditor"))
    own = {"districts": ("pinewood",), "code": False}
    administrator = place.who("administrator", **own)
    viewer = place.who("school_viewer", **(own | {"schools": ("s1",)}))
    fetched = _sources(place)
    _layouts(walk)
    place.night("pinewood", renamed(3), dry_run=True)
    place.night("pinewood", renamed(5))
    place.night("pinewood", {**district(), "roster_extract.csv": district()["users.csv"].replace("sourcedId,", "Person ID,", 1)})
    deleting.ask(
        place.house, "fernhollow", "fernhollow", "The contract ended in November", who="ada@vendor.example", now=place.now
    )

    settings = walk.somebody(operator, "settings")
    home = "/districts/pinewood"
    named = (
        "sources/new",
        "layouts/proposal?file=roster_extract.csv",
        "layouts/ours",
        "layouts/ours/edit?file=users.toml",
        "schools",
        "imports/5/back",
    )
    walk.walk(settings, "/", *fetched, *(f"{home}/{each}" for each in named))
    _sure(walk, settings, fetched[0])
    walk.walk(
        walk.somebody(operator, "settings", "fernhollow"), "/districts/fernhollow/settings", "/districts/cedar/settings/delete"
    )
    house = walk.somebody(operator, "settings", None)
    assert house.post("/apps", {"name": "The reading app", "districts": "pinewood"}).status_code in (200, 303)
    assert house.post("/account/tokens", {"name": "nightly", "days": "30", "code": operator.code()}).status_code in (200, 303)
    walk.walk(house, "/apps", "/account")
    walk.walk(walk.somebody(engineer), "/")
    walk.walk(walk.somebody(auditor), "/audit")
    walk.walk(walk.somebody(viewer), "/")
    walk.walk(walk.somebody(administrator), "/districts/pinewood", "/districts/pinewood/access")
    _records(walk, walk.somebody(administrator, "records"))
    _set_up(walk, operator)
    _running(walk, operator)
    _doors(walk)


def _sources(place: World) -> list[str]:
    """A source of each kind, one of them paused, one closed, one archived; the addresses of their pages."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment="bob@sis").export_public_key().decode().strip()
    made = [sources.add(place.house, "pinewood", "sftp", name="By key", public_keys=(key,)).source]
    reached = {"host": "sftp.pinewood.example", "username": "homeroom"}
    made += [
        sources.add(place.house, "pinewood", "sftp-pull", name=name, settings=reached).source for name in ("Fetched", "Closed")
    ]
    powerschool = {"url": "https://ps.pinewood.example", "client_id": "a"}
    made.append(sources.add(place.house, "pinewood", "powerschool", settings=powerschool).source)
    made += [sources.add(place.house, "pinewood", "sftp", name=name).source for name in ("Paused", "Archived")]
    sources.change(place.house, "pinewood", made[2].id, {"enabled": False})
    sources.change(place.house, "pinewood", made[4].id, {"pause": ["11-01..12-31"]})
    place.house.stores.control.sources.change(made[5].id, archived=place.now)
    return [f"/districts/pinewood/sources/{each.id}" for each in made]


def _layouts(walk: Walk) -> None:
    """A copy of a set, of two versions."""
    visitor = walk.somebody(walk.place.who("operator"), "settings")
    home = "/districts/pinewood/layouts"
    assert visitor.post(f"{home}/oneroster-1.1/copy", {"name": "ours"}).status_code == 303
    page = Reader(home, visitor.get(f"{home}/ours/edit?file=users.toml").text)
    draft = next(form for form in page.forms if form.of.get("id") == "draft").sent()
    text = "# the same, said once more\n" + draft["text"][0]
    saved = visitor.post(f"{home}/ours/edit/save", {"file": "users.toml", "base": "1", "text": text, "why": "a remark"})
    assert saved.status_code == 303
    tried = visitor.post(f"{home}/ours/edit/try", {"file": "users.toml", "base": "2", "text": text})
    walk.read(visitor, f"{home}/ours/edit", tried.text)


def _sure(walk: Walk, visitor: Browser, source: str) -> None:
    """The page that shows what a change of settings would do."""
    page = Reader(source, visitor.get(f"{source}/settings").text)
    form = next(form for form in page.forms if form.path() == f"{source}/settings")
    answer = visitor.post(
        f"{source}/settings", {name: sent[-1] for name, sent in form.sent().items()} | {"set-remove_share": "0.2"}
    )
    assert answer.status_code == 200
    walk.read(visitor, f"{source}/settings", answer.text)


def _records(walk: Walk, visitor: Browser) -> None:
    """A record that was found, one of its fields locked."""
    home = "/districts/pinewood/records"
    found = visitor.post(home, {"q": "Given3"}).headers["location"]
    record = next(link for link in Reader(found, visitor.get(found).text).links if re.fullmatch(rf"{home}/\w+/[\w-]{{32}}", link))
    locked = next(form for form in Reader(record, visitor.get(record).text).forms if form.path().endswith("/lock")).sent()
    fields = {name: sent[-1] for name, sent in locked.items()}
    assert visitor.post(f"{record}/lock", fields | {"field": "givenName", "value": "Juniper"}).status_code == 303
    walk.walk(visitor, record, f"{record}/compare", found, "/districts/pinewood/missing")


def _set_up(walk: Walk, operator: Somebody) -> None:
    """The worksheet in each of its states: nothing, figures that differ, figures that agree, and both sides signed."""
    place = walk.place
    home, house = "/districts/cedar/setup", place.house
    sources.add(house, "cedar", "upload", layouts="oneroster-1.1")
    place.night("cedar", district())
    sis = place.who("administrator", districts=("cedar",), code=False)
    ours, theirs = walk.somebody(operator), walk.somebody(sis)
    asking, own = operator.viewer(ours.cookies[crossing.SESSION]), sis.viewer(theirs.cookies[crossing.SESSION])
    walk.walk(theirs, home, f"{home}/worksheet")
    wrong = worksheet.fill(house, own, "cedar", dict.fromkeys(worksheet.TOTAL_QUESTIONS, "1"), {}, place.now)
    walk.look(ours, f"{home}/worksheet")
    titles = {question: key for key, question in worksheet.TOTAL_QUESTIONS.items()}
    right = {titles[line.figure]: line.arrived for line in wrong.lines if line.figure in titles}
    agreed = worksheet.fill(house, own, "cedar", right, {}, place.now)
    assert agreed.open == 0
    walk.look(ours, f"{home}/worksheet")
    for side in (own, asking):
        worksheet.sign(house, side, "cedar", agreed.mark, place.now)
    walk.look(ours, home)


def _running(walk: Walk, operator: Somebody) -> None:
    """An import on its way."""
    place, visitor = walk.place, walk.somebody(operator)
    files = write(place.folder / "running", renamed(4))
    number = intake.hand_in(
        place.house, "goldenrod", files, trigger="upload", layouts=None, source=None, kind="continuous", dry_run=False, now=None
    )

    def look(step: str) -> None:
        if step == "check":
            walk.look(visitor, f"/districts/goldenrod/imports/{number}")
            assert visitor.post(f"/districts/goldenrod/imports/{number}/stop").status_code == 303

    with pytest.raises(TryAgain):
        imports.run(place.house, "goldenrod", number, tell=look)


def _doors(walk: Walk) -> None:
    """Where nobody is signed in yet, a link of each kind, and what waits for the elevated role."""
    place, stranger = walk.place, Browser(walk.app)
    walk.look(stranger, "/sign-in")
    invited = people.invite(place.house, "new@vendor.example", "operator", who="tests", now=place.now)
    walk.look(stranger, f"/once/{invited.token}")
    operator = place.who("operator")
    elevated = walk.somebody(operator, "settings")
    shown = elevated.post(_first(walk, "/password"), {})
    link = re.search(r"/once/[\w-]+", elevated.get(shown.headers["location"]).text if shown.status_code == 303 else shown.text)
    assert link
    walk.look(stranger, link[0])
    plain = walk.somebody(operator)
    waiting = plain.post("/districts/pinewood/schools", {"do": "ignore", "sis": "s9"})
    assert waiting.status_code == 403
    walk.read(plain, "/elevate", waiting.text)
    form = next(form for form in Reader("/elevate", waiting.text).forms if form.path() == "/elevate").sent()
    filled = {name: sent[-1] for name, sent in form.items()} | {
        "reason": "Ticket 4471, a school is missing",
        "code": operator.code(),
    }
    place.now = max(place.now, operator.now)
    again = plain.post("/elevate", filled)
    assert again.status_code == 200
    walk.read(plain, "/elevate", again.text)


def _first(walk: Walk, end: str) -> str:
    return next(met.form.path() for met in walk.forms if met.form.path().endswith(end) and "/sources/" in met.form.path())


def test_every_form_can_be_filled_in_and_sent_without_scripts(walk: Walk) -> None:
    said = sorted({f"{_shape(met)}: {fault}" for met in walk.forms for fault in met.form.faults()})
    assert said == [], "\n".join(said)
    assert len({_shape(met) for met in walk.forms}) > 60, "the walk met the forms at all"


def test_no_link_is_dead(walk: Walk) -> None:
    assert walk.dead == []


def test_nothing_acts_by_a_script_alone(walk: Walk) -> None:
    """What a script sends beside the forms stands in a form that can be sent by its own button."""
    assert {urlsplit(to).path.rpartition("/")[2] for _, to, _ in walk.acting} == {"problems"}
    assert [address for address, _, form in walk.acting if form is None or not form.buttons] == []


def test_every_form_leads_to_a_page_that_takes_it(walk: Walk) -> None:
    for met in walk.forms:
        for button in (None, *met.form.buttons):
            found = FINDING.find(met.form.path(button))
            assert found is not None, str(met)
            assert met.form.method in found[0].methods, f"{met} by {button and button.words}"
            assert not any(each.kind == "file" for each in met.form.controls) or found[0].files, str(met)


def test_every_page_that_takes_a_form_is_led_to_by_one(walk: Walk) -> None:
    led = {found[0].path for met in walk.forms for b in (None, *met.form.buttons) if (found := FINDING.find(met.form.path(b)))}
    missed = {page.path for page in PAGES if page.post is not None} - led
    assert missed == set(WITHOUT_A_FORM) - led
    assert "/districts/{slug}/layouts/{set}/edit/problems" in missed


CALLED = re.compile(r"ui\.(?:post|post_button|change_person)\(form, (.+?)(?:, _\(|, classes=|, id=|, files=|, p, |\) ?[%}])")
WRITTEN = re.compile(r'<form[^>]*?\baction="(.*?)"(?: method| role| class| id|>)')


def test_no_form_of_a_template_is_left_out(walk: Walk) -> None:
    """Each form in a template was met: the fixed ends of its address, and its button where it has but one."""
    met = {met.form.path() for met in walk.forms} | {met.form.of.get("action", "") for met in walk.forms}
    counted, missed = 0, []
    for place in sorted(TEMPLATES.rglob("*.html")):
        if place.parent.name == "parts":
            continue
        text = place.read_text()
        calls = CALLED.findall(text) + WRITTEN.findall(text)
        assert len(calls) == len(re.findall(r"ui\.(?:post|post_button|change_person)\(|<form\b", text)), f"{place.name}: {calls}"
        counted += len(calls)
        for call in calls:
            ends = re.findall(r'"([^"{}]*)"\s*$|\}\}([^"{}]*)$|^([^"{}]*)$', call.strip())
            end = next((piece for found in ends for piece in found if piece.startswith("/")), "")
            if not any(address.endswith(end) for address in met):
                missed.append(f"{place.name}: {call}")
    assert counted > 80
    assert missed == []


def test_every_form_as_it_stands_is_answered(walk: Walk) -> None:
    """Sent with nothing filled in, by each of its buttons: on to another page, or the page again with what is to be put right."""
    sent: set[tuple[str, ...]] = set()
    wrong = []
    order = sorted(walk.forms, key=lambda met: any(each in met.form.path() for each in LAST))
    for met in order:
        for button in met.form.buttons or [None]:
            shape = (_shape(met), button.words if button else "", str(button.of.get("value")) if button else "")
            if shape in sent:
                continue
            sent.add(shape)
            status, text = _send(met, button)
            fine = (
                status in (200,)
                if met.form.method == "GET"
                else status in (200, 303) or (400 <= status < 500 and status not in (404, 405))
            )
            if not fine or ("<h1" not in text and status != 303):
                wrong.append(f"{met} by {button and button.words}: {status} {re.findall('<h1[^>]*>(.*?)</h1>', text)}")
    assert wrong == []


def _send(met: Met, button: Control | None) -> tuple[int, str]:
    fields, more = met.form.sent(button), dict[str, Any]()
    if met.form.method == "GET":
        answer = met.visitor.get(met.form.path(button), params=fields)
        return answer.status_code, answer.text
    if met.form.of.get("enctype"):
        more["files"] = [(each.name, ("", b"")) for each in met.form.controls if each.kind == "file"]
    answer = met.visitor.post(met.form.path(button), fields, signed=False, **more)
    return answer.status_code, answer.text


def _shape(met: Met) -> str:
    """The form apart from which district, source or record it is about."""
    found = FINDING.find(met.form.path())
    names = sorted({f"{each.kind}:{re.sub('[0-9]+', '', each.name)}" for each in met.form.controls})
    return f"{met.page.path} -> {met.form.method} {found[0].path if found else met.form.path()} {' '.join(names)}"
