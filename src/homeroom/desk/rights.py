"""May this person do this, here, now? The only place that decides; pages, API and commands ask it.

Whoever may not know of something gets the same answer as for something that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeroom.desk.acts import ACTS, Act
from homeroom.desk.viewer import Kind, Viewer
from homeroom.roster.faults import Fault, Misuse
from homeroom.store.districts import District
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on. `code`: the form brings the code along, and the act checks it (`people.confirm`)."""

    code: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """There is no such page, as far as this person is told."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The district has not turned support access on."""

    district: str


@dataclass(frozen=True, slots=True)
class Shut:
    """The district is to be deleted then, and is shut until somebody keeps it."""

    district: str
    due: datetime


@dataclass(frozen=True, slots=True)
class NeedsElevation:
    """The elevated role comes first: of this kind, for this district."""

    kind: Kind
    district: str | None


Answer = Allowed | Hidden | Closed | Shut | NeedsElevation


def allows(house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Answer:
    """Whether this person may do that act, in that district where it is about one. Raises KeyError for an act that is not declared."""
    known = ACTS[act]
    if asking.person.disabled or asking.role not in known.roles:
        return Hidden()
    if known.of_district:
        district = _district(house, asking, slug)
        if district is None:
            return Hidden()
        if district.leaves is not None and not known.leaving:
            return Shut(district.slug, district.leaves)
    elif not _at_home(asking, known):
        return Hidden()
    if known.support and asking.person.staff and house.stores.control.support.of(slug or "", now) is None:
        return Closed(slug or "")
    kind, place = known.kind(program=asking.token is not None), slug if known.of_district else None
    if kind is not None and not asking.elevated(kind, place):
        return NeedsElevation(kind, place)
    return Allowed(code=known.asks == "code")


class NotAllowed(Fault):
    """What was asked for is not open to this person now; `answer` says what is missing."""

    def __init__(self, answer: Hidden | Closed | Shut | NeedsElevation) -> None:
        self.answer = answer
        super().__init__("this is not open to whoever asks")


def demand(house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> None:
    """Go on only if the act is allowed. Functions that return people's data begin with it, whatever door calls. Raises NotAllowed."""
    answer = allows(house, asking, act, slug, now)
    if not isinstance(answer, Allowed):
        raise NotAllowed(answer)


def may(house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> bool:
    """Whether a page may offer that act: it can be done, if perhaps after the elevated role or with a code."""
    return isinstance(allows(house, asking, act, slug, now), Allowed | NeedsElevation)


def values_open(house: House, asking: Viewer, slug: str, now: datetime) -> bool:
    """Whether values of rows may be shown in issue lists: own people at once, the vendor's with support access and the elevated role."""
    if asking.role in ("administrator", "school_viewer") and asking.sees(slug):
        return asking.token is None or asking.elevated("records", slug)
    return isinstance(allows(house, asking, "records.see", slug, now), Allowed)


def visible(house: House, asking: Viewer) -> list[District]:
    """The districts that this person may know of, by name."""
    return [district for district in house.stores.control.districts.all() if asking.sees(district.slug)]


def _at_home(asking: Viewer, act: Act) -> bool:
    """Whether the person may do something that is about no district: not with a token that was narrowed to some."""
    return asking.token_districts is None or act.name in ("account", "fleet.see", "layouts.shipped")


def _district(house: House, asking: Viewer, slug: str | None) -> District | None:
    """The district that an act is about, if the person may know of it."""
    if slug is None or not asking.sees(slug):
        return None
    try:
        return house.stores.control.districts.get(slug)
    except Misuse:
        return None
