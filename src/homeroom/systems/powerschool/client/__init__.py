"""A client for PowerSchool's API that can be used by any Python program.

    from homeroom.systems.powerschool.client import PowerSchool

    with PowerSchool("https://sis.example.org", client_id, client_secret) as sis:
        for student in sis.students(expansions=["school_enrollment"]):
            print(student["id"], student["local_id"])

Every number arrives as the text that the server wrote, so that no zero of an id is lost. Lists are lists, whether the server sent one
element, many or none. See `homeroom.systems.powerschool.client.client` for what can be asked, and `errors` for what can go wrong.
"""

from homeroom.systems.powerschool.client.client import PowerSchool
from homeroom.systems.powerschool.client.errors import (
    AccessClosed,
    BrokenAnswer,
    FieldsRefused,
    NotFound,
    PowerSchoolError,
    Rejected,
    SignInRefused,
    TooManyRequests,
    UnknownOutcome,
    Unreachable,
    Untrusted,
)
from homeroom.systems.powerschool.client.patience import Patience

__all__ = [
    "AccessClosed",
    "BrokenAnswer",
    "FieldsRefused",
    "NotFound",
    "Patience",
    "PowerSchool",
    "PowerSchoolError",
    "Rejected",
    "SignInRefused",
    "TooManyRequests",
    "UnknownOutcome",
    "Unreachable",
    "Untrusted",
]
