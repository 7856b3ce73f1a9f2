"""The people of an installation: invited by a link that opens once, let in by a password and a code, shut out at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeroom.desk import once, passwords, tries
from homeroom.desk.viewer import ROLES, STAFF, Person, Role, Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.store.people import Kept
from homeroom.sync import news
from homeroom.sync.house import House

_ADDRESS = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']{1,190}\.[^@\s<>\"']{2,}")
INVITATION: once.Kind = "invitation"
NEW_PASSWORD: once.Kind = "new-password"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited, and the token of the link that lets them in."""

    person: Person
    token: str


def as_person(kept: Kept) -> Person:
    """A person as the desk speaks of one: nothing secret."""
    said = kept.preferences
    return Person(
        id=kept.id,
        email=kept.email,
        name=kept.name,
        role=_role(kept.role),
        districts=kept.districts,
        schools=kept.schools,
        timezone=said.get("timezone"),
        theme=said.get("theme", "auto"),
        keys=said.get("keys", True),
        language=said.get("language"),
        has_code=kept.totp is not None,
        disabled=kept.disabled is not None,
    )


def invite(
    house: House,
    email: str,
    role: str,
    *,
    who: str,
    now: datetime,
    name: str = "",
    districts: Sequence[str] = (),
    schools: Sequence[str] = (),
) -> Invited:
    """Add a person and make the link by which they come in. Raises Misuse with what to do.

    The administrators of each district are told. An administrator needs districts, a viewer of schools one district and its schools; the vendor's staff have none: they see all.
    """
    address = email.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise Misuse("{email!r} is no e-mail address; write it as name@school.example.", email=email)
    wanted, own = _role(role), tuple(dict.fromkeys(districts))
    _fits(house, wanted, own, schools)
    kept = house.stores.control.people.add(address, name.strip() or address.split("@")[0], wanted, own, tuple(schools), now)
    detail = {"person": kept.id, "role": wanted, "schools": len(schools)}
    for slug in own or (None,):
        house.stores.control.audit.add(AuditRow(now, who, "person-invited", slug, detail))
        if slug is not None:
            news.let_in(house, slug, "invited", kept.id, address, wanted, who, now)
    return Invited(as_person(kept), once.make(house, INVITATION, str(kept.id), {}, who, now, own[0] if len(own) == 1 else None))


def again(house: House, number: int, *, who: str, now: datetime, shown: bool = True) -> str:
    """A new link for somebody who never came, or who lost the password. The old password is gone when it is used, and everything that it let in.

    Doors ask `letting_in`, which knows who may hold a link. `shown`: whoever makes it sees it.
    """
    kept = house.stores.control.people.get(number)
    if kept.disabled is not None:
        raise Misuse("{email} is shut out; let them in again first.", email=kept.email)
    kind = NEW_PASSWORD if came_in(kept) else INVITATION
    _noted(house, kept, who, "link-made", now, kind=kind, shown=shown)
    return once.make(house, kind, str(number), {}, who, now, _district(kept))


def came_in(kept: Kept) -> bool:
    """Whether somebody ever came in, by a link or by the sign-in elsewhere: then there is somebody whom another could be."""
    return kept.password_hash is not None or kept.subject is not None


def invited(house: House, token: str, now: datetime) -> Person:
    """Whom a link lets in. Raises LinkDead."""
    link = once.look(house, token, now)
    if link.kind not in (INVITATION, NEW_PASSWORD):
        raise once.LinkDead(None, expired=False)
    kept = house.stores.control.people.get(int(link.about))
    # Whoever was shut out would come back with a password that somebody else chose meanwhile; and an invitation that whoever made it has seen
    # is none any more when its person has come in by the sign-in elsewhere.
    if kept.disabled is not None or (link.kind == INVITATION and came_in(kept)):
        raise once.LinkDead(None, expired=False)
    return as_person(kept)


def accept(house: House, token: str, password: str, secret: str | None, code: str, now: datetime, name: str = "") -> Person:
    """Come in by a link: set a password and, with `secret` and a code made from it, the code generator. Uses the link up.

    Whoever has a code generator already types a code of that one, and keeps it: the link alone lets nobody in. Sessions and tokens that
    there were end. Raises LinkDead, or Misuse with what to do; then the link is still good. The vendor's staff need the code generator.
    """
    person = invited(house, token, now)
    passwords.judged(password, person.email, name or person.name)
    before = house.stores.control.people.get(person.id)
    generator = _proven(house, before, code, now) if before.totp is not None else _new_generator(house, person, secret, code, now)
    link = once.use(house, token, now)
    control = house.stores.control
    values = {"password_hash": passwords.hashed(password), **generator}
    kept = control.people.change(person.id, **values, **({"name": name.strip()} if name.strip() else {}))
    end_ways_in(house, kept.id, now)
    if link.kind == NEW_PASSWORD:
        _noted(house, kept, kept.email, "password-reset", now, made_by=link.given_by)
    control.audit.add(AuditRow(now, kept.email, "came-in", _district(kept), {"code": kept.totp is not None}))
    return as_person(kept)


def _proven(house: House, kept: Kept, code: str, now: datetime) -> dict[str, object]:
    """Nothing to change of the code generator, once its newest code is right. Raises Misuse."""
    tries.spend(house, "link", str(kept.id), now)
    if not matches(house, kept, code, now):
        raise Misuse(
            "That code did not match. Type the newest code of your code generator; if you lost it, ask whoever sent you the link."
        )
    tries.forgive(house, "link", str(kept.id))
    return {}


def _new_generator(house: House, person: Person, secret: str | None, code: str, now: datetime) -> dict[str, object]:
    """The code generator that is set up with the password, or none. Raises Misuse."""
    if person.role in STAFF and not secret:
        raise Misuse("Set up the code generator, too: everybody who works for the vendor signs in with a code.")
    step = passwords.step_of(secret, code, now) if secret else 0
    if step is None:
        raise Misuse("That code did not match. Check that the clock of your phone is right, and type the newest code.")
    sealed = house.vault.encrypt(secret, table="person", row=str(person.id), column="totp") if secret else None
    return {"totp": sealed, "totp_step": step}


def end_ways_in(house: House, number: int, now: datetime) -> None:
    """End a person's sessions, and let their tokens be good no more."""
    house.stores.control.sessions.end_all(number)
    end_tokens(house, number, now)


def end_tokens(house: House, number: int, now: datetime) -> int:
    """Let a person's tokens be good no more; how many were good until now."""
    tokens = house.stores.control.tokens
    good = [token for token in tokens.of(number) if token.revoked is None and token.expires > now]
    for token in good:
        tokens.revoke(token.id, now)
        if token.elevation is not None:
            house.stores.control.elevations.end(token.elevation, now)
    return len(good)


def forget_code(house: House, number: int, *, who: str, now: datetime) -> Person:
    """Take somebody's code generator away, who lost it: their sessions and tokens end. The vendor's staff then need a new link to come in.

    Doors ask `letting_in.may_forget_code` first. Raises Misuse where there is none.
    """
    kept = house.stores.control.people.get(number)
    if kept.totp is None:
        raise Misuse("{email} has no code generator.", email=kept.email)
    end_ways_in(house, number, now)
    changed = house.stores.control.people.change(number, totp=None, totp_step=0)
    _noted(house, changed, who, "code-generator-forgotten", now)
    return as_person(changed)


def confirm(house: House, asking: Viewer, code: str, now: datetime) -> None:
    """Ask once more whether it is really the person: the code, or the password of those without a code generator.

    Raises Misuse, also after too many tries: who sits at somebody's open session must not find the code out. A code is good for one act.
    """
    kept = house.stores.control.people.get(asking.person.id)
    tries.spend(house, "confirm", str(kept.id), now)
    if not matches(house, kept, code, now):
        if kept.totp is not None:
            raise Misuse("That code did not match. Wait for the next one and type it.")
        raise Misuse("That password did not match. Type the one that you sign in with.")
    tries.forgive(house, "confirm", str(kept.id))


def matches(house: House, kept: Kept, code: str, now: datetime) -> bool:
    """Whether a code is right and was not used before; of people without a code generator, whether it is the password."""
    if kept.totp is None:
        return passwords.right(kept.password_hash, code)
    secret = house.vault.decrypt(kept.totp, table="person", row=str(kept.id), column="totp")
    step = passwords.step_of(secret, code, now)
    return step is not None and house.stores.control.people.use_step(kept.id, step)


def disable(house: House, number: int, *, who: str, now: datetime) -> Person:
    """Shut somebody out at once: their sessions end and their tokens are good no more. Raises Misuse for the last operator."""
    control = house.stores.control
    kept = control.people.get(number)
    others = [p for p in control.people.all() if p.role == "operator" and p.disabled is None and p.id != number]
    if kept.role == "operator" and not others:
        raise Misuse("This is the last operator. Invite another one first, or nobody could.")
    end_ways_in(house, number, now)
    changed = control.people.change(number, disabled=now)
    control.audit.add(AuditRow(now, who, "person-shut-out", _district(kept), {"person": number}))
    return as_person(changed)


def enable(house: House, number: int, *, who: str, now: datetime) -> Person:
    """Let somebody in again, with the password and code they had."""
    changed = house.stores.control.people.change(number, disabled=None)
    house.stores.control.audit.add(AuditRow(now, who, "person-let-in", _district(changed), {"person": number}))
    return as_person(changed)


def change_role(
    house: House, number: int, role: str, *, who: str, now: datetime, districts: Sequence[str] = (), schools: Sequence[str] = ()
) -> Person:
    """Give somebody another role or other districts. Their sessions end, so that nothing goes on under the old one; the
    administrators of a district that is new to them, or in which they are something else now, are told."""
    control = house.stores.control
    kept, wanted, own = control.people.get(number), _role(role), tuple(dict.fromkeys(districts))
    _fits(house, wanted, own, schools)
    others = [p for p in control.people.all() if p.role == "operator" and p.disabled is None and p.id != number]
    if kept.role == "operator" and wanted != "operator" and not others:
        raise Misuse("This is the last operator. Invite another one first, or nobody could.")
    control.sessions.end_all(number)
    changed = control.people.change(number, role=wanted, districts=own, schools=tuple(schools))
    detail = {"person": number, "role": [kept.role, wanted]}
    control.audit.add(AuditRow(now, who, "role-changed", _district(changed), detail))
    for slug in own:
        if slug not in kept.districts or wanted != kept.role:
            news.let_in(house, slug, "access", number, kept.email, wanted, who, now)
    return as_person(changed)


def prefer(house: House, asking: Viewer, **values: object) -> Person:
    """Keep what a person likes: `theme`, `timezone`, `keys`."""
    house.stores.control.people.prefer(asking.person.id, **values)
    return as_person(house.stores.control.people.get(asking.person.id))


def reads_in(house: House, person: Person, language: str) -> None:
    """Remember the language in which somebody reads the console; nothing is written where it is known."""
    if person.language != language:
        house.stores.control.people.prefer(person.id, language=language)


def listed(house: House, slug: str | None = None) -> list[Person]:
    """Everybody, or those of one district."""
    found = [as_person(kept) for kept in house.stores.control.people.all()]
    return [person for person in found if slug is None or slug in person.districts]


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text:
            return role
    raise Misuse("There is no role {role!r}; there are {roles}.", role=text, roles=in_a_row(ROLES))


def _fits(house: House, role: Role, districts: tuple[str, ...], schools: Sequence[str]) -> None:
    for slug in districts:
        house.stores.control.districts.get(slug)
    if role in STAFF and districts:
        raise Misuse("The role {role} sees all districts; name none.", role=role)
    if role == "administrator" and not districts:
        raise Misuse("An administrator needs a district.")
    if role == "school_viewer" and (len(districts) != 1 or not schools):
        raise Misuse("A viewer of schools needs one district and at least one of its schools.")
    if role != "school_viewer" and schools:
        raise Misuse("Only a viewer of schools is bound to schools.")


def _noted(house: House, kept: Kept, who: str, action: str, now: datetime, **detail: object) -> None:
    """Write an act about a person into the audit of each of their districts; of the vendor's people into that of the installation."""
    for slug in kept.districts or (None,):
        house.stores.control.audit.add(AuditRow(now, who, action, slug, {"person": kept.id, **detail}))


def _district(kept: Kept) -> str | None:
    return kept.districts[0] if len(kept.districts) == 1 else None
