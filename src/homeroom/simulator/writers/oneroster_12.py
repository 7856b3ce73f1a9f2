"""OneRoster 1.2 CSV: like 1.1, but what a person is, and where, stands in `roles.csv`.

Headers are those of the CSV Binding 1.2 of September 2022, written out here on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator.records import District, Person
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, as_sent
from homeroom.simulator.writers import contacts, oneroster_11
from homeroom.simulator.writers.oneroster_11 import BASE, BULK
from homeroom.simulator.writers.writer import Writer

HEADERS = {
    **oneroster_11.HEADERS,
    "users": BASE + "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
    "phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
    "primaryOrgSourcedId,pronouns,metadata.language",
    "roles": BASE + "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
}
ABSENT = (
    *("categories", "classResources", "courseResources", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales"),
    *("resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "scoreScales", "userProfiles", "userResources"),
)


def users(district: District) -> Iterator[Row]:
    """Everyone, without what they are."""
    for p in district.people:
        ids = f"{{{'studentNumber' if p.role == 'student' else 'staffNumber'}:{p.number}}}" if p.number else ""
        names = (oneroster_11.username(p), ids, p.given, p.family, p.middle, p.number)
        reached = (p.email, p.mobile, p.phone, ",".join(p.contacts), p.grade, "", "")
        yield (p.id, *BULK, "true", *names, *reached, "", "", "", p.schools[0], "", p.language)


def roles(district: District) -> Iterator[Row]:
    """What everyone is at each of their schools; the first is the primary one."""
    for p in district.people:
        for place, school in enumerate(p.schools):
            kind = "secondary" if place else "primary"
            yield (f"{p.id}-{school}", *BULK, p.id, kind, role(p, school == district.id), "", "", school, "")


def role(person: Person, office: bool) -> str:
    """The 1.2 word for what a person is; `office`: in the district office, not at a school."""
    if person.role == "contact":
        return contacts.role(person)
    if person.role == "administrator":
        return "districtAdministrator" if office else "siteAdministrator"
    return person.role


def sheets(district: District) -> tuple[Sheet, ...]:
    """Manifest and eight files."""
    makers = (oneroster_11.orgs, oneroster_11.sessions, oneroster_11.courses, oneroster_11.classes, users)
    later = (oneroster_11.enrollments, oneroster_11.demographics, roles)
    made = [oneroster_11.sheet(t, m(district), HEADERS) for t, m in zip(HEADERS, (*makers, *later), strict=True)]
    return (oneroster_11.manifest("1.2", list(HEADERS), ABSENT), *made)


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows: nothing is lost but what a contact is to a student."""
    return as_sent(sheets(district), dict.fromkeys(HEADERS, "sourcedId"), ("status", "dateLastModified", "password"))


WRITER = Writer("oneroster-1.2", Form(), sheets, expected)
