"""The nine steps of a set-up, judged from what is known: nobody ticks a box that Homeroom can look at itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from homeroom.roster.faults import Misuse
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
    fact: str
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
    fact: str
    at: datetime | None = None


def gathered(house: House, slug: str) -> Known:
    """What is known of a district's set-up. Raises Misuse where none was begun."""
    found = house.stores.control.setups.of(slug)
    if found is None:
        raise Misuse(f"{slug} was made by command line and has no set-up: it runs by itself already.")
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
        names = "One person" if len(inside) == 1 else f"{len(inside)} people"
        return Check(True, f"{names} of the district can sign in.", inside[0].created)
    return Check(False, "An invitation is on its way; nobody came in yet." if own else "Nobody of the district is invited yet.")


def _road(known: Known) -> Check:
    if not known.sources:
        return Check(False, "Say how the data comes: files over SFTP, the system's own API, or upload by hand.")
    told = "; ".join(f"{ROADS.get(s.kind, s.kind)}{', layout set ' + s.layouts if s.layouts else ''}" for s in known.sources)
    return Check(True, f"{told[0].upper()}{told[1:]}.", known.sources[0].created)


ROADS = {
    "sftp": "files over SFTP",
    "sftp-pull": "files fetched from the district's own SFTP server",
    "upload": "files uploaded by hand",
    "powerschool": "PowerSchool's API",
}


def _credentials(known: Known) -> Check:
    if not known.sources:
        return Check(False, "Comes after the step before.")
    source, slug = known.sources[0], known.setup.district
    if source.kind == "upload":
        return Check(True, "Uploads need no credentials of their own.", source.created)
    deliveries = known.house.stores.roster(slug).deliveries.last(1, source=source.id)
    if deliveries:
        return Check(True, "They were used: data has arrived.", deliveries[0].sealed_at)
    if source.kind != "sftp":
        given = source.secret is not None
        return Check(given, "Homeroom has them." if given else "Homeroom waits for the district's credentials.")
    opened = known.setup.values.get("credentials_opened")
    if opened:
        return Check(True, "The one-time link was opened.", datetime.fromisoformat(opened))
    return Check(False, "The one-time link was not opened yet.")


def _exports(known: Known) -> Check:
    if not known.sources:
        return Check(False, "Comes after the steps before.")
    came = [d for s in known.sources for d in known.house.stores.roster(known.setup.district).deliveries.last(1, source=s.id)]
    if not came and all(source.kind == "powerschool" for source in known.sources):
        return Check(False, "Nothing was fetched yet. Test the connection and fetch for the first time, under Sources.")
    if not came:
        return Check(False, "No files came yet. The guide says how to make the export.")
    names = ", ".join(file.name for file in came[0].files[:5])
    return Check(True, f"{names} came." if names else "Data came.", came[0].sealed_at)


def _looked_at(known: Known) -> Check:
    good = last_complete(known)
    if good is None:
        why = f" The last one: {known.looks[0].reason['message']}" if known.looks and known.looks[0].reason else ""
        return Check(False, f"Nothing is saved while files are checked.{why}")
    report = known.house.stores.roster(known.setup.district).imports.report(good.number) or {}
    rows = sum(file["rows"] or 0 for file in report.get("files", ()))
    refused = sum(file["refused"] or 0 for file in report.get("files", ()))
    rounds = "1 round" if len(known.looks) == 1 else f"{len(known.looks)} rounds"
    return Check(True, f"Nothing was saved. {rounds}; the last had {refused:,} refused rows of {rows:,}.", good.finished_at)


def _schools(known: Known) -> Check:
    told = [s for s in listed(known.house, known.setup.district) if s.own is not None]
    if not told:
        done = _looked_at(known).done
        return Check(done, "The district's own numbers are taken as they come." if done else "Comes after the first files.")
    matched = sum(s.sis is not None for s in told)
    return Check(matched == len(told), f"{matched} of {len(told)} schools.")


def _worksheet(known: Known) -> Check:
    said = known.setup.values
    signed = said.get("signed", {})
    if signed.get("vendor") and signed.get("district"):
        return Check(True, "Both sides signed.", datetime.fromisoformat(max(s["at"] for s in signed.values())))
    lines = said.get("comparison", {}).get("lines", ())
    if not lines:
        return Check(False, "The district fills in its own figures.")
    open_ = sum(line["verdict"] == "mismatch" and not line.get("accepted") for line in lines)
    answered = sum(line["verdict"] != "not answered" for line in lines)
    if open_:
        return Check(False, f"{open_} of {answered} figures differ.")
    waits = " and ".join(f"the {side}" for side in ("vendor", "district") if not signed.get(side))
    return Check(False, f"All {answered} figures agree or are explained. Waits for the signature of {waits}.")


def _first_sync(known: Known) -> Check:
    good = next((e for e in reversed(known.real) if e.outcome in ("success", "success_with_row_issues")), None)
    if good is not None:
        return Check(True, "The roster is there. Nobody was sent a message by it.", good.finished_at)
    if known.setup.state in ("approved", "automatic"):
        return Check(False, "It was approved and is on its way.")
    return Check(False, "Opens when the worksheet is agreed. Nobody is sent a message by a first sync.")


def _automatic(known: Known) -> Check:
    first = _first_sync(known)
    if not first.done:
        return Check(False, "Begins when the first real sync is done.")
    return Check(True, "It runs by itself from now on.", first.at)


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
