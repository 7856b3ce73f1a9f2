"""How full a roster is: active records of a table that have a value in a column, and people and classes of each school."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from homeroom.store.people_counted import kind_of, role_of
from homeroom.store.places import Place
from homeroom.store.roster_tables import LINKS, ROSTER


def filled(place: Place, table: str, columns: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Active records of a table, and column -> how many of them have a value there. Of a set's own dataset nothing is counted."""
    if table not in ROSTER:
        return 0, {}
    of = ROSTER[table]
    asked = [c for c in columns if c in of.c]
    with place.read() as connection:
        counts = connection.execute(
            select(func.count(), *(func.count(func.nullif(of.c[c], "")) for c in asked)).where(of.c.status == "active")
        ).one()
    return int(counts[0]), {column: int(count) for column, count in zip(asked, counts[1:], strict=True)}


def by_school(place: Place) -> dict[str, dict[str, int]]:
    """School -> `student`, `staff`, `guardian` and `classes`: active records. Somebody of two schools is counted in both."""
    users, classes, at = ROSTER["users"], ROSTER["classes"], LINKS["users_orgs"]
    people = (
        select(at.c.target, role_of(), func.count())
        .join_from(users, at, at.c.owner == users.c.id)
        .where(users.c.status == "active")
        .group_by(at.c.target, "said")
    )
    taught = (
        select(classes.c.schoolSourcedId, func.count()).where(classes.c.status == "active").group_by(classes.c.schoolSourcedId)
    )
    found: dict[str, dict[str, int]] = {}
    with place.read() as connection:
        for school, role, count in connection.execute(people):
            of = found.setdefault(str(school), {})
            of[kind_of(str(role))] = of.get(kind_of(str(role)), 0) + int(count)
        for school, count in connection.execute(taught):
            found.setdefault(str(school), {})["classes"] = int(count)
    return found
