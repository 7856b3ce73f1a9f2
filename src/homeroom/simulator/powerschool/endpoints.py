"""Everything that the pretend server answers, listed once, in rooms by the beginning of the path.

A room is loaded when the first call comes in: most clients never enter most of them, and a server would start by a tenth later with all.
A path with a fixed word stands before one with a variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

from homeroom.simulator.powerschool import tokens
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint
from homeroom.simulator.powerschool.world import World

Room = Callable[[], tuple[Endpoint, ...]]


def _access_token(world: World, call: Call) -> Answer:
    return tokens.access_token(world.tokens, world.plugin, call)


def _tokens() -> tuple[Endpoint, ...]:
    return (Endpoint("POST", "/oauth/access_token", _access_token, open=True),)


def _v1() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool import events
    from homeroom.simulator.powerschool.v1 import classes, schools, server, staff, students
    from homeroom.simulator.powerschool.writing import students as written

    return (
        *server.ENDPOINTS,
        *schools.ENDPOINTS,
        *students.ENDPOINTS,
        *staff.ENDPOINTS,
        *classes.ENDPOINTS,
        *written.ENDPOINTS,
        *events.ENDPOINTS,
    )


def _schema() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool.schema import describing, queries, rows, writing

    return (*describing.ENDPOINTS, *rows.ENDPOINTS, *writing.ENDPOINTS, *queries.ENDPOINTS)


def _access_lists() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool.schema import queries

    return queries.ACCESS_LISTS


def _contacts() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool import contacts

    return contacts.ENDPOINTS


def _versions() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool import versions

    return versions.ENDPOINTS


def _assignments() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool import assignments

    return assignments.ENDPOINTS


def _steering() -> tuple[Endpoint, ...]:
    from homeroom.simulator.powerschool import exports, steering

    return (*steering.ENDPOINTS, *exports.ENDPOINTS)


ROOMS: Mapping[str, Room] = {
    "/oauth/": _tokens,
    "/ws/v1/": _v1,
    "/ws/schema/": _schema,
    "/ws/powerqueryaccesslist": _access_lists,
    "/ws/contacts/": _contacts,
    "/ws/dataversion/": _versions,
    "/powerschool-ptg-api/": _assignments,
    "/__simulator/": _steering,
}
"""By the beginning of their paths."""


def room(path: str) -> str | None:
    """The beginning under which a path is answered; None where nothing answers."""
    return next((beginning for beginning in ROOMS if path.startswith(beginning)), None)


def every() -> tuple[Endpoint, ...]:
    """All endpoints of all rooms."""
    return tuple(chain.from_iterable(load() for load in ROOMS.values()))
