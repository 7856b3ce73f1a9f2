"""Who looked at our data, who may, and who did what: the district's own page, and the audit of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from homeroom.desk import audit, letting_in, people, rights, support
from homeroom.desk.appointing import GIVES, may_give, reached, schools_to_see
from homeroom.desk.import_log import day_begins, next_day
from homeroom.desk.viewer import Person
from homeroom.doors.console.answers import Answer, Download, Goto, Notice, NotThere, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditWanted, Chain
from homeroom.store.sessions import Support

ROLES = {
    "operator": N_("Operator"),
    "engineer": N_("Integration engineer"),
    "administrator": N_("District administrator"),
    "school_viewer": N_("School viewer"),
    "auditor": N_("Auditor"),
}
ACTS = {
    "elevated": N_("took the elevated role"),
    "elevation-ended": N_("ended the elevated role"),
    "support-turned-on": N_("turned support access on"),
    "support-turned-off": N_("turned support access off"),
    "import-approved": N_("approved an import"),
    "import-rejected": N_("rejected an import"),
    "district-asked": N_("asked the district about an import"),
    "import-stopped": N_("stopped an import"),
    "issue-rows-downloaded": N_("downloaded the rows of an issue"),
    "refused-rows-downloaded": N_("downloaded refused rows"),
    "rolled-back": N_("rolled the roster back"),
    "record-refreshed": N_("refreshed a record from the SIS"),
    "records-searched": N_("searched for people"),
    "rows-read": N_("read rows of the roster"),
    "exported": N_("exported the roster"),
    "original-downloaded": N_("downloaded an original file"),
    "signed-in": N_("signed in"),
    "signed-out": N_("signed out"),
    "came-in": N_("came in by a link"),
    "password-reset": N_("set a new password by a link"),
    "code-generator-forgotten": N_("took somebody's code generator away"),
    "person-invited": N_("invited somebody"),
    "person-shut-out": N_("shut somebody out"),
    "person-let-in": N_("let somebody in again"),
    "role-changed": N_("changed somebody's role"),
    "link-made": N_("made a one-time link"),
    "credentials-opened": N_("opened the credentials"),
    "token-made": N_("made a token"),
    "token-revoked": N_("revoked a token"),
    "password-rotated": N_("made a new password for a source"),
    "source-added": N_("added a source"),
    "source-changed": N_("changed a source"),
    "source-archived": N_("archived a source"),
    "source-taken-back": N_("took an archived source back"),
    "source-secret-changed": N_("gave a source new credentials"),
    "layouts-saved": N_("saved layouts"),
    "backup-made": N_("made a backup of the installation"),
    "backup-restored": N_("restored the installation from a backup"),
    "district-added": N_("added the district"),
    "district-renamed": N_("renamed the district"),
    "district-deletion-asked": N_("asked to delete the district"),
    "district-kept": N_("kept the district"),
    "district-deleted": N_("deleted the district"),
    "retention-set": N_("changed how long records are kept"),
    "setup-begun": N_("began the set-up"),
    "worksheet-answered": N_("filled in the worksheet"),
    "worksheet-signed": N_("signed the worksheet"),
    "worksheet-accepted": N_("accepted differences on the worksheet"),
    "worksheet-compared": N_("compared the worksheet"),
    "changes-requested": N_("asked for changes"),
    "first-sync-approved": N_("approved the first real sync"),
    "notices-chosen": N_("chose what to be told"),
    "app-added": N_("added an app"),
    "app-revoked": N_("shut an app out"),
    "audit-exported": N_("downloaded the audit"),
    "changes-read": N_("read changes of records"),
    "code-generator-set": N_("set up a code generator"),
    "contacts-previewed": N_("looked at what contact rules do"),
    "delivery-previewed": N_("looked at rows of a delivery"),
    "issue-values-read": N_("read values of issues"),
    "layouts-tried": N_("tried layouts on a delivery"),
    "locks-read": N_("read what people hold"),
    "looked-after-by": N_("changed who looks after the district"),
    "missing-asked": N_("asked why somebody is missing"),
    "notices-address-renewed": N_("made a new address for change notices"),
    "notices-subscribed": N_("subscribed to change notices"),
    "notices-unsubscribed": N_("ended change notices"),
    "password-changed": N_("changed their password"),
    "person-joined": N_("said that a person has joined"),
    "person-not-joined": N_("said that a person has not joined"),
    "record-archived": N_("archived a record by hand"),
    "record-corrected": N_("corrected a record"),
    "record-locked": N_("locked a field"),
    "plan-downloaded": N_("downloaded what an import would change"),
    "record-seen": N_("looked at a record"),
    "record-unarchived": N_("brought an archived record back"),
    "record-unlocked": N_("unlocked a field"),
    "removed-records-purged": N_("purged removed records by the clock"),
    "school-added": N_("declared a school"),
    "school-matched": N_("matched a school"),
    "school-removed": N_("took a school back"),
    "session-ended": N_("ended a session"),
    "source-learnt": N_("learnt something of a source"),
    "source-tested": N_("tested a connection"),
    "source-way-changed": N_("changed the road into PowerSchool"),
    "sso-bound": N_("came by single sign-on for the first time"),
    "take-over-undone": N_("undid a take-over"),
    "taken-over": N_("took a record over"),
    "too-many-tries": N_("tried to sign in too often"),
    "training-set": N_("set the day of the training"),
    "upload-applied": N_("imported uploaded files"),
    "uploaded": N_("uploaded files"),
    "write-back-ended": N_("ended a write-back"),
    "write-back-started": N_("began a write-back"),
}
"""What acts are called; one that stands here not is shown by its own word."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    actor: str
    act: str
    first: str
    last: str
    query: str
    """All of it as a query, ending in `before=` for the next page."""


@dataclass(frozen=True, slots=True)
class View:
    """The page. `slug` None: the audit of everything."""

    page: audit.Page
    filters: Filters
    slug: str | None
    name: str
    support: Support | None
    may_switch: bool
    people: tuple[Person, ...]
    gives: tuple[str, ...]
    chain: Chain | None = None
    link: str = ""
    schools: tuple[tuple[str, str], ...] = ()
    picked: frozenset[str] = frozenset()
    roles: ClassVar[Mapping[str, str]] = ROLES
    acts: ClassVar[Mapping[str, str]] = ACTS


def show(asked: Asked, link: str = "") -> Answer:
    """The district's page."""
    house, who, slug = asked.house, asked.viewer, asked.slug
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    wanted, filters = _wanted(asked, zone, slug)
    invites = rights.may(house, who, "district.invite", slug, asked.now)
    view = View(
        page=audit.page(house, who, wanted),
        filters=filters,
        slug=slug,
        name=house.stores.control.districts.get(slug).name,
        support=support.state(house, slug, asked.now),
        may_switch=rights.may(house, who, "support.switch", slug, asked.now),
        people=tuple(people.listed(house, slug)) if rights.may(house, who, "district.people", slug, asked.now) else (),
        gives=tuple(r for r in GIVES.get(who.role, ()) if r in ("administrator", "school_viewer", "auditor")) if invites else (),
        schools=schools_to_see(house, slug),
        picked=frozenset(asked.forms("schools")) if not link else frozenset(),
        link=link,
    )
    return Shown("pages/access.html", view)


def switch(asked: Asked) -> Answer:
    """Turn support access on or off."""
    home = f"/districts/{asked.slug}/access"
    if asked.form("off"):
        support.turn_off(asked.house, asked.viewer, asked.slug, asked.now)
        return Goto(
            home, Notice("ok", _("Support access is off."), _("The vendor's staff see counts and issue codes, not people."))
        )
    hours = asked.whole("hours", 0)
    support.turn_on(asked.house, asked.viewer, asked.slug, hours, asked.form("code"), asked.now)
    return Goto(
        home,
        Notice(
            "ok", _("Support access is on."), _("It ends by itself. Everybody who looks gives a reason, which you read here.")
        ),
    )


def export(asked: Asked) -> Answer:
    """The audit as a sheet."""
    slug = asked.path.get("slug")
    zone = ZoneInfo(asked.house.stores.control.districts.get(slug).timezone) if slug else ZoneInfo("UTC")
    wanted, _filters = _wanted(asked, zone, slug)
    lines = audit.exported(asked.house, asked.viewer, wanted)
    return Download(f"{slug or 'homeroom'}-audit.csv", "text/csv; charset=utf-8", (line.encode() for line in lines))


def invite(asked: Asked) -> Answer:
    """Invite somebody of the district."""
    role = asked.form("role")
    may_give(asked.viewer, role, [asked.slug])
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    schools = tuple(asked.forms("schools")) if role == "school_viewer" else ()
    made = people.invite(
        asked.house,
        asked.form("email"),
        role,
        who=asked.viewer.who,
        now=asked.now,
        name=asked.form("name"),
        districts=[asked.slug],
        schools=schools,
    )
    return _handed(
        asked, letting_in.handed(asked.house, made.person, made.token, asked.viewer.who, say=asked.say), made.person.email
    )


def _handed(asked: Asked, link: str | None, email: str) -> Answer:
    """The link, to be sent; or word that it was sent."""
    if link is not None:
        return show(asked, link)
    return Goto(f"/districts/{asked.slug}/access", sent(email))


def sent(email: str) -> Notice:
    """Word that a link went to its person."""
    return Notice("ok", _("The link was sent to %(email)s.", email=email), _("It opens once, within 48 hours."))


def change(asked: Asked) -> Answer:
    """A new link for somebody, shut them out, or let them in again."""
    number = asked.number("number")
    known = reached(asked.house, asked.viewer, number, asked.slug)
    if known is None:
        raise NotThere
    if asked.form("do") == "link":
        letting_in.may_make(asked.house, asked.viewer, number)
    if asked.form("do") == "code":
        letting_in.may_forget_code(asked.house, asked.viewer, number)
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    who = asked.viewer.who
    if asked.form("do") == "link":
        return _handed(asked, letting_in.link(asked.house, asked.viewer, number, asked.now, say=asked.say), known.email)
    if asked.form("do") == "code":
        person = people.forget_code(asked.house, number, who=who, now=asked.now)
        told = Notice(
            "ok", _("The code generator of %(email)s is gone.", email=person.email), _("Their sessions and tokens have ended.")
        )
    elif asked.form("do") == "out":
        person = people.disable(asked.house, number, who=who, now=asked.now)
        told = Notice("ok", _("%(email)s is shut out.", email=person.email), _("Their sessions have ended."))
    elif asked.form("do") == "in":
        person = people.enable(asked.house, number, who=who, now=asked.now)
        told = Notice("ok", _("%(email)s may sign in again.", email=person.email))
    else:
        raise Misuse("Choose what to do.")
    return Goto(f"/districts/{asked.slug}/access", told)


def everything(asked: Asked) -> Answer:
    """The audit of everything that this viewer may know of."""
    wanted, filters = _wanted(asked, ZoneInfo(asked.viewer.person.timezone or "UTC"), None)
    chain = audit.check(asked.house) if asked.asked_for("check") else None
    page = audit.page(asked.house, asked.viewer, wanted)
    return Shown("pages/audit.html", View(page, filters, None, "", None, False, (), (), chain))


def _wanted(asked: Asked, zone: ZoneInfo, slug: str | None) -> tuple[AuditWanted, Filters]:
    first, last = _day(asked.asked_for("first")), _day(asked.asked_for("last"))
    given = {name: asked.asked_for(name) for name in ("actor", "act", "first", "last")}
    before = asked.asked_for("before")
    wanted = AuditWanted(
        district=slug,
        actor=given["actor"] or None,
        action=given["act"] or None,
        since=day_begins(first, zone) if first is not None else None,
        until=next_day(last, zone) if last is not None else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )
    query = "?" + urlencode([*((k, v) for k, v in given.items() if v), ("before", "")])
    return wanted, Filters(**given, query=query)


def _day(text: str) -> date | None:
    """A day, where it is one; anything else is no filter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


HOME = "/districts/{slug}/access"
PAGES = (
    Page(HOME, "audit.see", show, tab="access"),
    Page(f"{HOME}/support", "audit.see", show, switch, post_act="support.switch", tab="access"),
    Page(f"{HOME}/audit.csv", "audit.see", export),
    Page(f"{HOME}/people", "audit.see", show, invite, post_act="district.invite", tab="access"),
    Page(f"{HOME}/people/{{number:int}}", "audit.see", show, change, post_act="district.invite", tab="access"),
    Page("/audit", "audit.all", everything, tab="audit"),
    Page("/audit.csv", "audit.all", export),
)
