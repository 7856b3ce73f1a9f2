"""One source: how it is reached, who came, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, ClassVar

from homeroom.desk import rights, source_acts, source_page
from homeroom.desk.source_page import OneSource
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.words import N_, _, of_settings
from homeroom.doors.sftp.hostkeys import Fingerprint
from homeroom.doors.sftp.hostkeys import known as known_keys
from homeroom.roster.faults import Misuse
from homeroom.store.sources import Source
from homeroom.sync import accounts, archiving, notice_addresses, sources, taking_up
from homeroom.sync.doorways import public_url
from homeroom.sync.pulling import NotReached

RESULTS: Mapping[str, tuple[str, str, str]] = {
    "in": ("check", "ok", N_("Logged in")),
    "wrong_password": ("x", "bad", N_("The password did not match")),
    "unknown_key": ("x", "bad", N_("Came with a key that is not in the list of this source")),
    "shut_out": ("ban", "bad", N_("Shut out for a quarter of an hour after too many tries")),
    "too_many": ("ban", "bad", N_("Turned away: too many sessions at the same time")),
}
"""What came of a log-in: picture, tone, words."""


@dataclass(frozen=True, slots=True)
class View:
    """The page. `link` is a link made just now, `address` one for notices; both are shown this once. `tested` is what a test found,
    `refused` why it found nothing."""

    slug: str
    of: OneSource
    fingerprints: tuple[Fingerprint, ...]
    may_change: bool
    """Whether anything of it may be changed: of an archived source nothing, until it is taken back."""
    may_archive: bool
    may_import: bool
    works: bool
    link: str = ""
    address: str = ""
    tested: Mapping[str, Any] | None = None
    refused: NotReached | None = None
    words: object = speaking
    label: ClassVar[Callable[[str], str]] = staticmethod(of_settings.label)
    results: ClassVar[Mapping[str, tuple[str, str, str]]] = RESULTS


def no_worker() -> Misuse:
    """What is said where a process takes orders that none of its own threads carries out."""
    return Misuse("This process hands out no work. Open the console where Homeroom serves everything, or start a worker.")


def show(
    asked: Asked, link: str = "", address: str = "", tested: Mapping[str, Any] | None = None, refused: NotReached | None = None
) -> Answer:
    """The source."""
    house, slug, source = asked.house, asked.slug, here(asked)
    made = source_page.of(house, source, asked.now)
    may_change = rights.may(house, asked.viewer, "settings.change", slug, asked.now)
    view = View(
        slug=slug,
        of=made,
        fingerprints=known_keys(house.settings.keys) if made.account is not None else (),
        may_change=may_change and source.archived is None,
        may_archive=may_change,
        may_import=rights.may(house, asked.viewer, "imports.start", slug, asked.now),
        works=asked.jobs is not None,
        link=link,
        address=address,
        tested=tested,
        refused=refused,
    )
    return Shown("pages/source.html", view)


def password(asked: Asked) -> Answer:
    """A new password, handed over by a link that is shown here once."""
    key = known_keys(asked.house.settings.keys)[0]
    token = source_acts.link(asked.house, asked.viewer, here(asked), f"{key.kind} {key.sha256}", asked.now)
    return show(asked, link=f"{public_url(asked.house)}/once/{token}")


def add_key(asked: Asked) -> Answer:
    """Let a public key in."""
    line = " ".join(asked.form("public_key").split())
    source = here(asked)
    if not line:
        raise Wrong(public_key=_("Paste the whole line of the .pub file."))
    accounts.check_public_keys([line])
    added = accounts.add_key(asked.house, asked.slug, source.id, line, asked.viewer.who)
    return _back(asked, _("The key %(fingerprint)s may log in.", fingerprint=added.fingerprint))


def remove_key(asked: Asked) -> Answer:
    """Keep a public key out."""
    gone = accounts.remove_key(asked.house, asked.slug, here(asked).id, asked.form("fingerprint"), asked.viewer.who)
    return _back(asked, _("The key %(fingerprint)s can no longer log in.", fingerprint=gone.fingerprint))


def secret(asked: Asked) -> Answer:
    """Set the secret of a source that fetches anew. It never comes back into a page."""
    source = here(asked)
    given = source_acts.secrets(source.kind, asked.form("secret"), asked.form("private_key"), asked.form("passphrase"))
    if not given:
        raise Wrong(secret=_("Give the secret; the one before stays until then."))
    sources.set_secrets(asked.house, asked.slug, source.id, given, asked.viewer.who)
    return _back(asked, _("The secret is kept."), _("It is encrypted, and nobody can look at it. Test the connection next."))


def test(asked: Asked) -> Answer:
    """Try the connection out."""
    try:
        return show(asked, tested=source_acts.try_out(asked.house, asked.viewer, here(asked), asked.now))
    except NotReached as refused:
        shown = show(asked, refused=refused)
        return replace(shown, status=422) if isinstance(shown, Shown) else shown


def pull(asked: Asked) -> Answer:
    """Fetch now."""
    source = here(asked)
    if asked.jobs is None:
        raise no_worker()
    hand_over = partial(taking_up.hand_over, asked.house, asked.jobs)
    number = source_acts.pull(asked.house, asked.viewer, source, asked.now, hand_over)
    told = Notice("ok", _("Fetching has begun."), _("You can leave this page."))
    return Goto(f"/districts/{asked.slug}/imports/{number}", told)


def pause(asked: Asked) -> Answer:
    """Let it rest until a day, or go on."""
    source = here(asked)
    if asked.form("go_on"):
        source_acts.go_on(asked.house, asked.viewer, source, asked.now)
        return _back(asked, _("The source goes on."), _("What arrived meanwhile is imported next."))
    try:
        until = date.fromisoformat(asked.form("until"))
    except ValueError:
        raise Wrong(until=_("Write the day as 2026-11-30.")) from None
    source_acts.pause(asked.house, asked.viewer, source, until, asked.now)
    return _back(asked, _("The source rests."), _("Apps keep the roster as it is. Files that come meanwhile are kept."))


def enable(asked: Asked) -> Answer:
    """Close the source, or open it again."""
    opened = asked.form("enabled") == "true"
    sources.change(asked.house, asked.slug, here(asked).id, {"enabled": opened}, asked.viewer.who)
    return _back(asked, _("The source is open.") if opened else _("The source is closed. Nobody can log in with its account."))


def archive(asked: Asked) -> Answer:
    """End the source for good, or take that back."""
    source, slug, who = here(asked), asked.slug, asked.viewer.who
    if asked.form("archived") == "true":
        archiving.archive(asked.house, slug, source.id, asked.now, who)
        return _back(asked, _("The source is archived."), _("Its imports and what it brought are kept. It can be taken back."))
    archiving.take_back(asked.house, slug, source.id, asked.now, who)
    return _back(asked, _("The source is back."), _("It is closed. Open it when its data should come again."))


def notices(asked: Asked) -> Answer:
    """Let the source's system tell of changes, or stop it."""
    source, who = here(asked), asked.viewer.who
    if asked.form("do") == "subscribe":
        notice_addresses.subscribe(asked.house, asked.slug, source.id, asked.now, who)
        return _back(asked, _("PowerSchool now tells of changes."))
    if asked.form("do") == "stop":
        notice_addresses.unsubscribe(asked.house, asked.slug, source.id, asked.now, who)
        return _back(asked, _("PowerSchool tells of changes no more."))
    return show(asked, address=notice_addresses.renew(asked.house, asked.slug, source.id, asked.now, who).url)


def here(asked: Asked) -> Source:
    """The source of the address. Raises NotThere for one of another district."""
    found = source_page.find(asked.house, asked.slug, asked.number("number"))
    if found is None:
        raise NotThere
    return found


def _back(asked: Asked, title: str, text: str = "") -> Answer:
    return Goto(f"/districts/{asked.slug}/sources/{asked.number('number')}", Notice("ok", title, text))


HOME = "/districts/{slug}/sources/{number:int}"


def _act(name: str, do: Callable[[Asked], Answer], act: str) -> Page:
    return Page(f"{HOME}/{name}", "settings.see", show, do, post_act=act, tab="sources")


PAGES = (
    Page(HOME, "settings.see", show, tab="sources"),
    _act("password", password, "settings.change"),
    _act("keys", add_key, "settings.change"),
    _act("keys/remove", remove_key, "settings.change"),
    _act("secret", secret, "settings.change"),
    _act("enabled", enable, "settings.change"),
    _act("archived", archive, "settings.change"),
    _act("notices", notices, "settings.change"),
    _act("test", test, "imports.start"),
    _act("pull", pull, "imports.start"),
    _act("pause", pause, "imports.start"),
)
