"""One import: its report, its progress while it runs, its hold while it waits. And the decision about a hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Literal
from urllib.parse import quote, urlencode

from homeroom.desk import deciding, import_report, rights, uploading
from homeroom.desk.causes import Filter
from homeroom.desk.deciding import NotSo, Overtaken
from homeroom.desk.hold_view import HoldView, hold_view
from homeroom.desk.import_report import ImportPage, import_page
from homeroom.desk.import_rows import files_with_refused
from homeroom.desk.rights import Closed, NeedsElevation
from homeroom.desk.steps import Progress, Step
from homeroom.doors.console.answers import Answer, Goto, Live, Notice, NotThere, Part, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import import_words
from homeroom.doors.console.pages.speaking import listed
from homeroom.doors.console.words import N_, _, desk_says, speech, times
from homeroom.roster.faults import Misuse
from homeroom.store.news import News
from homeroom.sync import imports, interrupting
from homeroom.sync.standing import system_of_source

Values = Literal["shown", "elevate", "closed", "never"]
MENDS = {
    "credentials": ("sources", N_("Open the sources")),
    "connection": ("sources", N_("Open the sources")),
    "certificate_untrusted": ("sources", N_("Open the sources")),
    "another_powerschool": ("sources", N_("Open the sources")),
    "not_connected_yet": ("sources", N_("Open the sources")),
    "host_key_changed": ("sources", N_("Open the sources")),
    "set_too_large": ("sources", N_("Open the sources")),
    "header_mismatch": ("layouts", N_("Open the layouts")),
    "file_unknown": ("layouts", N_("Open the layouts")),
    "schools_not_found": ("schools", N_("Match schools")),
    "incomplete_set": ("upload", N_("Upload files")),
    "suddenly_empty": ("upload", N_("Upload files")),
    "only_workbooks": ("upload", N_("Upload files")),
}
"""Where a failed import is mended, by its reason: the page under the district, and the words of its button."""


@dataclass(frozen=True, slots=True)
class View:
    """The page of an import. `values`: whether values of rows are shown, and if not what would open them."""

    of: ImportPage
    hold: HoldView | None
    home: str
    here: str
    name: str
    system: str | None
    values: Values
    refused: tuple[str, ...]
    """Files of which the refused rows can be had."""
    chosen: Filter
    schools: Mapping[str, str]
    may_decide: bool
    may_import: bool
    back_to: int | None
    """The revision that an operator may go back to from here."""
    reads: str
    """The names of the files that are read here, where a file was left alone; else blank."""
    newer: int | None
    written: tuple[News, ...]
    mend: tuple[str, str] | None
    empty: bool
    """Whether the roster holds nothing yet, so that single rows have nothing to stand on."""
    words: ModuleType = import_words

    def query(self, **more: str | None) -> str:
        """The part of an address that asks for rows as this page does."""
        given = {"school": self.chosen.school, **more}
        kept = [(name, value) for name, value in given.items() if value]
        return "?" + urlencode(kept, quote_via=quote) if kept else ""


def show(asked: Asked) -> Answer:
    """The page, whichever of its three faces."""
    house, who, slug, number = asked.house, asked.viewer, asked.slug, known(asked)
    chosen = wanted(asked)
    made = import_page(house, who, slug, number, chosen, asked.now)
    store, whole = house.stores.roster(slug), who.role != "school_viewer"
    row = store.imports.get(number)
    later = deciding.newer(store, row)
    held = made.face == "held" and whole
    moved = made.entry.revision_after is not None and made.entry.revision_after != made.entry.revision_before
    can_go_back = moved and not row.dry_run and row.status == "done" and (row.revision_before or 0) > 0
    view = View(
        of=made,
        hold=hold_view(house, who, slug, number, asked.now) if held else None,
        home=f"/districts/{slug}",
        here=f"/districts/{slug}/imports/{number}",
        name=house.stores.control.districts.get(slug).name,
        system=import_words.system(found)
        if (found := system_of_source(house, slug, imports.report(house, slug, number)))
        else None,
        values=_values(asked, made.values_shown),
        refused=files_with_refused(house, slug, number) if made.values_shown and made.keeps_until is not None else (),
        chosen=chosen,
        schools=dict(made.schools),
        may_decide=rights.may(house, who, "holds.reject", slug, asked.now),
        may_import=rights.may(house, who, "imports.start", slug, asked.now),
        back_to=row.revision_before if can_go_back and rights.may(house, who, "rollback", slug, asked.now) else None,
        newer=later.number if later is not None and made.entry.reason == "superseded" else None,
        written=tuple(n for n in house.stores.control.news.of_import(slug, number) if n.cause.startswith("asked:"))
        if held
        else (),
        reads=_reads(asked, made),
        mend=MENDS.get(made.entry.reason or "") if made.entry.outcome == "failed" else None,
        empty=store.revision() == 0,
    )
    return Shown("pages/import.html", view)


def _reads(asked: Asked, made: ImportPage) -> str:
    if not {cause.code for cause in made.causes} & import_words.LEFT_ALONE:
        return ""
    mine = asked.house.stores.control.sources.of(asked.slug)
    source = next((s for s in mine if made.delivery is not None and s.id == made.delivery.source), None)
    return listed(uploading.reader(asked.house, asked.slug, source).reads) if source is not None else ""


def wanted(asked: Asked) -> Filter:
    """Which causes the address asks for."""
    kinds = {"refused": True, "taken": False}
    return Filter(
        file=asked.asked_for("file") or None,
        school=asked.asked_for("school") or None,
        refused=kinds.get(asked.asked_for("kind")),
        column=asked.asked_for("column") or None,
    )


def decide(asked: Asked) -> Answer:
    """Reject the import, approve its plan once, or ask the district first: what was chosen, of the plan that was shown."""
    number = known(asked)
    acts = {"reject": _reject, "approve": _approve, "ask": _ask}
    chosen = acts.get(asked.form("decision"))
    if chosen is None:
        raise Wrong(decision=_("Choose what to do."))
    try:
        return chosen(asked, number)
    except NotSo as wrong:
        raise Wrong(**{wrong.field: desk_says.told(speech(), wrong.said)}) from None
    except Overtaken as newer:
        return _overtaken(asked, newer)


def _reject(asked: Asked, number: int) -> Answer:
    message = asked.form("message")
    deciding.reject(asked.house, asked.viewer, asked.slug, number, asked.form("plan"), message, asked.form("code"), asked.now)
    if not message:
        told = _("Nothing was changed.")
    elif asked.viewer.person.staff:
        told = _("Nothing was changed. The district is told why.")
    else:
        told = _("Nothing was changed. Your message is in the report, and the people of your district get it.")
    return Goto(_here(asked), Notice("ok", _("Import %(number)s was rejected", number=number), told))


def _approve(asked: Asked, number: int) -> Answer:
    made = deciding.approve(
        asked.house, asked.viewer, asked.slug, number, asked.form("plan"), asked.form("sure"), asked.form("reason"), asked.now
    )
    if made.status == "waiting_for_approval":
        told = _("The roster changed meanwhile, and with it the plan. Look at the numbers again.")
        return Goto(_here(asked), Notice("held", _("Nothing was applied"), told))
    if made.outcome == "failed":
        return Goto(
            _here(asked), Notice("bad", _("Nothing was changed"), desk_says.reason(speech(), made.reason) if made.reason else "")
        )
    told = _(
        "The roster is at revision %(revision)s now. Limits stay as they are for the next night.", revision=made.revision_after
    )
    return Goto(_here(asked), Notice("ok", _("The plan was applied"), told))


def _ask(asked: Asked, number: int) -> Answer:
    deciding.ask(asked.house, asked.viewer, asked.slug, number, asked.form("message"), asked.now)
    return Goto(_here(asked), Notice("ok", _("The question is on its way"), _("The import keeps waiting.")))


def _overtaken(asked: Asked, newer: Overtaken) -> Answer:
    told = _("This plan was not applied. Look at the new one.")
    if newer.number is None or newer.at is None:
        return Goto(_here(asked), Notice("warn", _("The plan changed since you looked"), told))
    title = _("New files came at %(time)s", time=times.clock(speech(), newer.at))
    return Goto(_here(asked), Notice("warn", title, told))


def stop(asked: Asked) -> Answer:
    """Stop a running import."""
    number = known(asked)
    interrupting.stop(asked.house, asked.slug, number, who=asked.viewer.who, now=asked.now)
    return Goto(f"/districts/{asked.slug}/imports/{number}", Notice("ok", _("The import was stopped"), _("Nothing was saved.")))


@dataclass(frozen=True, slots=True)
class Running:
    """The part of the page that changes while an import runs; `now` is None at its end."""

    now: Progress | None
    steps: tuple[Step, ...]
    here: str
    number: int
    words: ModuleType = import_words


def live(asked: Asked) -> Answer:
    """How far it is, once a second; each new step is also said aloud, once."""
    number = known(asked)
    here, told = f"/districts/{asked.slug}/imports/{number}", [""]

    def look() -> Part:
        now, steps = import_report.live(asked.house, asked.viewer, asked.slug, number)
        view = Running(now, steps, here, number)
        if now is None:
            return Part("done", "pages/_import_progress.html", view, last=True)
        if now.step != told[0]:
            told[0] = now.step
            return Part("step", "pages/_import_step.html", view)
        return Part("progress", "pages/_import_progress.html", view)

    return Live(look)


def _values(asked: Asked, shown: bool) -> Values:
    if shown:
        return "shown"
    verdict = rights.allows(asked.house, asked.viewer, "records.see", asked.slug, asked.now)
    return "elevate" if isinstance(verdict, NeedsElevation) else "closed" if isinstance(verdict, Closed) else "never"


def known(asked: Asked) -> int:
    """The import's number. Raises NotThere where the district has no such import."""
    number = asked.number("number")
    try:
        asked.house.stores.roster(asked.slug).imports.get(number)
    except Misuse:
        raise NotThere from None
    return number


def _here(asked: Asked) -> str:
    return f"/districts/{asked.slug}/imports/{asked.path['number']}"


HOME = "/districts/{slug}/imports/{number:int}"
PAGES = (
    Page(HOME, "reports.see", show, decide, post_act="holds.reject", tab="imports"),
    Page(f"{HOME}/live", "reports.see", live),
    Page(f"{HOME}/stop", "reports.see", post=stop, post_act="imports.start", tab="imports"),
)
