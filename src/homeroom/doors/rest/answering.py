"""From a matched path and its parameters to the bytes of the answer: the part of the provider that knows no HTTP server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from homeroom.doors.rest import asking
from homeroom.doors.rest.asking import Asked
from homeroom.doors.rest.endpoints import Matched
from homeroom.doors.rest.inside import inside
from homeroom.doors.rest.members import hrefs
from homeroom.doors.rest.problems import NotThere
from homeroom.doors.rest.writers import writer
from homeroom.roster.selection import ALL, Both, Condition, Selection
from homeroom.store.shelf import Look


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `address` is the outside address with the district's prefix, `url` the address of this very path."""

    version: str
    matched: Matched
    query: bytes
    address: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its body, and headers beside those that every answer has."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A request understood: everything but the roster itself."""

    asked: Asked
    selection: Selection
    hrefs: Mapping[str, str]

    @property
    def light(self) -> bool:
        """Whether the answer costs little on an embedded store: a plain page or one object."""
        return self.asked.where == ALL and self.asked.sort is None and self.asked.limit <= asking.DEFAULT_LIMIT * 5


def plan(request: Request) -> Plan:
    """Understand a request. Raises a Problem for bad parameters."""
    endpoint = request.matched.endpoint
    what = asking.asked(request.query, endpoint.table, request.version)
    narrowed = endpoint.where(request.matched.ids)
    selection = Selection(endpoint.table, _both(narrowed, what.where), what.sort, what.descending)
    return Plan(what, selection, _hrefs(request.address, request.version))


def answer(request: Request, planned: Plan, look: Look) -> Answer:
    """Answer from one look at the roster. Raises NotThere for an unknown object or parent."""
    if request.matched.endpoint.single:
        return _single(request, planned, look)
    endpoint, what = request.matched.endpoint, planned.asked
    for table, key in zip(endpoint.parents, request.matched.ids, strict=False):
        if look.one(table, key) is None:
            raise NotThere("There is no record with the sourcedId in this path.")
    rows = look.page(planned.selection, what.limit, what.offset)
    total = look.total(planned.selection)
    made = writer(endpoint.table, request.version, what.fields)
    texts = made.write(rows, planned.hrefs, inside(look, made, rows, planned.hrefs))
    body = f'{{"{endpoint.key}":[{",".join(texts)}]{_warned(what)}}}'
    return Answer(body.encode(), (("X-Total-Count", str(total)), ("Link", asking.links(request.url, what, total))))


def _single(request: Request, planned: Plan, look: Look) -> Answer:
    endpoint, what = request.matched.endpoint, planned.asked
    row = look.one(endpoint.table, request.matched.ids[-1], endpoint.where(request.matched.ids))
    if row is None:
        raise NotThere("There is no record with this sourcedId.")
    made = writer(endpoint.table, request.version, what.fields)
    (text,) = made.write([row], planned.hrefs, inside(look, made, [row], planned.hrefs))
    return Answer(f'{{"{endpoint.key}":{text}{_warned(what)}}}'.encode())


def _both(one: Condition, other: Condition) -> Condition:
    if ALL in (one, other):
        return other if one == ALL else one
    return Both((one, other))


@lru_cache(maxsize=1_024)
def _hrefs(address: str, version: str) -> Mapping[str, str]:
    return hrefs(address, version)


def _warned(what: Asked) -> str:
    """1.1 tells warnings beside the data; the collection stays the first key, which some clients simply take."""
    if not what.warnings:
        return ""
    infos = [
        {
            "imsx_codeMajor": "success",
            "imsx_severity": "warning",
            "imsx_codeMinor": minor,
            "imsx_description": "A parameter names an unknown field and was not used.",
        }
        for minor in what.warnings
    ]
    return ',"statusInfoSet":' + json.dumps(infos)
