"""Which apps see a record, and which of its fields: from what each app was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeroom.roster.catalogue import DATASET, Table
from homeroom.roster.meanings import label_of_field
from homeroom.store.apps import App
from homeroom.sync.apps import SCOPE_ROOT
from homeroom.sync.house import House

WIDE = ("roster-core.readonly", "roster.readonly")
OPENS: Mapping[str, tuple[str, ...]] = {
    "demographics": ("roster-demographics.readonly",),
    **dict.fromkeys(
        ("resources", "classResources", "courseResources", "userResources"), ("resource-core.readonly", "resource.readonly")
    ),
}
"""Table -> the scopes that open it, where these are not those of the roster itself (OneRoster 1.2 REST binding, scopes)."""
UNSERVED = ("categories", "lineItems", "results", "scoreScales")
"""Tables that no door serves to apps yet."""

Why = Literal["scope", "table"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One app and a record. `fields` and `labels`: what it can read, filled fields only. `why` it sees nothing: its scopes
    do not open the table, or no app is served the table."""

    app: str
    client_id: str
    fields: tuple[str, ...]
    labels: tuple[str, ...]
    why: Why | None = None

    @property
    def sees(self) -> bool:
        """Whether the app sees the record at all."""
        return self.why is None


def seen(house: House, slug: str, table: Table, values: Mapping[str, Any]) -> tuple[Seen, ...]:
    """Every app of the installation that this district has to do with, those that see the record first.

    An app of other districts only is not named: a district does not learn who they are.
    """
    apps = [a for a in house.stores.control.apps.all() if a.revoked is None and (a.districts is None or slug in a.districts)]
    told = [_seen(app, table, values) for app in apps]
    return tuple(sorted(told, key=lambda s: (s.why is not None, s.app)))


def _seen(app: App, table: Table, values: Mapping[str, Any]) -> Seen:
    why = hidden(app, table)
    names = tuple(f.name for f in table.model if values.get(f.name) is not None) if why is None else ()
    return Seen(app.name, app.client_id, names, tuple(label_of_field(table.name, n) for n in names), why)


def hidden(app: App, table: Table) -> Why | None:
    """Why an app sees nothing of a table; None: it sees it."""
    if table.dataset or table.service == DATASET or table.name in UNSERVED:
        return "table"
    own = {scope.rsplit("/", 1)[-1] if scope.startswith("http") else scope.removeprefix(SCOPE_ROOT) for scope in app.scopes}
    return None if own & set(OPENS.get(table.name, WIDE)) else "scope"
