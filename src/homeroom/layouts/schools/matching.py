"""Own schools against the schools that the SIS sends: what is missing is told, and a night on which nothing matches is no night."""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.layouts.schools.rules import OwnSchool, SchoolRules
from homeroom.layouts.schools.standing import SEEN, is_school, whole
from homeroom.roster.faults import Refused
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed

EXAMPLES = 3


def judge(workbench: Workbench, rules: SchoolRules, feeds: Sequence[Feed]) -> None:
    """Tell own schools whose SIS id does not come. Raises Refused("schools_not_found") when that is all of them.

    Where no own school was declared there is nothing to match. A school that tonight's files do not bring is known from the store,
    unless the files bring all schools.
    """
    if not rules.own:
        return
    came = "WHERE came" if whole([f for f in feeds if f.table == "orgs"]) else ""
    seen = {str(id) for (id,) in workbench.rows(f'SELECT "sourcedId" FROM {SEEN} {came}')}
    if not seen & set(rules.matched):
        raise Refused("schools_not_found", why=_why(workbench, rules))
    for school in rules.own:
        if school.sis is None:
            workbench.tell("own-school-unmatched", table="orgs", school=school.id, name=school.name)
        elif school.sis not in seen:
            workbench.tell("own-school-missing", table="orgs", school=school.id, name=school.name, sis=school.sis)


def _why(workbench: Workbench, rules: SchoolRules) -> str:
    """The likely cause, in one sentence."""
    matched, own = rules.matched, len(rules.own)
    sent = workbench.rows(f'SELECT "sourcedId", identifier FROM {SEEN} WHERE {is_school()} ORDER BY 1')
    ids = [str(id) for id, _ in sent]
    examples = ", ".join(ids[:EXAMPLES]) + (" ..." if len(ids) > EXAMPLES else "")
    if not matched:
        return f"No own school ({own} declared) is matched with a school of the SIS yet; it sends {examples or 'none'}"
    if not ids:
        return f"No school came and none is known; matched own schools: {len(matched)}"
    wanted = sorted(matched)
    start = f"No matched id ({len(matched)} in all) is among the {len(ids)} schools of the SIS"
    for sis in wanted:
        other = next((id for id in ids if id.lstrip("0") == sis.lstrip("0")), None)
        if other is not None:
            return f"{start}: the match says {sis}, the SIS sends {other}. Probably leading zeros were lost on one side"
    numbers = {str(number): str(id) for id, number in sent if number is not None}
    for sis in wanted:
        if sis in numbers:
            return f"{start}: {sis} is the number (identifier) of the school whose id is {numbers[sis]}. The match needs the id"
    return f"{start}: the match says {wanted[0]}, the SIS sends {examples}. Probably this is the export of another district"


def suggestion(school_id: str, name: str, own: Sequence[OwnSchool]) -> tuple[OwnSchool, str] | None:
    """The own school that a school of the SIS probably is, and why; None where none or several come in question.

    Only a suggestion: nothing is ever matched by it (law 6). The same id goes before an id that differs in zeros, and both go before the name.
    """
    free = [o for o in own if o.sis is None]
    tests = (
        ("the same id", lambda o: o.id == school_id),
        ("an id that differs only in leading zeros", lambda o: o.id.lstrip("0") == school_id.lstrip("0")),
        ("the same name", lambda o: _plain(o.name) == _plain(name)),
    )
    for why, fits in tests:
        found = [o for o in free if fits(o)]
        if found:
            return (found[0], why) if len(found) == 1 else None
    return None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
