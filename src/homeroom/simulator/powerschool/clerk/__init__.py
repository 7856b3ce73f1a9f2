"""What a school's clerk does, on the tables: each act is one transaction, noted row by row, and told to subscribers.

An act is a JSON object with `do` and its facts. Facts name records as the API does: students, sections and users by DCID, schools by
their number, contacts by PERSON.ID.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from homeroom.simulator.powerschool import events
from homeroom.simulator.powerschool.calls import Answer, Call, Trouble
from homeroom.simulator.powerschool.clerk import contacts, enrolling, rollover, rows, staffing
from homeroom.simulator.powerschool.clerk.acts import Act, Facts, Refusal
from homeroom.simulator.powerschool.world import World


def _new_day(world: World, facts: Facts, act: Act) -> None:
    """`today`: the server's day becomes this one (ISO)."""
    try:
        world.today = date.fromisoformat(str(facts.get("today", ""))).isoformat()
    except ValueError:
        raise Refusal("Give today as YYYY-MM-DD.") from None


ACTS: dict[str, Callable[[World, Facts, Act], None]] = {
    "edit": rows.edit,
    "add": rows.add,
    "drop": rows.drop,
    "leave": enrolling.leave,
    "return": enrolling.come_back,
    "transfer": enrolling.transfer,
    "enroll": enrolling.enroll,
    "drop_class": enrolling.drop_class,
    "new_student": enrolling.new_student,
    "contact": contacts.change_contact,
    "teacher": staffing.change_teacher,
    "close_school": staffing.close_school,
    "rollover": rollover.roll,
    "today": _new_day,
}


def change(world: World, call: Call) -> Answer:
    """POST /__simulator/change: one act, or a list of them that all happen or none."""
    body = call.json()
    wanted = body if isinstance(body, list) else [body]
    before = world.today, world.year
    try:
        with world.changing() as note:
            act = Act(world.tables, note)
            for facts in wanted:
                if not isinstance(facts, dict) or facts.get("do") not in ACTS:
                    raise Refusal(f"Say what to do: one of {', '.join(ACTS)}.")
                ACTS[str(facts["do"])](world, facts, act)
    except Refusal as no:
        world.today, world.year = before
        raise Trouble(400, str(no)) from None
    events.raised(world, act.changes)
    told = [{"table": c.table, "key": c.key, "verb": c.verb} for c in act.changes[:1000]]
    return Answer({"changes": told, "count": len(act.changes), "$dataversion": str(world.ledger.version)})
