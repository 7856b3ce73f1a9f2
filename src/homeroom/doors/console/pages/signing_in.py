"""The first door: sign in and out, and the elevated role for a while."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.desk import elevation, letting_in, oidc, rights, sessions, signing_in
from homeroom.desk.rights import Allowed, NeedsElevation
from homeroom.desk.viewer import Kind
from homeroom.doors.console.answers import Again, Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages.once import reset_told
from homeroom.doors.console.request import local
from homeroom.doors.console.words import _, desk_says, speech
from homeroom.roster.faults import Misuse
from homeroom.store.sessions import Support


def show_sign_in(asked: Asked) -> Answer:
    """The form; whoever is signed in already is sent on."""
    if asked.who is not None:
        return Goto(_to(asked))
    return Shown("pages/sign_in.html", {"to": _to(asked), "sso": oidc.offered(asked.house)})


def sign_in(asked: Asked) -> Answer:
    """Sign in. One sentence for every cause."""
    try:
        cookie = signing_in.sign_in(
            asked.house,
            asked.form("email"),
            asked.values.get("password", ("",))[-1],
            asked.form("code"),
            asked.now,
            agent=asked.agent,
            address=asked.peer,
        )
    except signing_in.NoMatch:
        raise Misuse("That did not match. Check the e-mail address, the password and the code.") from None
    except signing_in.TooManyTries:
        raise Misuse("Too many tries. Wait 15 minutes.") from None
    return Goto(_to(asked), _resets(asked, cookie), session=cookie)


def _resets(asked: Asked, cookie: str) -> Notice | None:
    """Told at each sign-in for a while: a new password that was set by a link, which somebody else may have had."""
    who = sessions.viewer(asked.house, cookie, asked.now)
    found = letting_in.last_reset(asked.house, who.person, asked.now) if who is not None else None
    return Notice("warn", _("Your password was reset."), reset_told(asked, found)) if found is not None else None


def go_elsewhere(asked: Asked) -> Answer:
    """To the sign-in of the issuer."""
    if oidc.offered(asked.house) is None:
        raise NotThere
    return Goto(oidc.begin(asked.house, asked.csrf, _to(asked), asked.now), outside=True)


def come_back(asked: Asked) -> Answer:
    """From the issuer, with a code; or with word that it did not work there."""
    if oidc.offered(asked.house) is None:
        raise NotThere
    code, state = asked.asked_for("code"), asked.asked_for("state")
    if not code or not state:
        return Goto("/sign-in", Notice("bad", _("You were not signed in."), _("Try once more, or sign in with your password.")))
    try:
        cookie, to = oidc.come_back(asked.house, asked.csrf, state, code, asked.now, agent=asked.agent, address=asked.peer)
    except oidc.NotLetIn as no:
        return Goto("/sign-in", Notice("bad", _("You were not signed in."), desk_says.why(speech(), no)))
    return Goto(local(to), _resets(asked, cookie), session=cookie)


def sign_out(asked: Asked) -> Answer:
    """The session is gone."""
    if asked.who is not None:
        sessions.end(asked.house, asked.who, asked.now)
    return Goto("/sign-in", Notice("ok", _("You are signed out.")), session="")


@dataclass(frozen=True, slots=True)
class Asking:
    """What the elevated role is asked for."""

    kind: Kind
    district: str | None
    name: str
    to: str
    kept: str
    support: Support | None
    by_code: bool


def show_elevate(asked: Asked) -> Answer:
    """The page that asks for reason and code."""
    kind, district = _wanted(asked)
    name = asked.house.stores.control.districts.get(district).name if district else ""
    state = asked.house.stores.control.support.of(district, asked.now) if district and asked.viewer.person.staff else None
    kept = asked.kept or asked.form("kept")
    return Shown("pages/elevated_role.html", Asking(kind, district, name, _to(asked), kept, state, asked.viewer.person.has_code))


def elevate(asked: Asked) -> Answer:
    """Turn it on, and go back to where it was asked for; a form that waits is shown for its button once more."""
    kind, district = _wanted(asked)
    minutes = asked.whole("minutes", 15)
    try:
        elevation.judged(asked.form("reason"))
    except Misuse as short:
        raise Wrong(reason=desk_says.why(speech(), short)) from None
    elevation.begin(asked.house, asked.viewer, kind, district, asked.form("reason"), asked.form("code"), minutes, asked.now)
    if asked.form("kept"):
        return Again(_to(asked), asked.form("kept"))
    return Goto(_to(asked))


def end(asked: Asked) -> Answer:
    """End now. Where the page needs the elevated role, it asks for it again."""
    elevation.end(asked.house, asked.viewer, asked.now)
    return Goto(_to(asked), Notice("ok", _("The elevated role has ended.")))


def _wanted(asked: Asked) -> tuple[Kind, str | None]:
    """Kind and district, of this viewer's own: nobody learns from this page which districts there are."""
    said = asked.form("for") or asked.asked_for("for")
    district = (asked.form("in") or asked.asked_for("in")) or None
    kind: Kind = "records" if said == "records" else "settings"
    act = {"records": "records.see", "settings": "settings.change" if district else "installation.change"}[kind]
    apps = (
        rights.allows(asked.house, asked.viewer, "apps.change", None, asked.now) if kind == "settings" and not district else None
    )
    found = rights.allows(asked.house, asked.viewer, act, district, asked.now)
    if not isinstance(found, Allowed | NeedsElevation) and not isinstance(apps, Allowed | NeedsElevation):
        raise NotThere
    return kind, district


def _to(asked: Asked) -> str:
    return local(asked.form("to") or asked.asked_for("to", "/"))


PAGES = (
    Page("/sign-in", None, show_sign_in, sign_in),
    Page("/sign-in/sso", None, come_back, go_elsewhere),
    Page("/sign-out", "account", post=sign_out),
    Page("/elevate", "account", show_elevate, elevate),
    Page("/elevate/end", "account", post=end),
)
