"""What the settings of a source mean for a walk: they become the plain values that the rooms take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from homeroom.checks.rules import Rules
from homeroom.compare.allowance import Limits
from homeroom.compare.ownership import Ownership
from homeroom.layouts.making import COURSE
from homeroom.layouts.schools.rules import Out, OwnSchool, SchoolRules
from homeroom.roster.contacts import GUARDIAN_ROLES
from homeroom.roster.holding import LANGUAGE
from homeroom.store.own_schools import Declared
from homeroom.store.sources import Source
from homeroom.store.taken_over import TakenOver
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting_judges import SCHOOL_RULE, strptime
from homeroom.sync.source_settings import said, value
from homeroom.treatment.treatment import Treatment
from homeroom.workbench.values import Hints


def hints(source: Source) -> Hints:
    """How the source says that its files are to be read; what it does not say is left to layout and detection."""
    delimiter, prefix = value(source, "delimiter"), value(source, "strip_prefix")
    return Hints(
        encoding=value(source, "encoding"),
        delimiter="\t" if delimiter == "tab" else delimiter,
        quoted=value(source, "quoted"),
        header=value(source, "header"),
        strip_prefix=prefix not in ("keep", False),  # False: as it was written before there were three words
        require_prefix=prefix == "require",
    )


def rules(source: Source, today: datetime) -> Rules:
    """What the checks let pass. `today` is in the district's own time."""
    return Rules(
        version="1.2",
        now=today,
        date_forms={column: strptime(form) or form for column, form in value(source, "date_forms").items()},
        keep_unknown={words: frozenset(kept) for words, kept in value(source, "keep_unknown").items()},
        unchecked=frozenset(value(source, "unchecked")),
        waived=frozenset(value(source, "waived")),
        required=frozenset(value(source, "required")),
        prefix=value(source, "id_prefix") or "",
        shared=frozenset(value(source, "shared_tables")),
        source=source.id,
    )


def ownership(source: Source) -> Ownership:
    """Which fields the source may write: everything, but for what its settings say."""
    language = () if value(source, "update_language") else (LANGUAGE,)
    return Ownership(
        create_only=frozenset((*value(source, "create_only"), *language)),
        leaves_joined=not value(source, "update_contacts"),
    )


def limits(source: Source, today: datetime) -> Limits:
    """How much one night may change; a table that is declared to be empty in a stretch of the year only if it is that time."""
    declared = [entry.partition(" ") for entry in said(source, "seasonally_empty") or ()]
    empty = [table for table, _, window in declared if not window or kinds.within(window, (today.month, today.day))]
    return Limits.parse({**source.settings.get("limits", {}), "seasonally_empty": empty})


def schools(
    source: Source,
    today: datetime,
    own: Sequence[Declared],
    last: Mapping[str, Any],
    pairs: Mapping[str, str] = MappingProxyType({}),
) -> SchoolRules:
    """Which schools step out today. `own` are the district's own schools; `last` is the report of the source's last import.

    `pairs` are schools that were taken over: what is said of one by the SIS's id holds for the id that the roster has.
    """
    column, when = value(source, "ignore_column"), value(source, "ignore_schools_when")
    counted = None if column == "none" else column

    def held(id: str) -> str:
        return pairs.get(read_as(source, "orgs", id), read_as(source, "orgs", id))

    listed = {}
    for entry in value(source, "ignore_schools"):
        found = SCHOOL_RULE.fullmatch(entry)
        assert found is not None  # judged when it was kept
        window, outside = found["window"], found["outside"] is not None
        if window is None or kinds.within(window, (today.month, today.day)) is not outside:
            listed[held(found["id"])] = entry
    said = {"column": counted, "formula": when}
    return SchoolRules(
        listed=listed,
        formula=when,
        column=counted,
        today=today.date().isoformat(),
        own=tuple(OwnSchool(o.id, o.name, held(o.sis) if o.sis is not None else None) for o in own),
        carried={s["school"]: Out(s["by"], s["rule"]) for s in last.get("skipped", ()) if said.get(s["by"]) == s["rule"]},
    )


def taken_over(source: Source, pairs: Sequence[TakenOver], allied: Collection[int]) -> dict[str, dict[str, str]]:
    """Table -> the SIS's id, as the source's rows have it with their prefix -> the id that the roster has.

    What was said to a source of the same system holds too; what was said to this one goes before it. A course that is made of a
    class that was taken over follows it.
    """
    found: dict[str, dict[str, str]] = {}
    ours = [p for p in pairs if p.source in allied and p.source != source.id] + [p for p in pairs if p.source == source.id]
    for pair in ours:
        found.setdefault(pair.table, {})[read_as(source, pair.table, pair.theirs)] = pair.ours
    for theirs, held in found.get("classes", {}).items():
        found.setdefault("courses", {}).setdefault(_made_course(source, theirs), _made_course(source, held))
    return found


def _made_course(source: Source, class_: str) -> str:
    """The id of the course that is made of a class; a prefix stands before everything."""
    prefix = _prefix_of(source, "classes")
    if prefix and class_.startswith(prefix):
        return read_as(source, "courses", COURSE + class_.removeprefix(prefix))
    return COURSE + class_


def read_as(source: Source, table: str, id: str) -> str:
    """An id of the SIS as the source's rows have it once they have their prefix."""
    return _prefix_of(source, table) + id


def sent_as(source: Source, table: str, id: str) -> str:
    """An id of the roster as the SIS has it: without the source's prefix."""
    return id.removeprefix(_prefix_of(source, table))


def _prefix_of(source: Source, table: str) -> str:
    return "" if table in value(source, "shared_tables") else value(source, "id_prefix") or ""


def paused(source: Source, today: datetime) -> bool:
    """Whether nothing is imported now. `today` is in the district's own time."""
    return None in resting(source, today)


def resting(source: Source, today: datetime) -> frozenset[str | None]:
    """The tables that rest now; None among them: everything."""
    said = (str(entry).rpartition(" ") for entry in value(source, "pause"))
    return frozenset(table or None for table, _, window in said if kinds.within(window, (today.month, today.day)))


def contacts(source: Source) -> dict[str, Any]:
    """What the source says of the contact rules, in their own words; the plain settings stand for single keys."""
    said: dict[str, Any] = dict(source.settings.get("contacts", {}))
    if (guardians := value(source, "guardians")) is not None:
        said["guardians"] = _GUARDIANS[guardians]
    words = value(source, "contact_types")
    if words is not None:
        roles = [w for w in words if w in GUARDIAN_ROLES]
        types = [w for w in words if w not in GUARDIAN_ROLES]
        said |= ({"roles": roles, "users_file": "by-rules"} if roles else {}) | ({"types": types} if types else {})
    return said


_GUARDIANS = {"users": "managed", "file": "separate-file", "none": "not-managed"}


def treatment(source: Source, siblings: Iterable[int] = ()) -> Treatment:
    """What the source's settings do to its rows. `siblings` are the district's other sources of one school."""
    absent = value(source, "archived_students")
    number = value(source, "student_id")
    school = school_of(source)
    return Treatment(
        number=None if number == "sourcedId" else "identifier" if number == "student_number" else number,
        swap_phones=value(source, "swap_sms_phone"),
        credential=said(source, "phone_credential"),
        ends=value(source, "end_dates"),
        office=value(source, "district_office"),
        school=school,
        siblings=tuple(sorted(siblings)) if school is not None else (),
        restore_classes=value(source, "restore_classes"),
        absent=int(absent.removeprefix("after:")) if absent.startswith("after:") else absent,
        source=source.id,
    )


def school_of(source: Source) -> str | None:
    """The one school of which a source speaks; None: the whole district."""
    level = str(value(source, "level"))
    return level.removeprefix("school:") if level.startswith("school:") else None
