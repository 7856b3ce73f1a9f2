"""Which rows of which tables one record's queries touch, and how they are found: table by table, by columns of those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of a table whose `column` has a value of `of`: columns of tables of earlier steps, or (none named) what was asked for.

    `q` is a filter instead: the rows of a small table.
    """

    table: str
    column: str = ""
    of: tuple[str, ...] = ()
    q: str | None = None


YEARS = Step("terms", q="isyearrec==1")
EMAILS = (
    Step("personemailaddressassoc", "personid", ("students.person_id",)),
    Step("emailaddress", "emailaddressid", ("personemailaddressassoc.emailaddressid",)),
)
PLANS: Mapping[tuple[str, str], tuple[Step, ...]] = {
    ("students", "dcid"): (Step("students", "dcid"), *EMAILS),
    ("class_student_roster", "student"): (
        YEARS,
        Step("students", "dcid"),
        Step("cc", "studentid", ("students.id",)),
        Step("sections", "id", ("cc.sectionid",)),
    ),
    ("class_student_roster", "section"): (
        YEARS,
        Step("sections", "dcid"),
        Step("cc", "sectionid", ("sections.id",)),
        Step("students", "id", ("cc.studentid",)),
    ),
    ("guardians", "dcid"): (
        Step("students", "dcid"),
        Step("studentcontactassoc", "studentdcid", ("students.dcid",)),
        Step("studentcontactdetail", "studentcontactassocid", ("studentcontactassoc.studentcontactassocid",)),
        Step("person", "id", ("studentcontactassoc.personid",)),
        Step("codeset", "codesetid", ("studentcontactdetail.relationshiptypecodesetid",)),
        Step("personemailaddressassoc", "personid", ("person.id",)),
        Step("emailaddress", "emailaddressid", ("personemailaddressassoc.emailaddressid",)),
        Step("personphonenumberassoc", "personid", ("person.id",)),
        Step("phonenumber", "phonenumberid", ("personphonenumberassoc.phonenumberid",)),
    ),
    ("legal_guardians", "dcid"): (
        Step("students", "dcid"),
        Step("studentcontactassoc", "studentdcid", ("students.dcid",)),
        Step("studentcontactassoccorefields", "studentcontactassocid", ("studentcontactassoc.studentcontactassocid",)),
    ),
    ("staff", "dcid"): (Step("users", "dcid"), Step("schoolstaff", "users_dcid", ("users.dcid",))),
    ("staff_locations", "dcid"): (Step("schoolstaff", "users_dcid"),),
    ("classes", "dcid"): (YEARS, Step("sections", "dcid"), Step("courses", "course_number", ("sections.course_number",))),
    ("class_staff_roster", "dcid"): (
        YEARS,
        Step("sections", "dcid"),
        Step("sectionteacher", "sectionid", ("sections.id",)),
        Step("schoolstaff", "id", ("sectionteacher.teacherid", "sections.teacher")),
        Step("roledef", "id", ("sectionteacher.roleid",)),
    ),
    ("courses", ""): (YEARS, Step("courses", "dcid"), Step("sections", "course_number", ("courses.course_number",))),
    ("terms", ""): (Step("terms", q=None),),
    ("locations", ""): (Step("schools", "dcid"),),
}
"""Query and argument -> how the rows that it touches are found, in that order."""
RELATED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "contact": (("studentcontactassoc", "personid", "studentdcid"),),
    "contact_link": (("studentcontactassoc", "studentcontactassocid", "studentdcid"),),
    "contact_entry": (
        ("studentcontactdetail", "studentcontactdetailid", "studentcontactassocid"),
        ("studentcontactassoc", "studentcontactassocid", "studentdcid"),
    ),
    "email_link": (
        ("personemailaddressassoc", "personemailaddressassocid", "personid"),
        ("studentcontactassoc", "personid", "studentdcid"),
    ),
    "email": (("personemailaddressassoc", "emailaddressid", "personid"), ("studentcontactassoc", "personid", "studentdcid")),
    "phone_link": (
        ("personphonenumberassoc", "personphonenumberassocid", "personid"),
        ("studentcontactassoc", "personid", "studentdcid"),
    ),
    "phone": (("personphonenumberassoc", "phonenumberid", "personid"), ("studentcontactassoc", "personid", "studentdcid")),
}
"""What changed about a contact -> from table to table to the students: table, column that is known, column that leads on."""
OWNERS = ("email_link", "email", "contact")
"""Of these the person may be a student: PERSON holds students too."""
