"""Applications that read the roster: their credentials, scopes and share."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.roster.words import in_a_row
from homeroom.store.apps import App
from homeroom.store.audit import AuditRow
from homeroom.store.readings import Reading
from homeroom.sync.doorways import public_url
from homeroom.sync.house import House

SCOPE_ROOT = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
READING = ("roster-core.readonly", "roster.readonly", "roster-demographics.readonly")
"""The scopes of the rostering service (OneRoster 1.2 REST binding), by their short names."""


def add(
    house: House, name: str, districts: tuple[str, ...], scopes: tuple[str, ...], who: str = "command line"
) -> dict[str, Any]:
    """Add an application; the answer is the only place where its secret ever stands in plain text.

    Raises Misuse for an unknown district or scope.
    """
    for slug in districts:
        house.stores.control.districts.get(slug)
    wanted = tuple(_scope(s) for s in scopes) or tuple(SCOPE_ROOT + s for s in READING[:2])
    client_id = f"app-{secrets.token_hex(8)}"
    secret = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    house.stores.control.apps.add(App(client_id, digest, name, wanted, districts or None, now))
    house.stores.control.audit.add(AuditRow(now, who, "app-added", None, {"client_id": client_id, "scopes": list(wanted)}))
    return {
        "client_id": client_id,
        "client_secret": secret,
        "token_url": public_url(house) + "/oauth/token",
        "name": name,
        "districts": list(districts),
        "scopes": list(wanted),
    }


def revoke(house: House, client_id: str, who: str = "command line") -> App:
    """Shut an application out: no new tokens, and those that it has are gone. Raises Misuse for an unknown or revoked one."""
    apps, now = house.stores.control.apps, datetime.now(UTC)
    found = apps.find(client_id)
    if found is None:
        raise Misuse("there is no application {client_id}.", client_id=client_id, command="homeroom app list")
    if found.revoked is not None:
        raise Misuse(
            "application {client_id} was revoked at {moment} already.", client_id=client_id, moment=moment(found.revoked)
        )
    apps.revoke(client_id, now)
    house.stores.control.audit.add(AuditRow(now, who, "app-revoked", None, {"client_id": client_id}))
    return found


def listed(house: House) -> list[dict[str, Any]]:
    """Every application, without secrets, and what it read last."""
    last = house.stores.control.readings.by_app()
    return [
        {
            "client_id": a.client_id,
            "name": a.name,
            "districts": list(a.districts) if a.districts is not None else None,
            "scopes": list(a.scopes),
            "revoked": a.revoked is not None,
            "last_read": _reading(last.get(a.client_id)),
        }
        for a in house.stores.control.apps.all()
    ]


def readings(house: House, client_id: str) -> list[dict[str, Any]]:
    """What an application read last of each district, the newest first."""
    return [told for each in house.stores.control.readings.of_app(client_id) if (told := _reading(each)) is not None]


def _reading(last: Reading | None) -> dict[str, Any] | None:
    return {"district": last.district, "at": moment(last.at), "revision": last.revision} if last is not None else None


def _scope(text: str) -> str:
    short = text.removeprefix(SCOPE_ROOT)
    if short not in READING:
        raise Misuse("there is no scope {scope!r}; the scopes are: {scopes}.", scope=text, scopes=in_a_row(READING))
    return SCOPE_ROOT + short
