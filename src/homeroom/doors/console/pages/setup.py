"""The set-up of a district: what is the next step, and whose is it? With the worksheet, the guide and the plug-in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import ClassVar

from homeroom.desk import letting_in, papers, people, rights
from homeroom.desk.appointing import may_give
from homeroom.desk.setup import acting, worksheet
from homeroom.desk.setup.acting import Progress
from homeroom.desk.setup.own_part import schools_of
from homeroom.desk.viewer import Person
from homeroom.doors.console.answers import Answer, Download, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.pages.access import sent
from homeroom.doors.console.pages.one_source import no_worker
from homeroom.doors.console.words import N_, _
from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
from homeroom.guide.worksheet.form import TOTAL_QUESTIONS
from homeroom.guide.worksheet.writing import Asked as Questions
from homeroom.guide.worksheet.writing import write
from homeroom.roster.faults import Misuse
from homeroom.store.sources import Source
from homeroom.sync import taking_up

BYTES_OF_A_SHEET = 4 * 1024 * 1024
LINK = {
    "kick-off": ("#people", N_("Invite")),
    "road": ("sources/new", N_("Add a source")),
    "credentials": ("sources", N_("Hand them over")),
    "exports": ("setup/guide", N_("Read the guide")),
    "first-files": ("imports", N_("Open the report")),
    "schools": ("schools", N_("Match schools")),
    "worksheet": ("setup/worksheet", N_("Answer")),
    "first-sync": ("#first-sync", N_("Look at it")),
    "automatic": ("sources", N_("Open")),
}
"""Where the work of each step is done, under the district, and the words of its button."""
OWNERS = {"vendor": N_("Vendor"), "district": N_("District"), "homeroom": N_("Homeroom"), "both": N_("Vendor and district")}
STATES = (
    ("received", N_("Received"), N_("first complete set of files")),
    ("changes_requested", N_("Changes requested"), N_("somebody asked for other files or figures")),
    ("approved", N_("Approved"), N_("both sides signed the worksheet")),
    ("automatic", N_("Automatic"), N_("every night")),
)
SIDES = {"vendor": N_("the vendor"), "district": N_("the district")}


@dataclass(frozen=True, slots=True)
class View:
    """The page. `people` are those of the district who can sign in, or are invited."""

    made: Progress
    name: str
    slug: str
    sources: tuple[Source, ...]
    people: tuple[Person, ...]
    may_step: bool
    may_invite: bool
    plugin: bool
    link: str = ""
    """A link for somebody who was invited just now."""
    words: object = speaking

    @property
    def links(self) -> Mapping[str, tuple[str, str]]:
        """Where each step is done. What is fetched needs no export."""
        fetched = bool(self.sources) and all(source.kind == "powerschool" for source in self.sources)
        return LINK | ({"exports": ("sources", N_("Fetch for the first time"))} if fetched else {})

    owners: ClassVar[Mapping[str, str]] = OWNERS
    states: ClassVar[Sequence[tuple[str, str, str]]] = STATES


def show(asked: Asked, link: str = "") -> Answer:
    """The steps. A district without a set-up has no such page."""
    house, who, slug = asked.house, asked.viewer, asked.slug
    if house.stores.control.setups.of(slug) is None:
        raise NotThere
    sources = tuple(house.stores.control.sources.current(slug))
    view = View(
        made=acting.progress(house, slug, asked.now),
        name=house.stores.control.districts.get(slug).name,
        slug=slug,
        sources=sources,
        people=tuple(people.listed(house, slug)) if rights.may(house, who, "district.people", slug, asked.now) else (),
        may_step=rights.may(house, who, "setup.step", slug, asked.now),
        may_invite=rights.may(house, who, "district.invite", slug, asked.now),
        plugin=any(source.kind == "powerschool" for source in sources),
        link=link,
    )
    return Shown("pages/setup.html", view)


def say(asked: Asked) -> Answer:
    """Write to the others, or ask for other files."""
    if asked.form("ask"):
        rights.demand(asked.house, asked.viewer, "setup.step", asked.slug, asked.now)
    act = acting.request_changes if asked.form("ask") else acting.say
    act(asked.house, asked.viewer, asked.slug, asked.form("text"), asked.now)
    return _back(asked, _("Your message is on the page."))


def set_training(asked: Asked) -> Answer:
    """The day of the training."""
    acting.set_training(asked.house, asked.viewer, asked.slug, _day(asked, "day"), asked.now)
    return _back(asked, _("The day of the training is set."))


def approve(asked: Asked) -> Answer:
    """The first real sync."""
    if asked.jobs is None:
        raise no_worker()
    hand_over = partial(taking_up.hand_over, asked.house, asked.jobs)
    number = acting.approve(asked.house, asked.viewer, asked.slug, asked.now, hand_over)
    told = Notice("ok", _("The first real sync has begun."), _("You can leave this page."))
    return Goto(f"/districts/{asked.slug}/imports/{number}", told)


def invite(asked: Asked) -> Answer:
    """Invite somebody of the district; the link is shown once, to be sent."""
    role = asked.form("role") or "administrator"
    may_give(asked.viewer, role, [asked.slug])
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    schools = tuple(id for id in asked.form("schools").replace(",", " ").split() if id)
    invited = people.invite(
        asked.house, asked.form("email"), role, who=asked.viewer.who, now=asked.now, districts=[asked.slug], schools=schools
    )
    link = letting_in.handed(asked.house, invited.person, invited.token, asked.viewer.who, say=asked.say)
    if link is None:
        return Goto(f"/districts/{asked.slug}/setup", sent(invited.person.email))
    return show(asked, link)


def show_worksheet(asked: Asked) -> Answer:
    """The figures, side by side, and the form to answer."""
    if asked.house.stores.control.setups.of(asked.slug) is None:
        raise NotThere
    progress = acting.progress(asked.house, asked.slug, asked.now)
    side = "vendor" if asked.viewer.person.staff else "district"
    questions = worksheet.asked(asked.house, asked.viewer, asked.slug)
    view = {
        "made": replace(progress, sheet=worksheet.shown(asked.house, asked.viewer, asked.slug)),
        "slug": asked.slug,
        "name": questions.district,
        "questions": () if schools_of(asked.viewer) is not None else tuple(TOTAL_QUESTIONS.items()),
        "schools": questions.schools,
        "answers": worksheet.answered(asked.house, asked.viewer, asked.slug),
        "side": side,
        "sides": SIDES,
        "may_step": rights.may(asked.house, asked.viewer, "setup.step", asked.slug, asked.now),
    }
    return Shown("pages/worksheet.html", view)


def fill(asked: Asked) -> Answer:
    """Answer by the form."""
    totals = {key: asked.form(key) for key in TOTAL_QUESTIONS}
    schools = {id: {"Students": asked.form(f"students {id}"), "Staff": asked.form(f"staff {id}")} for id in asked.forms("school")}
    made = worksheet.fill(asked.house, asked.viewer, asked.slug, totals, schools, asked.now)
    return _to_worksheet(asked, _("Your figures are kept."), _told(made))


def upload(asked: Asked) -> Answer:
    """Answer by the spreadsheet."""
    files = asked.files("sheet")
    if not files:
        raise Wrong(sheet=_("Choose the spreadsheet that you filled in."))
    path = files[0].path
    if path.suffix.lower() != ".xlsx":
        path = Path(shutil.copy(path, path.with_suffix(".xlsx")))
    made = worksheet.upload(asked.house, asked.viewer, asked.slug, path, asked.now)
    return _to_worksheet(asked, _("Your figures are kept."), _told(made))


def compare(asked: Asked) -> Answer:
    """Compare once more with the newest files."""
    made = worksheet.compare(asked.house, asked.viewer, asked.slug, asked.now)
    return _to_worksheet(asked, _("Compared with the newest files."), _told(made))


def accept(asked: Asked) -> Answer:
    """Accept differences with their explanations."""
    keys = {key: asked.form(f"why {key}") for key in asked.forms("accepted")}
    if not keys:
        raise Misuse("Choose at least one figure.")
    made = worksheet.accept(asked.house, asked.viewer, asked.slug, keys, asked.now)
    return _to_worksheet(asked, _("Accepted."), _told(made))


def sign(asked: Asked) -> Answer:
    """Sign the figures on the page."""
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    made = worksheet.sign(asked.house, asked.viewer, asked.slug, asked.form("mark"), asked.now)
    text = _("Both sides have signed: the first real sync can be approved.") if made.agreed else _("The other side signs next.")
    return _to_worksheet(asked, _("You have signed."), text)


def sheet(asked: Asked) -> Answer:
    """The worksheet as a spreadsheet."""
    return Download(f"{asked.slug}-worksheet.xlsx", XLSX, _written(asked, worksheet.asked(asked.house, asked.viewer, asked.slug)))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _written(asked: Asked, questions: Questions) -> Iterator[bytes]:
    asked.house.settings.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=asked.house.settings.work) as folder:
        path = Path(folder) / "worksheet.xlsx"
        write(questions, path)
        yield path.read_bytes()


def guide(asked: Asked) -> Answer:
    """The guide for a source of this district, with its own host, port, user and fingerprints; of the first one where none is named."""
    known = [s.id for s in asked.house.stores.control.sources.current(asked.slug) if s.layouts]
    wanted = asked.asked_for("source") or str(known[0] if known else "")
    if not known:
        raise Misuse("There is no guide yet. Say first how the data comes, under Sources: which files, and by which road.")
    if wanted not in {str(id) for id in known}:
        raise NotThere
    made = papers.guide(
        asked.house,
        asked.slug,
        source=int(wanted),
        layouts=None,
        ask=None,
        fingerprints=lambda: [(f.kind, f.sha256) for f in fingerprints(host_keys(asked.house.settings.keys))],
    )
    return Download(
        f"{asked.slug}-guide{wanted if len(known) > 1 else ''}.html", "text/html; charset=utf-8", [made.html.encode()]
    )


def plugin(asked: Asked) -> Answer:
    """The plug-in for PowerSchool."""
    made = papers.plugin(asked.house, asked.slug, (), None)
    return Download(f"homeroom-{made.version}.zip", "application/zip", [made.package])


def _told(made: worksheet.Sheet) -> str:
    if not made.lines:
        return _("They are compared as soon as files have come.")
    return _("Every figure agrees or is explained.") if not made.open else _("Some figures differ; see below.")


def _day(asked: Asked, name: str) -> date:
    try:
        return date.fromisoformat(asked.form(name))
    except ValueError:
        raise Wrong(**{name: _("Write the day as 2026-11-30.")}) from None


def _back(asked: Asked, title: str) -> Answer:
    return Goto(f"/districts/{asked.slug}/setup", Notice("ok", title))


def _to_worksheet(asked: Asked, title: str, text: str) -> Answer:
    return Goto(f"/districts/{asked.slug}/setup/worksheet", Notice("ok", title, text))


HOME = "/districts/{slug}/setup"
PAGES = (
    Page(HOME, "setup.see", show, tab="setup"),
    Page(f"{HOME}/message", "setup.see", show, say, post_act="worksheet.fill", tab="setup"),
    Page(f"{HOME}/training", "setup.see", show, set_training, post_act="setup.step", tab="setup"),
    Page(f"{HOME}/approve", "setup.see", show, approve, post_act="setup.step", tab="setup"),
    Page(f"{HOME}/people", "setup.see", show, invite, post_act="district.invite", tab="setup"),
    Page(f"{HOME}/worksheet", "setup.see", show_worksheet, fill, post_act="worksheet.fill", tab="setup"),
    Page(
        f"{HOME}/worksheet/sheet",
        "setup.see",
        show_worksheet,
        upload,
        post_act="worksheet.fill",
        tab="setup",
        limit=BYTES_OF_A_SHEET,
        files=True,
    ),
    Page(f"{HOME}/worksheet/compare", "setup.see", show_worksheet, compare, post_act="worksheet.fill", tab="setup"),
    Page(f"{HOME}/worksheet/accept", "setup.see", show_worksheet, accept, post_act="setup.step", tab="setup"),
    Page(f"{HOME}/worksheet/sign", "setup.see", show_worksheet, sign, post_act="setup.step", tab="setup"),
    Page(f"{HOME}/worksheet.xlsx", "setup.see", sheet),
    Page(f"{HOME}/guide", "setup.see", guide),
    Page(f"{HOME}/plugin.zip", "setup.see", plugin),
)
