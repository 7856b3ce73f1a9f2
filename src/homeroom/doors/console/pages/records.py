"""Records: the search for people, classes and schools, and one record with what can be done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from homeroom.desk import record_acts, record_search, records
from homeroom.desk.record_acts import Answer as Refreshed
from homeroom.desk.record_search import FoundPage
from homeroom.desk.records import Profile
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _, desk_says, speech
from homeroom.roster.faults import Misuse

KINDS: Mapping[str, str] = {
    "student": N_("Student"),
    "teacher": N_("Teacher"),
    "administrator": N_("Administrator"),
    "aide": N_("Aide"),
    "proctor": N_("Proctor"),
    "parent": N_("Parent"),
    "guardian": N_("Guardian"),
    "relative": N_("Relative"),
    "school": N_("School"),
    "district": N_("District"),
    "department": N_("Department"),
    "homeroom": N_("Homeroom class"),
    "scheduled": N_("Class"),
}
"""What records are, by the roster's words; any other word is shown as it is."""


class Kinds:
    """Says what records are."""

    __slots__ = ()

    @staticmethod
    def kind(word: str | None) -> str:
        """What a record is, in the reader's words."""
        return _(KINDS[word]) if word is not None and word in KINDS else word or ""


@dataclass(frozen=True, slots=True)
class Search(Kinds):
    """The search page. `over`: the search that was asked for is not kept any more."""

    slug: str
    found: FoundPage | None
    handle: str
    over: bool
    size: int = record_search.PAGE
    most: int = record_search.MOST


@dataclass(frozen=True, slots=True)
class One(Kinds):
    """One record. `refreshed`: how the refresh went that was made just now."""

    profile: Profile
    here: str
    """The record's address."""
    refreshed: Refreshed | None = None


def show(asked: Asked) -> Answer:
    """The search, with what was found."""
    handle = asked.asked_for("found")
    page = record_search.found(asked.house, asked.viewer, asked.slug, handle, asked.now, asked.at()) if handle else None
    return Shown("pages/records.html", Search(asked.slug, page, handle, bool(handle) and page is None))


def search(asked: Asked) -> Answer:
    """Search; what was found is asked for by a handle, in which no word of the search stands."""
    try:
        handle = record_search.search(asked.house, asked.viewer, asked.slug, asked.form("q"), asked.now)
    except Misuse:
        raise Wrong(q=_("Type a name, a number or an e-mail address: two letters or digits at least.")) from None
    return Goto(f"/districts/{asked.slug}/records?found={handle}")


def show_one(asked: Asked) -> Answer:
    """One record."""
    table, key = asked.path["table"], asked.path["key"]
    profile = records.profile(asked.house, asked.viewer, asked.slug, table, key, asked.now)
    if profile is None:
        raise NotThere
    number = asked.asked_for("refreshed")
    refreshed = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        refreshed = record_acts.answered(asked.house, asked.viewer, asked.slug, table, key, int(number), asked.now)
    return Shown("pages/record.html", One(profile, _address(asked), refreshed))


def refresh(asked: Asked) -> Answer:
    """Ask the SIS for the record again."""
    answer = record_acts.ask_again(asked.house, asked.viewer, asked.slug, asked.path["table"], asked.path["key"], asked.now)
    if answer is None:
        raise NotThere
    if answer.how in ("changed", "unchanged"):
        return Goto(f"{_address(asked)}?refreshed={answer.number_of_import}")
    if answer.how == "gone":
        title = _("The SIS no longer has this record")
        return Goto(_address(asked), Notice("warn", title, _("Nothing was changed here; the next full import decides.")))
    title = _("The SIS did not answer") if answer.how == "unreached" else _("This record could not be refreshed")
    return Goto(_address(asked), Notice("bad", title, _("Nothing was changed. %(why)s", why=_sentence(answer))))


def lock(asked: Asked) -> Answer:
    """Lock a field as it stands, or give it a value of the district's own and lock it."""
    field, why = asked.form("field"), asked.form("why") or None
    if not field:
        raise Wrong(field=_("Choose a field."))
    where = (asked.house, asked.viewer, asked.slug, asked.path["table"], asked.path["key"])
    until = _day(asked.form("until"))
    if asked.form("how") == "correct":
        done = record_acts.correct(*where, field, asked.form("value"), why, asked.now, until)
        title = _("The field has your value now, and is locked.")
    else:
        done = record_acts.lock(*where, field, why, asked.now, until)
        title = _("The field is locked.")
    if done is None:
        raise NotThere
    held = _("Imports do not overwrite it until somebody unlocks it.")
    if until is not None:
        held = _("Imports do not overwrite it. On its day it is unlocked by itself.")
    return Goto(_address(asked), Notice("ok", title, held))


def unlock(asked: Asked) -> Answer:
    """Take a lock away."""
    where = (asked.house, asked.viewer, asked.slug, asked.path["table"], asked.path["key"])
    field = asked.form("field")
    if record_acts.unlock(*where, None if field == "*" else field, asked.now) is None:
        raise NotThere
    return Goto(_address(asked), Notice("ok", _("The field is unlocked."), _("The next full import brings what the SIS says.")))


def _day(text: str) -> date | None:
    """A day that was chosen; None where none was. Raises Wrong."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(until=_("Write the day as 2027-01-31, or leave it empty.")) from None


def _sentence(answer: Refreshed) -> str:
    return " ".join(desk_says.told(speech(), each) for each in (answer.message, answer.remedy) if each)


def _address(asked: Asked) -> str:
    return f"/districts/{asked.slug}/records/{quote(asked.path['table'])}/{quote(asked.path['key'])}"


_ONE = "/districts/{slug}/records/{table}/{key}"
PAGES = (
    Page("/districts/{slug}/records", "records.see", show, search, tab="records"),
    Page(_ONE, "records.see", show_one, tab="records"),
    Page(f"{_ONE}/refresh", "records.see", post=refresh, post_act="records.refresh", tab="records"),
    Page(f"{_ONE}/lock", "records.lock", post=lock, tab="records"),
    Page(f"{_ONE}/unlock", "records.lock", post=unlock, tab="records"),
)
