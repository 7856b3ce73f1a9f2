"""Contacts in the tables of PowerSchool 12 and later: persons, their addresses, and their links to students with details over time.

Every relationship occurs with and without the legal guardian flag. One link in thirty has an older detail that has ended; students
without contacts have no link; parents and legal guardians with an e-mail address have a portal account.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.powerschool.database import Batch, Value
from homeroom.simulator.powerschool.filling.people import STUDENT_PERSON
from homeroom.simulator.powerschool.filling.places import CODE_NUMBERS, STAMP
from homeroom.simulator.records import Person
from homeroom.simulator.register import Register

EMAILS, PHONES, ADDRESSES, ACCOUNTS, DETAILS, OLD_DETAILS = 10_000_000, 20_000_000, 40_000_000, 6_000_000, 200_000, 50_000_000
WOMEN = frozenset({"mother", "grandmother", "aunt", "sister"})


def batches(book: Register) -> Iterator[Batch]:
    """Persons to portal accounts."""
    named = "ID DCID FirstName MiddleName LastName IsActive GenderCodeSetID PrefixCodeSetID Employer WhenCreated WhenModified"
    yield Batch("Person", named, _persons(book))
    yield Batch("EmailAddress", "EmailAddressID EmailAddress", ((EMAILS + i, p.email) for i, p in _everyone(book) if p.email))
    yield Batch(
        "PersonEmailAddressAssoc",
        "PersonEmailAddressAssocID PersonID EmailAddressID EmailTypeCodeSetID IsPrimaryEmailAddress EmailAddressPriorityOrder",
        ((EMAILS + 100 + i, i, EMAILS + i, CODE_NUMBERS["Email", "Current"], 1, 1) for i, p in _everyone(book) if p.email),
    )
    yield Batch("PhoneNumber", "PhoneNumberID PhoneNumber IsSMS", _phones(book))
    yield Batch(
        "PersonPhoneNumberAssoc",
        "PersonPhoneNumberAssocID PersonID PhoneNumberID PhoneTypeCodeSetID PhoneNumberPriorityOrder IsPreferred "
        "PhoneNumberAsEntered",
        _phone_links(book),
    )
    yield Batch(
        "PersonAddress",
        "PersonAddressID Street City StatesCodeSetID PostalCode",
        ((ADDRESSES + c.dcid, *_street(book, c)) for c in _at_home(book)),
    )
    yield Batch(
        "PersonAddressAssoc",
        "PersonAddressAssocID PersonID PersonAddressID AddressTypeCodeSetID AddressPriorityOrder",
        ((ADDRESSES + 50 + c.dcid, c.dcid, ADDRESSES + c.dcid, CODE_NUMBERS["Address", "Home"], 1) for c in _at_home(book)),
    )
    yield from _links(book)
    yield from _portal(book)


def _everyone(book: Register) -> Iterator[tuple[int, Person]]:
    """Contacts and students with their PERSON.ID."""
    for p in book.district.of("contact"):
        yield p.dcid, p
    for p in book.students:
        yield STUDENT_PERSON + p.dcid, p


def _persons(book: Register) -> Iterator[tuple[Value, ...]]:
    stamp = book.district.sessions[0].begins + STAMP
    for number, p in _everyone(book):
        woman = p.sex == "female" or p.relation in WOMEN
        marks: tuple[int | None, int | None] = (None, None)
        if p.sex or p.relation in (*WOMEN, "father", "grandfather", "uncle", "stepfather"):
            marks = (CODE_NUMBERS["Gender", "F" if woman else "M"], CODE_NUMBERS["Prefix", "Ms" if woman else "Mr"])
        gender, prefix = marks if p.role == "contact" else (marks[0], None)
        yield (number, number + 900_000, p.given, p.middle or None, p.family, 1, gender, prefix, None, stamp, stamp)


def _phones(book: Register) -> Iterator[tuple[Value, ...]]:
    for c in book.district.of("contact"):
        if c.mobile:
            yield (PHONES + c.dcid * 2, c.mobile.replace("-", ""), 1)
        if c.phone:
            yield (PHONES + c.dcid * 2 + 1, c.phone.replace("-", ""), 0)


def _phone_links(book: Register) -> Iterator[tuple[Value, ...]]:
    for c in book.district.of("contact"):
        order = 0
        for place, (number, kind) in enumerate(((c.mobile, "Mobile"), (c.phone, "Home"))):
            if number:
                order += 1
                key = PHONES + c.dcid * 2 + place
                yield (key + 5_000_000, c.dcid, key, CODE_NUMBERS["Phone", kind], order, int(order == 1), number)


def _at_home(book: Register) -> Iterator[Person]:
    """Contacts whose address is known: all but one in eight."""
    return (c for c in book.district.of("contact") if c.dcid % 8)


def _street(book: Register, contact: Person) -> tuple[Value, ...]:
    return (f"{contact.dcid % 970 + 10} {facts.STREETS[contact.dcid % 8]}", facts.CITY, CODE_NUMBERS["State", "TX"], "76001")


def _links(book: Register) -> Iterator[Batch]:
    pairs = [(number, *pair) for number, pair in enumerate(book.pairs(), start=60_001)]
    stamp = book.district.sessions[0].begins + STAMP
    relation = {c.dcid: CODE_NUMBERS["Relationship", c.relation.title()] for c in book.district.of("contact")}
    yield Batch(
        "StudentContactAssoc",
        "StudentContactAssocID StudentDCID PersonID ContactPriorityOrder CurrRelTypeCodeSetID WhenModified",
        ((n, s.dcid, c.dcid, place, relation[c.dcid], stamp) for n, s, c, place in pairs),
    )
    columns = (
        "StudentContactDetailID StudentContactAssocID RelationshipTypeCodeSetID IsActive IsCustodial IsEmergency LivesWithFlg "
        "SchoolPickupFlg ReceivesMailFlg StartDate EndDate ExcludeFromStateReportingFlg GeneralCommFlag ConfidentialCommFlag"
    )
    yield Batch("StudentContactDetail", columns, (_detail(n, c, place, relation[c.dcid]) for n, s, c, place in pairs))
    year = book.district.year - 1
    old = (OLD_DETAILS, CODE_NUMBERS["Relationship", "Not Set"], f"{year - 2}-08-17", f"{year}-06-30")
    yield Batch(
        "StudentContactDetail",
        columns,
        ((old[0] + n, n, old[1], 0, 0, 0, 0, 0, 0, old[2], old[3], 0, 0, 0) for n, *_ in pairs if n % 30 == 0),
    )
    yield Batch(
        "StudentContactDetailCoreFields",
        "StudentContactDetailID LegalGuardian IsCaregiver",
        ((DETAILS + n, int(c.legal), 0) for n, s, c, place in pairs),
    )
    yield Batch(
        "StudentContactAssocCoreFields", "StudentContactAssocID LegalGuardian", ((n, int(c.legal)) for n, s, c, place in pairs)
    )
    yield Batch(
        "OriginalContactMap",
        "OriginalContactMapID StudentContactAssocID OriginalContactType",
        ((n + 300_000, n, c.relation) for n, s, c, place in pairs if c.relation in ("mother", "father")),
    )


def _detail(number: int, contact: Person, place: int, relation: int) -> tuple[Value, ...]:
    near = int(contact.legal or contact.relation in ("mother", "father"))
    return (DETAILS + number, number, relation, 1, near, int(place <= 2), near, 1, int(place == 1), None, None, 0, 1, near)


def _portal(book: Register) -> Iterator[Batch]:
    holders = {c.dcid: c for c in book.district.of("contact") if c.email and facts.contact_kind(c) == "Parent/Guardian"}
    token = {n: f"acc-{n:08x}" for n in holders}
    yield Batch(
        "Guardian",
        "GuardianID AccountIdentifier FirstName LastName Email",
        ((ACCOUNTS + n, token[n], c.given, c.family, c.email) for n, c in holders.items()),
    )
    yield Batch(
        "PCAS_Account",
        "PCAS_AccountID Username IsEnabled PCAS_AccountToken",
        ((ACCOUNTS + n, c.email.split("@")[0], 1, token[n]) for n, c in holders.items()),
    )
    yield Batch(
        "GuardianPersonAssoc",
        "GuardianPersonAssocID GuardianID PersonID",
        ((ACCOUNTS + 10 + n, ACCOUNTS + n, n) for n in holders),
    )
    yield Batch(
        "GuardianStudent",
        "GuardianStudentID GuardianID StudentsDCID",
        ((number, ACCOUNTS + c.dcid, s.dcid) for number, (s, c, _) in enumerate(book.pairs(), start=80_001) if c.dcid in holders),
    )
