"""What hangs on a record: the classes of a student with their teachers, the people of a class, family and contacts, schools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from homeroom.desk.record_links import Links, Ref
from homeroom.layouts.contacts.telling import LEFT_OUT
from homeroom.roster.codes import code
from homeroom.roster.contacts import MARK
from homeroom.store.history import Record
from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.sync.house import House

MOST = 200
"""Related records of one kind that are listed; the totals count all."""
TEACHERS = ("teacher", "aide", "administrator", "proctor")


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a class, from the person's side."""

    klass: Ref
    teachers: tuple[Ref, ...]
    terms: tuple[Ref, ...]
    role: str | None
    begin: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a class, from the class's side."""

    person: Ref
    role: str | None
    begin: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A guardian or contact of a student, or a student of a guardian.

    `made_by`: the layout whose pairs made the person a guardian, by the contact rules; None: the files of people say it themselves.
    `refused_by`: the code of the rule that left the contact out, with `rule` in words; then there may be no such person in the roster.
    """

    person: Ref | None
    relationship: str | None
    made_by: str | None = None
    refused_by: str | None = None
    rule: str | None = None
    line: int | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Relations:
    """Everything that hangs on a record; empty where the kind of record has none of it."""

    seats: tuple[Seat, ...] = ()
    seats_total: int = 0
    members: tuple[Member, ...] = ()
    members_total: int = 0
    family: tuple[Relative, ...] = ()
    contacts_left_out: tuple[Relative, ...] = ()
    schools: tuple[Ref, ...] = ()
    parts: tuple[Ref, ...] = ()
    classes_total: int = 0


def related(house: House, slug: str, record: Record, links: Links) -> Relations:
    """What hangs on a record, as the roster has it now."""
    store = house.stores.roster(slug)
    if record.table == "users":
        return _of_person(store, record, links)
    if record.table == "classes":
        members, total = _members(store, str(record.values["sourcedId"]), links)
        return Relations(members=members, members_total=total)
    if record.table == "orgs":
        return _of_org(store, str(record.values["sourcedId"]), links)
    return Relations()


def _of_person(store: RosterStore, record: Record, links: Links) -> Relations:
    own = str(record.values["sourcedId"])
    seats, total = _seats(store, own, links)
    listed = str(record.values.get("orgSourcedIds") or "")
    roles = _rows(store, "roles", "userSourcedId", (own,), ("orgSourcedId",))[0]
    schools = dict.fromkeys([*(s.strip() for s in listed.split(",") if s.strip()), *(str(r["orgSourcedId"]) for r in roles)])
    return Relations(
        seats=seats,
        seats_total=total,
        family=_family(store, record, links),
        contacts_left_out=_left_out(store, record, links),
        schools=links.refs("orgs", ",".join(schools)),
    )


def _seats(store: RosterStore, person: str, links: Links) -> tuple[tuple[Seat, ...], int]:
    columns = ("classSourcedId", "role", "beginDate", "endDate")
    mine, total = _rows(store, "enrollments", "userSourcedId", (person,), columns)
    classes = tuple(dict.fromkeys(str(e["classSourcedId"]) for e in mine))
    links.ask("classes", classes)
    terms = {key: row["termSourcedIds"] for key, row in store.named("classes", classes, ("termSourcedIds",)).items()}
    teachers: dict[str, list[str]] = {}
    if classes:
        staff = [Where("classSourcedId", classes), Where("role", ("teacher",))]
        page = store.page("enrollments", 5 * MOST, status="active", where=staff, columns=("classSourcedId", "userSourcedId"))
        for klass, teacher in page.rows:
            if teacher != person:
                teachers.setdefault(str(klass), []).append(str(teacher))
    links.ask("users", (t for each in teachers.values() for t in each))
    seats = [
        Seat(
            links.one("classes", str(e["classSourcedId"])),
            tuple(links.one("users", t) for t in dict.fromkeys(teachers.get(str(e["classSourcedId"]), ()))),
            links.refs("academicSessions", terms.get(str(e["classSourcedId"]))),
            e["role"],
            e["beginDate"],
            e["endDate"],
        )
        for e in mine
    ]
    return tuple(sorted(seats, key=lambda s: (s.klass.name.lower(), s.klass.sourced_id))), total


def _members(store: RosterStore, klass: str, links: Links) -> tuple[tuple[Member, ...], int]:
    rows, total = _rows(store, "enrollments", "classSourcedId", (klass,), ("userSourcedId", "role", "beginDate", "endDate"))
    links.ask("users", (str(r["userSourcedId"]) for r in rows))
    members = [Member(links.one("users", str(r["userSourcedId"])), r["role"], r["beginDate"], r["endDate"]) for r in rows]
    return tuple(sorted(members, key=lambda m: (m.role not in TEACHERS, m.person.name.lower()))), total


def _family(store: RosterStore, record: Record, links: Links) -> tuple[Relative, ...]:
    """Who is named as acting for the person, and for whom the person is named."""
    own = str(record.values["sourcedId"])
    listed = [each.strip() for each in str(record.values.get("agentSourcedIds") or "").split(",") if each.strip()]
    naming, _ = _rows(store, "users", "agentSourcedIds", (own,), ("sourcedId",))
    people = tuple(dict.fromkeys([*listed, *(str(r["sourcedId"]) for r in naming)]))
    links.ask("users", people)
    marks = store.named("users", people, ("metadata",))
    return tuple(
        Relative(person := links.one("users", each), person.what, made_by=_mark(marks.get(each, {}).get("metadata")))
        for each in people
    )


def _mark(metadata: Any) -> str | None:
    """The layout that made a person from pairs."""
    return json.loads(metadata).get(MARK) if metadata else None


def _left_out(store: RosterStore, record: Record, links: Links) -> tuple[Relative, ...]:
    """Contacts of a student that the rules of the last whole import of the same source left out, with the rule."""
    last = next(
        (
            i
            for i in store.imports.last(50, source=record.source)
            if i.kind == "continuous" and not i.dry_run and i.status == "done" and i.outcome != "failed"
        ),
        None,
    )
    if last is None or record.values.get("role") != "student":
        return ()
    codes = {verdict.code for verdict in LEFT_OUT} - {"contact-gone", "contact-repeated"}
    found = store.issues.speaking_of(last.number, codes, "student", str(record.values["sourcedId"]))
    known = store.named("users", [i.key for i in found if i.key], ("status",))
    return tuple(
        Relative(
            person=links.one("users", i.key) if i.key in known else None,
            relationship=said if (said := i.detail.get("relationship")) not in (None, "", "none") else None,
            refused_by=i.code,
            rule=code(i.code).meaning,
            line=i.line,
            file=i.file,
        )
        for i in found
    )


def _of_org(store: RosterStore, org: str, links: Links) -> Relations:
    rows, _ = _rows(store, "orgs", "parentSourcedId", (org,), ("sourcedId",))
    _, classes = _rows(store, "classes", "schoolSourcedId", (org,), ("sourcedId",), most=1)
    return Relations(parts=links.refs("orgs", ",".join(str(r["sourcedId"]) for r in rows)), classes_total=classes)


def _rows(
    store: RosterStore, table: str, column: str, values: tuple[str, ...], columns: tuple[str, ...], most: int = MOST
) -> tuple[list[dict[str, Any]], int]:
    """Active records of a table that name others, at most so many, and how many there are."""
    page = store.page(table, most, status="active", where=[Where(column, values)], columns=columns)
    return [dict(zip(page.columns, row, strict=True)) for row in page.rows], page.total
