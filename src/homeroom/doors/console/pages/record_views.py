"""One record in two other forms: as it was on two days, and as an application reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from homeroom.desk import record_names, record_then
from homeroom.desk.record_then import Comparison
from homeroom.doors.console.answers import Answer, NotThere, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import desk_says, speech
from homeroom.doors.rest.one import VERSIONS, as_read
from homeroom.roster.faults import Misuse


@dataclass(frozen=True, slots=True)
class Compared:
    """A record in two states. `fault`: what is wrong with the days that were asked for; then it is compared from its beginning."""

    of: Comparison
    here: str
    first: str
    last: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class AsRead:
    """A record as JSON, by version; None where no application is served such records."""

    name: str
    here: str
    texts: tuple[tuple[str, str | None], ...]


def show_compared(asked: Asked) -> Answer:
    """The record on two days or at two revisions."""
    first, last = asked.asked_for("first"), asked.asked_for("last")
    where = (asked.house, asked.viewer, asked.slug, asked.path["table"], asked.path["key"])
    fault = ""
    try:
        found = record_then.compare(*where, first, last, asked.now)
    except Misuse as wrong:
        fault, found = desk_says.why(speech(), wrong), record_then.compare(*where, "", "", asked.now)
    if found is None:
        raise NotThere
    return Shown("pages/record_then.html", Compared(found, _address(asked), first, last, fault))


def show_as_read(asked: Asked) -> Answer:
    """The JSON of both versions."""
    table = asked.path["table"]
    sourced_id = record_then.id_of(asked.house, asked.viewer, asked.slug, table, asked.path["key"], asked.now)
    values = asked.house.stores.roster(asked.slug).one(table, sourced_id) if sourced_id is not None else None
    if sourced_id is None or values is None:
        raise NotThere
    outside = (asked.house.settings.public_url or "").rstrip("/")
    found = {v: as_read(asked.house.stores, asked.slug, table, sourced_id, v, outside) for v in VERSIONS}
    texts = tuple((v, _indented(text) if text is not None else None) for v, text in found.items())
    return Shown("pages/record_oneroster.html", AsRead(record_names.name(table, values), _address(asked), texts))


def _indented(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2)


def _address(asked: Asked) -> str:
    return f"/districts/{asked.slug}/records/{quote(asked.path['table'])}/{quote(asked.path['key'])}"


_ONE = "/districts/{slug}/records/{table}/{key}"
PAGES = (
    Page(f"{_ONE}/compare", "records.see", show_compared, tab="records"),
    Page(f"{_ONE}/oneroster", "records.see", show_as_read, tab="records"),
)
