"""The two places of the walk at which a source's settings act on its rows, and the steps of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeroom.treatment import ends, leavers, phones, places, students
from homeroom.treatment.treatment import Feeds, Night, Step, Treatment, run
from homeroom.workbench.values import Feed

SHAPED = (
    Step("swap_sms_phone", lambda t: t.swap_phones, phones.swap),
    Step("level", lambda t: t.school is not None, places.one_school),
    Step("district_office", lambda t: not t.office, places.without_office),
    Step("end_dates", lambda t: t.ends == "inclusive", ends.move),
    Step("student_id", lambda t: t.number is not None, students.by_number),
)
"""On the rows as the layouts shaped them: before guardians are judged and rows are made."""

MADE = (
    Step("phone_credential", lambda t: t.credential is not None, phones.declare),
    Step("level", lambda t: bool(t.siblings), places.of_others),
    Step("restore_classes", lambda t: not t.restore_classes, leavers.without_returned),
)
"""On all rows as they will be compared."""

Before = Callable[[], tuple[str, str | None]]
"""What was counted of absent students until now: a relation (sourcedId, runs) and what stood for the users of that night."""


@dataclass(frozen=True, slots=True)
class Treated:
    """Tonight's feeds as they go on. `absences` are kept by the commit; `afresh` are tables for which no snapshot may be used."""

    feeds: tuple[Feed, ...]
    absences: leavers.Absences | None = None
    afresh: frozenset[str] = frozenset()


def treat_shaped(night: Night, treatment: Treatment, feeds: Sequence[Feed]) -> Feeds:
    """The steps before guardians are judged and rows are made."""
    return run(SHAPED, night, treatment, feeds)


def treat_made(night: Night, treatment: Treatment, feeds: Sequence[Feed], before: Before | None) -> Treated:
    """The steps on the rows as they will be compared."""
    made = run(MADE, night, treatment, feeds)
    if before is None or treatment.absent == "remove" or not any(f.table in leavers.AFRESH for f in made):
        return Treated(tuple(made))
    known, last = before()
    absences, due = None, 0
    if any(f.table == "users" and f.mode == "continuous" and not f.made for f in made):
        found = leavers.absent(night, treatment, known, last, made)
        if leavers.whole(made):
            absences, due = found, leavers.spare(night, treatment)
        else:  # nobody is proved to be absent: nobody is counted, and nobody's patience ends
            leavers.spare(night, Treatment(absent="keep"))
        if count := night.bench.value(f"SELECT count(*) FROM {leavers.SPARED}"):
            night.bench.tell("students-kept", table="users", count=int(count))
    else:
        night.bench.run(f'CREATE OR REPLACE TABLE {leavers.SPARED} AS SELECT "sourcedId", runs FROM {known}')
    return Treated(tuple(leavers.spared(treatment, made)), absences, leavers.AFRESH if due else frozenset())
