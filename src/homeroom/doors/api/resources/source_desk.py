"""One source beyond its settings: how the other side logs in and who came, what each setting means, and letting it rest until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from homeroom.desk import source_acts, source_page
from homeroom.desk.issue_values import plain_values
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.resources.secrets import KeyTold, key_told
from homeroom.doors.api.resources.sources import SourceShown, shown
from homeroom.doors.api.routes import Answer, Ask, Number, Routes, Slug
from homeroom.doors.sftp.hostkeys import known as known_keys
from homeroom.sync import source_settings

routes = Routes("Sources")


class LinkTold(Told):
    """The newest link that hands a password over. Its address was told once, when it was made."""

    made: str
    by: str
    until: str
    opened: str | None


class LoginTold(Told):
    """One log-in, or a try."""

    at: str
    address: str
    result: str = Field(description="in, wrong_password, unknown_key, shut_out or too_many.")


class Account(Told):
    """The account at our SFTP door."""

    username: str
    host: str
    port: int | None = Field(description="None while the system has not chosen it: no server runs.")
    folder: str
    by_password: bool
    old_until: str | None = Field(description="Until when the password before is good, too.")
    keys: list[KeyTold]
    fingerprints: dict[str, str] = Field(description="Of our host keys, by kind.")
    link: LinkTold | None
    logins: list[LoginTold] = Field(description="The last 20, the newest first.")


class AccessTold(Told):
    """How data gets from the other side to us."""

    source: int
    account: Account | None = Field(description="Of kind sftp: how the other side logs in.")
    fetches: bool = Field(description="Whether Homeroom fetches.")
    connection: dict[str, str] = Field(description="Where it fetches: the settings of the connection, in words.")
    secret: bool = Field(description="Whether Homeroom has what it needs to log in there.")
    told: bool = Field(description="Whether its system may tell of changes at an address of its own.")


class SettingTold(Told):
    """One setting, with what counts now."""

    name: str
    group: str
    value: Any
    written: str = Field(description="What counts, in words.")
    default: str = Field(description="The default, in words.")
    is_set: bool = Field(description="Whether it is not the default.")
    required: bool
    meaning: str
    effect: str


class Rest(Body):
    """Until when."""

    until: date = Field(description="The last day of the pause, by the district's calendar.")


@routes.ask("GET", "/districts/{slug}/sources/{number}/access", "settings.see", response_model=AccessTold)
def get_source_access(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Show how a source is reached: host, port, user name, keys, whether the hand-over link was opened, and the last log-ins."""
    found = source_page.of(asked.house, asked.source(number), asked.now)
    account = found.account
    told = None
    if account is not None:
        names = ("username", "host", "port", "folder", "by_password", "old_until", "logins")
        told = {name: plain_values(getattr(account, name)) for name in names}
        told["keys"] = [key_told(key) for key in account.keys]
        told["fingerprints"] = {print.kind: print.sha256 for print in known_keys(asked.house.settings.keys)}
        link = account.link
        told["link"] = (
            {"made": link.created, "by": link.given_by, "until": link.expires, "opened": link.used} if link is not None else None
        )
    return {
        "source": number,
        "account": plain_values(told),
        "fetches": found.fetches,
        "connection": dict(found.connection),
        "secret": found.secret,
        "told": found.told,
    }


@routes.ask("GET", "/districts/{slug}/sources/{number}/settings", "settings.see", response_model=list[SettingTold])
def list_source_settings(asked: Ask, slug: Slug, number: Number) -> list[Answer]:
    """List every setting that acts for a source: what counts, the default, what it means and what Homeroom does by it."""
    source = asked.source(number)
    return [
        {
            "name": line.setting.name,
            "group": line.setting.group,
            "value": source_settings.value(source, line.setting.name),
            "written": line.written,
            "default": line.default,
            "is_set": source_settings.is_set(source, line.setting.name),
            "required": line.setting.required,
            "meaning": line.setting.meaning,
            "effect": line.setting.effect,
        }
        for line in source_page.lines(source)
    ]


@routes.ask("PUT", "/districts/{slug}/sources/{number}/rest", "imports.start", response_model=SourceShown)
def rest_source(asked: Ask, slug: Slug, number: Number, body: Rest) -> Answer:
    """Let a source rest from today until a day. Files that come meanwhile are kept; apps keep the roster as it is.

    `pause_source` sets stretches of every year.
    """
    return shown(asked, source_acts.pause(asked.house, asked.viewer, asked.source(number), body.until, asked.now))


@routes.ask("DELETE", "/districts/{slug}/sources/{number}/rest", "imports.start", response_model=SourceShown)
def resume_source(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Let a paused source go on. What arrived meanwhile is imported next; stretches at other times of the year stay."""
    return shown(asked, source_acts.go_on(asked.house, asked.viewer, asked.source(number), asked.now))
