"""Pages as bytes: a template in its frame, error pages among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom.desk.viewer import Viewer
from homeroom.doors.console import crossing, frame, words
from homeroom.doors.console.answers import Notice, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.forms import Form
from homeroom.doors.console.rendering import environment
from homeroom.doors.console.request import Request
from homeroom.doors.console.sending import Header, Reply
from homeroom.doors.console.words import N_
from homeroom.doors.console.words.speech import LANGUAGES, Speech, chosen
from homeroom.sync.house import House

RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error page: its title, its sentences, its picture. `retry`: it asks again by itself."""

    status: int
    title: str
    text: str
    icon: str = "help-circle"
    retry: bool = False


NOT_FOUND = Trouble(404, N_("Page not found"), N_("The address may be wrong, or the page may belong to somebody else."))
METHOD = Trouble(
    405, N_("This page cannot be used like that"), N_("Nothing was changed. Open the page anew and use its buttons.")
)
TOO_LARGE = Trouble(413, N_("That is too much for this form"), N_("Nothing was changed. Send less at once."), "upload")
NOT_A_FORM = Trouble(415, N_("This page takes forms only"), N_("Nothing was changed. Open the page anew and use its buttons."))
TOO_SLOW = Trouble(408, N_("The form did not come in time"), N_("Nothing was changed. Please send it once more."), "clock")
STALE = Trouble(
    403,
    N_("This page was open too long"),
    N_("Nothing was changed. Go back, load the page again, and send the form once more."),
    "clock",
)
BUSY = Trouble(
    503, N_("Homeroom is being updated"), N_("Imports go on. This page tries again in 30 seconds."), "refresh", retry=True
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What pages are shown with: the house, whoever counts for the tabs, further folders of templates, the folder of translations."""

    house: House
    count: frame.Count = frame.no_counts
    templates: tuple[Path, ...] = ()
    languages: Path = LANGUAGES


def speech(stage: Stage, request: Request, who: Viewer | None, slug: str | None, now: datetime) -> Speech:
    """How this reader is spoken to: on a district's pages in the district's zone, else in the reader's; who has none, and sees one
    district only, gets that district's.
    """
    locale, sentences = chosen(request.headers.get("accept-language", ""), stage.languages)
    own = _zone(who.person.timezone) if who and who.person.timezone else None
    place = slug or (frame.only_district(stage.house, who) if who and own is None else None)
    district = frame.known(stage.house, place)
    there = _zone(district.timezone) if district else None
    return Speech(locale, sentences, now, there or own or ZoneInfo("UTC"), own)


def shown(stage: Stage, request: Request, asked: Asked, answer: Shown, slug: str | None) -> Reply:
    """A page, or a part of one."""
    form = Form(asked.csrf, asked.values or asked.query, answer.problems)
    values: dict[str, object] = {"view": answer.view, "asked": asked, "form": form}
    if _frameless(answer.template):
        return Reply(answer.status, part(stage, answer.template, values).encode(), answer.headers)
    notice = answer.notice
    taken: tuple[Header, ...] = ()
    if notice is None and not request.part:
        notice, taken = _travelled(request)
    framed = frame.framed(stage.house, asked.who, slug, asked.page.tab, stage.count, asked.now) if asked.who else None
    around = _around(request, asked.who, framed, asked.csrf, asked.address, asked.now)
    html = environment(*stage.templates).get_template(answer.template).render(around | values | {"notice": notice})
    return Reply(answer.status, html.encode(), (*answer.headers, *taken))


def part(stage: Stage, template: str, values: Mapping[str, object]) -> str:
    """A template without the frame."""
    return environment(*stage.templates).get_template(template).render(values)


def trouble(stage: Stage, request: Request, who: Viewer | None, it: Trouble, now: datetime, **named: str) -> Reply:
    """An error page. It says nothing of the address that was asked for: what is not there and what is not yours look the same."""
    framed = frame.framed(stage.house, who, None, "", stage.count, now) if who else None
    around = _around(request, who, framed, crossing.token(request.secret) if request.secret else "", "/", now)
    retry = it.retry and request.method in ("GET", "HEAD")
    said = {"title": words.gettext(it.title), "text": words.gettext(it.text, **named), "icon": it.icon, "retry": retry}
    html = environment().get_template("error.html").render(around | {"view": said, "notice": None})
    more: tuple[Header, ...] = (("retry-after", str(RETRY_SECONDS)),) if it.status == 503 else ()
    return Reply(it.status, html.encode(), more)


def bare(status: int, title: str, text: str) -> Reply:
    """An error page without anything that may have failed: no frame, no store, no template."""
    html = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>'
    return Reply(status, html.encode())


def _around(
    request: Request, who: Viewer | None, framed: frame.Frame | None, csrf: str, address: str, now: datetime
) -> dict[str, object]:
    theme = who.person.theme if who else request.cookies.get(crossing.THEME)
    return {
        "frame": framed,
        "form": Form(csrf),
        "address": address,
        "theme": theme if theme in ("light", "dark") else "auto",
        "keys": who is None or who.person.keys,
        "now": now,
    }


def _frameless(template: str) -> bool:
    """Whether a template is a part of a page, to be swapped in: its name begins with an underscore."""
    return Path(template).name.startswith("_")


def _travelled(request: Request) -> tuple[Notice | None, tuple[Header, ...]]:
    """The notice that the form before left in its cookie, and the header that takes it away."""
    given = request.cookies.get(crossing.NOTICE)
    if not given:
        return None, ()
    return crossing.unsealed(request.secret, given), (request.cookies.set(crossing.NOTICE, ""),)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
