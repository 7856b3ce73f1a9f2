"""Every setting of a source, made from the one declared table: looked at, changed, and shown before and after in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from homeroom.desk import rights, source_page
from homeroom.desk.source_page import Line
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages.one_source import here
from homeroom.doors.console.words import _, ngettext, of_settings, speech
from homeroom.store.sources import Source
from homeroom.sync import sources
from homeroom.sync.layouts import Own, chosen
from homeroom.sync.setting import Setting

PREFIX = "set-"
"""What stands before a setting's name in the form: some are called as other fields are (`path`, `name`)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together. `set_here`: how many are not the default."""

    name: str
    lines: tuple[Line, ...]
    set_here: int


@dataclass(frozen=True, slots=True)
class View:
    """The page."""

    slug: str
    source: Source
    groups: tuple[Group, ...]
    may_change: bool
    prefix: str = PREFIX
    label: ClassVar[Callable[[str], str]] = staticmethod(of_settings.label)
    meaning: ClassVar[Callable[[Setting], str]] = staticmethod(of_settings.meaning)
    effect: ClassVar[Callable[[Setting], str]] = staticmethod(of_settings.effect)


@dataclass(frozen=True, slots=True)
class Sure:
    """What would change: name, before, after; and the texts as they were typed, to be sent once more."""

    slug: str
    source: Source
    changes: tuple[tuple[str, str, str], ...]
    typed: tuple[tuple[str, str], ...]
    label: ClassVar[Callable[[str], str]] = staticmethod(of_settings.label)


def show(asked: Asked) -> Answer:
    """All settings, group by group."""
    source = here(asked)
    lines = sorted(source_page.lines(source), key=lambda line: GROUPS.index(line.setting.group))
    groups = [(name, tuple(found)) for name, found in groupby(lines, key=lambda line: line.setting.group)]
    view = View(
        slug=asked.slug,
        source=source,
        groups=tuple(Group(name, found, sum(bool(line.typed) for line in found)) for name, found in groups),
        may_change=rights.may(asked.house, asked.viewer, "settings.change", asked.slug, asked.now),
    )
    return Shown("pages/source_settings.html", view)


def change(asked: Asked) -> Answer:
    """Show what would change; with `sure`, change it. All of it, or nothing."""
    source = here(asked)
    typed = {name.removeprefix(PREFIX): values[-1] for name, values in asked.values.items() if name.startswith(PREFIX)}
    made = source_page.proposed(source, typed)
    if made.wrong:
        raise Wrong(**{PREFIX + name: of_settings.wrong(speech(), name, fault) for name, fault in made.wrong.items()})
    if (layouts := made.values.get("layouts")) is not None:
        chosen(layouts, Own(asked.house, asked.slug))
    if not made.changes:
        return Goto(asked.address, Notice("ok", _("Nothing was changed."), _("Every setting stands as it was.")))
    if not asked.form("sure"):
        again = tuple((PREFIX + name, typed[name]) for name, _before, _after in made.changes)
        return Shown("pages/source_settings_sure.html", Sure(asked.slug, source, made.changes, again))
    changed = sources.change(asked.house, asked.slug, source.id, made.values, asked.viewer.who)
    told = ngettext("%(num)s setting was changed.", "%(num)s settings were changed.", len(made.changes))
    if source.secret is not None and changed.secret is None:
        return Goto(
            f"/districts/{asked.slug}/sources/{source.id}",
            Notice("warn", told, _("It leads to another server now: enter the password or secret for that one.")),
        )
    return Goto(
        f"/districts/{asked.slug}/sources/{source.id}",
        Notice("ok", told, _("It counts from the next import on. The audit keeps both values.")),
    )


GROUPS = (
    "Arrival",
    "Connection",
    "Limits",
    "Reading",
    "People and scope",
    "Schools",
    "Checks",
    "Ownership",
    "Several sources",
)
"""In the order of how often people come for them."""
PAGES = (
    Page(
        "/districts/{slug}/sources/{number:int}/settings",
        "settings.see",
        show,
        change,
        post_act="settings.change",
        tab="sources",
    ),
)
