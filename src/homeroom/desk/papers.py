"""What a district's administrator is given: the guide to the exports, and the plug-in for PowerSchool. Made from what is enforced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.sync import accounts, doorways, expiry, sources, tuning
from homeroom.sync.house import House
from homeroom.sync.source_settings import value

if TYPE_CHECKING:
    from homeroom.guide.occasion import Connection, Occasion
    from homeroom.guide.steps import Steps
    from homeroom.layouts.sets import LayoutSet
    from homeroom.store.sources import Source

Fingerprints = Callable[[], Sequence[tuple[str, str]]]
"""Gives kind and fingerprint of each host key of the SFTP door; called only where an account needs them."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A guide, as a page and as the text that it was made from. `district`: its name, None for a general guide."""

    title: str
    markdown: str
    html: str
    layouts: str
    district: str | None


@dataclass(frozen=True, slots=True)
class Plugin:
    """The package for PowerSchool. `fields` says of each field that it asks for, why."""

    package: bytes
    version: str
    queries: tuple[str, ...]
    fields: dict[str, str]


def guide(
    house: House, slug: str, *, source: int | None, layouts: str | None, ask: str | None, fingerprints: Fingerprints
) -> Paper:
    """The guide for a district's administrator. No password stands in it. Raises Misuse where it cannot be told what to ask for."""
    chosen = source_of(house, slug, source)
    found, steps = set_of(house, slug, chosen, layouts)
    return paper(found, steps, _occasion(house, slug, chosen, ask, fingerprints))


def paper(found: LayoutSet, steps: Steps, occasion: Occasion) -> Paper:
    """A guide for an occasion, also for none of a district."""
    from homeroom.guide import configuration, markdown

    told, title = configuration.text(found, steps, occasion), configuration.title(found, steps, occasion)
    return Paper(title, told, markdown.page(told, title), found.name, occasion.district)


def plugin(house: House, slug: str, packs: Sequence[str], url: str | None) -> Plugin:
    """The plug-in for a district's PowerSchool. Raises Misuse for an unknown pack, or where its sources contradict each other."""
    from homeroom.systems.powerschool.plugin import inspection
    from homeroom.systems.powerschool.plugin.package import Publisher, chosen, fields, package, versioned

    house.stores.control.districts.get(slug)
    own = _own_fields(house, slug)
    made = package(Publisher(url=url), tuple(packs), own=own)
    if wrong := inspection.faults(made):
        raise Misuse("{wrong}", wrong=in_a_row(wrong, " "))
    queries = chosen(tuple(packs), own)
    return Plugin(made, versioned(tuple(packs), own), tuple(q.name for q in queries), dict(fields(queries)))


def source_of(house: House, slug: str, number: int | None) -> Source:
    """The source that is meant. Raises Misuse where it cannot be told."""
    house.stores.control.districts.get(slug)
    found = sources.of(house, slug, number)
    if found is not None:
        return found
    mine = house.stores.control.sources.current(slug)
    if not mine:
        raise Misuse(
            "district {slug} has no source yet; add one.",
            slug=slug,
            command=f"homeroom source add {slug} --kind sftp --layouts SET",
        )
    raise Misuse(
        "district {slug} has several sources; choose one of them: {sources}.",
        slug=slug,
        sources=in_a_row([str(s.id) for s in mine], " or "),
        command="--source N",
    )


def set_of(house: House, slug: str, source: Source, layouts: str | None) -> tuple[LayoutSet, Steps]:
    """The layout set that a source's files are read by, and what its guide says. Raises Misuse where none is named."""
    from homeroom.guide import steps
    from homeroom.sync.layouts import Own, known_set, texts_of
    from homeroom.sync.suiting import suited

    name = layouts or source.layouts
    if name is None:
        raise Misuse(
            "source {source} names no layout set, so that nobody knows which files to ask for; choose one.",
            source=str(source.id),
            command="--layouts SET",
        )
    own = Own(house, slug)
    return suited(known_set(name, own), source), steps.of_set(texts_of(name, own))


def _occasion(house: House, slug: str, source: Source, ask: str | None, fingerprints: Fingerprints) -> Occasion:
    from homeroom.guide.occasion import Keeping, Occasion, Reading

    district, settings = house.stores.control.districts.get(slug), house.settings
    quiet = value(source, "quiet_seconds")
    return Occasion(
        today=datetime.now(ZoneInfo(district.timezone)).date(),
        district=district.name,
        timezone=district.timezone,
        road=source.kind,
        connection=_connection(house, source, fingerprints),
        start=source.start,
        quiet=settings.quiet_seconds if quiet is None else quiet,
        patience=value(source, "patience_minutes"),
        pauses=tuple(str(p) for p in value(source, "pause") if " " not in p),
        resting=tuple(str(p) for p in value(source, "pause") if " " in p),
        limits=tuning.limits(source, datetime.now(UTC)),
        keeping=Keeping(settings.keep_days, expiry.kept_days(house, slug), settings.keep_issue_days),
        reading=Reading(
            encoding=value(source, "encoding"),
            delimiter=value(source, "delimiter"),
            quoted=value(source, "quoted"),
            strip_prefix=tuning.hints(source).strip_prefix,
            date_forms=value(source, "date_forms"),
            waived=frozenset(value(source, "waived")),
            required=frozenset(value(source, "required")),
        ),
        ask=ask,
    )


def _connection(house: House, source: Source, fingerprints: Fingerprints) -> Connection | None:
    """How the source's account is reached; the host keys are made if the door never opened."""
    from homeroom.guide.occasion import Connection

    account = next(iter(house.stores.control.accounts.of(source.id)), None)
    if account is None:
        return None
    return Connection(
        host=accounts.host_for_others(house.settings),
        port=doorways.sftp_port(house),
        username=account.username,
        fingerprints=tuple(fingerprints()),
        by_password=account.password_hash is not None,
        by_key=bool(account.public_keys),
    )


def _own_fields(house: House, slug: str) -> list[str]:
    """The extension fields that the district's PowerSchool sources name."""
    mine = [s for s in house.stores.control.sources.current(slug) if s.kind == "powerschool"]
    asked = [tuple(value(s, "extension_fields") or ()) for s in mine]
    if len(set(asked)) > 1:
        raise Misuse(
            "the PowerSchool sources of {slug} name different extension_fields: give them the same ones, one plug-in serves all.",
            slug=slug,
        )
    return list(asked[0]) if asked else []
