"""Contacts in the tables of PowerSchool 12 and later: persons, their addresses, and their links to students with details over time.

Every relationship occurs with and without the legal guardian flag. One link in thirty has an older detail that has ended; students
without contacts have no link; parents and legal guardians with an e-mail address have a portal account.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.powerschool.database import Batch, Derived, Value
from homeroom.simulator.powerschool.filling.people import STUDENT_PERSON
from homeroom.simulator.powerschool.filling.places import CODE_NUMBERS, STAMP
from homeroom.simulator.records import Person
from homeroom.simulator.register import Register

EMAILS, PHONES, ADDRESSES, ACCOUNTS, DETAILS, OLD_DETAILS = 10_000_000, 20_000_000, 40_000_000, 6_000_000, 200_000, 50_000_000
LINKS = 60_001
WOMEN = frozenset({"mother", "grandmother", "aunt", "sister"})
MEN = frozenset({"father", "grandfather", "uncle", "stepfather"})
PARENTS = (CODE_NUMBERS["Relationship", "Mother"], CODE_NUMBERS["Relationship", "Father"])


def batches(book: Register) -> Iterator[Batch | Derived]:
    """Persons to portal accounts."""
    stamp = book.district.sessions[0].begins + STAMP
    named = "ID DCID FirstName MiddleName LastName GenderCodeSetID PrefixCodeSetID"
    yield Batch("Person", named, _persons(book), {"IsActive": 1, "WhenCreated": stamp, "WhenModified": stamp})
    yield Batch("EmailAddress", "EmailAddressID EmailAddress", ((EMAILS + i, p.email) for i, p in _everyone(book) if p.email))
    yield Derived(
        "PersonEmailAddressAssoc",
        "PersonEmailAddressAssocID PersonID EmailAddressID EmailTypeCodeSetID IsPrimaryEmailAddress EmailAddressPriorityOrder",
        f"""SELECT EmailAddressID + 100, EmailAddressID - {EMAILS}, EmailAddressID, {CODE_NUMBERS["Email", "Current"]}, 1, 1
            FROM EmailAddress""",
    )
    yield Batch(
        "PersonPhoneNumberAssoc",
        "PersonPhoneNumberAssocID PersonID PhoneNumberID PhoneTypeCodeSetID PhoneNumberPriorityOrder IsPreferred "
        "PhoneNumberAsEntered",
        _phone_links(book),
    )
    yield Derived(
        "PhoneNumber",
        "PhoneNumberID PhoneNumber IsSMS",
        f"""SELECT PhoneNumberID, replace(PhoneNumberAsEntered, '-', ''), PhoneTypeCodeSetID = {CODE_NUMBERS["Phone", "Mobile"]}
            FROM PersonPhoneNumberAssoc""",
    )
    yield Batch(
        "PersonAddress",
        "PersonAddressID Street",
        ((ADDRESSES + c.dcid, f"{c.dcid % 970 + 10} {facts.STREETS[c.dcid % 8]}") for c in book.contacts if c.dcid % 8),
        {"City": facts.CITY, "StatesCodeSetID": CODE_NUMBERS["State", "TX"], "PostalCode": "76001"},
    )
    yield Derived(
        "PersonAddressAssoc",
        "PersonAddressAssocID PersonID PersonAddressID AddressTypeCodeSetID AddressPriorityOrder",
        f"""SELECT PersonAddressID + 50, PersonAddressID - {ADDRESSES}, PersonAddressID, {CODE_NUMBERS["Address", "Home"]}, 1
            FROM PersonAddress""",
    )
    yield from _links(book)
    yield from _portal(book)


def _everyone(book: Register) -> Iterator[tuple[int, Person]]:
    """Contacts and students with their PERSON.ID."""
    for p in book.contacts:
        yield p.dcid, p
    for p in book.students:
        yield STUDENT_PERSON + p.dcid, p


def _persons(book: Register) -> Iterator[tuple[Value, ...]]:
    woman, man = (
        (CODE_NUMBERS["Gender", "F"], CODE_NUMBERS["Prefix", "Ms"]),
        (CODE_NUMBERS["Gender", "M"], CODE_NUMBERS["Prefix", "Mr"]),
    )
    marks = dict.fromkeys(WOMEN, woman) | dict.fromkeys(MEN, man)
    unknown = (None, None)
    for c in book.contacts:
        yield (c.dcid, c.dcid + 900_000, c.given, c.middle or None, c.family, *marks.get(c.relation, unknown))
    for p in book.students:
        number = STUDENT_PERSON + p.dcid
        gender = {"female": woman[0], "male": man[0]}.get(p.sex)
        yield (number, number + 900_000, p.given, p.middle or None, p.family, gender, None)


def _phone_links(book: Register) -> Iterator[tuple[Value, ...]]:
    mobile, home = CODE_NUMBERS["Phone", "Mobile"], CODE_NUMBERS["Phone", "Home"]
    for c in book.contacts:
        key = PHONES + c.dcid * 2
        if c.mobile:
            yield (key + 5_000_000, c.dcid, key, mobile, 1, 1, c.mobile)
        if c.phone:
            first = not c.mobile
            yield (key + 5_000_001, c.dcid, key + 1, home, 1 if first else 2, int(first), c.phone)


def _links(book: Register) -> Iterator[Batch | Derived]:
    """Who is whose contact, what for, and, one in thirty, what for in earlier years."""
    relation = {c.id: CODE_NUMBERS["Relationship", c.relation.title()] for c in book.contacts}
    yield Batch(
        "StudentContactAssoc",
        "StudentContactAssocID StudentDCID PersonID ContactPriorityOrder CurrRelTypeCodeSetID",
        ((n, s.dcid, c.dcid, place, relation[c.id]) for n, (s, c, place) in enumerate(book.pairs(), start=LINKS)),
        {"WhenModified": book.district.sessions[0].begins + STAMP},
    )
    yield Batch(
        "StudentContactAssocCoreFields",
        "StudentContactAssocID LegalGuardian",
        ((n, int(c.legal)) for n, (_, c, _) in enumerate(book.pairs(), start=LINKS)),
    )
    yield Derived(
        "StudentContactDetail",
        "StudentContactDetailID StudentContactAssocID RelationshipTypeCodeSetID IsActive IsCustodial IsEmergency LivesWithFlg "
        "SchoolPickupFlg ReceivesMailFlg ExcludeFromStateReportingFlg GeneralCommFlag ConfidentialCommFlag",
        f"""SELECT {DETAILS} + StudentContactAssocID, StudentContactAssocID, CurrRelTypeCodeSetID, 1, near, ContactPriorityOrder <= 2,
                   near, 1, ContactPriorityOrder = 1, 0, 1, near
            FROM (SELECT *, LegalGuardian OR CurrRelTypeCodeSetID IN {PARENTS} AS near
                  FROM StudentContactAssoc JOIN StudentContactAssocCoreFields USING (StudentContactAssocID))""",
    )
    year = book.district.year - 1
    yield Derived(
        "StudentContactDetail",
        "StudentContactDetailID StudentContactAssocID RelationshipTypeCodeSetID StartDate EndDate IsActive IsCustodial IsEmergency "
        "LivesWithFlg SchoolPickupFlg ReceivesMailFlg ExcludeFromStateReportingFlg GeneralCommFlag ConfidentialCommFlag",
        f"""SELECT {OLD_DETAILS} + StudentContactAssocID, StudentContactAssocID, {CODE_NUMBERS["Relationship", "Not Set"]},
                   '{year - 2}-08-17', '{year}-06-30', 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM StudentContactAssoc WHERE StudentContactAssocID % 30 = 0""",
    )
    yield Derived(
        "StudentContactDetailCoreFields",
        "StudentContactDetailID LegalGuardian IsCaregiver",
        f"SELECT {DETAILS} + StudentContactAssocID, LegalGuardian, 0 FROM StudentContactAssocCoreFields",
    )
    yield Derived(
        "OriginalContactMap",
        "OriginalContactMapID StudentContactAssocID OriginalContactType",
        f"""SELECT StudentContactAssocID + 300000, StudentContactAssocID, lower(Code)
            FROM StudentContactAssoc JOIN CodeSet ON CodeSetID = CurrRelTypeCodeSetID WHERE CodeSetID IN {PARENTS}""",
    )


def _portal(book: Register) -> Iterator[Batch | Derived]:
    """Accounts of parents and guardians, and their students."""
    holders = (c for c in book.contacts if c.email and facts.contact_kind(c) == "Parent/Guardian")
    yield Batch(
        "Guardian",
        "GuardianID AccountIdentifier FirstName LastName Email",
        ((ACCOUNTS + c.dcid, f"acc-{c.dcid:08x}", c.given, c.family, c.email) for c in holders),
    )
    yield Derived(
        "PCAS_Account",
        "PCAS_AccountID Username IsEnabled PCAS_AccountToken",
        "SELECT GuardianID, substr(Email, 1, instr(Email, '@') - 1), 1, AccountIdentifier FROM Guardian",
    )
    yield Derived(
        "GuardianPersonAssoc",
        "GuardianPersonAssocID GuardianID PersonID",
        f"SELECT GuardianID + 10, GuardianID, GuardianID - {ACCOUNTS} FROM Guardian",
    )
    yield Derived(
        "GuardianStudent",
        "GuardianStudentID GuardianID StudentsDCID",
        f"""SELECT StudentContactAssocID + 20000, GuardianID, StudentDCID
            FROM StudentContactAssoc JOIN Guardian ON GuardianID = PersonID + {ACCOUNTS}""",
    )
