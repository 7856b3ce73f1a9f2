"""source add, source list, source show, source set."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, table
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment

if TYPE_CHECKING:
    from homeroom.store.sources import Source
    from homeroom.sync.freshness import Freshness


def add(
    slug: str,
    /,
    *,
    kind: str,
    layouts: str | None = None,
    name: str | None = None,
    start: str | None = None,
    public_key: tuple[str, ...] = (),
    quiet_seconds: float | None = None,
    patience_minutes: float | None = None,
    same_system: tuple[int, ...] = (),
    id_prefix: str | None = None,
    host: str | None = None,
    port: int | None = None,
    username: str | None = None,
    password: str | None = None,
    key: Path | None = None,
    path: str | None = None,
    url: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Add a source. For sftp the password is printed here and never again.

    Parameters
    ----------
    slug
        The district.
    kind
        sftp (they push to us), sftp-pull (we fetch from their server), powerschool (we fetch by its API) or upload.
    layouts
        Layout set, or a folder of layouts.
    name
        A name for people.
    start
        Local time HH:MM at which arrived sets are walked; without it at once.
    public_key
        A public key that may log in besides the password (authorized_keys form); may be repeated.
    quiet_seconds
        How long a pushed set must lie still before it is sealed.
    patience_minutes
        How long a set that is not whole may lie still before it fails as incomplete.
    same_system
        Number of another source that carries the same system's records; may be repeated.
    id_prefix
        What is put before every id of this source, where another system's ids could be the same.
    host
        For sftp-pull: the district's SFTP server.
    port
        For sftp-pull: its port, 22 if not said.
    username
        For sftp-pull: the user name that the district gave.
    password
        For sftp-pull: the password; rather told by HOMEROOM_SECRET or standard input, since others see command lines.
    key
        For sftp-pull: file of a private key, instead of a password.
    path
        For sftp-pull: the folder with the files; parts such as %Y-%m-%d stand for the day.
    url
        For powerschool: the server's address, https://...
    client_id
        For powerschool: the client id of Homeroom's plug-in.
    client_secret
        For powerschool: its client secret; rather told by HOMEROOM_SECRET or standard input.
    set_
        Any other setting, NAME=VALUE, as `source set` takes it; may be repeated.
    as_json
        Print one JSON document.
    """
    from homeroom.cli.pulls import secrets_for
    from homeroom.desk.passwords import hashed, new_password
    from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
    from homeroom.sync import accounts, doorways, source_settings, sources

    accounts.check_public_keys(public_key)
    settings = source_settings.typed(set_) | {
        n: v
        for n, v in (
            ("quiet_seconds", quiet_seconds),
            ("patience_minutes", patience_minutes),
            ("same_system", list(same_system) or None),
            ("id_prefix", id_prefix),
            ("host", host),
            ("port", port),
            ("username", username),
            ("path", path),
            ("url", url),
            ("client_id", client_id),
        )
        if v is not None
    }
    made_up = new_password()
    secrets = (
        secrets_for(kind, client_secret if kind == "powerschool" else password, key) if kind in source_settings.PULLED else None
    )
    with opened_house() as house:
        added = sources.add(
            house,
            slug,
            kind,
            password_hash=hashed(made_up),
            public_keys=public_key,
            name=name,
            layouts=layouts,
            start=start,
            settings=settings,
            secrets=secrets,
        )
        told: dict[str, Any] = {
            "source": added.source.id,
            "kind": kind,
            "name": added.source.name,
            "layouts": added.source.layouts,
            "start": added.source.start,
        }
        if kind == "sftp":
            prints = fingerprints(host_keys(house.settings.keys))
            told |= {
                "host": accounts.host_for_others(house.settings),
                "port": doorways.sftp_port(house) or 0,
                "username": added.username,
                "password": made_up,
                "fingerprint": prints[0].sha256,
                "fingerprints": {p.kind: p.sha256 for p in prints},
            }
    if as_json:
        document(told)
        return 0
    say(f"Source {added.source.id} ({kind}) was added to {slug}.")
    if kind == "sftp":
        say(
            f"  host {told['host']}  port {told['port'] or 'not known yet: `homeroom serve` chooses it'}  username {told['username']}"
        )
        say(f"  password {told['password']}   (shown once; write it down now)")
        for algorithm, fingerprint in told["fingerprints"].items():
            say(f"  host key {algorithm} {fingerprint}")
    if secrets is not None:
        say(f"  {'Its secret is kept encrypted.' if secrets else 'It has no secret yet: homeroom source secret.'}")
        say(f"  Next: homeroom source test {slug} {told['source']}")
    return 0


def list_(slug: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List a district's sources, and how each stands: working, late, failing, not connected, paused, closed or archived.

    Parameters
    ----------
    slug
        The district.
    as_json
        Print one JSON document.
    """
    from homeroom.sync.freshness import freshness

    with opened_house() as house:
        zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
        now = datetime.now(UTC)
        rows = [_listed(s, freshness(house, s, now)) for s in house.stores.control.sources.of(slug)]
    if as_json:
        document(rows)
        return 0

    def at(text: str | None) -> str:
        return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z") if text else ""

    table(
        ["source", "kind", "name", "layouts", "start", "state", "last success", "next due"],
        [
            (r["source"], r["kind"], r["name"], r["layouts"], r["start"], r["state"], at(r["last_success"]), at(r["next_due"]))
            for r in rows
        ],
    )
    return 0


def _listed(source: Source, stands: Freshness) -> dict[str, Any]:
    """A source in the list: what it is, and how it stands."""
    times = {
        name: moment(when) if (when := getattr(stands, name)) is not None else None
        for name in ("last_arrival", "last_attempt", "last_success", "late_since", "next_due")
    }
    return {
        "source": source.id,
        "kind": source.kind,
        "name": source.name,
        "layouts": source.layouts,
        "start": source.start,
        "enabled": source.enabled,
        "archived_at": moment(source.archived) if source.archived is not None else None,
        "state": "archived" if source.archived is not None else stands.state,
        "failures": stands.failures,
        **times,
    }


def show(slug: str, source: int, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Show a source's settings: what counts, and whether it was set or is the default.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import sources

    with opened_house() as house:
        house.stores.control.districts.get(slug)
        found = sources.of(house, slug, source)
        assert found is not None
    return _shown(found, as_json)


def set_(
    slug: str, source: int, /, *changes: str, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
) -> int:
    """Change settings of a source: `homeroom source set pinewood 1 remove_share=0.2`.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    changes
        NAME=VALUE; NAME= puts the default back. A list is written with commas, an object as JSON or entry by entry: NAME.ENTRY=VALUE.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import source_settings, sources

    if not changes:
        raise Misuse("name what to set: NAME=VALUE. `homeroom source show` lists the settings.")
    with opened_house() as house:
        house.stores.control.districts.get(slug)
        found = sources.of(house, slug, source)
        found = sources.change(house, slug, source, source_settings.typed(changes, found))
    return _shown(found, as_json)


def limits(
    slug: str, source: int, /, *changes: str, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
) -> int:
    """Show the limits of a source, or set some: `homeroom source limits SLUG 1 remove_share=0.2`.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    changes
        NAME=VALUE; the value is JSON (a number, true, a list in brackets).
    as_json
        Print one JSON document.
    """
    from homeroom.sync import sources, tuning
    from homeroom.sync.setting_kinds import loose

    wanted = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise Misuse(f"{change!r} sets nothing: write NAME=VALUE.")
        wanted[name] = loose(value)
    with opened_house() as house:
        house.stores.control.districts.get(slug)
        found = sources.set_limits(house, slug, source, wanted) if wanted else sources.of(house, slug, source)
        assert found is not None
        now = tuning.limits(found, datetime.now(UTC)).as_dict()
    if as_json:
        document(now)
    else:
        table(["limit", "value"], [(k, json.dumps(v)) for k, v in now.items()])
    return 0


def _shown(source: Source, as_json: bool) -> int:
    from homeroom.sync import source_settings

    mine = [s for s in source_settings.SETTINGS if not s.kinds or source.kind in s.kinds]
    if as_json:
        values = {s.name: source_settings.value(source, s.name) for s in mine}
        changed = [s.name for s in mine if source_settings.is_set(source, s.name)]
        document({"source": source.id, "district": source.district, "kind": source.kind, "settings": values, "set": changed})
        return 0
    say(f"Source {source.id} ({source.kind}) of {source.district}")
    rows = [(s.name, source_settings.written(source, s.name), s.unit, source_settings.is_set(source, s.name)) for s in mine]
    table(["setting", "value", "unit", ""], [(name, value, unit, "set" if own else "default") for name, value, unit, own in rows])
    return 0
