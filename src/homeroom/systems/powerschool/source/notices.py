"""What PowerSchool tells of changes: events that it sends, data versions that are asked for, and the records that both mean.

The body of an event was never published. Any text is looked through for paths of the API, in JSON, XML or a form alike, and nothing
else in it is believed: a path is a hint to read that record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote_plus

from homeroom.systems.fetching import Changes, Errand, Fetched, Held, Hint, Notified
from homeroom.systems.powerschool.client import NotFound, Rejected
from homeroom.systems.powerschool.source.asking import Asking, asking
from homeroom.systems.powerschool.source.connecting import connected, host
from homeroom.systems.powerschool.source.singles import Found, kind_of
from homeroom.systems.powerschool.source.troubles import told

EVENTS = tuple(
    (f"/ws/v1/{resource}/*", event)
    for resource, more in (("student", ("SCHOOL_ENROLLMENT",)), ("section_enrollment", ()), ("staff", ()), ("section", ()), ("course", ()))
    for event in ("INSERT", "UPDATE", "DELETE", *more)
)  # fmt: skip
"""What is subscribed to: every kind of event of the resources that have any."""
TABLES: Mapping[str, str] = {
    "students": "student",
    "users": "user",
    "schoolstaff": "staff",
    "sections": "section",
    "cc": "section_enrollment",
    "courses": "course",
    "terms": "term",
    "schools": "school",
    "sectionteacher": "taught",
    "person": "contact",
    "studentcontactassoc": "contact_link",
    "studentcontactdetail": "contact_entry",
    "personemailaddressassoc": "email_link",
    "emailaddress": "email",
    "personphonenumberassoc": "phone_link",
    "phonenumber": "phone",
}
"""The tables whose changed keys mean records that can be read by themselves, where the server keeps their versions; all others wait for the night."""
LISTED: Mapping[str, str] = {"course": "courses", "term": "terms", "school": "locations"}
"""Changes that are read from a short list of everything."""
RELATED = ("contact", "contact_link", "contact_entry", "email_link", "email", "phone_link", "phone")
"""Changes that are those of the students whose contact it is."""
_PATH = re.compile(r"/ws/v1/(student|staff|section_enrollment|section|course)/([0-9]{1,15})(?![0-9])")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ESCAPED = re.compile(r"\\u00([0-7][0-9a-fA-F])")


def heard(body: bytes) -> frozenset[Hint]:
    r"""The records that a body names by their path in the API, whatever else it is.

    >>> sorted(h.key for h in heard(b'{"ref": "https:\\/\\/x\\/ws\\/v1\\/student\\/12"} resource=%2Fws%2Fv1%2Fstudent%2F13'))
    ['12', '13']
    """
    plain = body.decode(_MARKS.get(body[:2], "utf-8"), errors="replace")
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain).replace("\\/", "/")
    texts = {plain, html.unescape(plain), unquote_plus(plain)}
    found = {(resource, int(number)) for version in texts for resource, number in _PATH.findall(version)}
    return frozenset(Hint(resource, str(number)) for resource, number in found if number)


def some(errand: Errand, hints: Collection[Hint], held: Held) -> Fetched:
    """Bring the records that hints mean, each once and with what hangs on it. Raises Refused.

    A record that PowerSchool no longer has is left to the nightly pull, which sees what went with it.
    """
    found = Found(errand)
    by_kind: dict[str, set[str]] = {}
    for hint in hints:
        by_kind.setdefault(hint.resource, set()).add(hint.key)
    with told(host(errand)), connected(errand) as sis, asking(sis, errand) as road:
        meant = {key for kind, keys in by_kind.items() for key in _meant(road, kind, keys, held)}
        for kind, query in LISTED.items():
            meant |= set(_listed(errand, road, query, by_kind.get(kind, set()), found, held))
        sections, teachers = road.taught(by_kind.get("taught", set()))
        meant |= {("classes", f"C{dcid}") for dcid in sections}
        for table, key in sorted(meant):
            single = held.single(table, key)
            if (asked := kind_of(single)) is not None:
                found.look(road, single, asked)
        if teachers:
            found.keep("class_staff_roster", teachers)
    return Fetched(found.files(errand), errand.known)


def _meant(road: Asking, kind: str, keys: Collection[str], held: Held) -> Iterator[tuple[str, str]]:
    """The records that are read for hints of one kind, as table and id; none where PowerSchool does not know the hint's record."""
    match kind:
        case "student":
            yield from (("users", f"S{key}") for key in keys)
        case "user":
            yield from (("users", f"T{key}") for key in keys)
        case "section":
            yield from (("classes", f"C{key}") for key in keys)
        case "staff":
            yield from (("users", f"T{adult}") for key in keys if (adult := road.adult_of(key)))
        case "section_enrollment":
            yield from (("users", student) for key in keys if (student := _sitter(road, key, held)))
        case _ if kind in RELATED:
            yield from (("users", f"S{student}") for student in road.related(kind, keys))
            if kind == "contact":
                # One who is no contact any more is no longer named there; whose guardian it was is held.
                yield from (("users", s) for key in keys for s in held.keys("users", "agentSourcedIds", f"G{key}"))


def _sitter(road: Asking, seat: str, held: Held) -> str | None:
    """The student of a class enrollment, as it is held, else as it is told."""
    known = held.cell("enrollments", f"E{seat}", "userSourcedId")
    student = road.student_of(seat, known.removeprefix("S") if known is not None else None)
    return f"S{student}" if student is not None else None


def _listed(
    errand: Errand, road: Asking, query: str, dcids: Collection[str], found: Found, held: Held
) -> Iterator[tuple[str, str]]:
    """Keep the rows of a short list that changed. A course's name is also that of its classes, which are to be read with it."""
    rows = road.listed(query, dcids) if dcids else ()
    if rows:
        found.keep(query, rows)
    if query == "courses":
        yield from (("classes", key) for row in rows for key in held.keys("classes", "courseSourcedId", row["course_number"]))


def changes(errand: Errand, application: str, version: int) -> Changes | None:
    """The records that changed since a data version. None where the server does not know it, or the application's name."""
    with told(host(errand)), connected(errand) as sis:
        try:
            now, tables = sis.changed_since(application, version)
        except (NotFound, Rejected):
            return None
    hints = {Hint(TABLES[table], key) for table, keys in tables.items() if table in TABLES for key in keys if key.isdecimal()}
    return Changes(now, frozenset(hints))


def subscribe(errand: Errand, key: str, address: str) -> None:
    """Let PowerSchool tell of changes at an address, in place of whatever the plug-in was subscribed to. Raises Refused."""
    with told(host(errand)), connected(errand) as sis:
        sis.subscribe(key, address, EVENTS)


def unsubscribe(errand: Errand) -> None:
    """End it; that there was none is fine. Raises Refused."""
    with told(host(errand)), connected(errand) as sis:
        sis.unsubscribe()


NOTIFIED = Notified(heard, some, changes, subscribe, unsubscribe)
