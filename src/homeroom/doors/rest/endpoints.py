"""Every path of the OneRoster rostering and resources services, in both versions, as data.

A path template names what it answers: the key of the body, the table, the condition in terms of the ids in the path, the
scope that opens it. Paths are the same in 1.1 and 1.2 below their roots; the nested ones want the wider scope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from homeroom.roster.catalogue import catalogue
from homeroom.roster.selection import ALL, Both, Compare, Condition, Either, Linked, ListedBy, Lists, OneOf
from homeroom.roster.versions import roles_meaning

CORE = ("roster-core.readonly", "roster.readonly")
WIDE = ("roster.readonly",)
DEMOGRAPHICS = ("roster-demographics.readonly",)
RESOURCES = ("resource-core.readonly", "resource.readonly")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path template. `parent` is the table in which the path's first id must exist, or None.

    `single` endpoints answer one object under the singular key and take the last id as its sourcedId.
    """

    template: str
    table: str
    key: str
    scopes: tuple[str, ...]
    where: Callable[[tuple[str, ...]], Condition]
    single: bool = False
    parents: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("1.1", "1.2")
    service: str = "rostering"


def equal(column: str, value: str) -> Condition:
    """A column equals a value."""
    return Compare(column, "=", value)


def with_role(role: str) -> Condition:
    """Users who have this 1.1 role: on their own row, or as one of their stored 1.2 roles."""
    return Either((equal("role", role), Linked("roles", "userSourcedId", OneOf("role", roles_meaning(role)))))


def with_role_at(role: str, school: str) -> Condition:
    """Users who have this role at this org."""
    own = Both((equal("role", role), Lists("orgSourcedIds", equal("sourcedId", school))))
    stored = Linked("roles", "userSourcedId", Both((equal("orgSourcedId", school), OneOf("role", roles_meaning(role)))))
    return Either((own, stored))


def enrolled(role: str | None, **columns: str) -> Condition:
    """Users who are enrolled, in that role, where these columns of the enrollment have these values."""
    parts = [equal(column, value) for column, value in columns.items()]
    return Linked("enrollments", "userSourcedId", Both((*parts, *([equal("role", role)] if role else []))))


def classes_of(user: str, role: str | None = None) -> Condition:
    """Classes in which a user is enrolled."""
    parts = (equal("userSourcedId", user), *([equal("role", role)] if role else []))
    return Linked("enrollments", "classSourcedId", Both(parts))


def courses_at(school: str) -> Condition:
    """Courses of a school: those that belong to it, and those (of the district) of which it holds classes."""
    held = Linked("classes", "courseSourcedId", equal("schoolSourcedId", school))
    return Either((equal("orgSourcedId", school), held))


def terms_at(school: str) -> Condition:
    """Terms of a school: those in which it holds classes."""
    return Both((equal("type", "term"), ListedBy("classes", "termSourcedIds", equal("schoolSourcedId", school))))


_NARROWED: dict[str, tuple[str, Condition]] = {
    "orgs": ("orgs", ALL),
    "schools": ("orgs", equal("type", "school")),
    "academicSessions": ("academicSessions", ALL),
    "terms": ("academicSessions", equal("type", "term")),
    "gradingPeriods": ("academicSessions", equal("type", "gradingPeriod")),
    "courses": ("courses", ALL),
    "classes": ("classes", ALL),
    "users": ("users", ALL),
    "students": ("users", with_role("student")),
    "teachers": ("users", with_role("teacher")),
    "enrollments": ("enrollments", ALL),
    "demographics": ("demographics", ALL),
    "resources": ("resources", ALL),
}
"""The collections: table and what narrows it. `/schools` answers under `orgs`, `/students` under `users`, and so on."""


def _nested() -> tuple[tuple[str, str, tuple[str, ...], Callable[[tuple[str, ...]], Condition]], ...]:
    at, school = equal, "schoolSourcedId"
    return (
        ("/schools/{}/classes", "classes", ("orgs",), lambda p: at(school, p[0])),
        ("/schools/{}/enrollments", "enrollments", ("orgs",), lambda p: at(school, p[0])),
        ("/schools/{}/courses", "courses", ("orgs",), lambda p: courses_at(p[0])),
        ("/schools/{}/students", "users", ("orgs",), lambda p: with_role_at("student", p[0])),
        ("/schools/{}/teachers", "users", ("orgs",), lambda p: with_role_at("teacher", p[0])),
        ("/schools/{}/terms", "academicSessions", ("orgs",), lambda p: terms_at(p[0])),
        (
            "/schools/{}/classes/{}/enrollments",
            "enrollments",
            ("orgs", "classes"),
            lambda p: Both((at(school, p[0]), at("classSourcedId", p[1]))),
        ),
        (
            "/schools/{}/classes/{}/students",
            "users",
            ("orgs", "classes"),
            lambda p: enrolled("student", schoolSourcedId=p[0], classSourcedId=p[1]),
        ),
        (
            "/schools/{}/classes/{}/teachers",
            "users",
            ("orgs", "classes"),
            lambda p: enrolled("teacher", schoolSourcedId=p[0], classSourcedId=p[1]),
        ),
        ("/classes/{}/students", "users", ("classes",), lambda p: enrolled("student", classSourcedId=p[0])),
        ("/classes/{}/teachers", "users", ("classes",), lambda p: enrolled("teacher", classSourcedId=p[0])),
        ("/courses/{}/classes", "classes", ("courses",), lambda p: at("courseSourcedId", p[0])),
        ("/students/{}/classes", "classes", ("users",), lambda p: classes_of(p[0], "student")),
        ("/teachers/{}/classes", "classes", ("users",), lambda p: classes_of(p[0], "teacher")),
        ("/users/{}/classes", "classes", ("users",), lambda p: classes_of(p[0])),
        ("/terms/{}/classes", "classes", ("academicSessions",), lambda p: Lists("termSourcedIds", at("sourcedId", p[0]))),
        (
            "/terms/{}/gradingPeriods",
            "academicSessions",
            ("academicSessions",),
            lambda p: Both((at("type", "gradingPeriod"), at("parentSourcedId", p[0]))),
        ),
    )


def _resources() -> tuple[Endpoint, ...]:
    def of(table: str, column: str) -> Callable[[tuple[str, ...]], Condition]:
        return lambda p: Linked(table, "resourceSourcedId", equal(column, p[0]))

    wide, name = ("resource.readonly",), "resources"
    through_class, through_course = of("classResources", "classSourcedId"), of("courseResources", "courseSourcedId")
    return (
        Endpoint("/classes/{}/resources", name, name, wide, through_class, False, ("classes",), service="resources"),
        Endpoint("/courses/{}/resources", name, name, wide, through_course, False, ("courses",), service="resources"),
    )


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All endpoints."""
    found: list[Endpoint] = []
    for collection, (table, narrowed) in _NARROWED.items():
        service = "resources" if collection == "resources" else "rostering"
        scopes = {"demographics": DEMOGRAPHICS, "resources": RESOURCES}.get(collection, CORE)

        def where(_: tuple[str, ...], narrowed: Condition = narrowed) -> Condition:
            return narrowed

        found.append(Endpoint(f"/{collection}", table, table, scopes, where, service=service))
        singular = catalogue()[table].singular
        found.append(Endpoint(f"/{collection}/{{}}", table, singular, scopes, where, single=True, service=service))
    nested = [Endpoint(t, table, table, WIDE, where, False, parents) for t, table, parents, where in _nested()]
    return (*found, *nested, *_resources())


@dataclass(frozen=True, slots=True)
class Matched:
    """An endpoint and the ids of its path."""

    endpoint: Endpoint
    ids: tuple[str, ...]


@cache
def _by_words() -> dict[tuple[str, tuple[str, ...]], Endpoint]:
    """Endpoints by service and the words of their path; every second segment is an id."""
    return {(e.service, _words(e.template.strip("/").split("/"))): e for e in endpoints()}


def _words(segments: list[str]) -> tuple[str, ...]:
    return (*segments[::2], str(len(segments)))


def match(service: str | None, segments: list[str]) -> Matched | None:
    """The endpoint of a path's decoded segments below the root; None when there is none. `service` None: any (1.1)."""
    words = _words(segments)
    for name in (service,) if service else ("rostering", "resources"):
        found = _by_words().get((name, words))
        if found is not None:
            return Matched(found, tuple(segments[1::2]))
    return None
