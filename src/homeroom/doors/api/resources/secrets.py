"""How sources log in and are logged in to: passwords, keys, secrets, addresses for notices. A secret is told once, and only here."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

from homeroom.desk import handing_over
from homeroom.desk.passwords import hashed, new_password
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.resources.sources import PublicKey, Secret
from homeroom.doors.api.routes import Answer, Ask, Number, Routes, Slug
from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.sync import accounts, notice_addresses, sources
from homeroom.sync.doorways import public_url

routes = Routes("Secrets of sources")


class Rotate(Body):
    """How long the old password stays good."""

    overlap_hours: Annotated[float, Field(ge=0, le=720)] = 0


class NewPassword(Told):
    """A new password, told here and never again."""

    source: int
    username: str
    password: str
    old_until: str | None = Field(description="Until when the old one is good beside it.")


class Linked(Told):
    """A link that opens once."""

    source: int
    link: str


class SecretKept(Told):
    """Which secrets the source has now."""

    source: int
    secrets: list[str]


class KeyTold(Told):
    """A public key that may log in."""

    kind: str
    fingerprint: str = Field(examples=["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"])
    comment: str


class NewKey(Body):
    """A public key."""

    public_key: PublicKey


class Address(Told):
    """The address for notices, told here and never again."""

    source: int
    url: str


class Subscribed(Told):
    """Whether the source's system tells of changes."""

    source: int
    subscribed: bool


@routes.ask("POST", "/districts/{slug}/sources/{number}/password", "settings.change", status_code=201, response_model=NewPassword)
def rotate_password(asked: Ask, slug: Slug, number: Number, body: Rotate) -> Answer:
    """Give an SFTP source a new password."""
    asked.source(number)
    password = new_password()
    overlap = timedelta(hours=body.overlap_hours)
    account, until = accounts.rotate(asked.house, slug, number, hashed(password), overlap, asked.who)
    ends = moment(until) if until else None
    return {"source": number, "username": account.username, "password": password, "old_until": ends}


@routes.ask("POST", "/districts/{slug}/sources/{number}/hand-over", "settings.change", status_code=201, response_model=Linked)
def hand_over_credentials(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Make a link that shows a source's new password once, within 48 hours; the old password stays good for 24 hours."""
    asked.source(number)
    prints = ", ".join(f"{p.kind} {p.sha256}" for p in fingerprints(host_keys(asked.house.settings.keys)))
    token = handing_over.make(asked.house, asked.viewer, slug, number, {"fingerprint": prints}, asked.now)
    return {"source": number, "link": f"{public_url(asked.house)}/once/{token}"}


@routes.ask("PUT", "/districts/{slug}/sources/{number}/secret", "settings.change", response_model=SecretKept)
def set_secret(asked: Ask, slug: Slug, number: Number, body: Secret) -> Answer:
    """Give a source what it needs to log in elsewhere, in place of what it had.

    It is kept encrypted and never shown again.
    """
    asked.source(number)
    given = body.judged()
    if not given:
        raise Misuse("Name a secret: password or key for a source of kind sftp-pull, client_secret for one that is asked by API.")
    sources.set_secrets(asked.house, slug, number, given, asked.who)
    return {"source": number, "secrets": sorted(given)}


@routes.ask("GET", "/districts/{slug}/sources/{number}/keys", "settings.see", response_model=list[KeyTold])
def list_keys(asked: Ask, slug: Slug, number: Number) -> list[Answer]:
    """List the public keys that may log in at an SFTP source."""
    asked.source(number)
    return [key_told(key) for key in accounts.keys(asked.house, slug, number)]


@routes.ask("POST", "/districts/{slug}/sources/{number}/keys", "settings.change", status_code=201, response_model=KeyTold)
def add_key(asked: Ask, slug: Slug, number: Number, body: NewKey) -> Answer:
    """Let a public key log in besides the password and other keys."""
    asked.source(number)
    accounts.check_public_keys([body.public_key])
    return key_told(accounts.add_key(asked.house, slug, number, body.public_key, asked.who))


@routes.ask("DELETE", "/districts/{slug}/sources/{number}/keys", "settings.change", status_code=204)
def remove_key(
    asked: Ask,
    slug: Slug,
    number: Number,
    fingerprint: Annotated[str, Query(max_length=100, description="The key's fingerprint.")],
) -> None:
    """Keep a public key out from now on."""
    asked.source(number)
    accounts.remove_key(asked.house, slug, number, fingerprint, asked.who)


@routes.ask("POST", "/districts/{slug}/sources/{number}/notices", "settings.change", status_code=201, response_model=Address)
def renew_notices(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Make the address at which the source's system may tell of changes. An older one stops."""
    asked.source(number)
    made = notice_addresses.renew(asked.house, slug, number, asked.now, asked.who)
    return {"source": number, "url": made.url}


@routes.ask("PUT", "/districts/{slug}/sources/{number}/subscription", "settings.change", response_model=Subscribed)
def subscribe(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Let a source's PowerSchool tell of changes, at a new address."""
    asked.source(number)
    notice_addresses.subscribe(asked.house, slug, number, asked.now, asked.who)
    return {"source": number, "subscribed": True}


@routes.ask("DELETE", "/districts/{slug}/sources/{number}/subscription", "settings.change", response_model=Subscribed)
def unsubscribe(asked: Ask, slug: Slug, number: Number) -> Answer:
    """End that subscription, and shut the address."""
    asked.source(number)
    notice_addresses.unsubscribe(asked.house, slug, number, asked.now, asked.who)
    return {"source": number, "subscribed": False}


def key_told(key: accounts.PublicKey) -> Answer:
    """A public key as it is told."""
    return {"kind": key.kind, "fingerprint": key.fingerprint, "comment": key.comment}
