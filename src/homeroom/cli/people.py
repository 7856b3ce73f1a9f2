"""person add, person list, person link, person disable, person enable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table

if TYPE_CHECKING:
    from homeroom.store.people import Kept
    from homeroom.sync.house import House

Json = Annotated[bool, Parameter(name="--json", negative="")]
_WHO = "command line"


def add(
    email: str,
    /,
    *,
    role: str,
    district: tuple[str, ...] = (),
    school: tuple[str, ...] = (),
    name: str = "",
    as_json: Json = False,
) -> int:
    """Invite somebody to the console. Prints the link by which they come in; it opens once, within 48 hours.

    Parameters
    ----------
    email
        The e-mail address with which they will sign in.
    role
        operator, engineer (the vendor's staff), administrator (of districts), school_viewer (of schools) or auditor.
    district
        A district of an administrator, viewer or auditor; may be repeated.
    school
        The sourcedId of a school of a school_viewer; may be repeated.
    name
        How they are called.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import people

    with opened_house() as house:
        invited = people.invite(
            house, email, role, who=_WHO, now=datetime.now(UTC), name=name, districts=district, schools=school
        )
        link = _link(house, invited.token)
    if as_json:
        document({"person": invited.person.id, "email": invited.person.email, "role": invited.person.role, "link": link})
        return 0
    say(f"{invited.person.email} is invited as {invited.person.role}. Send them this link; it opens once, within 48 hours:")
    say(f"  {link}")
    return 0


def list_(*, district: str | None = None, as_json: Json = False) -> int:
    """List those who may sign in.

    Parameters
    ----------
    district
        Only those of this district.
    as_json
        Print one JSON document.
    """
    from homeroom.desk import people

    with opened_house() as house:
        found = people.listed(house, district)
    if as_json:
        keys = ("id", "email", "name", "role", "districts", "schools", "has_code", "disabled")
        document([{key: getattr(person, key) for key in keys} for person in found])
        return 0
    table(
        ["e-mail", "name", "role", "districts", ""],
        [(p.email, p.name, p.role, ", ".join(p.districts) or "all", "shut out" if p.disabled else "") for p in found],
    )
    return 0


def link(email: str, /, *, as_json: Json = False) -> int:
    """Make a new link for somebody who never came in, or who lost the password. When it is used, their sessions and tokens end.

    Parameters
    ----------
    email
        The e-mail address.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import people

    with opened_house() as house:
        made = _link(house, people.again(house, _of(house, email).id, who=_WHO, now=datetime.now(UTC)))
    if as_json:
        document({"email": email, "link": made})
    else:
        say("This link opens once, within 48 hours; links made before it are dead:")
        say(f"  {made}")
        say("When it is used, their sessions and access tokens end. Who has a code generator needs a code of it.")
    return 0


def forget_code(email: str, /, *, as_json: Json = False) -> int:
    """Take the code generator of somebody away who lost it: their sessions and tokens end.

    The vendor's staff then come in by a new link, with which they set up another one.

    Parameters
    ----------
    email
        The e-mail address.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import people

    with opened_house() as house:
        person = people.forget_code(house, _of(house, email).id, who=_WHO, now=datetime.now(UTC))
    if as_json:
        document({"email": person.email, "has_code": person.has_code})
    else:
        say(f"The code generator of {person.email} is gone; their sessions and access tokens have ended.")
    return 0


def disable(email: str, /, *, as_json: Json = False) -> int:
    """Shut somebody out at once: their sessions end, their tokens are good no more.

    Parameters
    ----------
    email
        The e-mail address.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import people

    with opened_house() as house:
        person = people.disable(house, _of(house, email).id, who=_WHO, now=datetime.now(UTC))
    _told(person.email, "is shut out.", disabled=True, as_json=as_json)
    return 0


def enable(email: str, /, *, as_json: Json = False) -> int:
    """Let somebody in again, with the password and the code generator they had.

    Parameters
    ----------
    email
        The e-mail address.
    as_json
        Print one JSON document.
    """
    from datetime import UTC, datetime

    from homeroom.desk import people

    with opened_house() as house:
        person = people.enable(house, _of(house, email).id, who=_WHO, now=datetime.now(UTC))
    _told(person.email, "may sign in again. Tokens that they had made stay dead.", disabled=False, as_json=as_json)
    return 0


def _told(email: str, sentence: str, *, disabled: bool, as_json: bool) -> None:
    if as_json:
        document({"email": email, "disabled": disabled})
    else:
        say(f"{email} {sentence}")


def _of(house: House, email: str) -> Kept:
    from homeroom.roster.faults import Misuse

    found = house.stores.control.people.find(email)
    if found is None:
        raise Misuse(f"There is nobody with the e-mail address {email}; `homeroom person list` shows who there is.")
    return found


def _link(house: House, token: str) -> str:
    from homeroom.sync.doorways import public_url

    address = public_url(house)
    if not address:
        note("The port is chosen when Homeroom starts: start it, and put the address that it prints in front of the link.")
    return f"{address}/once/{token}"
