"""guide: what a district's administrator is given, made from the layouts that are enforced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house
from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.guide.occasion import Connection, Occasion
    from homeroom.guide.steps import Steps
    from homeroom.layouts.sets import LayoutSet
    from homeroom.store.sources import Source
    from homeroom.sync.house import House


def guide(
    slug_or_out: Annotated[str, Parameter(name="SLUG")],
    out: Annotated[Path | None, Parameter(name="OUT")] = None,
    /,
    *,
    source: int | None = None,
    layouts: str | None = None,
    ask: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Write the configuration guide for a district's administrator: OUT.html, and the same as Markdown beside it.

    Without a district (`homeroom guide OUT.html --layouts SET`) it is a general guide of the set. No password stands in it.

    Parameters
    ----------
    slug_or_out
        The district. Left out for a general guide.
    out
        The HTML file to write; the Markdown goes beside it, with the ending .md.
    source
        Number of the source that the guide is about; without it the district's only source.
    layouts
        Layout set, or a folder of layouts; without it the source's set.
    ask
        Whom the administrator can ask: a name, an address, a telephone number.
    as_json
        Print one JSON document.
    """
    from homeroom.guide import configuration, markdown

    if out is None:
        found, steps, occasion = _general(layouts, ask)
        target = Path(slug_or_out)
    else:
        with opened_house() as house:
            chosen = source_of(house, slug_or_out, source)
            found, steps = set_of(house, slug_or_out, chosen, layouts)
            occasion = _occasion(house, slug_or_out, chosen, ask)
        target = out
    if target.suffix.lower() not in (".html", ".htm"):
        raise Misuse(f"{target} must end in .html; the Markdown is written beside it.")
    told = configuration.text(found, steps, occasion)
    beside = target.with_suffix(".md")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(markdown.page(told, configuration.title(found, steps, occasion)), encoding="utf-8")
    beside.write_text(told, encoding="utf-8")
    if as_json:
        document({"html": str(target), "markdown": str(beside), "layouts": found.name, "district": occasion.district})
    else:
        note(f"{target} and {beside}: the guide of {found.name}. It holds no password; hand that over by a road of its own.")
    return 0


def _general(layouts: str | None, ask: str | None) -> tuple[LayoutSet, Steps, Occasion]:
    from homeroom.guide import steps
    from homeroom.guide.occasion import Occasion
    from homeroom.sync.layouts import known_set, texts_of

    if layouts is None:
        raise Misuse("name a district (homeroom guide SLUG OUT.html), or --layouts SET for a general guide.")
    return known_set(layouts), steps.of_set(texts_of(layouts)), Occasion(today=datetime.now(UTC).date(), ask=ask)


def source_of(house: House, slug: str, number: int | None) -> Source:
    """The source that is meant. Raises Misuse where it cannot be told."""
    from homeroom.sync import sources

    house.stores.control.districts.get(slug)
    found = sources.of(house, slug, number)
    if found is not None:
        return found
    mine = house.stores.control.sources.of(slug)
    if not mine:
        raise Misuse(f"district {slug} has no source yet: homeroom source add {slug} --kind sftp --layouts SET.")
    raise Misuse(f"district {slug} has several sources; name one: --source {' or '.join(str(s.id) for s in mine)}.")


def set_of(house: House, slug: str, source: Source, layouts: str | None) -> tuple[LayoutSet, Steps]:
    """The layout set that a source's files are read by, and what its guide says. Raises Misuse where none is named."""
    from homeroom.guide import steps
    from homeroom.sync.layouts import Own, known_set, texts_of
    from homeroom.sync.suiting import suited

    name = layouts or source.layouts
    if name is None:
        raise Misuse(f"source {source.id} names no layout set, so that nobody knows which files to ask for: give --layouts SET.")
    own = Own(house, slug)
    return suited(known_set(name, own), source), steps.of_set(texts_of(name, own))


def _occasion(house: House, slug: str, source: Source, ask: str | None) -> Occasion:
    from homeroom.guide.occasion import Keeping, Occasion, Reading
    from homeroom.sync import expiry, tuning
    from homeroom.sync.source_settings import value

    district, settings = house.stores.control.districts.get(slug), house.settings
    quiet = value(source, "quiet_seconds")
    return Occasion(
        today=datetime.now(ZoneInfo(district.timezone)).date(),
        district=district.name,
        timezone=district.timezone,
        road=source.kind,
        connection=_connection(house, source),
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


def _connection(house: House, source: Source) -> Connection | None:
    """How the source's account is reached; the host keys are made if the door never opened."""
    from homeroom.cli.sources import host_for_others
    from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
    from homeroom.guide.occasion import Connection

    account = next(iter(house.stores.control.accounts.of(source.id)), None)
    if account is None:
        return None
    prints = fingerprints(host_keys(house.settings.keys))
    return Connection(
        host=host_for_others(house.settings),
        port=house.settings.sftp_port,
        username=account.username,
        fingerprints=tuple((p.kind, p.sha256) for p in prints),
        by_password=account.password_hash is not None,
        by_key=bool(account.public_keys),
    )
