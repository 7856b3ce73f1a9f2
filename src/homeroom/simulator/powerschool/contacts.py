"""`/ws/contacts`: people around a student, in names of their own style, with real nulls, always as arrays. Read only here.

A link to a student may have several details with dates; portal accounts give `guardianId` and `canAccessData`.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.world import World

Built = dict[str, Any]


def _code(world: World, number: int | None) -> str | None:
    found = database.one(world.tables, "SELECT Code FROM CodeSet WHERE CodeSetID = ?", (number,))
    return str(found["Code"]) if found else None


def _telephone(number: str) -> str:
    return f"({number[:3]}) {number[3:6]}-{number[6:]}" if re.fullmatch(r"\d{10}", number) else number


def _rows(world: World, sql: str, *values: int) -> list[sqlite3.Row]:
    return world.tables.execute(sql, values).fetchall()


def _emails(world: World, person: int) -> list[Built]:
    sql = (
        "SELECT a.*, e.EmailAddress FROM PersonEmailAddressAssoc a JOIN EmailAddress e USING (EmailAddressID) WHERE a.PersonID = ? "
        "ORDER BY a.EmailAddressPriorityOrder, a.PersonEmailAddressAssocID"
    )
    return [
        {
            "contactEmailId": r["PersonEmailAddressAssocID"],
            "primary": bool(r["IsPrimaryEmailAddress"]),
            "emailId": r["EmailAddressID"],
            "type": _code(world, r["EmailTypeCodeSetID"]),
            "address": r["EmailAddress"],
        }
        for r in _rows(world, sql, person)
    ]


def _phones(world: World, person: int) -> list[Built]:
    sql = (
        "SELECT a.*, n.PhoneNumber, n.PhoneNumberExt, n.IsSMS FROM PersonPhoneNumberAssoc a JOIN PhoneNumber n USING (PhoneNumberID) "
        "WHERE a.PersonID = ? ORDER BY a.PhoneNumberPriorityOrder, a.PersonPhoneNumberAssocID"
    )
    return [
        {
            "contactsPhoneId": r["PersonPhoneNumberAssocID"],
            "sequence": r["PhoneNumberPriorityOrder"],
            "preferred": bool(r["IsPreferred"]),
            "phoneType": _code(world, r["PhoneTypeCodeSetID"]),
            "phoneNumberId": r["PhoneNumberID"],
            "phoneNumber": _telephone(r["PhoneNumber"]),
            "extension": r["PhoneNumberExt"],
            "sms": bool(r["IsSMS"]),
        }
        for r in _rows(world, sql, person)
    ]


def _addresses(world: World, person: int) -> list[Built]:
    sql = (
        "SELECT a.*, p.Street, p.LineTwo, p.Unit, p.City, p.StatesCodeSetID, p.CountryCodeSetID, p.PostalCode "
        "FROM PersonAddressAssoc a JOIN PersonAddress p USING (PersonAddressID) WHERE a.PersonID = ? ORDER BY a.AddressPriorityOrder"
    )
    return [
        {
            "contactsAddressId": r["PersonAddressAssocID"],
            "sequence": r["AddressPriorityOrder"],
            "addressId": r["PersonAddressID"],
            "addressType": _code(world, r["AddressTypeCodeSetID"]),
            "street": r["Street"],
            "linetwo": r["LineTwo"],
            "unit": r["Unit"],
            "city": r["City"],
            "state": _code(world, r["StatesCodeSetID"]),
            "country": _code(world, r["CountryCodeSetID"]),
            "postalcode": r["PostalCode"],
            "startDate": r["StartDate"],
            "endDate": r["EndDate"],
        }
        for r in _rows(world, sql, person)
    ]


def _students(world: World, person: int) -> list[Built]:
    sql = (
        "SELECT a.StudentContactAssocID, a.ContactPriorityOrder, s.DCID, s.Student_Number, s.First_Name, s.Middle_Name, s.Last_Name, "
        "sc.Abbreviation, s.SchoolID, o.OriginalContactType, gs.GuardianID FROM StudentContactAssoc a "
        "JOIN Students s ON s.DCID = a.StudentDCID LEFT JOIN Schools sc ON sc.School_Number = s.SchoolID "
        "LEFT JOIN OriginalContactMap o ON o.StudentContactAssocID = a.StudentContactAssocID "
        "LEFT JOIN GuardianPersonAssoc gp ON gp.PersonID = a.PersonID "
        "LEFT JOIN GuardianStudent gs ON gs.StudentsDCID = s.DCID AND gs.GuardianID = gp.GuardianID "
        "WHERE a.PersonID = ? ORDER BY s.DCID"
    )
    return [_link(world, row) for row in _rows(world, sql, person)]


def _link(world: World, row: sqlite3.Row) -> Built:
    account = row["GuardianID"] is not None
    return {
        "studentContactId": row["StudentContactAssocID"],
        "sequence": row["ContactPriorityOrder"],
        "dcid": row["DCID"],
        "studentNumber": str(row["Student_Number"]),
        "firstName": row["First_Name"],
        "middleName": row["Middle_Name"],
        "lastName": row["Last_Name"],
        "schoolAbbr": row["Abbreviation"],
        "schoolNumber": row["SchoolID"],
        "originalContactType": row["OriginalContactType"],
        **({"guardianId": row["GuardianID"], "canAccessData": True} if account else {}),
        "studentDetails": _details(world, row["StudentContactAssocID"]),
    }


def _details(world: World, link: int) -> list[Built]:
    sql = "SELECT * FROM StudentContactDetail WHERE StudentContactAssocID = ? ORDER BY IsActive DESC, StudentContactDetailID"
    return [
        {
            "studentContactDetailId": r["StudentContactDetailID"],
            "studentContactId": r["StudentContactAssocID"],
            "relationship": _code(world, r["RelationshipTypeCodeSetID"]),
            "relationshipNote": r["RelationshipNote"],
            "custodial": bool(r["IsCustodial"]),
            "emergency": bool(r["IsEmergency"]),
            "livesWith": bool(r["LivesWithFlg"]),
            "schoolPickup": bool(r["SchoolPickupFlg"]),
            "startDate": r["StartDate"],
            "endDate": r["EndDate"],
            "receivesMail": bool(r["ReceivesMailFlg"]),
            "excludeFromStateReporting": bool(r["ExcludeFromStateReportingFlg"]),
            "active": bool(r["IsActive"]),
        }
        for r in _rows(world, sql, link)
    ]


def _account(world: World, person: int) -> Built | None:
    sql = (
        "SELECT p.Username, p.IsEnabled FROM GuardianPersonAssoc a JOIN Guardian g USING (GuardianID) "
        "JOIN PCAS_Account p ON p.PCAS_AccountToken = g.AccountIdentifier WHERE a.PersonID = ?"
    )
    row = database.one(world.tables, sql, (person,))
    return {"enabled": bool(row["IsEnabled"]), "userName": row["Username"], "password": None} if row else None


def _demographics(world: World, row: sqlite3.Row) -> Built:
    return {
        "contactId": row["ID"],
        "firstName": row["FirstName"],
        "middleName": row["MiddleName"],
        "lastName": row["LastName"],
        "prefix": _code(world, row["PrefixCodeSetID"]),
        "suffix": _code(world, row["SuffixCodeSetID"]),
        "gender": _code(world, row["GenderCodeSetID"]),
        "employer": row["Employer"],
        "stateContactNumber": row["StateContactID"],
        "contactNumber": None,
        "stateExcludeFromReporting": False,
        "active": bool(row["IsActive"]),
    }


def _person(world: World, number: int) -> sqlite3.Row:
    sql = "SELECT * FROM Person p WHERE p.ID = ? AND EXISTS (SELECT 1 FROM StudentContactAssoc a WHERE a.PersonID = p.ID)"
    row = database.one(world.tables, sql, (number,))
    if row is None:
        raise Trouble(404, "Not Found")
    return row


def _contact(world: World, number: int) -> Built:
    return _demographics(world, _person(world, number)) | {
        "emails": _emails(world, number),
        "phones": _phones(world, number),
        "languages": None,
        "addresses": _addresses(world, number),
        "contactStudents": _students(world, number),
        "contactAccount": _account(world, number),
        "@extensions": "personcorefields",
    }


def _of_student(world: World, call: Call) -> Answer:
    dcid = call.number("dcid")
    if database.one(world.tables, "SELECT 1 FROM Students WHERE DCID = ?", (dcid,)) is None:
        raise Trouble(404, "Not Found")
    sql = "SELECT PersonID FROM StudentContactAssoc WHERE StudentDCID = ? ORDER BY ContactPriorityOrder"
    found = [_contact(world, r["PersonID"]) for r in _rows(world, sql, dcid)]
    return Answer(found) if found else Answer(status=204, form="none")


def _one(world: World, call: Call) -> Answer:
    return Answer(_contact(world, call.number("id")))


def _several(world: World, call: Call) -> Answer:
    words = call.listed("contactids")
    if not words or not all(w.isdecimal() for w in words):
        raise Trouble(400, "The contactids parameter must be numbers with commas between")
    return Answer([_contact(world, int(w)) for w in words])


PARTS = {"emails": _emails, "phones": _phones, "addresses": _addresses, "students": _students}
KEYS = {"emails": "contactEmailId", "phones": "contactsPhoneId", "addresses": "contactsAddressId", "students": "studentContactId"}


def _part(world: World, call: Call) -> Answer:
    number, name = call.number("id"), call.parts["part"]
    row = _person(world, number)
    if name == "demographics":
        return Answer(_demographics(world, row))
    if name not in PARTS:
        raise Trouble(404, "Not Found")
    return Answer(PARTS[name](world, number))


def _item(world: World, call: Call) -> Answer:
    number, name = call.number("id"), call.parts["part"]
    _person(world, number)
    found = [i for i in PARTS[name](world, number) if i[KEYS[name]] == call.number("item")] if name in PARTS else []
    if not found:
        raise Trouble(404, "Not Found")
    return Answer(found[0])


def _in_use(world: World, call: Call) -> Answer:
    sql = (
        "SELECT o.OriginalContactType AS Kind FROM OriginalContactMap o JOIN StudentContactAssoc a USING (StudentContactAssocID) "
        "WHERE a.StudentDCID = ? ORDER BY 1"
    )
    return Answer([r["Kind"] for r in _rows(world, sql, call.number("dcid"))])


ENDPOINTS = (
    Endpoint("GET", "/ws/contacts/student/{dcid}", _of_student),
    Endpoint("GET", "/ws/contacts/student/original_contact_types/in_use/{dcid}", _in_use),
    Endpoint("GET", "/ws/contacts/contact/{id}", _one),
    Endpoint("GET", "/ws/contacts/contacts", _several),
    Endpoint("GET", "/ws/contacts/{id}/{part}", _part),
    Endpoint("GET", "/ws/contacts/{id}/{part}/{item}", _item),
)
