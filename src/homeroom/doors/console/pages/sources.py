"""The sources of a district: does data arrive, from where, when is it due? With the page that adds one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from homeroom.desk import rights, source_acts, source_page
from homeroom.desk.source_page import Standing
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.words import N_, _, of_settings, speech
from homeroom.store.sources import Source
from homeroom.sync import source_settings, sources
from homeroom.sync.layouts import Own, chosen
from homeroom.sync.setting import Setting
from homeroom.systems.shipped import SETS, layout_set

ABOUT = {
    "sftp": N_("The district's system logs in here each night and leaves its files. You hand a user name and a password over."),
    "upload": N_("Somebody brings the files by hand, on the page Upload. Good for a start, and for mending a night."),
    "sftp-pull": N_("Homeroom logs in at the district's own SFTP server each night and fetches the files."),
    "powerschool": N_("Homeroom asks the district's PowerSchool each night. A plug-in there gives it a client ID and a secret."),
}
"""The kinds to choose from, and what each means."""
ASKED_FOR = {
    "sftp-pull": ("host", "port", "username", "path", "files"),
    "powerschool": ("url", "client_id"),
}
"""The settings that a new source of a kind is asked for beside those of every source."""
FIRST = ("name", "layouts", "start", "expected_by")


@dataclass(frozen=True, slots=True)
class Listed:
    """The list."""

    slug: str
    sources: tuple[Standing, ...]
    archived: tuple[Source, ...]
    may_change: bool
    may_import: bool
    words: object = speaking


@dataclass(frozen=True, slots=True)
class Adding:
    """The form, of a kind that was chosen; without one the kinds to choose from."""

    slug: str
    kind: str
    connection: tuple[Setting, ...]
    layouts: tuple[tuple[str, str], ...]
    """Name of each set, and how it is told: its title, then its name."""
    about: ClassVar[Mapping[str, str]] = ABOUT
    words: object = speaking


def show(asked: Asked) -> Answer:
    """The sources of the district."""
    house, slug = asked.house, asked.slug
    may = (rights.may(house, asked.viewer, act, slug, asked.now) for act in ("settings.change", "imports.start"))
    return Shown(
        "pages/sources.html", Listed(slug, source_page.listed(house, slug, asked.now), source_page.archived(house, slug), *may)
    )


def show_add(asked: Asked) -> Answer:
    """The form for a new source."""
    kind = asked.asked_for("kind") or asked.form("kind")
    if kind not in ABOUT:
        kind = ""
    shipped = sorted(((name, f"{layout_set(name).title} ({name})") for name in SETS), key=lambda each: each[1].casefold())
    layouts = (*((name, name) for name in Own(asked.house, asked.slug).names()), *shipped)
    connection = tuple(source_settings.BY_NAME[name] for name in ASKED_FOR.get(kind, ()))
    return Shown("pages/add_source.html", Adding(asked.slug, kind, connection, layouts))


def add(asked: Asked) -> Answer:
    """A new source. It need not be reachable yet."""
    house, slug, kind = asked.house, asked.slug, asked.form("kind")
    if kind not in ABOUT:
        raise Wrong(kind=_("Choose how the data comes."))
    given = _typed(asked, kind)
    if given.get("layouts"):
        chosen(str(given["layouts"]), Own(house, slug))
    secrets = source_acts.secrets(kind, asked.form("secret"), asked.form("private_key"), asked.form("passphrase"))
    inside: dict[str, Any] = {name: given.pop(name, None) for name in ("name", "layouts", "start")}
    added = sources.add(house, slug, kind, **inside, settings=given, secrets=secrets or None, who=asked.viewer.who)
    return Goto(
        f"/districts/{slug}/sources/{added.source.id}",
        Notice("ok", _("%(name)s was added.", name=added.source.name), _next(kind)),
    )


def _typed(asked: Asked, kind: str) -> dict[str, object]:
    """The values of the form by the names of settings. Raises Wrong, with a sentence at each field."""
    given: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for name in (*FIRST, *ASKED_FOR.get(kind, ())):
        known, text = source_settings.BY_NAME[name], asked.form(name)
        if not text:
            if known.required:
                wrong[name] = _("This must be given.")
            continue
        value = known.kind.read(text)
        if (fault := known.kind.judge(value)) is not None:
            wrong[name] = of_settings.wrong(speech(), name, fault)
        given[name] = value
    if wrong:
        raise Wrong(**wrong)
    return given


def _next(kind: str) -> str:
    if kind == "sftp":
        return _("Next: make a link that hands the password over.")
    if kind == "upload":
        return _("Next: upload files. They are looked at first, and nothing is changed.")
    return _("Next: test the connection.")


HOME = "/districts/{slug}/sources"
PAGES = (
    Page(HOME, "settings.see", show, tab="sources"),
    Page(f"{HOME}/new", "settings.change", show_add, add, tab="sources"),
)
