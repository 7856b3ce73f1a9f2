"""A small district for the tests of this door, committed to a real store by plans made by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from homeroom.store.apps import App
from homeroom.store.stores import Stores
from store_plans import commit

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)

PINEWOOD: dict[str, list[dict[str, Any]]] = {
    "orgs": [
        {"sourcedId": "d1", "name": "Pinewood District", "type": "district"},
        {"sourcedId": "s1", "name": "Pine High", "type": "school", "parentSourcedId": "d1", "identifier": "0017"},
        {"sourcedId": "s2", "name": "Oak Middle", "type": "school", "parentSourcedId": "d1"},
        {"sourcedId": "s9", "name": "Closed", "type": "school", "parentSourcedId": "d1", "status": "tobedeleted"},
    ],
    "academicSessions": [
        {"sourcedId": "y1", "title": "2026-2027", "type": "schoolYear", "schoolYear": "2027"},
        {"sourcedId": "t1", "title": "Fall", "type": "term", "parentSourcedId": "y1", "schoolYear": "2027"},
        {"sourcedId": "t2", "title": "Spring", "type": "term", "parentSourcedId": "y1", "schoolYear": "2027"},
        {"sourcedId": "g1", "title": "Q1", "type": "gradingPeriod", "parentSourcedId": "t1", "schoolYear": "2027"},
    ],
    "courses": [
        {"sourcedId": "k1", "title": "Algebra", "orgSourcedId": "d1", "grades": "09,10"},
        {"sourcedId": "k2", "title": "Choir", "orgSourcedId": "s2"},
    ],
    "classes": [
        {"sourcedId": "c/1", "title": "Algebra 1", "courseSourcedId": "k1", "schoolSourcedId": "s1", "termSourcedIds": "t1"},
        {"sourcedId": "c2", "title": "Choir", "courseSourcedId": "k2", "schoolSourcedId": "s2", "termSourcedIds": "t1,t2"},
    ],
    "users": [
        {
            "sourcedId": "u1",
            "role": "student",
            "orgSourcedIds": "s1",
            "givenName": "Zoë",
            "familyName": "O'Brien",
            "grades": "09",
        },
        {
            "sourcedId": "u2",
            "role": "student",
            "orgSourcedIds": "s1,s2",
            "givenName": 'Al "Ace"',
            "familyName": "Lee",
            "grades": "10",
        },
        {
            "sourcedId": "u3",
            "role": "teacher",
            "orgSourcedIds": "s1",
            "givenName": "May",
            "familyName": "Ng",
            "email": "may@pine.example",
        },
        {"sourcedId": "u4", "role": "administrator", "orgSourcedIds": "d1", "givenName": "Bo", "familyName": "Ray"},
        {"sourcedId": "u5", "role": "parent", "orgSourcedIds": "s1", "givenName": "Ann", "familyName": "O'Brien"},
        {
            "sourcedId": "u6",
            "role": "student",
            "orgSourcedIds": "s1",
            "givenName": "Gone",
            "familyName": "Girl",
            "status": "tobedeleted",
        },
        {"sourcedId": "u7", "givenName": "Two", "familyName": "Roles", "metadata": '{"badge":"77"}'},
    ],
    "roles": [
        {"sourcedId": "r1", "userSourcedId": "u7", "role": "teacher", "roleType": "primary", "orgSourcedId": "s2"},
        {"sourcedId": "r2", "userSourcedId": "u7", "role": "principal", "roleType": "secondary", "orgSourcedId": "s1"},
    ],
    "enrollments": [
        {"sourcedId": "e1", "classSourcedId": "c/1", "schoolSourcedId": "s1", "userSourcedId": "u1", "role": "student"},
        {
            "sourcedId": "e2",
            "classSourcedId": "c/1",
            "schoolSourcedId": "s1",
            "userSourcedId": "u3",
            "role": "teacher",
            "primary": "true",
        },
        {"sourcedId": "e3", "classSourcedId": "c2", "schoolSourcedId": "s2", "userSourcedId": "u2", "role": "student"},
        {
            "sourcedId": "e4",
            "classSourcedId": "c2",
            "schoolSourcedId": "s2",
            "userSourcedId": "u1",
            "role": "student",
            "status": "tobedeleted",
        },
    ],
    "demographics": [{"sourcedId": "u1", "birthDate": "2011-05-01", "sex": "female"}],
    "resources": [{"sourcedId": "m1", "title": "Algebra book", "vendorResourceId": "v-1", "roles": "student"}],
    "classResources": [{"sourcedId": "cr1", "classSourcedId": "c/1", "resourceSourcedId": "m1"}],
}


def fill(stores: Stores, slug: str, roster: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """Commit records as one revision of a district's store; those marked tobedeleted as a second one."""
    store = stores.roster(slug)
    plans = {table: [("add", record) for record in records] for table, records in roster.items() if records}
    if plans:
        commit(store, plans, folder)
    gone = {t: [("remove", r) for r in records if r.get("status") == "tobedeleted"] for t, records in roster.items()}
    if any(gone.values()):
        commit(store, {table: removals for table, removals in gone.items() if removals}, folder)


def district(stores: Stores, slug: str, roster: dict[str, list[dict[str, Any]]] = PINEWOOD) -> None:
    """A district with a roster."""
    stores.control.districts.add(slug, slug.title(), "America/Chicago", NOW)
    with TemporaryDirectory() as folder:
        fill(stores, slug, roster, Path(folder))


def app(stores: Stores, client_id: str, *scopes: str, districts: tuple[str, ...] | None = None, secret: str = "s3cret") -> None:
    """An app with a secret."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    stores.control.apps.add(App(client_id, digest, client_id, scopes, districts, NOW))
