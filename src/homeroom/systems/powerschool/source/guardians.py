"""Guardians by `/ws/contacts`, where neither our query nor its tables are open: the same rows under the same ids, with one call for each student.

What the query picks by SQL is picked here from the answer: entries that count today, the first e-mail address, the first number of each kind. The mark
of the legal guardian is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from homeroom.deliveries.seal import Incoming
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import BrokenAnswer, PowerSchool
from homeroom.systems.powerschool.client.shapes import Record, as_list, text
from homeroom.systems.powerschool.plugin.queries import FILES, queries
from homeroom.systems.powerschool.source import sheets
from homeroom.systems.powerschool.source.told import Told
from homeroom.systems.powerschool.source.troubles import CLOSED

QUERY = "guardians"
FILE = FILES[QUERY]
STATE_COMES, STATE_CLOSED = "come", "closed"
"""What a whole round remembers of guardians: that they come, or that they are closed and left alone."""
_TELEPHONE = re.compile(r"\((\d{3})\) (\d{3})-(\d{4})")

Row = dict[str, str]


def bring(sis: PowerSchool, students: Iterable[str], errand: Errand) -> Incoming | None:
    """The file of guardians of these students (DCIDs). None where they are closed at any of them: half a file would look like removals.

    Raises PowerSchoolError for what may pass.
    """
    path, today = errand.folder / FILE, errand.now.date().isoformat()
    errand.tell(f"fetch {FILE.removesuffix('.csv')}")
    try:
        sheets.write(path, list(queries()[QUERY].columns), (row for student in students for row in rows(sis, student, today)))
    except CLOSED:
        path.unlink(missing_ok=True)
        return None
    return Incoming(FILE, path)


def rows(sis: PowerSchool, student: str, today: str) -> Iterator[Row]:
    """One student's contacts as the query gives them. `today` is an ISO day. Raises PowerSchoolError."""
    for contact in sis.contacts(student):
        if not isinstance(contact, dict) or text(contact.get("contactId")) is None:
            raise BrokenAnswer("a contact without its id", path="/ws/contacts/student")
        if contact.get("active") is False:
            continue
        for link in as_list(contact.get("contactStudents")):
            if text(link.get("dcid")) != student:
                continue
            for entry in as_list(link.get("studentDetails")):
                if _counts(entry, today):
                    yield _row(student, contact, link, entry)


def told(sis: PowerSchool, errand: Errand, student: str) -> Told | None:
    """One student's contacts, for a single record; None where they are closed."""
    try:
        return Told(tuple(rows(sis, student, errand.now.date().isoformat())))
    except CLOSED:
        return None


def anybody(sis: PowerSchool, way: str) -> str | None:
    """The DCID of any student, to try with; None in a district without students."""
    if way == "tables":
        return next((r["dcid"] for r in sis.rows("students", ["dcid"])), None)
    return next((text(r["id"]) for r in sis.students()), None)


def _counts(entry: Record, today: str) -> bool:
    """Whether an entry of a contact is one today; it ends on the day that is written as its end."""
    begins, ends = (text(entry.get("startDate")) or "")[:10], (text(entry.get("endDate")) or "")[:10]
    return entry.get("active") is True and begins <= today and (not ends or ends > today)


def _row(student: str, contact: Record, link: Record, entry: Record) -> Row:
    phones = as_list(contact.get("phones"))
    cells = {
        "studentcontactassocid": link.get("studentContactId"),
        "studentcontactdetailid": entry.get("studentContactDetailId"),
        "student_dcid": student,
        "person_id": contact.get("contactId"),
        "firstname": contact.get("firstName"),
        "middlename": contact.get("middleName"),
        "lastname": contact.get("lastName"),
        "relationship": entry.get("relationship"),
        "contactpriorityorder": link.get("sequence"),
        "iscustodial": _flag(entry.get("custodial")),
        "liveswithflg": _flag(entry.get("livesWith")),
        "receivesmailflg": _flag(entry.get("receivesMail")),
        "email": _email(as_list(contact.get("emails"))),
        "sms": _phone(p for p in phones if p.get("sms") is True),
        "phone": _phone(p for p in phones if p.get("sms") is not True),
    }
    return {column: written for column, cell in cells.items() if (written := text(cell)) is not None}


def _flag(value: Any) -> str | None:
    """A yes or no as tables have it."""
    return None if value is None else "1" if value is True else "0"


def _email(emails: list[Record]) -> Any:
    """The primary address, else the first in the order that the district gave them, which is the answer's own."""
    chosen = sorted(emails, key=lambda e: e.get("primary") is not True)
    return chosen[0].get("address") if chosen else None


def _phone(phones: Iterable[Record]) -> str | None:
    """The preferred number, else the first in the district's order. The answer dresses ten digits up that tables have bare."""
    chosen = sorted(phones, key=lambda p: (p.get("preferred") is not True, _order(p)))
    number = text(chosen[0].get("phoneNumber")) if chosen else None
    return _TELEPHONE.sub(r"\1\2\3", number) if number is not None and _TELEPHONE.fullmatch(number) else number


def _order(phone: Record) -> int:
    place = text(phone.get("sequence"))
    return int(place) if place is not None and place.isdecimal() else 1 << 30
