"""Account: me, what I like, what I am told, where I am signed in, my tokens, my password and code generator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from homeroom.desk import letting_in, own_secrets, passwords, people, rights, sessions, telling, tokens
from homeroom.desk.viewer import Person
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages.once import square
from homeroom.doors.console.words import _
from homeroom.roster.faults import Misuse
from homeroom.store.districts import District
from homeroom.store.sessions import PersonalToken, Session

MOST_DISTRICTS = 50
"""For so many districts notices are chosen here; who sees more chooses on the district's own settings page."""


@dataclass(frozen=True, slots=True)
class Told:
    """What this person is told of a district."""

    district: District
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mine:
    """The page."""

    person: Person
    sessions: tuple[Session, ...]
    here: int | None
    tokens: tuple[PersonalToken, ...]
    told: tuple[Told, ...]
    zones: tuple[tuple[str, str], ...]
    carries: str
    """The district whose elevated role a new token can carry; empty without one."""
    made: str = ""
    """The text of a token that was made just now."""
    good_tokens: int = 0
    reset: letting_in.Reset | None = None
    """The last time that a link set a new password."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A new code generator that waits for its first code."""

    secret: str
    picture: str
    has_one: bool


def show(asked: Asked, made: str = "") -> Answer:
    """Everything about the person who asks."""
    house, who = asked.house, asked.viewer
    own = rights.visible(house, who)[:MOST_DISTRICTS]
    on = who.elevation
    view = Mine(
        person=who.person,
        sessions=tuple(sessions.mine(house, who, asked.now)),
        here=who.session,
        tokens=tuple(tokens.mine(house, who)),
        told=tuple(Told(d, telling.chosen(house, who.person.id, d.slug)) for d in own),
        zones=tuple((zone, zone.replace("_", " ")) for zone in _zones()),
        carries=on.district or "" if on is not None else "",
        made=made,
        good_tokens=sum(t.revoked is None and t.expires > asked.now for t in tokens.mine(house, who)),
        reset=letting_in.last_reset(house, who.person, asked.now),
    )
    return Shown("pages/account.html", view)


@cache
def _zones() -> tuple[str, ...]:
    """Zones that are named after places."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))


def prefer(asked: Asked) -> Answer:
    """Keep theme, zone and keys."""
    theme, zone = asked.form("theme"), asked.form("timezone") or None
    if theme not in ("auto", "light", "dark"):
        raise Misuse("Choose one of the three themes.")
    if zone is not None and zone not in available_timezones():
        raise Misuse("Choose a time zone from the list.")
    people.prefer(asked.house, asked.viewer, theme=theme, timezone=zone, keys=bool(asked.form("keys")))
    return Goto("/account", Notice("ok", _("Saved.")), theme=theme)


def notices(asked: Asked) -> Answer:
    """Choose what to be told of a district."""
    slug = asked.form("district")
    if slug not in {district.slug for district in rights.visible(asked.house, asked.viewer)}:
        raise Misuse("Choose one of your districts.")
    telling.choose(asked.house, asked.viewer, slug, asked.forms("told"), asked.now)
    return Goto("/account", Notice("ok", _("Saved.")))


def end_session(asked: Asked) -> Answer:
    """End one of one's own sessions."""
    sessions.end_one(asked.house, asked.viewer, asked.number("number"), asked.now)
    return Goto("/account", Notice("ok", _("That session has ended.")))


def change_password(asked: Asked) -> Answer:
    """Another password."""
    new = asked.values.get("password", ("",))[-1]
    if new != asked.values.get("again", ("",))[-1]:
        raise Misuse("The two passwords differ. Type the same one twice.")
    old, keep = asked.values.get("old_password", ("",))[-1], asked.form("tokens") == "keep"
    ended = own_secrets.change_password(asked.house, asked.viewer, old, new, asked.now, keep_tokens=keep)
    told = _("Your other sessions have ended.")
    if ended:
        told = _("Your other sessions have ended, and your tokens are good no more.")
    return Goto("/account", Notice("ok", _("Your password was changed."), told))


def show_generator(asked: Asked) -> Answer:
    """A new secret for a code generator."""
    secret = asked.form("generator")
    if not own_secrets.SECRET.fullmatch(secret):
        secret = passwords.new_secret()
    person = asked.viewer.person
    return Shown("pages/generator.html", Generator(secret, square(secret, person.email), person.has_code))


def set_generator(asked: Asked) -> Answer:
    """Take the new one, with its first code and a code of the one before (or the password)."""
    own_secrets.set_code(
        asked.house,
        asked.viewer,
        asked.values.get("confirm_password", ("",))[-1],
        asked.form("generator"),
        asked.form("code"),
        asked.now,
    )
    return Goto("/account", Notice("ok", _("The code generator is set up."), _("Your other sessions have ended.")))


def make_token(asked: Asked) -> Answer:
    """Make a token; its text is on the page that follows, and never again."""
    days = asked.whole("days", 0)
    elevated = bool(asked.form("elevated"))
    made = tokens.make(asked.house, asked.viewer, asked.form("name"), days, asked.form("code"), asked.now, elevated=elevated)
    return show(asked, made.text)


def revoke_token(asked: Asked) -> Answer:
    """A token of one's own is good no more."""
    tokens.revoke(asked.house, asked.viewer, asked.number("number"), asked.now)
    return Goto("/account", Notice("ok", _("That token is good no more.")))


PAGES = (
    Page("/account", "account", show),
    Page("/account/preferences", "account", show, prefer),
    Page("/account/notices", "account", show, notices),
    Page("/account/sessions/{number:int}/end", "account", show, end_session),
    Page("/account/password", "account", show, change_password),
    Page("/account/generator", "account", show_generator, set_generator),
    Page("/account/tokens", "account", show, make_token, post_act="account.secure"),
    Page("/account/tokens/{number:int}/revoke", "account", show, revoke_token),
)
