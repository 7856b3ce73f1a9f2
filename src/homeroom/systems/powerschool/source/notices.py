"""What PowerSchool tells of changes: events that it sends, data versions that are asked for, and the records that both mean.

The body of an event was never published. Any text is looked through for paths of the API, in JSON, XML or a form alike, and nothing
else in it is believed: a path is a hint to read that record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from urllib.parse import unquote_plus

from homeroom.systems.fetching import Changes, Errand, Fetched, Held, Hint, Notified
from homeroom.systems.powerschool.client import AccessClosed, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.plugin.queries import queries
from homeroom.systems.powerschool.source.connecting import client, host
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
}
"""The tables whose changed keys mean records that can be read by themselves; all others wait for the night."""
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
    with told(host(errand)), client(errand) as sis:
        meant = {key for hint in hints for key in _meant(sis, hint, held)}
        for row in _courses(sis, {hint.key for hint in hints if hint.resource == "course"}):
            found.keep("courses", [row])
            meant |= {("classes", key) for key in held.keys("classes", "courseSourcedId", row["course_number"])}
        for table, key in sorted(meant):
            single = held.single(table, key)
            if (asked := kind_of(single)) is not None:
                found.look(sis, single, asked)
    return Fetched(found.files(errand), errand.known)


def _meant(sis: PowerSchool, hint: Hint, held: Held) -> Iterator[tuple[str, str]]:
    """The records that are read for a hint, as table and id; none where PowerSchool does not know the hint's record.

    A course is not among them: its name is also that of its classes, and they are read with it.
    """
    match hint.resource:
        case "student":
            yield "users", f"S{hint.key}"
        case "user":
            yield "users", f"T{hint.key}"
        case "section":
            yield "classes", f"C{hint.key}"
        case "staff":
            if adult := _member(sis, hint, "users_dcid"):
                yield "users", f"T{adult}"
        case "section_enrollment":
            student = held.cell("enrollments", f"E{hint.key}", "userSourcedId")
            if student is None and (dcid := _member(sis, hint, "student_id")):
                student = f"S{dcid}"
            if student is not None:
                yield "users", student


def _courses(sis: PowerSchool, wanted: Collection[str]) -> Iterator[Mapping[str, str]]:
    """The courses with these DCIDs. Their query cannot be asked for one, and is short."""
    if wanted:
        yield from (row for row in sis.query(queries()["courses"].name) if row["dcid"] in wanted)


def _member(sis: PowerSchool, hint: Hint, name: str) -> str | None:
    """One member of a record of `/ws/v1`; None where the record is gone, or the plug-in may not read there."""
    with suppress(NotFound, AccessClosed):
        return text(sis.one(hint.resource, hint.key).get(name))
    return None


def changes(errand: Errand, application: str, version: int) -> Changes | None:
    """The records that changed since a data version. None where the server does not know it, or the application's name."""
    with told(host(errand)), client(errand) as sis:
        try:
            now, tables = sis.changed_since(application, version)
        except (NotFound, Rejected):
            return None
    hints = {Hint(TABLES[table], key) for table, keys in tables.items() if table in TABLES for key in keys if key.isdecimal()}
    return Changes(now, frozenset(hints))


def subscribe(errand: Errand, key: str, address: str) -> None:
    """Let PowerSchool tell of changes at an address, in place of whatever the plug-in was subscribed to. Raises Refused."""
    with told(host(errand)), client(errand) as sis:
        sis.subscribe(key, address, EVENTS)


def unsubscribe(errand: Errand) -> None:
    """End it; that there was none is fine. Raises Refused."""
    with told(host(errand)), client(errand) as sis:
        sis.unsubscribe()


NOTIFIED = Notified(heard, some, changes, subscribe, unsubscribe)
