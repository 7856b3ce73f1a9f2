"""The data validation worksheet: the district's own figures beside those of the files, figure by figure, and who agrees with them.

Filled in as a form or as a spreadsheet. Samples of single people are compared from the spreadsheet alone (`homeroom worksheet`) and are not
kept here: they are children's data. A signature is bound to the figures that were on the page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from homeroom.desk.setup import noting, own_part
from homeroom.desk.setup.steps import Known, gathered, last_complete
from homeroom.desk.viewer import Viewer
from homeroom.guide.worksheet import comparing, figures, reading
from homeroom.guide.worksheet.form import SCHOOL_COLUMNS, TOLERANCE, TOTAL_QUESTIONS, Answers, SchoolAnswer
from homeroom.guide.worksheet.writing import Asked
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.audit import AuditRow
from homeroom.sync.arrived import arrived
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, what each side says, and whether somebody accepted that they differ. `key` names it in forms."""

    key: str
    about: str
    figure: str
    expected: str
    arrived: str
    verdict: str
    cause: str
    accepted: str | None
    """The explanation with which a difference was accepted."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The worksheet as it stands. `number` is the import whose files were counted; `mark` what a signature is bound to."""

    lines: tuple[Line, ...]
    number: int | None
    compared: datetime | None
    answered_by: str | None
    signed: Mapping[str, Mapping[str, str]]
    mark: str

    @property
    def open(self) -> int:
        """How many figures differ without an accepted explanation."""
        return sum(line.verdict == "mismatch" and line.accepted is None for line in self.lines)

    @property
    def agreed(self) -> bool:
        """Whether both sides signed these very figures."""
        return {"vendor", "district"} <= {side for side, said in self.signed.items() if said["mark"] == self.mark}


def sheet(house: House, slug: str) -> Sheet:
    """The worksheet of a district. Raises Misuse where no set-up was begun."""
    return _sheet(gathered(house, slug).setup.values)


def shown(house: House, asking: Viewer, slug: str) -> Sheet:
    """The worksheet as this person sees it: a viewer of schools only the own ones. Raises Misuse where no set-up was begun."""
    return _within(sheet(house, slug), asking)


def fill(
    house: House, asking: Viewer, slug: str, totals: Mapping[str, str], schools: Mapping[str, Mapping[str, str]], now: datetime
) -> Sheet:
    """Answer by form: `totals` by the keys of TOTAL_QUESTIONS, `schools` by school id and column. Blank cells are no answers. Raises Misuse."""
    if unknown := [key for key in totals if key not in TOTAL_QUESTIONS]:
        raise Misuse("The worksheet does not ask for {name!r}.", name=unknown[0])
    numbers = {key: number for key, text in totals.items() if (number := _number(text)) is not None}
    answers = tuple(
        SchoolAnswer(id, {c: n for c, text in cells.items() if c in SCHOOL_COLUMNS and (n := _number(text)) is not None})
        for id, cells in schools.items()
    )
    return answer(house, asking, slug, Answers(slug, totals=numbers, schools=answers, tolerance=TOLERANCE), now)


def upload(house: House, asking: Viewer, slug: str, path: Path, now: datetime) -> Sheet:
    """Answer by a spreadsheet that `asked` was written to. Raises Misuse for one of another district, or none of ours."""
    return answer(house, asking, slug, replace(reading.read(path, slug), samples=()), now)


def answer(house: House, asking: Viewer, slug: str, answers: Answers, now: datetime) -> Sheet:
    """Keep answers and compare them with the last files that were looked at. Signatures under other figures are void."""
    known = gathered(house, slug)
    said = known.setup.values.get("answers")
    before = _answers(slug, said) if said is not None else Answers(slug, totals={}, tolerance=TOLERANCE)
    answers = own_part.joined(asking, before, answers)
    values = {**known.setup.values, "answers": _kept(answers), "answered_by": asking.who}
    house.stores.control.audit.add(AuditRow(now, asking.who, "worksheet-answered", slug, {"schools": len(answers.schools)}))
    return _within(_compared(house, known, values, answers, asking.who, now), asking)


def compare(house: House, asking: Viewer, slug: str, now: datetime) -> Sheet:
    """Compare the answers with what came last: after the district sent other files. Raises Misuse where nothing was answered yet."""
    known = gathered(house, slug)
    if (said := known.setup.values.get("answers")) is None:
        raise Misuse("The worksheet was not filled in yet.")
    return _within(_compared(house, known, known.setup.values, _answers(slug, said), asking.who, now), asking)


def accept(house: House, asking: Viewer, slug: str, keys: Mapping[str, str], now: datetime) -> Sheet:
    """Accept that figures differ, each with its explanation. Raises Misuse for a figure that does not differ, or no explanation."""
    known = gathered(house, slug)
    lines = [dict(line) for line in known.setup.values.get("comparison", {}).get("lines", ())]
    differing = {line["key"]: line for line in lines if line["verdict"] == "mismatch"}
    for key, why in keys.items():
        if key not in differing:
            raise Misuse("That figure does not differ any more. Look at the page again.")
        if len(said := " ".join(why.split())) < 5:
            raise Misuse("Say in a few words why this figure may differ.")
        differing[key]["accepted"] = said[:300]
    values = {**known.setup.values, "comparison": {**known.setup.values["comparison"], "lines": lines}, "signed": {}}
    house.stores.control.setups.change(known.setup, known.setup.state, values)
    house.stores.control.audit.add(AuditRow(now, asking.who, "worksheet-accepted", slug, {"figures": len(keys)}))
    noting.note(house, slug, now)
    return _sheet(values)


def sign(house: House, asking: Viewer, slug: str, mark: str, now: datetime) -> Sheet:
    """Sign the figures that were on the page (`mark`), for one's own side. Raises Misuse while figures differ, or where they changed."""
    known = gathered(house, slug)
    now_there = _sheet(known.setup.values)
    if not now_there.lines:
        raise Misuse("There is nothing to sign yet: the worksheet was not filled in.")
    if now_there.mark != mark:
        raise Misuse("The figures changed since you opened the page. Look at them again, then sign.")
    if now_there.open:
        raise Misuse("Some figures differ and nobody explained them yet. Accept the explanations, or ask for other files.")
    side = "vendor" if asking.person.staff else "district"
    signed = {**now_there.signed, side: {"by": asking.who, "at": moment(now), "mark": mark}}
    values = {**known.setup.values, "signed": signed}
    house.stores.control.setups.change(known.setup, known.setup.state, values)
    house.stores.control.audit.add(AuditRow(now, asking.who, "worksheet-signed", slug, {"side": side}))
    noting.note(house, slug, now)
    return _sheet(values)


def answered(house: House, asking: Viewer, slug: str) -> dict[str, Any]:
    """What was answered so far: totals by key, figures of schools by id and column. Raises Misuse where no set-up was begun."""
    return own_part.said_within(asking, gathered(house, slug).setup.values.get("answers", {}))


def asked(house: House, asking: Viewer, slug: str) -> Asked:
    """What the worksheet asks this person: the schools and terms of the district, as the last files (or the roster) name them."""
    known = gathered(house, slug)
    good = last_complete(known)
    with arrived(house, slug, good.number if good is not None else None, who=asking.who) as found:
        counted = figures.count(found.bench, found.relations)
    own = own_part.schools_of(asking)
    named = tuple((school.id, school.name) for school in counted.schools.values() if own is None or school.id in own)
    terms = tuple(counted.terms) if own is None else ()
    return Asked(slug, house.stores.control.districts.get(slug).name, named, terms, marks=False)


def _compared(house: House, known: Known, values: Mapping[str, Any], answers: Answers, who: str, now: datetime) -> Sheet:
    good = last_complete(known)
    if good is None:
        return _put(house, known, {**values, "comparison": {}, "signed": {}}, now)
    with arrived(house, known.setup.district, good.number, now, who) as found:
        counted = figures.count(found.bench, found.relations)
    before = {line["key"]: line for line in values.get("comparison", {}).get("lines", ())}
    lines = []
    for line in comparing.compare(answers, counted).lines:
        key = hashlib.sha256(f"{line.about} {line.figure}".encode()).hexdigest()[:12]
        same = before.get(key, {})
        stays = same.get("accepted") if (same.get("expected"), same.get("arrived")) == (line.expected, line.arrived) else None
        lines.append({"key": key, **asdict(line), "accepted": stays})
    kept = {**values, "comparison": {"lines": lines, "import": good.number, "at": moment(now)}, "signed": {}}
    return _put(house, known, kept, now)


def _put(house: House, known: Known, values: Mapping[str, Any], now: datetime) -> Sheet:
    house.stores.control.setups.change(known.setup, known.setup.state, values)
    noting.note(house, known.setup.district, now)
    return _sheet(values)


def _sheet(values: Mapping[str, Any]) -> Sheet:
    made = values.get("comparison", {})
    lines = tuple(Line(**line) for line in made.get("lines", ()))
    mark = hashlib.sha256(json.dumps([asdict(line) for line in lines]).encode()).hexdigest()
    at = made.get("at")
    compared = datetime.fromisoformat(at) if at else None
    return Sheet(lines, made.get("import"), compared, values.get("answered_by"), values.get("signed", {}), mark)


def _within(made: Sheet, asking: Viewer) -> Sheet:
    return replace(made, lines=tuple(line for line in made.lines if own_part.within(asking, line.about)))


def _kept(answers: Answers) -> dict[str, Any]:
    return {
        "totals": dict(answers.totals),
        "schools": {school.id: dict(school.figures) for school in answers.schools},
        "terms": [asdict(term) for term in answers.terms],
        "tolerance": answers.tolerance,
    }


def _answers(slug: str, said: Mapping[str, Any]) -> Answers:
    from homeroom.guide.worksheet.form import TermAnswer

    schools = tuple(SchoolAnswer(id, figures) for id, figures in said["schools"].items())
    terms = tuple(TermAnswer(**term) for term in said["terms"])
    return Answers(slug, totals=said["totals"], schools=schools, terms=terms, tolerance=said["tolerance"])


def _number(text: str) -> float | None:
    """A figure as people type it; None for a blank cell. Raises Misuse."""
    bare = text.strip().replace(",", "").replace(" ", "")
    if not bare:
        return None
    try:
        found = float(bare)
    except ValueError:
        raise Misuse("{typed!r} is no number.", typed=text.strip()) from None
    if not 0 <= found < 10**9:
        raise Misuse("{typed!r} cannot be a count.", typed=text.strip())
    return found
