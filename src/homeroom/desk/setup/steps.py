"""The nine steps of a set-up, judged from what is known: nobody ticks a box that Homeroom can look at itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from homeroom.desk.finding_words import sentence
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _, ngettext
from homeroom.store.imports import Import
from homeroom.store.setups import Setup, State
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.schools import listed

Owner = Literal["vendor", "district", "homeroom", "both"]
Standing = Literal["done", "now", "later"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `fact` is what the self-check found, in a sentence; `over` by how many days it is late (0: it is not)."""

    number: int
    key: str
    title: str
    owner: Owner
    standing: Standing
    due: date
    done: datetime | None
    fact: Said
    over: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the steps are judged from, gathered once."""

    house: House
    setup: Setup
    sources: tuple[Source, ...]
    looks: tuple[Import, ...]
    """Dry runs, the newest first."""
    real: tuple[Import, ...]
    """Imports that were for good, the newest first."""
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Check:
    """What a self-check found: whether the step is done, since when where that is known, and a sentence."""

    done: bool
    fact: Said
    at: datetime | None = None


def gathered(house: House, slug: str) -> Known:
    """What is known of a district's set-up. Raises Misuse where none was begun."""
    found = house.stores.control.setups.of(slug)
    if found is None:
        raise Misuse("{slug} was made by command line and has no set-up: it runs by itself already.", slug=slug)
    entries = house.stores.roster(slug).imports.last(200) if house.stores.control.sources.current(slug) else []
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    looks, real = ([e for e in entries if e.dry_run is dry] for dry in (True, False))
    return Known(house, found, tuple(house.stores.control.sources.current(slug)), tuple(looks), tuple(real), zone)


def steps(known: Known, now: datetime) -> tuple[Step, ...]:
    """All nine, in order. The first that is not done is the one that stands now."""
    made, reached = [], False
    today = now.astimezone(known.zone).date()
    for number, (key, title, owner, days, look) in enumerate(STEPS, 1):
        found = look(known)
        standing: Standing = "done" if found.done else "later" if reached else "now"
        reached = reached or not found.done
        due = known.setup.started + timedelta(days=days)
        over = (today - due).days if standing == "now" and today > due else 0
        made.append(Step(number, key, title, owner, standing, due, found.at, found.fact, over))
    return tuple(made)


def state(known: Known) -> State:
    """Where the data stands: what people decided, and what came of it."""
    if known.setup.state in ("approved", "automatic"):
        return "automatic" if _first_sync(known).done else "approved"
    if known.setup.state == "begun":
        return "received" if last_complete(known) is not None else "begun"
    return known.setup.state


def last_complete(known: Known) -> Import | None:
    """The newest dry run that could be read to the end."""
    return next((e for e in known.looks if e.status == "done" and e.outcome != "failed" and e.delivery is not None), None)


def _kick_off(known: Known) -> Check:
    people = known.house.stores.control.people.all()
    own = [p for p in people if known.setup.district in p.districts and p.role == "administrator"]
    inside = [p for p in own if p.password_hash is not None or p.subject is not None]
    if inside:
        told = ngettext("One person of the district can sign in.", "{count} people of the district can sign in.", len(inside))
        return Check(True, told, inside[0].created)
    return Check(
        False, _("An invitation is on its way; nobody came in yet.") if own else _("Nobody of the district is invited yet.")
    )


def _road(known: Known) -> Check:
    if not known.sources:
        return Check(False, _("Say how the data comes: files over SFTP, the system's own API, or upload by hand."))
    told = _coming(known.sources[0])
    for source in known.sources[1:]:
        told = _("{first} {second}", first=told, second=_coming(source))
    return Check(True, told, known.sources[0].created)


def _coming(source: Source) -> Said:
    return (
        _("{road}, layout set {set}.", road=ROADS[source.kind], set=source.layouts)
        if source.layouts
        else _("{road}.", road=ROADS[source.kind])
    )


ROADS = {
    "sftp": _("Files over SFTP"),
    "sftp-pull": _("Files fetched from the district's own SFTP server"),
    "upload": _("Files uploaded by hand"),
    "powerschool": _("PowerSchool's API"),
}


def _credentials(known: Known) -> Check:
    if not known.sources:
        return Check(False, _("Comes after the step before."))
    source, slug = known.sources[0], known.setup.district
    if source.kind == "upload":
        return Check(True, _("Uploads need no credentials of their own."), source.created)
    deliveries = known.house.stores.roster(slug).deliveries.last(1, source=source.id)
    if deliveries:
        return Check(True, _("They were used: data has arrived."), deliveries[0].sealed_at)
    if source.kind != "sftp":
        given = source.secret is not None
        return Check(given, _("Homeroom has them.") if given else _("Homeroom waits for the district's credentials."))
    opened = known.setup.values.get("credentials_opened")
    if opened:
        return Check(True, _("The one-time link was opened."), datetime.fromisoformat(opened))
    return Check(False, _("The one-time link was not opened yet."))


def _exports(known: Known) -> Check:
    if not known.sources:
        return Check(False, _("Comes after the steps before."))
    came = [d for s in known.sources for d in known.house.stores.roster(known.setup.district).deliveries.last(1, source=s.id)]
    if not came and all(source.kind == "powerschool" for source in known.sources):
        return Check(False, _("Nothing was fetched yet. Test the connection and fetch for the first time, under Sources."))
    if not came:
        return Check(False, _("No files came yet. The guide says how to make the export."))
    names = ", ".join(file.name for file in came[0].files[:5])
    return Check(True, _("{names} came.", names=names) if names else _("Data came."), came[0].sealed_at)


def _looked_at(known: Known) -> Check:
    good = last_complete(known)
    if good is None:
        told = _("Nothing is saved while files are checked.")
        why = known.looks[0].reason if known.looks else None
        if why is not None:
            told = _("{first} The last one: {second}", first=told, second=sentence(why["code"], why["message"]))
        return Check(False, told)
    report = known.house.stores.roster(known.setup.district).imports.report(good.number) or {}
    rows = sum(file["rows"] or 0 for file in report.get("files", ()))
    refused = sum(file["refused"] or 0 for file in report.get("files", ()))
    told = ngettext(
        "Nothing was saved. {count} round; the last had {refused} refused rows of {rows}.",
        "Nothing was saved. {count} rounds; the last had {refused} refused rows of {rows}.",
        len(known.looks),
        refused=refused,
        rows=rows,
    )
    return Check(True, told, good.finished_at)


def _schools(known: Known) -> Check:
    told = [s for s in listed(known.house, known.setup.district) if s.own is not None]
    if not told:
        done = _looked_at(known).done
        return Check(done, _("The district's own numbers are taken as they come.") if done else _("Comes after the first files."))
    matched = sum(s.sis is not None for s in told)
    return Check(matched == len(told), _("{count} of {of} schools.", count=matched, of=len(told)))


def _worksheet(known: Known) -> Check:
    said = known.setup.values
    signed = said.get("signed", {})
    if signed.get("vendor") and signed.get("district"):
        return Check(True, _("Both sides signed."), datetime.fromisoformat(max(s["at"] for s in signed.values())))
    lines = said.get("comparison", {}).get("lines", ())
    if not lines:
        return Check(False, _("The district fills in its own figures."))
    open_ = sum(line["verdict"] == "mismatch" and not line.get("accepted") for line in lines)
    answered = sum(line["verdict"] != "not answered" for line in lines)
    if open_:
        return Check(False, _("{count} of {of} figures differ.", count=open_, of=answered))
    return Check(
        False,
        _("{first} {second}", first=_("All {count} figures agree or are explained.", count=answered), second=_waits(signed)),
    )


def _waits(signed: Mapping[str, Any]) -> Said:
    """Whose signature is missing."""
    if signed.get("vendor"):
        return _("Waits for the signature of the district.")
    if signed.get("district"):
        return _("Waits for the signature of the vendor.")
    return _("Waits for the signatures of the vendor and the district.")


def _first_sync(known: Known) -> Check:
    good = next((e for e in reversed(known.real) if e.outcome in ("success", "success_with_row_issues")), None)
    if good is not None:
        return Check(True, _("The roster is there. Nobody was sent a message by it."), good.finished_at)
    if known.setup.state in ("approved", "automatic"):
        return Check(False, _("It was approved and is on its way."))
    return Check(False, _("Opens when the worksheet is agreed. Nobody is sent a message by a first sync."))


def _automatic(known: Known) -> Check:
    first = _first_sync(known)
    if not first.done:
        return Check(False, _("Begins when the first real sync is done."))
    return Check(True, _("It runs by itself from now on."), first.at)


STEPS: tuple[tuple[str, str, Owner, int, Callable[[Known], Check]], ...] = (
    ("kick-off", "Kick-off and invitation", "vendor", 0, _kick_off),
    ("road", "How the data comes", "district", 0, _road),
    ("credentials", "Credentials handed over", "vendor", 1, _credentials),
    ("exports", "Exports made", "district", 4, _exports),
    ("first-files", "First files checked", "homeroom", 9, _looked_at),
    ("schools", "Schools matched", "district", 10, _schools),
    ("worksheet", "Worksheet agreed", "both", 11, _worksheet),
    ("first-sync", "First real sync approved", "both", 12, _first_sync),
    ("automatic", "Automatic every night", "homeroom", 13, _automatic),
)
"""Key, title, owner, days after the start by which it is due (two weeks in all), and the self-check."""
