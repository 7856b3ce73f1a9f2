"""Everything that the pretend server answers, listed once. A path with a fixed word stands before one with a variable."""

from __future__ import annotations

from homeroom.simulator.powerschool import assignments, contacts, events, exports, steering, tokens, versions
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint
from homeroom.simulator.powerschool.schema import describing, queries, rows, writing
from homeroom.simulator.powerschool.v1 import classes, schools, server, staff, students
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing import students as written


def _access_token(world: World, call: Call) -> Answer:
    return tokens.access_token(world.tokens, world.plugin, call)


ALL: tuple[Endpoint, ...] = (
    Endpoint("POST", "/oauth/access_token", _access_token, open=True),
    *server.ENDPOINTS,
    *schools.ENDPOINTS,
    *students.ENDPOINTS,
    *staff.ENDPOINTS,
    *classes.ENDPOINTS,
    *describing.ENDPOINTS,
    *rows.ENDPOINTS,
    *writing.ENDPOINTS,
    *queries.ENDPOINTS,
    *written.ENDPOINTS,
    *contacts.ENDPOINTS,
    *events.ENDPOINTS,
    *versions.ENDPOINTS,
    *assignments.ENDPOINTS,
    *steering.ENDPOINTS,
    *exports.ENDPOINTS,
)
