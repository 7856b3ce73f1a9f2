"""Sources: the ways in which a district's data arrives, their settings and limits."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from homeroom.desk import source_acts, source_page
from homeroom.desk.issue_values import plain_values
from homeroom.desk.passwords import hashed, new_password
from homeroom.doors.api.handing import started
from homeroom.doors.api.models import Body, Started, Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Number, Routes, Slug, Wait
from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
from homeroom.roster.report import moment
from homeroom.store.sources import Source
from homeroom.sync import accounts, doorways, pulling, source_settings, sources, tuning
from homeroom.sync.layouts import Own, chosen

routes = Routes("Sources")
Settings = Annotated[
    dict[Annotated[str, Field(max_length=100)], Any],
    Field(
        description="By name, as in the reference of source settings; null puts a default back.", examples=[{"remove_share": 0.2}]
    ),
]
PublicKey = Annotated[str, Field(max_length=20_000, description="The whole line of the .pub file.")]


class SourceTold(Told):
    """A source, and how it stands."""

    source: int
    kind: str = Field(examples=["sftp"])
    name: str
    layouts: str | None
    start: str | None
    enabled: bool
    archived_at: str | None = Field(description="Since when it is ended for good.")
    state: str = Field(description="working, late, failing, not connected, waiting for approval, paused or closed")
    failures: int
    last_arrival: str | None
    last_attempt: str | None
    last_success: str | None
    late_since: str | None
    next_due: str | None
    expected_by: str | None = Field(description="Local time by which data is due.")
    days: list[str] = Field(description="Days on which it is due; none: every day.")
    paused_until: str | None = Field(description="The last day of the pause that runs now.")


class SourceShown(SourceTold):
    """A source with its settings."""

    settings: dict[str, Any] = Field(description="What counts, by name.")
    set: list[str] = Field(description="The settings that are not the default.")
    username: str | None = Field(description="The user name of its account, of kind sftp.")


class Secret(Body):
    """What a source needs to log in elsewhere: by its kind one of them."""

    password: Annotated[str, Field(max_length=1000)] | None = None
    key: Annotated[str, Field(max_length=20_000, description="The text of a private key.")] | None = None
    passphrase: Annotated[str, Field(max_length=1000)] | None = None
    client_secret: Annotated[str, Field(max_length=1000)] | None = None

    def judged(self) -> dict[str, str]:
        """The secrets as they are kept. Raises Misuse for a key with which nobody could log in."""
        if self.key is not None:
            accounts.check_private_key(self.key, self.passphrase)
        return self.model_dump(exclude_none=True)


class NewSource(Body):
    """A source to add."""

    kind: Annotated[str, Field(max_length=40, examples=["sftp"])]
    settings: Settings = {}
    secret: Secret | None = None
    public_keys: Annotated[list[PublicKey], Field(max_length=50)] = []


class SourceAdded(SourceShown):
    """The source, and how the other side logs in. The password is told here and never again."""

    host: str | None = None
    port: int | None = None
    password: str | None = None
    fingerprints: dict[str, str] | None = None


class Changed(Body):
    """Settings to change."""

    settings: Settings


class Limits(Body):
    """Limits to change, by the names that they are shown with."""

    limits: Annotated[dict[Annotated[str, Field(max_length=100)], Any], Field(examples=[{"remove_share": 0.2}])]


class Pause(Body):
    """Stretches of the year in which nothing is imported."""

    pause: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(
            max_length=50,
            examples=[["06-15..08-10"]],
            description="`MM-DD..MM-DD`, both days included; an empty list ends the pause.",
        ),
    ]


@routes.ask("GET", "/districts/{slug}/sources", "settings.see", response_model=list[SourceTold])
def list_sources(asked: Ask, slug: Slug) -> list[Answer]:
    """List a district's sources, archived ones too, and how each stands."""
    return [_told(asked, source) for source in asked.house.stores.control.sources.of(slug)]


@routes.ask("POST", "/districts/{slug}/sources", "settings.change", status_code=201, response_model=SourceAdded)
def add_source(asked: Ask, slug: Slug, body: NewSource) -> Answer:
    """Add a source.

    One of kind sftp gets an account; its password is in this answer and nowhere else afterwards. A source is saved before it can
    connect: `test_source` tries it out.
    """
    accounts.check_public_keys(body.public_keys)
    given = dict(_settings(asked, body.settings))
    inside = {name: given.pop(name, None) for name in ("name", "layouts", "start")}
    password = new_password()
    added = sources.add(
        asked.house,
        slug,
        body.kind,
        **inside,
        password_hash=hashed(password),
        public_keys=tuple(body.public_keys),
        settings=given,
        secrets=body.secret.judged() if body.secret else None,
        who=asked.who,
    )
    told = shown(asked, added.source)
    if added.username is None:
        return told
    settings = asked.house.settings
    prints = fingerprints(host_keys(settings.keys))
    reached = {"host": accounts.host_for_others(settings), "port": doorways.sftp_port(asked.house) or 0, "password": password}
    return {**told, **reached, "fingerprints": {p.kind: p.sha256 for p in prints}}


@routes.ask("GET", "/districts/{slug}/sources/{number}", "settings.see", response_model=SourceShown)
def get_source(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Show a source with its settings."""
    return shown(asked, asked.source(number))


@routes.ask("PATCH", "/districts/{slug}/sources/{number}", "settings.change", response_model=SourceShown)
def change_source(asked: Ask, slug: Slug, number: Number, body: Changed) -> Answer:
    """Change settings of a source: all that are named, or none."""
    asked.source(number)
    return shown(asked, sources.change(asked.house, slug, number, _settings(asked, body.settings), asked.who))


@routes.ask("PUT", "/districts/{slug}/sources/{number}/pause", "imports.start", response_model=SourceShown)
def pause_source(asked: Ask, slug: Slug, number: Number, body: Pause) -> Answer:
    """Pause a source for stretches of the year, or let it go on."""
    asked.source(number)
    return shown(asked, sources.change(asked.house, slug, number, {"pause": body.pause or None}, asked.who))


@routes.ask("GET", "/districts/{slug}/sources/{number}/limits", "settings.see", response_model=dict[str, Any])
def get_limits(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Show the limits of a source: from which on an import waits for a person."""
    return tuning.limits(asked.source(number), asked.now).as_dict()


@routes.ask("PATCH", "/districts/{slug}/sources/{number}/limits", "settings.change", response_model=dict[str, Any])
def change_limits(asked: Ask, slug: Slug, number: Number, body: Limits) -> Answer:
    """Change limits of a source."""
    asked.source(number)
    changed = sources.set_limits(asked.house, slug, number, body.limits, asked.who)
    return tuning.limits(changed, asked.now).as_dict()


@routes.ask("POST", "/districts/{slug}/sources/{number}/test", "imports.start", response_model=dict[str, Any])
def test_source(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Connect to a source's server and show what it would fetch; nothing is fetched, and nothing is pinned."""
    return {"source": number, **plain_values(source_acts.try_out(asked.house, asked.viewer, asked.source(number), asked.now))}


@routes.ask("POST", "/districts/{slug}/sources/{number}/pull", "imports.start", status_code=202, response_model=Started)
async def pull_source(asked: Ask, slug: Slug, number: Number, wait: Wait = 0) -> Answer:
    """Fetch from a source's server now and import what comes, in a worker."""
    asked.source(number)
    return await started(asked, lambda: pulling.ask(asked.house, slug, number, asked.now), "pull-asked", wait)


def _settings(asked: Asked, given: dict[str, Any]) -> dict[str, Any]:
    """Settings by name. Layouts may be a set that ships or was saved; a folder on the server is for its commands alone."""
    if (wanted := given.get("layouts")) is not None:
        chosen(wanted if isinstance(wanted, str) else "", Own(asked.house, asked.slug))
    return given


def _told(asked: Asked, source: Source) -> Answer:
    standing = source_page.standing(asked.house, source, asked.now)
    stands = standing.fresh
    times = ("last_arrival", "last_attempt", "last_success", "late_since", "next_due")
    return {
        "source": source.id,
        **{name: getattr(source, name) for name in ("kind", "name", "layouts", "start", "enabled")},
        "archived_at": moment(source.archived) if source.archived is not None else None,
        "state": stands.state,
        "failures": stands.failures,
        **{name: moment(when) if (when := getattr(stands, name)) is not None else None for name in times},
        "expected_by": standing.expected_by,
        "days": list(standing.days),
        "paused_until": standing.paused_until.isoformat() if standing.paused_until is not None else None,
    }


def shown(asked: Asked, source: Source) -> Answer:
    """A source with its settings."""
    mine = [s.name for s in source_settings.SETTINGS if not s.kinds or source.kind in s.kinds]
    account = next(iter(asked.house.stores.control.accounts.of(source.id)), None)
    return {
        **_told(asked, source),
        "settings": {name: source_settings.value(source, name) for name in mine},
        "set": [name for name in mine if source_settings.is_set(source, name)],
        "username": account.username if account else None,
    }
